"""Can anybody write its way up? Each attempt on every pool, beside BM25 and TF-IDF.

python -m benchmarks.gaming                          all pools, all attempts
python -m benchmarks.gaming --sets practices         some of them
"""

import argparse
import functools
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.figures import lift_by_pasting
from benchmarks.gaming_sets import (
    Pool,
    common_themes,
    common_words,
    pools,
    rarest_words,
)
from benchmarks.quality import DATA
from benchmarks.scorers import DEFAULT, scorer
from benchmarks.tasks import Floats, Retrieval, Scorer
from matching import Matcher, Profile, screened

SCORERS: Final = (DEFAULT, "bm25", "tfidf")
CHANGED: Final = (0.05, 0.3)
DRAWS: Final = 2
FIRST: Final = 3

# Challenges of a large set that are tried, spread evenly.
TRIED: Final = 20

EMPTY: Final = (
    "We have experience with this.",
    "Our team has worked on this kind of challenge for many years and would like to share it.",
    "We are a motivated team of experts. We have a lot of experience, we know what works and"
    " what does not, and we look forward to working with you on your challenge. Please contact"
    " us to learn more about what we have done so far.",
)

Attempt = Callable[[Pool, int], Profile]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt brings on one pool.

    Parameters
    ----------
    attempt, pool : str
    aim : str
        In words.
    values : sequence of str
        One for each scorer.
    """

    attempt: str
    pool: str
    aim: str
    values: Sequence[str]


def main(arguments: Sequence[str] | None = None, console: Console | None = None) -> int:
    """Try what the command line asks for; 2 if there is nothing to try it on."""
    options = _parser().parse_args(arguments)
    out = console or Console()
    if not options.data.is_dir():
        out.print(f"There is no folder {options.data}: the sets are no part of this project.")
        return 2
    scorers = [with_themes(name) for name in SCORERS]
    shown = Table("attempt", "set", "aim", *SCORERS)
    for pool in pools(options.data):
        if not options.sets or pool.name in options.sets:
            for found in outcomes(pool, scorers, options.seed):
                shown.add_row(found.attempt, found.pool, found.aim, *found.values)
    out.print(shown)
    return 0


def outcomes(pool: Pool, scorers: Sequence[Scorer], seed: int) -> Iterator[Outcome]:
    """Try every attempt on a pool."""
    task = Retrieval(pool.name, pool.challenges, pool.providers, np.zeros((0, 0)))
    for inside, name in ((0, "two near-copies as passages"), (4, "five times in a passage")):
        for changed in CHANGED:
            for top in (10, FIRST):
                lifts = [
                    np.mean(
                        [
                            lift_by_pasting(
                                *(task, score),
                                changed=changed,
                                seed=seed + draw,
                                top=top,
                                inside=inside,
                            )
                            for draw in range(DRAWS)
                        ]
                    )
                    for score in scorers
                ]
                yield Outcome(
                    f"{name}, {changed:.0%} changed: lift of top {top}",
                    pool.name,
                    "< .05",
                    [f"{lift:+.3f}" for lift in lifts],
                )
    everybody = _spread(range(len(pool.challenges)))
    for i, sentence in enumerate(EMPTY, 1):
        if pool.with_themes:
            empty = functools.partial(_empty, sentence)
            yield _places(f"empty sentence {i}, copied themes", "0", pool, scorers, empty)
    if pool.with_themes:
        yield _places("somebody else's text, copied themes", "0", pool, scorers, _borrowed)
    for name, aim, attempt in (
        ("the challenge itself", "0", _copied),
        ("a sentence of two thirds of the challenge", "0", _in_part),
        ("its 20 rarest words", "0", _rarest),
        ("3,000 common words", "<= BM25", functools.partial(_generic, seed)),
    ):
        yield _places(name, aim, pool, scorers, attempt, everybody)


def with_themes(name: str) -> Scorer:
    """Return a scorer; a baseline gets themes as we have them, four tenths of its score."""
    return _screened if name == DEFAULT else functools.partial(_and_themes, scorer(name))


def _screened(queries: Sequence[Profile], providers: Sequence[Profile]) -> Floats:
    """Score as the service does: what is copied, listed or merely claimed counts less."""
    pool = screened(queries, providers).pool
    return Matcher().fit(pool, background=queries).score_pairs(queries)


def _and_themes(
    plain: Scorer, queries: Sequence[Profile], providers: Sequence[Profile]
) -> Floats:
    text = plain(queries, providers)
    names = {t: i for i, t in enumerate(sorted({t for p in providers for t in p.themes}))}
    if not names:
        return text
    stated = [
        np.array([[float(t in p.themes) for t in names] for p in side])
        / np.sqrt([[max(1, len(p.themes))] for p in side])
        for side in (queries, providers)
    ]
    highest = np.maximum(text.max(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    return np.asarray(0.6 * text / highest + 0.4 * stated[0] @ stated[1].T)


def _places(
    name: str,
    aim: str,
    pool: Pool,
    scorers: Sequence[Scorer],
    attempt: Attempt,
    rows: Sequence[int] | None = None,
) -> Outcome:
    """Count for how many challenges the attempt stands first, and among the first three."""
    tried = pool.with_themes if rows is None else rows
    values = []
    for score in scorers:
        places = [_place(pool, score, row, attempt(pool, row)) for row in tried]
        first, three = (sum(place <= most for place in places) for most in (1, FIRST))
        values.append(f"{three} of {len(tried)}, first {first}")
    return Outcome(f"{name}: among the first {FIRST}", pool.name, aim, values)


def _place(pool: Pool, score: Scorer, row: int, profile: Profile) -> int:
    """Return where a newcomer stands for one challenge; behind all others without a score."""
    scores = score(pool.challenges, (*pool.providers, profile))[row]
    own = float(scores[-1])
    return 1 + int((scores[:-1] > own).sum()) if own > 0 else len(scores)


def _spread(rows: Sequence[int]) -> list[int]:
    return [rows[i] for i in np.linspace(0, len(rows) - 1, min(TRIED, len(rows))).astype(int)]


# --- attempts --------------------------------------------------------------------------


def _empty(sentence: str, pool: Pool, row: int) -> Profile:
    return Profile("newcomer", (sentence,), pool.challenges[row].themes)


def _borrowed(pool: Pool, row: int) -> Profile:
    """Tick a challenge's themes over an honest text that has least to do with it."""
    challenge = pool.challenges[row]
    other = min(pool.providers, key=lambda one: (len(one.themes & challenge.themes), one.id))
    words = " ".join(other.texts).split()
    return Profile("newcomer", (" ".join(words[: len(words) // 2]),), challenge.themes)


def _copied(pool: Pool, row: int) -> Profile:
    return Profile("newcomer", (" ".join(pool.challenges[row].texts),))


def _in_part(pool: Pool, row: int) -> Profile:
    """Copy two thirds of a challenge behind a sentence."""
    words = " ".join(pool.challenges[row].texts).split()
    return Profile("newcomer", (" ".join([EMPTY[1], *words[: 2 * len(words) // 3]]),))


def _rarest(pool: Pool, row: int) -> Profile:
    return Profile("newcomer", (", ".join(rarest_words(pool, pool.challenges[row])),))


def _generic(seed: int, pool: Pool, row: int) -> Profile:
    """Write the common words of a pool in an order drawn by chance, under common themes."""
    words = common_words(pool)
    order = np.random.default_rng(seed).permutation(len(words))
    return Profile("newcomer", (" ".join(words[i] for i in order),), common_themes(pool))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gaming",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the labelled sets")
    parser.add_argument("--sets", nargs="*", help="only these; all by default")
    parser.add_argument("--seed", type=int, default=0)
    return parser


if __name__ == "__main__":
    sys.exit(main())
