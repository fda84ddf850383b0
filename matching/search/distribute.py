"""The same ranking in blocks: here, on threads, on processes, on a dask.distributed cluster.

The rule: one function ranks a block whatever runs it, from the same saved matcher, and the
answer for a query depends on no other query; so all backends answer to the same digit.
Workers get the path of the matcher and a block of queries, never the pool, and only a few
blocks each are under way at once, so the queries may be many.

All backends are executors. joblib's `Parallel` would serve three of them, but it warns when
it is left half-way, and that is how a run that is cancelled leaves it.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, Protocol, get_args

import numpy as np
from joblib import cpu_count
from joblib.externals.loky import get_reusable_executor

from matching.errors import MatchingError
from matching.plain_matcher import PlainMatcher
from matching.search.eligibility import Rule
from matching.search.ranking import Ranking
from matching.text.profile import Profile

Backend = Literal["serial", "threads", "processes", "dask"]

# Blocks under way for each worker: one at work, one waiting, so that none is idle.
_AHEAD: Final = 2

# For workers that fail, such as one whose disk does not hold the folder, and for processes
# that are lost. A lost worker of a cluster costs none of them: dask hands its blocks on.
_RETRIES: Final = 2

# Blocks under way in a cluster at the least: workers may join while it works.
_CLUSTER: Final = 64

# Seconds that processes wait for the next call: they took seconds to start.
_IDLE: Final = 300

# Seconds to wait for a scheduler, and for the first worker of a cluster.
_PATIENCE: Final = 60


class _Block(NamedTuple):
    """All that a worker needs to know."""

    folder: str
    version: str
    queries: Sequence[Profile]
    k: int
    rules: Sequence[Rule]


class _Pending(Protocol):
    def result(self) -> Ranking: ...

    def cancel(self) -> object: ...


class _Crew(NamedTuple):
    """How to hand a block in, and how many blocks may be under way."""

    submit: Callable[[_Block], _Pending]
    most: int


def rank_in_blocks(
    folder: Path,
    queries: Sequence[Profile],
    k: int = 10,
    rules: Sequence[Rule] = (),
    *,
    backend: Backend = "serial",
    workers: int | None = None,
    scheduler: str | None = None,
    block: int = 256,
    progress: Callable[[int, int], object] | None = None,
) -> Ranking:
    """Rank the pool of a saved matcher for many queries.

    Parameters
    ----------
    folder : Path
        Where `Matcher.save` put it; every worker must see the same folder at this path.
    queries, k, rules
        As in `Matcher.rank`.
    backend : {"serial", "threads", "processes", "dask"}, default="serial"
        Threads pay with the compiled kernel, which lets go of the interpreter's lock;
        processes wait five minutes for the next call; dask is a cluster that runs already.
    workers : int >= 1, default=None
        How many threads or processes; None: one for each core.
    scheduler : str, default=None
        Address of the cluster's scheduler, such as ``"tcp://10.0.0.1:8786"``.
    block : int >= 1, default=256
        Queries that a worker takes at a time; one to five seconds of work is a good size.
    progress : callable, default=None
        Called with (queries done, queries) after each block, in order, in this thread.
        What it raises ends the ranking.

    Returns
    -------
    ranking : Ranking
        Arrays of shape (n_queries, k), equal to those of `Matcher.rank`.

    Raises
    ------
    ValueError
        If k, block or workers is below 1, the backend is unknown, or dask is asked for
        without a scheduler.
    MatchingError
        If there is no matcher in the folder, a worker finds another one there, or
        dask.distributed is not installed.
    BrokenExecutor
        If processes are lost again and again; one that is lost changes nothing.
    OSError
        If the cluster does not answer, or has no worker, within a minute.
    """
    for name, value in (("block", block), ("workers", workers)):
        if value is not None and value < 1:
            raise ValueError(f"{name} must be at least 1, got {value!r}")
    version, place = PlainMatcher.load(folder).version_, str(folder.absolute())
    starts = range(0, max(1, len(queries)), block)
    blocks = (
        _Block(place, version, queries[start : start + block], k, rules) for start in starts
    )
    parts: list[Ranking] = []
    done = 0
    with _crew(backend, workers, scheduler) as crew, closing(_in_order(blocks, crew)) as ranked:
        for part in ranked:
            parts.append(part)
            done += len(part.indices)
            if progress is not None:
                progress(done, len(queries))
    return Ranking(
        np.concatenate([part.indices for part in parts]),
        np.concatenate([part.scores for part in parts]),
    )


def _in_order(blocks: Iterable[_Block], crew: _Crew) -> Generator[Ranking, None, None]:
    """Yield the answers in the order of the blocks; what is left half-way is called off."""
    pending: deque[tuple[_Block, _Pending]] = deque()
    try:
        for block in blocks:
            pending.append((block, crew.submit(block)))
            if len(pending) >= crew.most:
                yield _first(pending, crew)
                pending.popleft()
        while pending:
            yield _first(pending, crew)
            pending.popleft()
    finally:
        for _, left in pending:
            left.cancel()


def _first(pending: deque[tuple[_Block, _Pending]], crew: _Crew) -> Ranking:
    """Return the answer of the first block; hand all in again where a process was lost."""
    for _ in range(_RETRIES):
        try:
            return pending[0][1].result()
        except BrokenExecutor:
            again = [(block, crew.submit(block)) for block, _ in pending]
            pending.clear()
            pending.extend(again)
    return pending[0][1].result()


@contextmanager
def _crew(backend: Backend, workers: int | None, scheduler: str | None) -> Iterator[_Crew]:
    if backend not in get_args(Backend):
        raise ValueError(f"backend must be one of {get_args(Backend)}, got {backend!r}")
    if backend == "dask" and scheduler is None:
        raise ValueError("dask needs the address of a scheduler")
    n = workers or cpu_count()
    if backend == "serial":
        yield _Crew(_at_once, 1)
    elif backend == "threads":
        with ThreadPoolExecutor(n) as threads:
            yield _Crew(lambda block: threads.submit(_rank, block), _AHEAD * n)
    elif backend == "processes":
        yield _Crew(lambda block: _processes(n).submit(_rank, block), _AHEAD * n)
    else:
        with _cluster(scheduler) as crew:
            yield crew


def _processes(n: int) -> Any:
    """Return the processes that wait, or new ones after one of them was lost."""
    return get_reusable_executor(max_workers=n, timeout=_IDLE)


@contextmanager
def _cluster(scheduler: str | None) -> Iterator[_Crew]:
    try:
        from distributed import Client  # noqa: PLC0415 -- the extra `cluster`
    except ModuleNotFoundError as error:
        raise MatchingError(f"{error}: install counterpart[cluster]") from error
    with Client(scheduler, timeout=_PATIENCE, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=_PATIENCE)
        most = max(_CLUSTER, _AHEAD * sum(client.nthreads().values()))
        yield _Crew(
            lambda block: client.submit(_rank, block, pure=False, retries=_RETRIES), most
        )


def _at_once(block: _Block) -> _Pending:
    answer: Future[Ranking] = Future()
    answer.set_result(_rank(block))
    return answer


def _rank(block: _Block) -> Ranking:
    """Rank one block; the only function that workers run."""
    return _opened(block.folder, block.version).rank(block.queries, block.k, block.rules)


@lru_cache(maxsize=2)
def _opened(folder: str, version: str) -> PlainMatcher:
    """Keep the matchers that this process used last; their arrays are mapped, not read."""
    matcher = PlainMatcher.load(folder)
    if matcher.version_ != version:
        raise MatchingError(
            f"the matcher in {folder} is not the one that was there when the ranking began:"
            f" version {matcher.version_}, not {version}"
        )
    return matcher
