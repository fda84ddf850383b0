"""Sets with one right provider for each challenge, made of material that has no labels.

The rule: what a challenge is made of never stands in the pool, and everything is drawn by
one seed, so the sets are the same wherever the material is.
"""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.corpora import papers_of, parts_of, records, retrieval
from benchmarks.tasks import Retrieval, known_item, profiles

SEED: Final = 0
SHORT: Final = 40
# Fewer words cannot be told in two halves.
ENOUGH: Final = 80


def made(data: Path) -> Iterator[Retrieval]:
    """Yield all sets that can be made of the material in `data`."""
    catalogue = records(data / "catalogue_challenges.jsonl")
    texts = [c["text"] for c in catalogue]
    abstracts = records(data / "cranfield" / "docs.jsonl")
    papers = records(data / "gold" / "papers.jsonl")
    practices = json.loads((data / "practices.json").read_text(encoding="utf-8"))["practices"]
    yield from both_halves("cat", texts)
    yield short("cat_short", texts)
    yield mixed("cat_mixed", texts)
    yield titles("cat_title", [(c["title"], c["text"]) for c in catalogue])
    yield halves("cran_half", [d["text"] for d in abstracts])
    yield titles("cran_title", [(d["title"], d["text"]) for d in abstracts])
    yield halves("gold_half", [p["abstract"] for p in papers])
    yield titles("gold_title", [(p["title"], p["abstract"]) for p in papers])
    yield halves("prac_half", [p["text"] for p in practices])
    for name, authored in (("gold", _gold_authors(data)), ("dblp", _dblp_authors(data))):
        yield authors(f"{name}_author", authored)
        yield teams(f"{name}_team", authored)
    products = retrieval(data / "opportunity")
    yield back(products)
    yield parts(products)
    yield parts(halves("gold_half", [p["abstract"] for p in papers]))


def halves(name: str, texts: Sequence[str], language: str | None = None) -> Retrieval:
    """Set the first half of each text against the second halves of all."""
    long = _long(texts)
    return known_item(
        name,
        [[" ".join(w[: len(w) // 2])] for w in long],
        [[" ".join(w[len(w) // 2 :])] for w in long],
        language,
    )


def both_halves(name: str, texts: Sequence[str]) -> Iterator[Retrieval]:
    """Set the halves against one another, both ways."""
    there = halves(f"{name}_half", texts)
    yield there
    asked, offered = ([p.texts for p in side] for side in (there.pool, there.queries))
    yield known_item(f"{name}_back", asked, offered)


def short(name: str, texts: Sequence[str]) -> Retrieval:
    """Set forty words in a row against the rest in one to five passages."""
    rng = np.random.default_rng(SEED)
    asked, offered = [], []
    for i, words in enumerate(_long(texts)):
        start = int(rng.integers(len(words) - SHORT))
        asked.append([" ".join(words[start : start + SHORT])])
        offered.append(_cut(words[:start] + words[start + SHORT :], 1 + i % 5))
    return known_item(name, asked, offered)


def mixed(name: str, texts: Sequence[str]) -> Retrieval:
    """Set half of a text against the other in one to six passages, every second one short."""
    asked, offered = [], []
    for i, words in enumerate(_long(texts)):
        asked.append([" ".join(words[: len(words) // 2])])
        passages = _cut(words[len(words) // 2 :], 1 + i % 6)
        offered.append(
            [" ".join(p.split()[:SHORT]) if n % 2 else p for n, p in enumerate(passages)]
        )
    return known_item(name, asked, offered)


def titles(name: str, titled: Sequence[tuple[str, str]]) -> Retrieval:
    """Set a title against the texts, without the title at their head."""
    pairs = [(title, text.removeprefix(title)) for title, text in titled if title and text]
    return known_item(name, [[title] for title, _ in pairs], [[text] for _, text in pairs])


def authors(name: str, authored: Sequence[frozenset[str]]) -> Retrieval:
    """Set half of all papers, one by one, against people with the papers that are left.

    The right ones are those who wrote the paper: mostly one.
    """
    asked = _asked(authored)
    kept = [sorted(papers - asked) for papers in authored]
    known = [
        paper
        for paper in sorted(asked)
        if any(paper in papers and rest for papers, rest in zip(authored, kept, strict=True))
    ]
    gains = [[float(paper in papers) for papers in authored] for paper in known]
    return Retrieval(
        name,
        profiles("q", [[paper] for paper in known]),
        profiles("p", kept),
        np.array(gains),
        one_right=True,
    )


def teams(name: str, authored: Sequence[frozenset[str]]) -> Retrieval:
    """Set a person's half of the papers, as several passages, against the other halves."""
    asked = _asked(authored)
    both = [(sorted(p & asked), sorted(p - asked)) for p in authored if p & asked and p - asked]
    return known_item(name, [q[:5] for q, _ in both], [rest for _, rest in both])


def back(there: Retrieval) -> Retrieval:
    """Turn a set round: who was found asks, and who asked is found."""
    asked = np.flatnonzero(there.gains.any(axis=0))
    return Retrieval(
        f"{there.name}_back",
        tuple(there.pool[j] for j in asked),
        there.queries,
        there.gains[:, asked].T,
    )


def parts(there: Retrieval) -> Retrieval:
    """Cut each query of a set in two to four passages that tell one story."""
    texts = [" ".join(query.texts).split() for query in there.queries]
    asked = profiles("q", [_cut(words, 2 + i % 3) for i, words in enumerate(texts)])
    return replace(there, name=f"{there.name}_parts", queries=asked)


def _long(texts: Sequence[str]) -> list[list[str]]:
    """Return the words of each text that has enough, once."""
    return [words for text in dict.fromkeys(texts) if len(words := text.split()) >= ENOUGH]


def _cut(words: list[str], pieces: int) -> list[str]:
    ends = np.linspace(0, len(words), pieces + 1).astype(int)
    return [" ".join(words[a:b]) for a, b in itertools.pairwise(ends)]


def _asked(authored: Sequence[frozenset[str]]) -> frozenset[str]:
    """Draw half of all papers."""
    papers = sorted(frozenset[str]().union(*authored))
    drawn = np.random.default_rng(SEED).permutation(len(papers))[: len(papers) // 2]
    return frozenset(papers[i] for i in drawn)


def _gold_authors(data: Path) -> list[frozenset[str]]:
    text = papers_of(data / "gold")
    told = json.loads((data / "gold" / "ratings.json").read_text(encoding="utf-8"))
    return [
        frozenset(text[paper] for drawn in told["profiles"] for paper in drawn[person])
        for person in told["ratings"]
    ]


def _dblp_authors(data: Path) -> list[frozenset[str]]:
    people = records(data / "dblp_experts" / "docs.jsonl")
    return [frozenset(parts_of(person).values()) for person in people]
