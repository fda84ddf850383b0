"""The queue: each job once, whatever happens to the worker."""

import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from app.core.base.clock import now
from app.core.storage import jobs
from app.core.storage.database import Database, reading, transaction
from app.core.storage.jobs import Handler, Job, JobState, LostLease, Store, Ticket
from app.programmes.models import Programme
from tests.factories import a_programme

MINUTE = timedelta(minutes=1)
GONE = timedelta(seconds=-1)
"""A lease that has ended before it begins: as if its worker had died."""


def enqueued(database: Database, **arguments: Any) -> int:
    with transaction(database) as session:
        job = jobs.enqueue(session, "store", requested_by=None, **arguments)
    assert job.id is not None
    return job.id


def job(database: Database, job_id: int) -> Job:
    with reading(database) as session:
        return session.get_one(Job, job_id)


def titles(database: Database) -> list[str]:
    with reading(database) as session:
        return sorted(session.exec(select(Programme.title)))


def storing(ticket: Ticket) -> Store:
    """Stores a programme, named after what the arguments say."""
    ticket.report(1, 2)

    def store(session: Session) -> None:
        a_programme(session, title=ticket.arguments["title"])

    return store


def raising(_: Ticket) -> Store:
    raise OSError("disk full")


def noting(session: Session, arguments: Mapping[str, Any]) -> None:
    a_programme(session, title=f"given up: {arguments['title']}")


HANDLERS = {"store": Handler(compute=storing, give_up=noting)}
BROKEN = {"store": Handler(compute=raising, give_up=noting)}


def test_jobs_run_in_the_order_in_which_they_were_asked_for(database: Database) -> None:
    ids = [enqueued(database, title=title) for title in ("first", "second")]

    assert jobs.run_next(database, HANDLERS, lease=MINUTE)
    after_one = [jobs.state_of(job(database, i)) for i in ids]
    assert jobs.run_next(database, HANDLERS, lease=MINUTE)
    assert not jobs.run_next(database, HANDLERS, lease=MINUTE)

    assert after_one == [JobState.DONE, JobState.QUEUED]
    assert titles(database) == ["first", "second"]
    finished = job(database, ids[1])
    assert (finished.attempts, finished.done, finished.total) == (1, 2, 2)


def test_a_job_that_is_refused_with_its_request_was_never_there(database: Database) -> None:
    def refused() -> None:
        with transaction(database) as session:
            jobs.enqueue(session, "store", requested_by=None, title="never")
            raise OSError("no")

    with pytest.raises(OSError, match="no"):
        refused()

    assert not jobs.run_next(database, HANDLERS, lease=MINUTE)


def test_a_job_whose_worker_died_is_begun_again_and_done_once(database: Database) -> None:
    job_id = enqueued(database, title="kept")
    tickets: list[Ticket] = []

    def dying(ticket: Ticket) -> Store:
        tickets.append(ticket)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jobs.run_next(database, {"store": Handler(dying, noting)}, lease=GONE)
    left = jobs.state_of(job(database, job_id))
    assert jobs.run_next(database, HANDLERS, lease=MINUTE)

    assert left is JobState.RUNNING
    assert titles(database) == ["kept"]
    assert job(database, job_id).attempts == 2
    with pytest.raises(LostLease):
        tickets[0].report(1, 1)


def test_a_worker_that_lost_its_lease_reports_nothing_while_another_one_is_at_it(
    database: Database,
) -> None:
    job_id = enqueued(database, title="once")
    refused: list[bool] = []

    def slow(ticket: Ticket) -> Store:
        def taking_over(other: Ticket) -> Store:
            with pytest.raises(LostLease):
                ticket.report(7, 9)
            refused.append(True)
            return storing(other)

        jobs.run_next(database, {"store": Handler(taking_over, noting)}, lease=MINUTE)
        return storing(ticket)

    assert jobs.run_next(database, {"store": Handler(slow, noting)}, lease=GONE)

    assert refused == [True]
    assert titles(database) == ["once"]
    assert (job(database, job_id).attempts, job(database, job_id).done) == (2, 2)


