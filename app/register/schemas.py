"""What goes in and out about practices."""

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.base.references import Reference
from app.core.base.schemas import at_most
from app.core.base.text import Line, Text
from app.core.storage.open_lists import OpenQuery
from app.core.storage.pagination import MOST_ROWS, ListQuery, Several
from app.core.tables.countries import Country, NamedCountry
from app.core.tables.exporting import Aside, InWords, Names
from app.core.tables.languages import language_name
from app.register.lifecycle import PracticeState
from app.register.models import at_midnight
from app.submissions.content import Passage
from app.submissions.schemas import MOST_THEMES, Language, Reason, ThemeKey

MOST_SOURCES: Final = 10
"""Sources that a practice names."""
MOST_LANGUAGES: Final = 8
"""Languages in which a team works."""
MOST_COUNTRIES: Final = 30
"""Countries that stand behind one practice."""

Source = Annotated[Line, StringConstraints(min_length=3, max_length=300)]


class PracticeDraft(BaseModel):
    """What a team says of what it has done."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "title": "One counter for people who move house",
                    "summary": "A city tells 14 offices of a move by one form.",
                    "text": "People tell the city once. The city tells the other offices.",
                    "language": "en",
                    "works_in": ["en", "fr"],
                    "themes": ["practice:service-design"],
                    "sources": ["https://city.example.org/move"],
                    "source_date": "2026-03-01",
                }
            ]
        },
    )

    title: Annotated[Line, StringConstraints(max_length=200)] = ""
    summary: Annotated[Text, StringConstraints(max_length=1000)] = Field(
        default="", description="In a few sentences, for the list."
    )
    text: Passage = Field(default="", description="What was done, where, and since when.")
    results: Passage = Field(default="", description="Results, and how they are known.")
    language: Language | None = Field(default=None, description="Of the text.")
    works_in: list[Language] = Field(
        default=[], max_length=MOST_LANGUAGES, description="In which the team can talk."
    )
    themes: list[ThemeKey] = Field(default=[], max_length=MOST_THEMES)
    sources: list[Source] = Field(
        default=[],
        max_length=MOST_SOURCES,
        description="Where more is told: addresses, titles of reports or talks.",
    )
    source_date: date | None = Field(
        default=None, description="Of what is told; null where the day is not known."
    )


class NewPractice(PracticeDraft):
    """A practice that begins as a draft."""

    organisation_id: UUID | None = Field(
        default=None,
        description="Whose it is; needed by people who write for several organisations.",
    )


class PracticeEntry(PracticeDraft):
    """A practice that staff enter from public sources, with who stands behind it."""

    external_id: Annotated[Line, StringConstraints(min_length=1, max_length=100)]
    organisation: Annotated[Line, StringConstraints(min_length=1, max_length=200)]
    countries: list[Country] = Field(min_length=1, max_length=MOST_COUNTRIES)
    notes: Passage = ""


def _spoken(codes: list[str], _: Any) -> str:
    return "; ".join(map(language_name, codes))


def _language(code: str | None, _: Any) -> str:
    return language_name(code) if code else ""


class PracticeRead(BaseModel):
    """A practice as its team and the staff see it.

    While a team writes, staff read what is listed and not what is being written.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    title: str
    organisation_id: Annotated[
        UUID | None, Names("organisation", "organisation", "country")
    ] = Field(description="Null where staff have entered it from public sources.")
    state: PracticeState
    summary: str
    text: str
    results: str
    language: Annotated[str | None, InWords(_language)]
    works_in: Annotated[list[str], at_most(MOST_LANGUAGES), InWords(_spoken)]
    themes: Annotated[list[str], at_most(MOST_THEMES), Names("theme", "themes")]
    sources: Annotated[list[str], at_most(MOST_SOURCES)]
    source_date: date | None
    message: str = Field(description="What the staff last wrote to the team with a step.")
    version: Annotated[int, Aside()] = Field(description="Grows with each change.")
    created_at: datetime
    updated_at: datetime
    offered_at: datetime | None = Field(description="When it was last offered.")
    listed_at: datetime | None = Field(
        description="Since when everybody reads what is listed of it; null where nothing is."
    )

    @property
    def source_at(self) -> datetime | None:
        """The day of what is told as an instant of UTC, as pages write it."""
        return at_midnight(self.source_date)


class PracticeQuery(ListQuery):
    """Filters of the practices that somebody writes or looks after."""

    state: Several[PracticeState] = Field(default=[], description="Repeat for several.")
    code: Several[Reference] = Field(default=[], description="Repeat for several.")


class RegisterQuery(OpenQuery):
    """Filters of the register."""

    theme: Several[ThemeKey] = Field(default=[], description="Keys of themes; repeatable.")
    country: Several[NamedCountry] = Field(
        default=[], description="Codes or names of countries; repeatable."
    )


class RegisterFeedQuery(RegisterQuery):
    """Filters of the feed, and in which language its own words are."""

    language: Annotated[str, StringConstraints(max_length=10)] = "en"


class ListedRead(BaseModel):
    """A practice as everybody may read it."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    url: str = Field(description="Its page, at an address that stays.")
    title: str
    summary: str = Field(description="Empty where the source has none.")
    text: str
    results: str
    language: str | None = Field(description="Of the text.")
    works_in: Annotated[list[str], at_most(MOST_LANGUAGES)]
    organisation: str
    countries: Annotated[list[str], at_most(MOST_COUNTRIES)] = Field(
        description="ISO 3166-1; EU for a body of the Union."
    )
    themes: Annotated[list[str], at_most(MOST_THEMES)]
    is_offered: bool = Field(
        description="Whether its organisation has offered it itself; else staff have entered "
        "it from the sources."
    )
    sources: Annotated[list[str], at_most(MOST_SOURCES)]
    source_date: date | None = Field(description="Null where the day is not known.")
    notes: str = Field(description="Of who has entered it: what is not certain.")
    offered_at: datetime | None = Field(description="Null where nobody has offered it.")
    first_listed_at: datetime = Field(description="Since when it is in the register.")
    listed_at: datetime = Field(description="Since when with this text.")


class OnePracticeRead(ListedRead):
    """A listed practice, with the licence under which it may be used."""

    licence: str | None = Field(description="Null where the operator has not said.")


class RegisterRead(BaseModel):
    """A page of the register, and the licence under which it may be used."""

    licence: str | None = Field(description="Null where the operator has not said.")
    items: Annotated[list[ListedRead], at_most(MOST_ROWS)]
    next: str | None = Field(description="Address of the next page; null on the last.")


class PracticeStepTaken(BaseModel):
    """What may be said when a step is taken."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "Please tell since when it runs."}]},
    )

    reason: Reason = Field(default="", description="For the team to read, where a step asks.")


class NewSolutionOf(BaseModel):
    """In which call a solution begins with what a practice says."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"call_id": "solutions-2027"}]}
    )

    call_id: Reference = Field(description="An open call for solutions, or its code.")
