"""Until when a team may send what it writes, and whom staff let in after a call has closed."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.access.visibility import within_reach
from app.core.base.clock import now
from app.core.base.errors import CallNotOpen, Conflict, FieldError, NotFound, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.pagination import Page, page
from app.events import service as events
from app.events.kinds import EventSubject
from app.notifications.letter_texts import TEXTS, LetterKind
from app.notifications.service.telling import Teller
from app.organisations.models import Organisation
from app.organisations.service import people
from app.programmes import service as programmes
from app.programmes.lifecycle import CallState, takes, too_late
from app.programmes.models import Call, Programme
from app.submissions.models import LatePermit
from app.submissions.schemas import (
    LatePermitQuery,
    LatePermitRead,
    LatePermitStaffRead,
    NewLatePermit,
)


def closing(
    session: Session, call: Call, organisation_id: UUID, begun_at: datetime | None = None
) -> datetime:
    """Return the first instant at which a team is too late with a submission.

    Parameters
    ----------
    begun_at : datetime, optional
        When its draft was begun; None of one that is not begun yet.
    """
    return too_late(call, begun_at, until(session, call.id, organisation_id))


def until(session: Session, call_id: UUID, organisation_id: UUID) -> datetime | None:
    """Return until when a team is permitted to be late; None if it is not."""
    return session.exec(
        select(LatePermit.until).where(
            LatePermit.call_id == call_id, LatePermit.organisation_id == organisation_id
        )
    ).first()


def refusal(
    session: Session,
    call: Call,
    organisation_id: UUID,
    at: datetime,
    begun_at: datetime | None = None,
) -> CallNotOpen | None:
    """Return why a call takes nothing in of a team at an instant; None where it does."""
    ends = closing(session, call, organisation_id, begun_at)
    return None if takes(call, at, ends) else programmes.not_open(call, ends)


def give(
    session: Session,
    actor: Actor,
    key: UUID | str,
    new: NewLatePermit,
) -> LatePermit:
    """Let a team send what it writes until later; another permit takes the place of the first.

    Its people get a letter.

    Raises
    ------
    NotFound, NotPermitted
        If there is no such call, or the actor may not let teams in.
    Conflict
        If the call is not published.
    Unprocessable
        If there is no such organisation, or the instant is over or before the call closes.
    """
    policy.require(actor, Action.CALL_EXTEND)
    call = programmes.call(session, actor, key)
    if call.state is not CallState.PUBLISHED:
        raise Conflict(
            "The call is not published: no team can send anything to it.",
            remedy="Let teams in once it is published.",
        )
    team = session.get(Organisation, new.organisation_id)
    errors = list(_wrong(call, team, new.until))
    if errors or team is None:
        raise Unprocessable("The team cannot be let in so.", errors=errors)
    held = session.exec(
        select(LatePermit)
        .where(LatePermit.call_id == call.id, LatePermit.organisation_id == team.id)
        .with_for_update()
    ).first()
    permit = held or LatePermit(
        call_id=call.id, organisation_id=team.id, until=new.until, reason=new.reason
    )
    permit.until, permit.reason = new.until, new.reason
    session.add(permit)
    session.flush()
    audit.record(
        session, actor.user_id, "permit late", "late permit", permit.id, reason=new.reason
    )
    _tell(session, call, team, new.until)
    return permit


def _wrong(call: Call, team: Organisation | None, until: datetime) -> Iterator[FieldError]:
    if team is None:
        yield FieldError("/organisation_id", "There is no such organisation.")
    if until <= now():
        yield FieldError("/until", "This instant is over. Choose a later one.")
    elif until <= call.closes_at:
        yield FieldError("/until", "The call is open until later than this for everybody.")


def _tell(session: Session, call: Call, team: Organisation, until: datetime) -> None:
    fields = {
        "organisation": team.name,
        "call": call.title,
        "programme": session.get_one(Programme, call.programme_id).title,
    }
    event = events.to_team(
        session,
        TEXTS[LetterKind.PERMITTED].event,
        team.id,
        subject=EventSubject.CALL,
        subject_id=call.id,
        code=call.code,
        programme_id=call.programme_id,
    )
    Teller(session).tell(
        LetterKind.PERMITTED,
        people.team(session, team.id),
        lambda language: fields | {"until": language.moment(until, call.zone)},
        event,
        call.id,
    )


def take_back(
    session: Session, actor: Actor, permit_id: UUID, *, call_id: UUID | None = None
) -> None:
    """Take a permit back; what was sent under it stays.

    Parameters
    ----------
    call_id : UUID, optional
        Of this call alone.

    Raises
    ------
    NotPermitted
        If the actor may not let teams in.
    NotFound
        If there is none.
    """
    policy.require(actor, Action.CALL_EXTEND)
    permit = session.get(LatePermit, permit_id)
    if permit is None or call_id not in {None, permit.call_id}:
        raise _none(permit_id)
    session.delete(permit)
    session.flush()
    audit.record(session, actor.user_id, "take back", "late permit", permit_id)


def read(actor: Actor) -> type[LatePermitRead]:
    """Return the form in which the actor reads late permits."""
    is_staff = policy.has_any_reach(actor, Action.SUBMISSION_READ)
    return LatePermitStaffRead if is_staff else LatePermitRead


def _readable(actor: Actor) -> ColumnElement[bool]:
    return within_reach(actor, Action.SUBMISSION_READ, LatePermit.organisation_id)


def permit(session: Session, actor: Actor, permit_id: UUID) -> LatePermit:
    """Return one late permit.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may read.
    """
    found = session.exec(
        select(LatePermit).where(
            LatePermit.id == permit_id,
            _readable(actor),
        )
    ).first()
    if found is None:
        raise _none(permit_id)
    return found


def _none(permit_id: UUID) -> NotFound:
    return NotFound(Message("There is no late permit {permit}.", permit=permit_id))


def permits(
    session: Session, actor: Actor, key: UUID | str, query: LatePermitQuery
) -> Page[LatePermit]:
    """Return a page of the late permits of a call that the actor may read.

    Raises
    ------
    NotFound
        If there is no such call, or none that the actor may read.
    """
    call = programmes.call(session, actor, key)
    return page(
        session,
        select(LatePermit).where(
            LatePermit.call_id == call.id,
            _readable(actor),
        ),
        query,
        sortable={"until": LatePermit.until, "created_at": LatePermit.created_at},
        default="until",
        key=LatePermit.id,
    )


def names(session: Session, permits: Iterable[LatePermit]) -> dict[UUID, str]:
    """Return what the organisations of permits are called, by the keys of the permits."""
    of_team = {permit.organisation_id: permit.id for permit in permits}
    found = select(Organisation.id, Organisation.name).where(col(Organisation.id).in_(of_team))
    return {of_team[key]: name for key, name in session.exec(found)}


def calls_of(session: Session, organisation_ids: frozenset[UUID], at: datetime) -> list[Call]:
    """Return the calls that have closed for others and take something in of these teams."""
    # Not by DISTINCT: PostgreSQL does not compare the promised dates of a call, which are JSON.
    permitted = select(LatePermit.call_id).where(
        col(LatePermit.organisation_id).in_(organisation_ids), col(LatePermit.until) > at
    )
    statement = (
        select(Call)
        .where(
            col(Call.id).in_(permitted),
            col(Call.closes_at) <= at,
            Call.state == CallState.PUBLISHED,
        )
        .order_by(col(Call.closes_at), col(Call.id))
    )
    return list(session.exec(statement).all())
