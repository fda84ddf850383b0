"""One new challenge against a saved index: start, CPU for a query, growth, memory.

Two processes: one fits and saves; one starts from the saved folder, mapped, and answers
challenges one at a time. A `joblib` file of the same matcher is read for comparison.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import joblib
import numpy as np

from benchmarks import corpus
from benchmarks.report import Figure, Target, beside, in_child, measured, peak_memory
from matching import Matcher, Profile

K: Final = 10
N_QUERIES: Final = 100
N_TOGETHER: Final = 1_000
SMALL: Final = (2_000, 20_000)
LARGE: Final = (10_000, 100_000, 1_000_000)


class Answered(NamedTuple):
    """CPU seconds: to open the folder, for the first challenge, for each of the later ones.

    The first hundred bring words that the process has to stem, later ones hardly any; the
    thousand that are ranked together have been read.
    """

    start: float
    first: float
    new_words: float
    each: float
    together: float


class Seen(NamedTuple):
    """What was seen of one size; CPU seconds and MB."""

    n_pool: int
    fit: float
    fit_peak: float
    rank: Answered
    rank_peak: float
    joblib: float
    stored: float


def run(*, large: bool) -> list[Figure]:
    """Measure a new challenge against pools of growing size."""
    seen = [_seen(n) for n in (LARGE if large else SMALL)]
    return [*(figure for size in seen for figure in _told(size)), _growth(seen)]


def _seen(n_pool: int) -> Seen:
    with TemporaryDirectory() as place:
        (fit, fit_peak), _ = in_child(save, n_pool, Path(place))
        rank, rank_peak = in_child(answer, Path(place))
        load = measured(lambda: joblib.load(Path(place) / "matcher.joblib"), repeat=1).cpu
        stored = sum(f.stat().st_size for f in (Path(place) / "matcher").rglob("*")) / 1e6
    return Seen(n_pool, fit, fit_peak, rank, rank_peak, load, stored)


def _told(seen: Seen) -> list[Figure]:
    size = f"{seen.n_pool:,} providers"
    at_a_million = seen.n_pool == LARGE[-1]
    within = Target(5, at_least=False) if at_a_million else None
    memory = Target(6, at_least=False) if at_a_million else None
    peaks: dict[str, float | str] = {
        "fitting, GB": seen.fit_peak / 1e3,
        "answering, GB": seen.rank_peak / 1e3,
        "on disk, GB": seen.stored / 1e3,
    }
    each, together = 1e3 * seen.rank.each, 1e3 * seen.rank.together
    first: dict[str, float | str] = {
        "the very first, ms": 1e3 * seen.rank.first,
        f"the next {N_QUERIES}, ms": 1e3 * seen.rank.new_words,
    }
    most = max(seen.fit_peak, seen.rank_peak) / 1e3
    peer, fit = ("joblib", seen.joblib), {"fit": seen.fit}
    return [
        Figure(f"one new challenge, {size}", each, "ms", within, {}, first),
        Figure(f"each of {N_TOGETHER:,} challenges together, {size}", together, "ms"),
        beside(f"start from a saved index, {size}", seen.rank.start, peer, 50),
        Figure(f"most memory, {size}", most, "GB", memory, fit, peaks),
    ]


def _growth(seen: Sequence[Seen]) -> Figure:
    """Fit CPU for a challenge = a * n ** exponent over all sizes."""
    sizes = np.log([size.n_pool for size in seen])
    exponent = float(np.polyfit(sizes, np.log([size.rank.each for size in seen]), 1)[0])
    what = f"growth exponent of a new challenge, {seen[0].n_pool:,} to {seen[-1].n_pool:,}"
    return Figure(what, exponent, "", Target(1, at_least=False))


def save(n_pool: int, place: Path) -> tuple[float, float]:
    """Fit a matcher and save it both ways; return CPU seconds of the fit, and the peak so far.

    The peak holds the profiles themselves; what `joblib` needs to write is not in it.
    """
    pool = list(corpus.profiles(n_pool, seed=1))
    before = time.process_time()
    matcher = Matcher().fit(pool)
    seconds = time.process_time() - before
    matcher.save(place / "matcher")
    peak = peak_memory()
    joblib.dump(matcher, place / "matcher.joblib")
    return seconds, peak


def answer(place: Path) -> Answered:
    """Open the saved matcher and rank challenges that nobody saw, one at a time."""
    asked = list(corpus.profiles(3 * N_QUERIES + 1, seed=2))
    many = list(corpus.profiles(N_TOGETHER, seed=3))
    before = time.process_time()
    matcher = Matcher.load(place / "matcher")
    opened = time.process_time()
    first = _each(matcher, asked[:1])
    new_words = _each(matcher, asked[1 : N_QUERIES + 1])
    _each(matcher, asked[N_QUERIES + 1 : 2 * N_QUERIES + 1])
    each = _each(matcher, asked[2 * N_QUERIES + 1 :])
    matcher.vectorizer_.encode_queries(many)
    together = measured(lambda: matcher.rank(many, K), repeat=1).cpu / N_TOGETHER
    return Answered(opened - before, first, new_words, each, together)


def _each(matcher: Matcher, challenges: Sequence[Profile]) -> float:
    before = time.process_time()
    for challenge in challenges:
        matcher.rank([challenge], K)
    return (time.process_time() - before) / len(challenges)
