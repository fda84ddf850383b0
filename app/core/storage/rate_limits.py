"""Limits how often something may be tried: one row for each, counted by one statement.

The count is written in a transaction of its own before a refusal, because the refusal
would undo it. A row holds a hash of who tried, no address.
"""

import hashlib
import logging
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case
from sqlmodel import Field, Session, SQLModel, col, delete

from app.core.base.clock import now
from app.core.base.errors import TooMany
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
        log.warning("tried too often", extra={"limit": limit.name})
        raise TooMany(
            "There were too many attempts in a short time.",
            remedy=Message("Wait {time}, and try again.", time=_told(wait)),
            retry_after=math.ceil(wait.total_seconds()),
        )


def _counted(session: Session, limit: Limit, subject: str) -> timedelta:
    """Count one try; return how long to wait, zero if it is allowed."""
    at = now()
    began = at - limit.window
    ended = col(Attempt.since) <= began
    statement = (
        upserts.insert(upserts.dialect_of(session), Attempt)
        .values(key=_key(limit, subject), tries=1, since=at)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={
                "tries": case((ended, 1), else_=col(Attempt.tries) + 1),
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


def _told(wait: timedelta) -> str:
    minutes = math.ceil(wait.total_seconds() / 60)
    return "a minute" if minutes <= 1 else f"{minutes} minutes"
