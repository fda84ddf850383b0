"""Limits how often something may be tried: one row for each, counted by one statement.

The count is written in a transaction of its own before a refusal, because the refusal
would undo it. A row holds a hash of who tried, no address.
"""

import hashlib
import logging
import math
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import case
from sqlmodel import Field, Session, SQLModel, col, delete

from app.core.base.clock import now
from app.core.base.errors import Conflict, TooMany, Unavailable
from app.core.base.messages import Message
from app.core.storage import upserts
from app.core.storage.database import Database, UtcDateTime, transaction

log = logging.getLogger(__name__)


class Attempt(SQLModel, table=True):
    """How often somebody tried something since the window began."""

    key: str = Field(primary_key=True)
    tries: int
    since: datetime = Field(sa_type=UtcDateTime, index=True)


@dataclass(frozen=True, slots=True)
class Limit:
    """How often something may be tried within a window."""

    name: str
    most: int
    window: timedelta


def count(database: Database, *tries: tuple[Limit, str]) -> None:
    """Count one try for each subject, and refuse if one has tried too often.

    Who is refused by one limit counts for none of those behind it. So who tries from one
    place fills no table with made-up subjects, and locks nobody else out.

    Parameters
    ----------
    tries : pairs of a limit and its subject
        The subject is who tries, such as an address; what counts a place stands before
        what counts a person. The order is the same in each call, so that two who count do
        not wait in a ring.

    Raises
    ------
    TooMany
        With the time after which the window ends.
    """
    with transaction(database) as session:
        waits = ((limit, _counted(session, limit, subject)) for limit, subject in tries)
        refused = next((attempt for attempt in waits if attempt[1]), None)
    if refused:
        limit, wait = refused
        raise _refusal(limit, wait, Message("There were too many attempts in a short time."))


def _refusal(limit: Limit, wait: timedelta, detail: str) -> TooMany:
    log.warning("tried too often", extra={"limit": limit.name})
    return TooMany(
        detail,
        remedy=Message("Wait {time}, and try again.", time=_told(wait)),
        retry_after=math.ceil(wait.total_seconds()),
    )


def _counted(session: Session, limit: Limit, subject: str, times: int = 1) -> timedelta:
    """Count one try or several; return how long to wait, zero if it is allowed."""
    at = now()
    began = at - limit.window
    ended = col(Attempt.since) <= began
    statement = (
        upserts.insert(upserts.dialect_of(session), Attempt)
        .values(key=_key(limit, subject), tries=times, since=at)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={
                "tries": case((ended, times), else_=col(Attempt.tries) + times),
                "since": case((ended, at), else_=col(Attempt.since)),
            },
        )
        .returning(col(Attempt.tries), col(Attempt.since))
    )
    tries, since = session.execute(statement).one()
    return since + limit.window - at if tries > limit.most else timedelta(0)


def forget(session: Session, limit: Limit, subject: str) -> None:
    """Begin to count again, after a success."""
    session.execute(delete(Attempt).where(col(Attempt.key) == _key(limit, subject)))


def purge(session: Session, before: datetime) -> int:
    """Remove the counts of windows that began before an instant; return how many."""
    done = session.execute(delete(Attempt).where(col(Attempt.since) < before))
    return int(getattr(done, "rowcount", 0))


def _key(limit: Limit, subject: str) -> str:
    return hashlib.sha256(f"{limit.name} {subject}".encode()).hexdigest()


def _told(wait: timedelta) -> Message:
    minutes = math.ceil(wait.total_seconds() / 60)
    return Message("a minute") if minutes <= 1 else Message("{n} minutes", n=minutes)


@dataclass(slots=True)
class _Seen:
    """What this process knows of the requests of one person in a window."""

    began: datetime
    refused_until: datetime
    here: int = 0
    unwritten: int = 0


class RequestQuota:
    """How many requests each person has in a minute, in all processes together.

    A row for each request would make every reader a writer. So a process counts in memory,
    and adds to the row of a person after a twentieth of the quota: what several processes
    have not added yet is what may go beyond.

    Parameters
    ----------
    most : int
        Requests in a minute.
    """

    _WINDOW: Final = timedelta(minutes=1)
    _MOST_PEOPLE: Final = 10_000

    def __init__(self, most: int) -> None:
        self._limit = Limit("requests", most, self._WINDOW)
        self._step = max(1, most // 20)
        self._people: dict[str, _Seen] = {}
        self._lock = threading.Lock()

    def count(self, database: Database, person: str) -> None:
        """Count one request.

        Raises
        ------
        TooMany
            If the person has sent too many, with the time after which there are more.
        """
        at = now()
        with self._lock:
            seen = self._seen(person, at)
            seen.here += 1
            seen.unwritten += 1
            added = seen.unwritten if seen.unwritten >= self._step else 0
            seen.unwritten -= added
            if seen.here > self._limit.most:
                seen.refused_until = max(seen.refused_until, seen.began + self._WINDOW)
        if added and seen.refused_until <= at:
            seen.refused_until = at + self._written(database, person, added)
        wait = seen.refused_until - at
        if wait > timedelta(0):
            detail = "You sent too many requests in a short time."
            raise _refusal(self._limit, wait, detail)

    def _seen(self, person: str, at: datetime) -> _Seen:
        if len(self._people) >= self._MOST_PEOPLE:
            ended = at - self._WINDOW
            self._people = {p: s for p, s in self._people.items() if s.began > ended}
        seen = self._people.get(person)
        if seen is None or seen.began + self._WINDOW <= at:
            seen = self._people[person] = _Seen(at, at)
        return seen

    def _written(self, database: Database, person: str, times: int) -> timedelta:
        """Add to the row of a person; zero where nothing can be written: reading goes on."""
        try:
            with transaction(database) as session:
                return _counted(session, self._limit, person, times)
        except (Unavailable, Conflict):
            log.warning("requests not counted", extra={"times": times})
            return timedelta(0)
