"""Which copies are found, and which honest pairs are taken for copies, on the sets at hand.

    python -m benchmarks.near_copies [--data FOLDER]

Honest: every pair of texts of a set. Some of them are copies in truth: the same announcement of
two years, a talk and its paper. So the shares between the thresholds are shown, and the pairs
above with their first words, for people to look at. Copies: of each text of at least 100 words,
with another word of the set in a share of its places.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.corpora import papers_of, parts_of, records
from benchmarks.quality import DATA
from matching import Profile, Reader, near_duplicates

SHARES: Final = (0.1, 0.2, 0.3, 0.5, 0.9)
CHANGED: Final = (0.05, 0.1, 0.2, 0.3)
LONG: Final = 100
"""Words of a text that is copied: less is no submission."""
TRIED: Final = 200
"""Texts of a set that are copied."""


def main(arguments: Sequence[str] | None = None, console: Console | None = None) -> int:
    """Measure every set of a folder; 2 if there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--show", type=int, default=0, help="pairs of each set to look at")
    options = parser.parse_args(arguments)
    out = console or Console(width=None if sys.stdout.isatty() else 120)
    if not options.data.is_dir():
        out.print(f"There is no folder {options.data}: the sets are no part of this project.")
        return 2
    honest = Table("set", "texts", "pairs", *(f"share >= {share}" for share in SHARES))
    copies = Table("set", "copies", *(f"{changed:.0%} changed: found" for changed in CHANGED))
    for name, texts in sets(options.data):
        found = alike(texts)
        n_pairs = len(texts) * (len(texts) - 1) // 2
        counts = (sum(share >= least for share, *_ in found) for least in SHARES)
        honest.add_row(name, f"{len(texts):,}", f"{n_pairs:,}", *map(str, counts))
        for share, one, other in found[-options.show :] if options.show else []:
            out.print(f"{name} {share:.2f}: {one[:70]!r} {other[:70]!r}", markup=False)
        long = [text for text in texts if len(text.split()) >= LONG][:TRIED]
        if long:
            recalls = (f"{recall(long, changed):.1%}" for changed in CHANGED)
            copies.add_row(name, str(len(long)), *recalls)
    out.print(honest)
    out.print(copies)
    return 0


def sets(data: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the texts of each set that is there, each text once."""
    for name, texts in _sets(data):
        yield name, list(dict.fromkeys(texts))


def _sets(data: Path) -> Iterator[tuple[str, list[str]]]:
    practices = data / "practices.json"
    if practices.is_file():
        found = json.loads(practices.read_text(encoding="utf-8"))["practices"]
        yield "practices", [one["text"] for one in found]
    catalogue = data / "catalogue_challenges.jsonl"
    if catalogue.is_file():
        yield "catalogue", [one["text"] for one in records(catalogue)]
    for folder in sorted(path for path in data.iterdir() if path.is_dir()):
        if (folder / "papers.jsonl").is_file():
            yield folder.name, list(papers_of(folder).values())
        for part in ("queries", "docs"):
            if (folder / f"{part}.jsonl").is_file():
                yield f"{folder.name}, {part}", _texts(records(folder / f"{part}.jsonl"))


def _texts(found: Sequence[Mapping[str, object]]) -> list[str]:
    return [" ".join(parts_of(dict(one)).values()) for one in found]


def alike(texts: Sequence[str]) -> list[tuple[float, str, str]]:
    """Return the pairs of texts with a tenth in common and more, the greatest share first."""
    profiles = [Profile(str(i), (text,)) for i, text in enumerate(texts)]
    found = near_duplicates(profiles, least=min(SHARES))
    return [
        (max(pair.of_first, pair.of_second), texts[pair.first], texts[pair.second])
        for pair in found
    ]


def recall(texts: Sequence[str], changed: float, seed: int = 0) -> float:
    """Return the share of copies that are found beside what they were copied from."""
    rng = np.random.default_rng(seed)
    words = np.array(" ".join(texts).split(), dtype=object)
    reader, found = Reader(), 0
    for text in texts:
        own = np.array(text.split(), dtype=object)
        copied = np.where(rng.random(own.size) < changed, rng.choice(words, own.size), own)
        pair = [Profile("first", (text,)), Profile("copy", (" ".join(copied.tolist()),))]
        found += len(near_duplicates(pair, reader))
    return found / len(texts)


if __name__ == "__main__":
    sys.exit(main())
