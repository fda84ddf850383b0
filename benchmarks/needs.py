"""`python -m benchmarks.needs`: whether points and phrases tell right pairs from others.

For each labelled set: of the pairs that people call right, and of as many others, both drawn by
a seed among the best twenty of the ranking, how many of the points of the query one sentence
tells, by how much of a point it has to tell; and how much of what shared words add to the score
is named as phrases. Pairs that look alike to the score are compared, so what is said has to say
something of its own.
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
from matching import Explanation, Matcher
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
            right, others = _explained(task, asked.seed)
            console.print(_points(task, right, others))
            console.print(_phrases(task, right, others))
    console.print(f"The engine takes {ENOUGH:.0%} of a point for told.")
    return 0


def _points(
    task: Retrieval, right: Sequence[Explanation], others: Sequence[Explanation]
) -> Table:
    table = Table(title=f"{task.name}: {len(right)} right pairs, {len(others)} others")
    for name in ("a point is told from", "points told, right", "others"):
        table.add_column(name, justify="right")
    for name in ("pairs with a point told, right", "others"):
        table.add_column(name, justify="right")
    for floor in FLOORS:
        cells = []
        for some in (right, others):
            told = [sum(need.share >= floor for need in one.needs) for one in some]
            whole = sum(len(one.needs) for one in some)
            cells.append((sum(told) / max(whole, 1), np.mean([n > 0 for n in told])))
        table.add_row(
            f"{floor:.0%}", *(f"{c[0]:.1%}" for c in cells), *(f"{c[1]:.1%}" for c in cells)
        )
    return table


def _phrases(
    task: Retrieval, right: Sequence[Explanation], others: Sequence[Explanation]
) -> Table:
    table = Table(title=f"{task.name}: what shared words add to the score")
    for name in ("pairs", "named as phrases", "as phrases of several words", "pairs with one"):
        table.add_column(name, justify="right")
    for kind, some in (("right", right), ("others", others)):
        words = [[c for c in one.contributions if c.kind == "word"] for one in some]
        whole = sum(c.share for of_one in words for c in of_one)
        named = [[c for c in of_one if c.phrase] for of_one in words]
        parts = [sum(c.share for of_one in named for c in of_one)]
        parts.append(sum(c.share for of_one in named for c in of_one if " " in c.phrase))
        cells = [f"{part / whole:.1%}" for part in parts]
        table.add_row(kind, *cells, f"{np.mean([bool(of_one) for of_one in named]):.1%}")
    return table


def _explained(task: Retrieval, seed: int) -> tuple[list[Explanation], list[Explanation]]:
    """Return the explanations of right pairs, and of others that stand as high."""
    queries, pool = task.cases[0]
    matcher = Matcher(text_weight=1.0).fit(pool, background=queries)
    ranking = matcher.rank(queries, k=NEAR)
    draw = np.random.default_rng(seed)
    near = [ranking.indices[query].tolist() for query in range(len(queries))]
    known = {(q, p) for q, p in np.argwhere(task.gains > 0).tolist()} - task.without.keys()
    pairs = sorted((q, p) for q, p in known if p in near[q])
    chosen = [pairs[i] for i in sorted(draw.permutation(len(pairs))[:MOST].tolist())]
    right, others = list[Explanation](), list[Explanation]()
    for query, position in chosen:
        wrong = [other for other in near[query] if other >= 0 and (query, other) not in known]
        if not wrong:
            continue
        for found, place in ((right, position), (others, int(draw.choice(wrong)))):
            found.append(matcher.explain(queries[query], place))
    return right, others


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
