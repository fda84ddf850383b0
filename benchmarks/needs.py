"""`python -m benchmarks.needs`: whether the points of a challenge tell right pairs from others.

For each labelled set: of the pairs that people call right, and of as many others, both drawn by
a seed among the best twenty of the ranking, how many of the points of the query one sentence
tells, by how much of a point it has to tell. Pairs that look alike to the score are compared,
so a point has to say something of its own.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.corpora import labelled
from benchmarks.tasks import Retrieval
from matching import Matcher
from matching.scoring.needs import ENOUGH

FLOORS: Final = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
NEAR: Final = 20
MOST: Final = 200
"""Right pairs of a set, at most."""


def main(arguments: Sequence[str] | None = None, console: Console | None = None) -> int:
    """Print a table for each set at hand; return 1 where there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    console = console or Console(width=110)
    if not asked.data.is_dir():
        console.print(f"There are no labelled sets in {asked.data}: nothing was measured.")
        return 1
    for task in labelled(asked.data):
        if isinstance(task, Retrieval):
            console.print(_table(task, asked.seed))
    console.print(f"The engine takes {ENOUGH:.0%} of a point for told.")
    return 0


def _table(task: Retrieval, seed: int) -> Table:
    right, others = _shares(task, seed)
    table = Table(title=f"{task.name}: {len(right)} right pairs, {len(others)} others")
    for name in ("a point is told from", "points told, right", "others"):
        table.add_column(name, justify="right")
    for name in ("pairs with a point told, right", "others"):
        table.add_column(name, justify="right")
    for floor in FLOORS:
        cells = []
        for shares in (right, others):
            told = [sum(share >= floor for share in one) for one in shares]
            whole = sum(map(len, shares))
            cells.append((sum(told) / max(whole, 1), np.mean([n > 0 for n in told])))
        table.add_row(
            f"{floor:.0%}", *(f"{c[0]:.1%}" for c in cells), *(f"{c[1]:.1%}" for c in cells)
        )
    return table


def _shares(task: Retrieval, seed: int) -> tuple[list[list[float]], list[list[float]]]:
    """Return for right pairs, and for others, how much of each point one sentence tells."""
    queries, pool = task.cases[0]
    matcher = Matcher(text_weight=1.0).fit(pool, background=queries)
    ranking = matcher.rank(queries, k=NEAR)
    draw = np.random.default_rng(seed)
    near = [ranking.indices[query].tolist() for query in range(len(queries))]
    known = {(q, p) for q, p in np.argwhere(task.gains > 0).tolist()} - task.without.keys()
    pairs = sorted((q, p) for q, p in known if p in near[q])
    chosen = [pairs[i] for i in sorted(draw.permutation(len(pairs))[:MOST].tolist())]
    right, others = list[list[float]](), list[list[float]]()
    for query, position in chosen:
        wrong = [other for other in near[query] if other >= 0 and (query, other) not in known]
        if not wrong:
            continue
        for found, place in ((right, position), (others, int(draw.choice(wrong)))):
            needs = matcher.explain(queries[query], place).needs
            found.append([need.share for need in needs])
    return right, others


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
