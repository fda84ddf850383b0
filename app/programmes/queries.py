"""Finding programmes and calls by what names them."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.base.errors import FieldError, NotFound, Unprocessable
from app.core.base.messages import Message
from app.core.storage.reference_numbers import named
from app.programmes.models import Call, Programme

MOST_NAMED: Final = 5
"""How many calls of one code a refusal names."""


def programme_or_none(session: Session, key: UUID | str) -> Programme | None:
    """Return one programme by its key or its code, or None if there is none."""
    return session.exec(select(Programme).where(named(Programme, key))).first()


def stated_programme(session: Session, key: UUID | str) -> Programme:
    """Return the programme that somebody states as `programme_id` of a thing to be made.

    Raises
    ------
    Unprocessable
        If there is none.
    """
    found = programme_or_none(session, key)
    if found is None:
        error = FieldError("/programme_id", "There is no such programme.")
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
