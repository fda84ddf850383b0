"""What is read of a call for its gaps: what was sent, when, and what was told elsewhere.

A draft is never looked at: it belongs to its team. Nor is what a team completes at the moment,
or what was withdrawn or found not eligible.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlmodel import Session, col

from app.gaps.models import CallInvitation
from app.gaps.schemas import MOST_ELSEWHERE
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.service import inputs
from app.organisations.models import Organisation
from app.programmes.lifecycle import CallKind, CallState
from app.programmes.models import Call, Programme
from app.submissions.lifecycle import FOUND_ELIGIBLE, OUT, TAKEN, Basis, Kind
from app.submissions.models import Revision, Submission

MOST_CALLS: Final = 12
"""Earlier calls from which the curve of arrivals is taken: the newest."""
READ_AT_ONCE: Final = 500
"""Submissions whose texts are read in one session."""

READ: Final = (TAKEN[Basis.SUBMITTED] | FOUND_ELIGIBLE) - OUT
"""The states of what is read at all."""

_STANDING: Final[Any] = (
    col(Submission.id),
    col(Submission.code),
    col(Submission.version),
    col(Submission.title),
    col(Submission.language),
    col(Submission.call_id),
    col(Submission.external_id),
    col(Submission.organisation_id),
    col(Organisation.name).label("organisation"),
    col(Organisation.country),
    col(Organisation.version).label("of_team"),
    col(Programme.code).label("programme"),
)


def challenges(session: Session, programme_id: UUID) -> Sequence[Row[Any]]:
    """Return the selected challenges of a programme, without what they say, by code."""
    return _read(session, _of(programme_id, Kind.CHALLENGE, Basis.SELECTED))


def solutions(session: Session, programme_id: UUID) -> Sequence[Row[Any]]:
    """Return the solutions of a programme that were sent and count, without what they say."""
    return _read(session, _of(programme_id, Kind.SOLUTION, Basis.SUBMITTED))


def _of(programme_id: UUID, kind: Kind, basis: Basis) -> ColumnElement[bool]:
    return and_(
        col(Submission.programme_id) == programme_id,
        col(Submission.kind) == kind,
        col(Submission.state).in_(TAKEN[basis]),
    )


def number(session: Session, programme_id: UUID, kind: Kind, basis: Basis) -> int:
    """Return how many submissions of a programme have come so far at least."""
    statement = select(func.count()).select_from(Submission)
    return int(session.execute(statement.where(_of(programme_id, kind, basis))).scalar_one())


def elsewhere(session: Session, programme_id: UUID) -> Sequence[Row[Any]]:
    """Return what teams have told in other programmes that have sent nothing to this one.

    It was found eligible and not withdrawn. The newest, at most `MOST_ELSEWHERE`.
    """
    return _read(session, may_be_invited(programme_id), most=MOST_ELSEWHERE)


def may_be_invited(programme_id: UUID) -> ColumnElement[bool]:
    """Return the condition for solutions of which the teams may be invited to a programme.

    Whether a team has begun a draft here makes no difference: nobody is to learn of it.
    """
    sent = select(col(Submission.organisation_id)).where(
        col(Submission.programme_id) == programme_id,
        col(Submission.kind) == Kind.SOLUTION,
        col(Submission.submitted_at).is_not(None),
    )
    return and_(
        col(Submission.programme_id) != programme_id,
        col(Submission.kind) == Kind.SOLUTION,
        col(Submission.state).in_(FOUND_ELIGIBLE - OUT),
        col(Submission.organisation_id).not_in(sent),
    )


def _read(
    session: Session, condition: ColumnElement[bool], most: int | None = None
) -> Sequence[Row[Any]]:
    statement: Select[Any] = (
        select(*_STANDING)
        .select_from(Submission)
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .join(Programme, col(Programme.id) == col(Submission.programme_id))
        .where(condition)
    )
    if most is not None:
        newest = (col(Submission.submitted_at).desc(), col(Submission.code).desc())
        statement = statement.order_by(*newest).limit(most)
    return sorted(session.execute(statement).all(), key=lambda row: str(row.code))


def records(session: Session, keys: Collection[UUID]) -> list[dict[str, Any]]:
    """Return submissions as records of the exchange format, by code.

    What its team has taken back since is a draft again, and is not read.
    """
    statement = (
        select(Submission, Organisation)
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .where(col(Submission.id).in_(keys), col(Submission.state).in_(READ))
    )
    found = [inputs.record(session, row, owner) for row, owner in session.execute(statement)]
    return sorted(found, key=lambda one: str(one["id"]))


def party(row: Row[Any]) -> PartyRead:
    """Return how a submission is named."""
    return PartyRead.model_validate(row, from_attributes=True)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """When solutions arrived in calls, as teams have sent them.

    Attributes
    ----------
    here : sequence of datetime
        In the call that is watched.
    earlier : sequence of sequences of float
        In each earlier call, as shares of its time.
    """

    here: Sequence[datetime]
    earlier: Sequence[Sequence[float]]


def arrivals(session: Session, call: Call, at: datetime) -> Arrivals:
    """Return when solutions arrived in a call, and in the newest that have closed before.

    A solution arrives when its team first sends it. What staff have imported tells nothing of
    when teams send, and is left out.
    """
    closed = (
        select(Call)
        .where(
            col(Call.kind) == CallKind.SOLUTIONS,
            col(Call.state) == CallState.PUBLISHED,
            col(Call.ends_at) <= at,
            col(Call.id) != call.id,
        )
        .order_by(col(Call.closes_at).desc(), col(Call.id))
        .limit(MOST_CALLS)
    )
    earlier = session.execute(closed).scalars().all()
    times = _times(session, [call.id, *(one.id for one in earlier)])
    return Arrivals(
        times.get(call.id, []),
        [[elapsed(one, time) for time in times.get(one.id, [])] for one in earlier],
    )


def _times(session: Session, calls: Iterable[UUID]) -> Mapping[UUID, list[datetime]]:
    first = (
        select(col(Revision.submission_id), func.min(col(Revision.sent_at)).label("at"))
        .group_by(col(Revision.submission_id))
        .subquery()
    )
    statement = (
        select(
            col(Submission.call_id),
            func.coalesce(first.c.at, col(Submission.submitted_at)),
        )
        .outerjoin(first, first.c.submission_id == col(Submission.id))
        .where(
            col(Submission.call_id).in_(list(calls)),
            col(Submission.submitted_at).is_not(None),
            col(Submission.external_id).is_(None),
            col(Submission.state).not_in(OUT),
        )
    )
    found: dict[UUID, list[datetime]] = {}
    for call_id, at in session.execute(statement):
        found.setdefault(call_id, []).append(at)
    return found


def elapsed(call: Call, at: datetime) -> float:
    """Return which share of the time of a call is over; below 0 before it opens."""
    return (at - call.opens_at) / (call.closes_at - call.opens_at)


def invited(session: Session, call_id: UUID) -> Mapping[UUID, datetime]:
    """Return which organisations were invited to a call, and when."""
    statement = select(
        col(CallInvitation.organisation_id), col(CallInvitation.created_at)
    ).where(col(CallInvitation.call_id) == call_id)
    return {row.organisation_id: row.created_at for row in session.execute(statement)}
