"""`python -m benchmarks.judgement`: sheets by which people judge reasons, and their answers.

    python -m benchmarks.judgement sheet --output FOLDER sheet.csv, and key.json apart
    python -m benchmarks.judgement tally FOLDER/key.json FILLED.csv ...
    python -m benchmarks.judgement words                 the words of the 20 first pairs
    python -m benchmarks.judgement words --judged FILE   what share was judged how

The first five of the four challenges of the first edition, among its providers and the
practices of the seeds, and of the twelve problems of `opportunity` that are described at most
length. Each pair stands on the sheet twice, with the reason as it was given before there were
phrases and points, and as it is now, in an order drawn by a seed: who judges sees neither which
is which nor any score. How it is judged: `benchmarks/judgement.md`.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from rich.console import Console

from app.core.tables.importing import read_table
from app.matchmaking.engine.pipeline import Matching, matching_of
from app.matchmaking.engine.suggestions import Reasons, Suggestion
from app.matchmaking.reasons import listed, reasons_of
from app.submissions.records import ChallengeRecord, SolutionRecord
from benchmarks.corpora import parts_of, records

SEEDS: Final = Path(__file__).parent.parent / "seeds"
JUDGED: Final = Path(__file__).parent / "judgement_words.csv"
FIRST: Final = 5
DESCRIBED: Final = 12
SHOWN: Final = 3
_SHEET: Final = ("item", "asks", "tells", "reason", "useful (y/n)")
_WORDS: Final = ("challenge", "provider", "word", "share", "phrase", "judged")


class Case(NamedTuple):
    """A pair with its reasons: what is asked and told, the reason before and now."""

    name: str
    asks: str
    tells: str
    before: str
    now: str


def main(arguments: Sequence[str] | None = None, console: Console | None = None) -> int:
    """Do what the command line says; return 1 where a set is missing."""
    asked = _parser().parse_args(arguments)
    console = console or Console(width=110)
    if asked.command == "sheet":
        return _sheet(asked.data, asked.seed, asked.output, console)
    if asked.command == "tally":
        return _tally(asked.key, asked.filled, console)
    if asked.judged:
        return _judged_words(asked.judged, console)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_WORDS)
    for suggestion in _suggestions(first_edition()):
        writer.writerows(_word_rows(suggestion))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    sheet = commands.add_parser("sheet")
    sheet.add_argument("--data", type=Path, default=Path("../shared/data"))
    sheet.add_argument("--seed", type=int, default=1)
    sheet.add_argument("--output", type=Path, required=True)
    tally = commands.add_parser("tally")
    tally.add_argument("key", type=Path)
    tally.add_argument("filled", type=Path, nargs="+")
    words = commands.add_parser("words")
    words.add_argument("--judged", type=Path)
    return parser


# --- pairs -----------------------------------------------------------------------------


def first_edition() -> Matching:
    """Match the first edition with its providers and the practices."""
    edition = SEEDS / "first_edition"
    files = (edition / "solutions.jsonl", SEEDS / "practices" / "practices.jsonl")
    challenges = [r for _, r in read_table(edition / "challenges.jsonl", ChallengeRecord)]
    providers = [r for file in files for _, r in read_table(file, SolutionRecord)]
    return matching_of(challenges, providers)


def opportunity(data: Path) -> Matching:
    """Match the problems of agencies that are described at most length with all products."""
    folder = data / "opportunity"
    problems = sorted(records(folder / "queries.jsonl"), key=lambda one: -len(one["text"]))
    challenges = [
        ChallengeRecord(
            id=one["id"], title=_title(one["text"]), text=one["text"], language="en"
        )
        for one in problems[:DESCRIBED]
    ]
    providers = [
        SolutionRecord(id=one["id"], title=_title(text), text=text, language="en", capacity=1)
        for one in records(folder / "docs.jsonl")
        if (text := "\n".join(parts_of(one).values()).strip())
    ]
    return matching_of(challenges, providers, text_weight=1.0, rules=())


def _title(text: str) -> str:
    return " ".join(text.split()[:8])


def _suggestions(matching: Matching) -> Iterator[Suggestion]:
    pairs = matching.engine.rank(FIRST)
    yield from matching.suggestions(pairs, matching.engine.confidence(FIRST))


def _cases(matching: Matching) -> Iterator[Case]:
    for suggestion in _suggestions(matching):
        reasons = suggestion.reasons
        if reasons is not None:
            yield Case(
                f"{suggestion.challenge.id} {suggestion.provider.id}",
                _told(suggestion.challenge),
                _told(suggestion.provider),
                _before(reasons),
                " ".join(reasons_of(reasons, {})),
            )


def _told(record: Any) -> str:
    return "\n".join((record.title, *record.written().values()))


def _before(reasons: Reasons) -> str:
    """Say what was said before there were phrases and points: single words and themes."""
    words = ["/".join(dict.fromkeys(one.words)) for one in reasons.words[:SHOWN]]
    themes = [one.feature for one in reasons.themes[:SHOWN]]
    said = [f"Both mention {listed(words)}."] if words else []
    said += [f"Both are about {listed(themes)}."] if themes else []
    return " ".join(said)


# --- sheets ----------------------------------------------------------------------------


def _sheet(data: Path, seed: int, output: Path, console: Console) -> int:
    if not (data / "opportunity").is_dir():
        console.print(
            f"There is no set opportunity in {data}: the sheet has the first edition."
        )
        cases = list(_cases(first_edition()))
    else:
        cases = [*_cases(first_edition()), *_cases(opportunity(data))]
    rows = [(case, way) for case in cases for way in ("before", "now")]
    order = np.random.default_rng(seed).permutation(len(rows))
    output.mkdir(parents=True, exist_ok=True)
    key = {}
    with (output / "sheet.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_SHEET)
        for item, at in enumerate(order.tolist(), 1):
            case, way = rows[at]
            key[str(item)] = {"pair": case.name, "way": way}
            writer.writerow((item, case.asks, case.tells, getattr(case, way), ""))
    (output / "key.json").write_text(json.dumps(key, indent=1), encoding="utf-8")
    console.print(
        f"{len(rows)} items in {output / 'sheet.csv'}; keep key.json from the judges."
    )
    return 0


def _tally(key_file: Path, filled: Sequence[Path], console: Console) -> int:
    key = json.loads(key_file.read_text(encoding="utf-8"))
    for file in filled:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        for way in ("before", "now"):
            said = [
                row["useful (y/n)"].strip().lower()
                for row in rows
                if key[row["item"]]["way"] == way
            ]
            console.print(
                f"{file.name}, {way}: {said.count('y')} useful, {said.count('n')} not, "
                f"{len(said) - said.count('y') - said.count('n')} not judged"
            )
    return 0


# --- words -----------------------------------------------------------------------------


def _word_rows(suggestion: Suggestion) -> Iterator[tuple[str, ...]]:
    assert suggestion.reasons is not None  # noqa: S101 -- they were asked for
    for one in suggestion.reasons.words:
        pair = (suggestion.challenge.id, suggestion.provider.id)
        yield (*pair, "/".join(one.words), f"{one.share:.4f}", one.phrase, "")


def _judged_words(file: Path, console: Console) -> int:
    """Tell what share of the text score was judged how: of all words, and of what is named."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    kinds = {"e": "empty", "f": "false friend", "g": "what every practice has", "t": "telling"}
    strongest: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows:
        strongest.setdefault((row["challenge"], row["provider"]), []).append(row)
    groups = {
        "all words (the text score)": rows,
        "named before: the three strongest words": [
            row for of_pair in strongest.values() for row in of_pair[:SHOWN]
        ],
        "named now: phrases": [row for row in rows if row["phrase"]],
    }
    for name, some in groups.items():
        whole = sum(float(row["share"]) for row in some)
        shares = {
            kind: sum(float(row["share"]) for row in some if row["judged"] == letter) / whole
            for letter, kind in kinds.items()
        }
        parts = ", ".join(f"{kind} {share:.1%}" for kind, share in shares.items())
        console.print(f"{name} ({whole:.3f}): {parts}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
