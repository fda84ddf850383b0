"""What it costs to hand blocks to threads, processes or a cluster, the same answer on all.

The cluster is two workers of dask.distributed on this machine, over TCP on loopback. CPU is
that of this process and of all below it. A block of one challenge is nearly all overhead.

Each process stems a word when it first meets it, which at these sizes would be most of what is
seen; the texts are in a language without our stemmer, and each way gets texts of its own.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple, get_args

import numpy as np
import psutil
from distributed import LocalCluster

from benchmarks import corpus
from benchmarks.report import Figure
from matching import Matcher, Profile, Ranking
from matching.search.distribute import Backend, rank_in_blocks

K: Final = 10
WORKERS: Final = 2
WARM: Final = 400
SMALL: Final = 500
BLOCK: Final = 250

_LOCAL: Final[tuple[Backend, ...]] = ("serial", "threads", "processes")
_NO_STEMMER: Final = "xx"


class Cost(NamedTuple):
    """An answer, the clock's seconds, and CPU seconds of all processes."""

    answer: Ranking
    wall: float
    cpu: float


class Way(NamedTuple):
    """A backend: its first call, then, warm, blocks of one query, and all in large blocks."""

    first: Cost
    small: Cost
    whole: Cost


def run(*, large: bool) -> list[Figure]:
    """Rank 2,000 for 5,000 providers or, when large, 10,000 for 100,000."""
    n_pool, n_queries = (100_000, 10_000) if large else (5_000, 2_000)
    with TemporaryDirectory() as place:
        folder = Path(place) / "matcher"
        Matcher().fit(list(corpus.profiles(n_pool, seed=1, language=_NO_STEMMER))).save(folder)
        ways = {name: _way(folder, n_queries, name) for name in _LOCAL}
        with _cluster() as cluster:
            ways["dask"] = _way(folder, n_queries, "dask", cluster.scheduler_address)
    serial = ways.pop("serial")
    size = f"{n_queries:,} x {n_pool:,}"
    return [_told(name, size, way, serial) for name, way in ways.items()]


def _cluster() -> LocalCluster:
    return LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    )


def _way(folder: Path, n_queries: int, backend: Backend, scheduler: str | None = None) -> Way:
    def rank(queries: Sequence[Profile], block: int) -> Ranking:
        return rank_in_blocks(
            folder,
            queries,
            K,
            backend=backend,
            workers=WORKERS,
            scheduler=scheduler,
            block=block,
        )

    seed = 2 + get_args(Backend).index(backend)
    queries = list(corpus.profiles(WARM + SMALL + n_queries, seed, _NO_STEMMER))
    first = _cost(lambda: rank(queries[: 2 * WORKERS], 1))
    rank(queries[:WARM], WARM // (4 * WORKERS))
    small = _cost(lambda: rank(queries[WARM : WARM + SMALL], 1))
    whole = _cost(lambda: rank(queries[WARM + SMALL :], BLOCK))
    _agree(whole.answer, Matcher.load(folder).rank(queries[WARM + SMALL :], K), backend)
    return Way(first, small, whole)


def _agree(found: Ranking, expected: Ranking, backend: Backend) -> None:
    for array, same in zip(found, expected, strict=True):
        if not np.array_equal(array, same, equal_nan=True):
            raise ValueError(f"{backend} answers otherwise than the matcher")


def _cost(work: Callable[[], Ranking]) -> Cost:
    cpu, wall = _cpu_of_all(), time.perf_counter()
    answer = work()
    return Cost(answer, time.perf_counter() - wall, _cpu_of_all() - cpu)


def _cpu_of_all() -> float:
    """Return the CPU seconds of this process and of those below it that run."""
    here = psutil.Process()
    times = [process.cpu_times() for process in (here, *here.children(recursive=True))]
    return float(sum(spent.user + spent.system for spent in times))


def _told(name: str, size: str, way: Way, serial: Way) -> Figure:
    handing = (way.small.cpu - serial.small.cpu) / SMALL
    notes: dict[str, float | str] = {
        "CPU beside serial, x": way.whole.cpu / serial.whole.cpu,
        "by the clock, s": way.whole.wall,
        "serial by the clock, s": serial.whole.wall,
        "first call by the clock, s": way.first.wall,
    }
    what = f"handing a block over, {WORKERS} workers, {name}; then {size} in blocks of {BLOCK}"
    seconds = {name: way.whole.cpu, "serial": serial.whole.cpu}
    return Figure(what, 1e3 * handing, "ms", None, seconds, notes)