def test_a_worker_that_was_too_slow_cannot_store_what_another_one_has_stored(
    database: Database,
) -> None:
    job_id = enqueued(database, title="once")

    def slow(ticket: Ticket) -> Store:
        jobs.run_next(database, HANDLERS, lease=MINUTE)

        def store(session: Session) -> None:
            a_programme(session, title="twice")

        return store

    assert jobs.run_next(database, {"store": Handler(slow, noting)}, lease=GONE)

    assert titles(database) == ["once"]
    assert jobs.state_of(job(database, job_id)) is JobState.DONE


def test_a_job_that_fails_waits_a_moment_and_is_tried_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = enqueued(database, title="in the end")

    assert jobs.run_next(database, BROKEN, lease=MINUTE)
    waits = jobs.run_next(database, HANDLERS, lease=MINUTE)
    monkeypatch.setattr(jobs, "now", lambda: now() + MINUTE)
    assert jobs.run_next(database, HANDLERS, lease=MINUTE)

    assert not waits
    assert titles(database) == ["in the end"]
    assert jobs.state_of(job(database, job_id)) is JobState.DONE


def test_a_job_that_fails_every_time_is_given_up_and_the_house_is_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "RETRY_AFTER", -MINUTE)
    job_id = enqueued(database, title="lost")

    runs = [jobs.run_next(database, BROKEN, lease=MINUTE) for _ in range(4)]

    assert runs == [True, True, True, False]
    assert jobs.state_of(job(database, job_id)) is JobState.FAILED
    assert titles(database) == ["given up: lost"]


def test_a_job_that_kills_every_worker_is_given_up(database: Database) -> None:
    job_id = enqueued(database, title="deadly")

    def deadly(_: Ticket) -> Store:
        raise KeyboardInterrupt

    for _ in range(jobs.MAX_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            jobs.run_next(database, {"store": Handler(deadly, noting)}, lease=GONE)
    assert jobs.run_next(database, HANDLERS, lease=MINUTE)

    assert jobs.state_of(job(database, job_id)) is JobState.FAILED
    assert titles(database) == ["given up: deadly"]


def test_a_result_that_cannot_be_stored_leaves_nothing_behind(database: Database) -> None:
    job_id = enqueued(database, title="half")

    def half(ticket: Ticket) -> Store:
        def store(session: Session) -> None:
            a_programme(session, title="half")
            raise OSError("disk full")

        return store

    assert jobs.run_next(database, {"store": Handler(half, noting)}, lease=MINUTE)

    assert titles(database) == []
    assert jobs.state_of(job(database, job_id)) is JobState.QUEUED


def test_a_long_silence_of_a_living_worker_costs_it_nothing(database: Database) -> None:
    job_id = enqueued(database, title="slow and kept")
    taken: list[bool] = []

    def slow(ticket: Ticket) -> Store:
        time.sleep(2)
        taken.append(jobs.run_next(database, HANDLERS, lease=MINUTE))
        return storing(ticket)

    lease = timedelta(seconds=1)
    assert jobs.run_next(database, {"store": Handler(slow, noting)}, lease=lease)

    assert taken == [False]
    assert titles(database) == ["slow and kept"]
    assert job(database, job_id).attempts == 1


def test_a_job_that_nobody_knows_fails_and_the_next_one_is_done(database: Database) -> None:
    with transaction(database) as session:
        jobs.enqueue(session, "of a later version", requested_by=None)
    known = enqueued(database, title="known")

    assert [jobs.run_next(database, HANDLERS, lease=MINUTE) for _ in range(3)] == [
        True,
        True,
        False,
    ]

    assert jobs.state_of(job(database, known - 1)) is JobState.FAILED
    assert titles(database) == ["known"]


def test_two_workers_never_do_one_job_twice(database: Database) -> None:
    for number in range(12):
        enqueued(database, title=f"job {number:02}")

    def work() -> None:
        while jobs.run_next(database, HANDLERS, lease=MINUTE):
            pass

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert titles(database) == [f"job {number:02}" for number in range(12)]
