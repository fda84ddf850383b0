"""Work that takes longer than a request: a queue in the same database.

A job exists together with what asked for it, or not at all. Claiming a job,
reporting its progress and storing its result are three kinds of short
transaction; computing holds none. A worker that is killed leaves a lease behind
that ends by itself, and the next worker begins again; `MAX_ATTEMPTS` bounds it.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import false
from sqlmodel import JSON, Column, Field, Session, SQLModel, col, delete, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from app.core.base.clock import now
from app.core.base.errors import AppError
from app.core.storage.database import Database, UtcDateTime, transaction

log = logging.getLogger(__name__)

MAX_ATTEMPTS: Final = 3
RETRY_AFTER: Final = timedelta(seconds=1)


class JobState(StrEnum):
    """Where a job stands, computed from its columns."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(SQLModel, table=True):
    """A piece of queued work of any kind. Its key counts, because order matters."""

    id: int | None = Field(default=None, primary_key=True)
    name: str
    arguments: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    requested_by: UUID | None = Field(default=None, index=True)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    attempts: int = 0
    claim: UUID | None = None
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done: int = 0
    total: int = 0
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    failed: bool = False
    cancelled: bool = Field(default=False, sa_column_kwargs={"server_default": false()})

    def __repr__(self) -> str:
        """Name the job without its arguments."""
        return f"Job({self.id}, {self.name})"


Store = Callable[[Session], None]
"""Writes a result, in the transaction that finishes the job."""


class LostLease(Exception):
    """Another worker has taken the job over, or it was cancelled; the result is dropped."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a handler knows of its job, and its way to report."""

    database: Database
    job_id: int
    claim: UUID
    arguments: Mapping[str, Any]
    lease: timedelta

    def report(self, done: int, total: int) -> None:
        """Tell how far the work is, and keep the lease alive.

        Raises
        ------
        LostLease
            If another worker has taken the job over, or it was cancelled.
        """
        with self.transaction() as (_, job):
            job.done, job.total = done, total

    @contextmanager
    def transaction(self) -> Iterator[tuple[Session, Job]]:
        """Open a short transaction that only the holder of the lease gets."""
        with transaction(self.database) as session:
            job = session.get_one(Job, self.job_id, with_for_update=True)
            if job.claim != self.claim or job.finished_at is not None:
                raise LostLease
            job.leased_until = now() + self.lease
            yield session, job


def _nothing_to_read(_: Mapping[str, Any]) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Handler:
    """How one kind of job is done.

    Attributes
    ----------
    compute : callable
        Does the work without holding a transaction, and returns what stores it.
    give_up : callable
        Tells the rest of the house, in the transaction that fails the job.
    scopes : set of str
        With which of these a token of who asked for it reads how far it is.
    result : callable
        Returns the address at which the result is read, by the arguments of the job; None
        where there is nothing to read.
    """

    compute: Callable[[Ticket], Store]
    give_up: Callable[[Session, Mapping[str, Any]], None]
    result: Callable[[Mapping[str, Any]], str | None] = _nothing_to_read
    scopes: frozenset[str] = frozenset()


def enqueue(session: Session, name: str, *, requested_by: UUID | None, **arguments: Any) -> Job:
    """Add a job to the caller's transaction. Arguments are JSON values, not rows."""
    job = Job(name=name, arguments=arguments, requested_by=requested_by)
    session.add(job)
    session.flush()
    return job


def cancel(session: Session, job_id: int) -> bool:
    """End a job that has not ended; tell whether there was one to end.

    A worker that is at it finds out when it reports next, and drops what it has computed.
    """
    job = session.get_one(Job, job_id, with_for_update=True)
    if job.finished_at is not None:
        return False
    job.finished_at, job.cancelled = now(), True
    return True


def purge(session: Session, name: str, before: datetime) -> None:
    """Forget the jobs of one kind that ended before an instant."""
    session.execute(delete(Job).where(col(Job.name) == name, col(Job.finished_at) < before))


def state_of(job: Job) -> JobState:
    """Tell where a job stands."""
    if job.cancelled:
        return JobState.CANCELLED
    if job.finished_at is not None:
        return JobState.FAILED if job.failed else JobState.DONE
    return JobState.RUNNING if job.claim is not None else JobState.QUEUED


def run_next(database: Database, handlers: Mapping[str, Handler], *, lease: timedelta) -> bool:
    """Run the oldest job that waits; tell whether there was one.

    A job that raises, or whose worker dies, leaves nothing behind but one more
    attempt; after `MAX_ATTEMPTS` it fails for good.

    Parameters
    ----------
    lease : timedelta
        How long a worker may be silent before another one takes its job over.
    """
    with transaction(database) as session:
        job = session.exec(_oldest_waiting()).first()
        if job is None:
            return False
        handler = handlers.get(job.name)
        if handler is None or job.attempts >= MAX_ATTEMPTS:
            _fail(session, job, handler)
            return True
        ticket = _claim(database, job, lease)
    try:
        with _kept_alive(ticket):
            store = handler.compute(ticket)
        with ticket.transaction() as (session, job):
            store(session)
            job.done = job.total = max(job.total, 1)
            job.finished_at = now()
    except LostLease:
        log.warning("job taken over or cancelled", extra={"job_id": ticket.job_id})
    except Exception:  # the queue must outlive any one job
        log.exception("job attempt failed", extra={"job_id": ticket.job_id})
        _try_again_or_fail(ticket, handler)
    else:
        log.info("job finished", extra={"job_id": ticket.job_id})
    return True


@contextmanager
def _kept_alive(ticket: Ticket) -> Iterator[None]:
    """Renew the lease while the block computes: it may be silent for long.

    The thread dies with its process, and the lease ends as it should.
    """
    done = threading.Event()

    def renew() -> None:
        while not done.wait(max(ticket.lease.total_seconds() / 3, 0.1)):
            try:
                with ticket.transaction():
                    pass
            except LostLease:
                return
            except AppError as error:
                log.warning("lease not renewed", extra={"reason": error.code})

    thread = threading.Thread(target=renew, name=f"lease of job {ticket.job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _oldest_waiting() -> SelectOfScalar[Job]:
    free = or_(col(Job.leased_until).is_(None), col(Job.leased_until) < now())
    return (
        select(Job)
        .where(col(Job.finished_at).is_(None), free)
        .order_by(col(Job.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _claim(database: Database, job: Job, lease: timedelta) -> Ticket:
    assert job.id is not None  # noqa: S101 -- the row was read, so it has its key
    job.attempts += 1
    job.claim = uuid4()
    job.leased_until = now() + lease
    return Ticket(database, job.id, job.claim, job.arguments, lease)


def _try_again_or_fail(ticket: Ticket, handler: Handler) -> None:
    try:
        with ticket.transaction() as (session, job):
            if job.attempts >= MAX_ATTEMPTS:
                _fail(session, job, handler)
            else:
                job.claim = None
                job.leased_until = now() + RETRY_AFTER * job.attempts
    except LostLease:
        log.warning("job taken over or cancelled", extra={"job_id": ticket.job_id})


def _fail(session: Session, job: Job, handler: Handler | None) -> None:
    job.finished_at = now()
    job.failed = True
    if handler is not None:
        handler.give_up(session, job.arguments)
    log.error("job given up", extra={"job_id": job.id, "attempts": job.attempts})
