"""What goes in and out about programmes and calls."""

import zoneinfo
from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.core.base.clock import in_utc, in_zone
from app.core.base.messages import Message
from app.core.base.numbers import Whole
from app.core.base.references import Reference, is_key
from app.core.base.schemas import Announced, Day
from app.core.base.text import Line, Text
from app.core.base.zones import Zone
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import Aside, InWords, Named, Names
from app.programmes.lifecycle import CallKind, CallState, Phase


def _no_key(code: str) -> str:
    if is_key(code):
        raise ValueError(Message("choose a code that does not look like an identifier"))
    return code


MOST_GRACE: Final = 7 * 24 * 60
"""Minutes of grace that a call may have: a week."""

MOST_CODE: Final = 60
"""Characters of a code."""
MOST_PROMISED: Final = 12
"""Dates that a call promises."""

Code = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,59}$"), AfterValidator(_no_key)
]
Title = Annotated[Line, StringConstraints(min_length=5, max_length=200)]
Notes = Annotated[Text, StringConstraints(max_length=5000)]


class Providers(BaseModel):
    """How many solution providers each challenge shall have."""

    model_config = ConfigDict(extra="forbid")

    min: Whole = Field(default=2, ge=0, le=20)
    max: Whole = Field(default=2, ge=1, le=20)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError(Message("min must not be larger than max"))
        return self


class ProgrammeDraft(BaseModel):
    """What staff state about a programme."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"code": "gov2gov-2027", "title": "Second edition", "zone": "Europe/Paris"}
            ]
        },
    )

    code: Code
    title: Title
    zone: Zone = "UTC"
    working_language: str = Field(default="en", pattern="^[a-z]{2,3}$")
    providers: Providers = Providers()
    notes: Notes = Field(default="", description="For staff, and shown to them alone.")


class ProgrammeRead(BaseModel):
    """A programme as everybody sees it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    title: str
    zone: str
    working_language: str
    providers_min: int
    providers_max: int
    version: Annotated[int, Aside()] = Field(description="Grows with each change.")


class ProgrammeStaffRead(ProgrammeRead):
    """A programme with what staff have noted about it."""

    notes: str
    text_weight: float | None = Field(
        description="Of texts in its rankings, as the verdicts of another programme proposed; "
        "null for that of the settings."
    )


AnyProgramme = ProgrammeStaffRead | ProgrammeRead
"""A programme in the form of its reader."""


class PromisedDate(BaseModel):
    """What a call promises to happen, and on which day."""

    model_config = ConfigDict(extra="forbid")

    on: Day = Field(description="The day, in the zone of the call.")
    label: Annotated[Line, StringConstraints(min_length=3, max_length=200)] = Field(
        description="What happens then, in the working language of the programme."
    )


def promised_in_words(promised: list[PromisedDate], _: Named) -> str:
    """Return what a call promises, one date a line."""
    return "\n".join(f"{one.on} {one.label}" for one in promised)


class CallDraft(BaseModel):
    """What staff state about a call."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "programme_id": "gov2gov-2027",
                    "kind": "challenges",
                    "code": "gov2gov-2027-challenges",
                    "title": "Call for challenges",
                    "opens_at": "2027-01-11T09:00:00+01:00",
                    "closes_at": "2027-02-15T00:00:00+01:00",
                    "zone": "Europe/Paris",
                }
            ]
        },
    )

    programme_id: Reference
    kind: CallKind
    code: Code
    title: Title
    zone: Zone = Field(default="UTC", description="In whose time the dates are announced.")
    opens_at: Announced = Field(description="An instant with its zone.")
    closes_at: Announced = Field(description="The first instant that is too late.")
    grace_minutes: Whole = Field(
        default=0,
        ge=0,
        le=MOST_GRACE,
        description="For how long after closing what was begun before can still be sent.",
    )
    notes: Notes = Field(default="", description="For staff, and shown to them alone.")
    promised: list[PromisedDate] = Field(
        default=[],
        max_length=MOST_PROMISED,
        description="What happens after the call has closed, and when.",
    )

    @field_validator("opens_at", "closes_at")
    @classmethod
    def _announced(cls, instant: datetime, info: ValidationInfo) -> datetime:
        """Take an instant in UTC, or as it is announced in the zone of the call."""
        zone = info.data.get("zone", "UTC")
        return in_utc(instant) if zone == "UTC" else in_zone(instant, zoneinfo.ZoneInfo(zone))

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.opens_at >= self.closes_at:
            raise ValueError(Message("the call must close after it opens"))
        return self


class CallRead(BaseModel):
    """A call as everybody sees it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    programme_id: Annotated[UUID, Names("programme", "programme")]
    kind: CallKind
    code: str
    title: str
    opens_at: datetime = Field(description="UTC.")
    closes_at: datetime = Field(description="UTC; the first instant that is too late.")
    ends_at: datetime = Field(
        description="UTC; the first instant that is too late for what was begun before "
        "`closes_at`. The same where there is no grace."
    )
    opens_local: Annotated[datetime, Aside()] = Field(description="The same instant in `zone`.")
    closes_local: Annotated[datetime, Aside()] = Field(
        description="The same instant in `zone`."
    )
    ends_local: Annotated[datetime, Aside()] = Field(description="The same instant in `zone`.")
    zone: str
    promised: Annotated[
        list[PromisedDate], Field(max_length=MOST_PROMISED), InWords(promised_in_words), Aside()
    ] = Field(description="What happens after the call has closed, and when.")
    state: CallState
    phase: Phase = Field(description="Computed from the clock when the answer was made.")
    version: Annotated[int, Aside()] = Field(description="Grows with each change.")


class CallStaffRead(CallRead):
    """A call with what staff have noted about it."""

    notes: str


AnyCall = CallStaffRead | CallRead
"""A call in the form of its reader."""


class ProgrammeQuery(ListQuery):
    """Filters of the list of programmes."""

    code: Several[Reference] = Field(default=[], description="Repeat for several.")


class CallQuery(ListQuery):
    """Filters of the list of calls."""

    code: Several[Reference] = Field(default=[], description="Repeat for several.")
    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )
    kind: Several[CallKind] = Field(default=[], description="Repeat for several.")
    phase: Several[Phase] = Field(default=[], description="Repeat for several.")
