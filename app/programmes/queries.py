"""Finding programmes by what names them."""

from uuid import UUID

from sqlmodel import Session, select

from app.core.base.errors import FieldError, Unprocessable
from app.core.storage.reference_numbers import named
from app.programmes.models import Programme


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
