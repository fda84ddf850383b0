import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np
import pytest
from distributed import Client

from matching import Matcher, MatchingError, Profile, Ranking, Rule
from matching.search import distribute
from matching.search.distribute import Backend, rank_in_blocks
from tests.processes import ROOT, free_port

APART = Rule("country", shared=False, reason="Both are in the same country.")
WORDS = ("flood", "phone", "budget", "river", "school", "care", "data", "open", "health", "map")
THEMES = ("water", "money", "care")


def a_profile(i: int, shift: int) -> Profile:
    words = [WORDS[(i * step + shift) % len(WORDS)] for step in (1, 3, 5, 7, 11)]
    return Profile(
        f"{shift}-{i}",
        (" ".join(words[:3]), " ".join(words[2:])),
        frozenset({THEMES[(i + shift) % 3]}),
        {"country": frozenset({"NO" if i % 3 else "FR"})},
        language="en",
    )


POOL = [a_profile(i, 0) for i in range(40)]
QUERIES = [a_profile(i, 5) for i in range(30)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    saved = tmp_path_factory.mktemp("saved") / "matcher"
    Matcher().fit(POOL, background=QUERIES).save(saved)
    return saved


@pytest.fixture(scope="module")
def whole() -> Ranking:
    """What the matcher itself answers, in one piece."""
    return Matcher().fit(POOL, background=QUERIES).rank(QUERIES, 5, [APART])


@contextmanager
def started(*arguments: str, count: int = 1) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start processes of dask on loopback, and end them with the block."""
    running = [
        subprocess.Popen(  # noqa: S603 -- our own command
            [sys.executable, "-m", *arguments], cwd=ROOT, stderr=subprocess.DEVNULL
        )
        for _ in range(count)
    ]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait()


@contextmanager
def a_cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and two workers; yields the address and the workers."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    here = ("--host", "127.0.0.1", "--no-dashboard")
    lonely = ("--no-nanny", "--nthreads", "1", "--death-timeout", "60")
    with (
        started("distributed.cli.dask_scheduler", "--port", str(port), *here),
        started("distributed.cli.dask_worker", address, *here, *lonely, count=2) as workers,
    ):
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield address, workers


def assert_equal(found: Ranking, expected: Ranking) -> None:
    assert np.array_equal(found.indices, expected.indices)
    assert np.array_equal(found.scores, expected.scores, equal_nan=True)


@pytest.mark.parametrize("backend", ["serial", "threads"])
@pytest.mark.parametrize("block", [7, 30, 1000])
def test_blocks_of_any_size_give_the_answer_of_the_matcher(
    folder: Path, whole: Ranking, backend: Backend, block: int
) -> None:
    found = rank_in_blocks(folder, QUERIES, 5, [APART], backend=backend, workers=2, block=block)

    assert_equal(found, whole)


@pytest.mark.server
def test_processes_give_the_same_answer(folder: Path, whole: Ranking) -> None:
    found = rank_in_blocks(folder, QUERIES, 5, [APART], backend="processes", workers=2, block=4)

    assert_equal(found, whole)


@pytest.mark.server
def test_processes_give_the_same_answer_while_one_of_them_is_lost(
    folder: Path, whole: Ranking
) -> None:
    told: list[tuple[int, int]] = []

    def lose_one(done: int, total: int) -> None:
        told.append((done, total))
        if done == 10:
            os.kill(next(iter(distribute._processes(2)._processes)), signal.SIGKILL)

    found = rank_in_blocks(
        folder, QUERIES, 5, [APART], backend="processes", workers=2, block=2, progress=lose_one
    )

    assert_equal(found, whole)
    assert told == [(done, 30) for done in range(2, 31, 2)]


def test_a_block_that_is_lost_again_and_again_ends_the_ranking(folder: Path) -> None:
    block = distribute._Block(str(folder), "", QUERIES, 5, [])
    handed_in = []

    def lost(block: distribute._Block) -> Future[Ranking]:
        handed_in.append(block)
        answer: Future[Ranking] = Future()
        answer.set_exception(BrokenExecutor("a process was lost"))
        return answer

    with pytest.raises(BrokenExecutor, match="a process was lost"):
        list(distribute._in_order([block], distribute._Crew(lost, 1)))

    assert handed_in == [block] * 3


@pytest.mark.server
def test_a_cluster_gives_the_same_answer_while_it_loses_a_worker(
    folder: Path, whole: Ranking
) -> None:
    told: list[tuple[int, int]] = []
    with a_cluster() as (scheduler, workers):
        # it stops with its hands full, and dies a moment later
        dying = Timer(1, workers[0].kill)

        def lose_one(done: int, total: int) -> None:
            told.append((done, total))
            if done == 10:
                workers[0].send_signal(signal.SIGSTOP)
                dying.start()

        found = rank_in_blocks(
            *(folder, QUERIES, 5, [APART]),
            backend="dask",
            scheduler=scheduler,
            block=2,
            progress=lose_one,
        )

        dying.join()
        assert [workers[0].wait(10), workers[1].poll()] == [-signal.SIGKILL, None]
    assert_equal(found, whole)
    assert told == [(done, 30) for done in range(2, 31, 2)]


@pytest.mark.parametrize("backend", ["serial", "threads", "processes"])
def test_progress_is_told_block_after_block(folder: Path, backend: Backend) -> None:
    told: list[tuple[int, int]] = []

    rank_in_blocks(
        folder,
        QUERIES,
        backend=backend,
        workers=2,
        block=8,
        progress=lambda done, total: told.append((done, total)),
    )

    assert told == [(8, 30), (16, 30), (24, 30), (30, 30)]


@pytest.mark.parametrize("backend", ["serial", "threads", "processes"])
def test_what_progress_raises_ends_the_ranking(folder: Path, backend: Backend) -> None:
    told: list[int] = []

    def cancel(done: int, total: int) -> None:
        told.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rank_in_blocks(folder, QUERIES, backend=backend, workers=2, block=1, progress=cancel)

    assert told == [1]


def test_no_queries_make_an_empty_answer(folder: Path) -> None:
    assert rank_in_blocks(folder, [], 3).indices.shape == (0, 3)


def test_a_matcher_saved_anew_is_not_taken_for_the_one_before(tmp_path: Path) -> None:
    folder = tmp_path / "matcher"
    Matcher().fit(POOL).save(folder)
    rank_in_blocks(folder, QUERIES, 3)
    Matcher().fit(POOL[::-1]).save(folder)

    found = rank_in_blocks(folder, QUERIES, 3)

    assert_equal(found, Matcher().fit(POOL[::-1]).rank(QUERIES, 3))


def test_a_matcher_that_is_replaced_meanwhile_ends_the_ranking(tmp_path: Path) -> None:
    folder, others = tmp_path / "matcher", [tmp_path / "one", tmp_path / "two"]
    for place in (folder, *others):
        Matcher().fit(POOL).save(place)

    def replace(done: int, total: int) -> None:
        Matcher().fit(POOL[::-1]).save(folder)
        for other in others:
            rank_in_blocks(other, QUERIES, 3)

    with pytest.raises(MatchingError, match="not the one that was there when"):
        rank_in_blocks(folder, QUERIES, 3, block=10, progress=replace)


def test_without_dask_the_cluster_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(MatchingError, match=r"install counterpart\[cluster\]"):
        rank_in_blocks(folder, QUERIES, backend="dask", scheduler="tcp://127.0.0.1:1")


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"k": 0}, "k must be at least 1, got 0"),
        ({"block": 0}, "block must be at least 1, got 0"),
        ({"workers": -1}, "workers must be at least 1, got -1"),
        ({"backend": "spark"}, r"backend must be one of \('serial', .*\), got 'spark'"),
        ({"backend": "dask"}, "dask needs the address of a scheduler"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    folder: Path, arguments: dict[str, Any], refusal: str
) -> None:
    with pytest.raises(ValueError, match=refusal):
        rank_in_blocks(folder, QUERIES, **arguments)
