"""`python -m benchmarks.small_pools`: how well small pools rank, and what helps them.

A programme has 8 to 60 providers. From each set many problems of that size are drawn by a
seed: four challenges, a right provider of each, others by chance. Each way is fitted on the
small pool and its challenges alone, or with other submissions of the set as background, and
compared with the default by a paired bootstrap over problems (95 %); `+` and `-` mark intervals
that exclude 0.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.corpora import labelled
from benchmarks.known_items import made
from benchmarks.tasks import Retrieval
from matching import Matcher, Profile, Reader, ndcg_at_k

SIZES: Final = (10, 26, 60)
ASKED: Final = 4
DRAWS: Final = 60
RESAMPLED: Final = 1_000
# Sets that are made of the same texts as another one here are one witness, not several.
SETS: Final = (
    *("cranfield", "dblp_experts", "opportunity", "cat_half", "cat_short", "cat_mixed"),
    *("cran_title", "gold_title", "gold_author", "dblp_author", "prac_half"),
)

Floats = NDArray[np.float64]
READER: Final = Reader()


@dataclass(frozen=True, slots=True)
class Problem:
    """A small pool, its challenges, and others of the same kind.

    Parameters
    ----------
    queries, pool, others : tuple of Profile
    gains : float64 array of shape (n_queries, n_pool)
    """

    queries: tuple[Profile, ...]
    pool: tuple[Profile, ...]
    others: tuple[Profile, ...]
    gains: Floats


Way = Callable[[Problem], Floats]


def alone(problem: Problem) -> Floats:
    """Score as the default does, by the small pool and its challenges."""
    return _fitted(problem, 0)


def with_others(n: int) -> Way:
    """Score with so many other submissions as background."""
    return lambda problem: _fitted(problem, n)


WAYS: Final[dict[str, Way]] = {
    "20 others": with_others(20),
    "100 others": with_others(100),
    "400 others": with_others(400),
}


def _fitted(problem: Problem, n: int) -> Floats:
    matcher = Matcher(text_weight=1.0, reader=READER)
    matcher.fit(problem.pool, background=(*problem.queries, *problem.others[:n]))
    return matcher.score_pairs(problem.queries)


def main(arguments: Sequence[str] | None = None, console: Console | None = None) -> int:
    """Print a table for each size; return 1 where there are no sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--draws", type=int, default=DRAWS)
    asked = parser.parse_args(arguments)
    console = console or Console(width=110)
    if not asked.data.is_dir():
        console.print(f"There are no sets in {asked.data}: nothing was measured.")
        return 1
    sets = {task.name: task for task in (*labelled(asked.data), *made(asked.data))}
    chosen = [task for name in SETS if isinstance(task := sets.get(name), Retrieval)]
    for size in SIZES:
        console.print(_table(size, chosen, asked.seed, asked.draws))
    return 0


def _table(size: int, tasks: Sequence[Retrieval], seed: int, draws: int) -> Table:
    table = Table(title=f"Pools of {size}: nDCG@10, and differences to the default")
    table.add_column("set")
    table.add_column("default", justify="right")
    for name in WAYS:
        table.add_column(name, justify="right")
    every: list[Floats] = []
    for task in tasks:
        problems = list(problems_of(task, size, seed, draws))
        base = _figures(problems, alone)
        differences = np.array([_figures(problems, way) - base for way in WAYS.values()])
        every.append(differences)
        cells = [_cell(values, seed) for values in differences]
        table.add_row(task.name, f"{base.mean():.4f}", *cells)
    pooled = np.concatenate(every, axis=1)
    table.add_row("all problems", "", *(_cell(values, seed) for values in pooled))
    return table


def problems_of(task: Retrieval, size: int, seed: int, draws: int) -> Iterator[Problem]:
    """Draw small problems of a set; no query is a passage of a provider."""
    draw = np.random.default_rng((seed, size))
    right = task.gains > 0
    for pair in task.without:
        right[pair] = False
    rows = np.flatnonzero(right.any(axis=1))
    for _ in range(draws):
        queries = draw.choice(rows, min(ASKED, rows.size), replace=False)
        given = [int(draw.choice(np.flatnonzero(right[query]))) for query in queries]
        rest = draw.permutation(len(task.pool))
        mixed = [
            at for at in rest.tolist() if at not in given and not _holds(task, queries, at)
        ]
        pool = sorted({*given, *mixed[: size - len(set(given))]})
        beside = draw.permutation(len(task.queries))
        left = [task.queries[at] for at in beside.tolist() if at not in queries]
        unused = [task.pool[at] for at in mixed[size:]]
        others = [one for both in zip(left, unused, strict=False) for one in both]
        yield Problem(
            tuple(task.queries[at] for at in queries),
            tuple(task.pool[at] for at in pool),
            tuple(replace(one, id=f"o{at}") for at, one in enumerate(others)),
            task.gains[np.ix_(queries, pool)],
        )


def _holds(task: Retrieval, queries: NDArray[np.intp], provider: int) -> bool:
    return any((int(query), provider) in task.without for query in queries)


def _figures(problems: Sequence[Problem], way: Way) -> Floats:
    return np.array([ndcg_at_k(one.gains, way(one)).mean() for one in problems])


def _cell(differences: Floats, seed: int) -> str:
    draw = np.random.default_rng(seed)
    drawn = draw.integers(differences.size, size=(RESAMPLED, differences.size))
    low, high = np.percentile(differences[drawn].mean(axis=1), (2.5, 97.5))
    mark = "+" if low > 0 else "-" if high < 0 else ""
    return f"{differences.mean():+.4f}{mark}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
