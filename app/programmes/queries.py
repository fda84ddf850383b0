"""Finding programmes and calls by what names them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, select

from app.core.base.clock import now
from app.core.base.errors import FieldError, NotFound, Unprocessable
from app.core.base.messages import Message
from app.core.storage.reference_numbers import named
from app.programmes.lifecycle import CallState, Phase
from app.programmes.models import Call, Programme

MOST_COMING: Final = 100
"""How many calls a calendar or a feed tells of."""
MOST_NAMED: Final = 5
"""How many calls of one code a refusal names."""


def in_phase(wanted: Phase, at: datetime) -> ColumnElement[bool]:
    """`lifecycle.phase` as a condition; a test holds the two together."""
    published = col(Call.state) == CallState.PUBLISHED
    match wanted:
        case Phase.DRAFT | Phase.CANCELLED:
            return col(Call.state) == CallState(wanted)
        case Phase.SCHEDULED:
            return and_(published, col(Call.opens_at) > at)
        case Phase.OPEN:
            return and_(published, col(Call.opens_at) <= at, col(Call.closes_at) > at)
        case Phase.GRACE:
            return and_(published, col(Call.closes_at) <= at, col(Call.ends_at) > at)
        case Phase.CLOSED:
            return and_(published, col(Call.ends_at) <= at)


def coming(session: Session) -> Sequence[Call]:
    """Return the calls that open later or have not ended, the next to close first."""
    statement = (
        select(Call)
        .where(col(Call.state) == CallState.PUBLISHED, col(Call.ends_at) > now())
        .order_by(col(Call.closes_at), col(Call.id))
        .limit(MOST_COMING)
    )
    return session.exec(statement).all()


def programme_or_none(session: Session, key: UUID | str) -> Programme | None:
    """Return one programme by its key or its code, or None if there is none."""
    return session.exec(select(Programme).where(named(Programme, key))).first()


def stated_programme(
    session: Session, key: UUID | str, field: str = "programme_id"
) -> Programme:
    """Return the programme that somebody states in a field of what they send.

    Raises
    ------
    Unprocessable
        If there is none.
    """
    found = programme_or_none(session, key)
    if found is None:
        error = FieldError(f"/{field}", "There is no such programme.")
        raise Unprocessable("The programme is not known.", errors=[error])
    return found


def call_named(session: Session, programme_code: str, code: str) -> Call | None:
    """Return the call of a programme by its code, if there is one."""
    statement = (
        select(Call).join(Programme).where(named(Programme, programme_code), named(Call, code))
    )
    return session.exec(statement).first()


def known_call(session: Session, programme_code: str, code: str) -> Call:
    """Return the call of a programme by its code.

    Raises
    ------
    NotFound
        If there is none.
    """
    found = call_named(session, programme_code, code)
    if found is None:
        raise NotFound(
            Message(
                "The programme {programme} has no call {call}.",
                programme=programme_code,
                call=code,
            ),
            remedy="Check both codes; GET /api/v1/calls lists the calls.",
        )
    return found


def told_apart(session: Session, calls: Sequence[Call]) -> str:
    """Return the identifiers of calls that have one code, each with its programme."""
    codes = select(Programme.id, Programme.code).where(
        col(Programme.id).in_([call.programme_id for call in calls])
    )
    programmes = dict(session.exec(codes).all())
    return ", ".join(f"{call.id} ({programmes[call.programme_id]})" for call in calls)
