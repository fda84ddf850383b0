"""The labelled sets of a folder of data, read as tasks."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.tasks import Expertise, Retrieval, Task, profiles
from matching import Profile

Record = dict[str, Any]


def records(path: Path) -> list[Record]:
    """Read one record a line."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def labelled(data: Path) -> Iterator[Task]:
    """Yield the sets that people judged: a folder with `ratings.json` or `qrels.tsv`."""
    for folder in sorted(data.iterdir()):
        if (folder / "ratings.json").exists():
            yield expertise(folder)
        elif (folder / "qrels.tsv").exists():
            yield retrieval(folder)


def papers_of(folder: Path) -> dict[str, str]:
    """Return title and abstract of each paper of an expertise set."""
    return {p["id"]: f"{p['title']}. {p['abstract']}" for p in records(folder / "papers.jsonl")}


def expertise(folder: Path) -> Expertise:
    """Read a set of self-reported expertise."""
    text = papers_of(folder)
    told = json.loads((folder / "ratings.json").read_text(encoding="utf-8"))
    ratings: dict[str, dict[str, float]] = told["ratings"]
    rated = sorted({paper for by_paper in ratings.values() for paper in by_paper})
    position = {paper: i for i, paper in enumerate(rated)}
    return Expertise(
        folder.name,
        profiles("q", [[text[paper]] for paper in rated]),
        tuple(
            profiles("p", [[text[paper] for paper in drawn[person]] for person in ratings])
            for drawn in told["profiles"]
        ),
        tuple(
            {position[paper]: rating for paper, rating in by_paper.items()}
            for by_paper in ratings.values()
        ),
    )


def retrieval(folder: Path) -> Retrieval:
    """Read a set of queries, documents and judgements."""
    gained = _judgements(folder)
    asked = [q for q in records(folder / "queries.jsonl") if q["id"] in gained]
    documents = records(folder / "docs.jsonl")
    queries = profiles("q", [[q["text"]] for q in asked])
    pool = tuple(Profile(d["id"], tuple(parts_of(d).values())) for d in documents)
    return Retrieval(
        folder.name,
        queries,
        pool,
        np.array([[gained[q["id"]].get(d["id"], 0.0) for d in documents] for q in asked]),
        dict(_without([q["id"] for q in asked], documents)),
    )


def parts_of(document: Record) -> dict[str, str]:
    """Return the texts of a document, or of a provider with several, by id."""
    if "docs" in document:
        return {part["id"]: part["text"] for part in document["docs"]}
    return {"": f"{document.get('title', '')} {document['text']}"}


def _judgements(folder: Path) -> dict[str, dict[str, float]]:
    gained: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, gain = line.split("\t")
        gained.setdefault(query, {})[document] = float(gain)
    return gained


def _without(
    asked: list[str], documents: list[Record]
) -> Iterator[tuple[tuple[int, int], Profile]]:
    """Yield the providers that have a query among their texts, without it."""
    position: Mapping[str, int] = {name: i for i, name in enumerate(asked)}
    for j, document in enumerate(documents):
        parts = parts_of(document)
        for own in parts.keys() & position.keys():
            rest = tuple(text for name, text in parts.items() if name != own)
            yield (position[own], j), Profile(document["id"], rest)
