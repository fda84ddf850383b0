"""Shapes that more than one feature takes or answers with."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WrapValidator,
)

from app.core.base.clock import in_utc
from app.core.base.messages import Message

MOST_STEPS: Final = 30
"""Steps of one lifecycle."""
MOST_MISSING: Final = 50
"""What a step may lack: as many fields as a draft has."""

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WRITTEN: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")


def _written_out(value: object) -> object:
    """Refuse a number, which pydantic would take for seconds since 1970."""
    if isinstance(value, datetime) or (isinstance(value, str) and _WRITTEN.match(value)):
        return value
    raise ValueError(Message("write the date and time in full, such as 2026-11-21T10:00:00Z"))


def at_most(count: int) -> Any:
    """Say how many items a list of an answer has at most, where a rule elsewhere sees to it.

    It is said and not checked: what is stored already is never a failure to answer.
    """
    return Field(json_schema_extra={"maxItems": count})


def _day_written_out(given: object) -> object:
    """Refuse a number, which pydantic would take for seconds since 1970, and any short form."""
    if isinstance(given, date) or (isinstance(given, str) and _DAY.fullmatch(given.strip())):
        return given.strip() if isinstance(given, str) else given
    raise ValueError(Message("write year, month and day, such as 2027-06-01"))


Day = Annotated[date, BeforeValidator(_day_written_out)]
"""A day, written out."""

Announced = Annotated[AwareDatetime, BeforeValidator(_written_out)]
"""An instant as somebody announces it, with the offset that was written."""

Instant = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(in_utc)]
"""An instant with its zone, as people and programs send it."""


def _as_it_was_told(value: object, handler: Callable[[object], str]) -> str:
    return value if isinstance(value, Message) else handler(value)


Told = Annotated[str, WrapValidator(_as_it_was_told)]
"""A sentence for people: a message stays one, so that a page can tell it in its language."""


class ProblemError(BaseModel):
    """One thing that is wrong with what was sent."""

    model_config = ConfigDict(from_attributes=True)

    pointer: str
    detail: Told


class OfferRead(BaseModel):
    """One step from here, whether you can take it now, and what it lacks."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    label: Told
    target: str = Field(description="The state after the step.")
    open: bool
    reason: Told | None = Field(description="Why the step is closed to you at present.")
    missing: Annotated[list[ProblemError], at_most(MOST_MISSING)] = Field(
        description="All that has to be done first."
    )


class OffersRead(BaseModel):
    """Where a thing stands, and every step from there."""

    state: str
    steps: Annotated[list[OfferRead], at_most(MOST_STEPS)]

    @classmethod
    def of(cls, state: str, offers: Iterable[object]) -> Self:
        """Return the answer from the offers of a lifecycle."""
        return cls(state=state, steps=[OfferRead.model_validate(offer) for offer in offers])
