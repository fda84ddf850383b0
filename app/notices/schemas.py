"""What goes in and out about public notices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.schemas import at_most
from app.core.base.text import Line
from app.core.storage.open_lists import OpenQuery
from app.core.storage.pagination import MOST_ROWS, ListQuery, Several
from app.core.tables.countries import NamedCountry
from app.core.tables.exporting import Aside, InWords, Names
from app.notices.lifecycle import NoticeState
from app.submissions.content import Passage
from app.submissions.schemas import MOST_THEMES, Language, Reason, ThemeKey

MOST_LANGUAGES: Final = 8
"""Languages in which a notice is written."""


class NoticeText(BaseModel):
    """What a notice says in one language."""

    model_config = ConfigDict(extra="forbid")

    language: Language
    title: Annotated[Line, StringConstraints(max_length=200)] = ""
    summary: Passage = Field(default="", description="In a few sentences, for the catalogue.")
    problem: Passage = Field(default="", description="The problem, as anybody may read it.")
    outcome: Passage = Field(default="", description="What would be different without it.")
    help_wanted: Passage = Field(default="", description="What help the team looks for.")


def _each_language_once(texts: list[NoticeText]) -> list[NoticeText]:
    languages = [text.language for text in texts]
    if len(set(languages)) < len(languages):
        raise ValueError(Message("write the notice once in each language"))
    return texts


class NoticeDraft(BaseModel):
    """What staff write, and the team approves."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "texts": [
                        {
                            "language": "en",
                            "title": "Early warning of floods in small rivers",
                            "problem": "Small rivers rise within an hour; nobody is warned.",
                            "outcome": "Every household is warned half an hour ahead.",
                        }
                    ],
                    "themes": ["policy-domain:ENVI"],
                    "names_country": True,
                }
            ]
        },
    )

    texts: Annotated[
        list[NoticeText],
        Field(min_length=1, max_length=MOST_LANGUAGES),
        AfterValidator(_each_language_once),
    ]
    themes: list[ThemeKey] = Field(default=[], max_length=MOST_THEMES)
    names_country: bool = Field(
        default=False, description="Whether everybody may know of which country the team is."
    )
    names_organisation: bool = Field(
        default=False, description="Whether the organisation may be named, too."
    )

    @field_validator("names_organisation")
    @classmethod
    def _named_with_its_country(cls, named: bool, info: ValidationInfo) -> bool:
        if named and not info.data.get("names_country"):
            raise ValueError(
                Message("name the country as well: the name of an organisation tells it")
            )
        return named


class NewNotice(BaseModel):
    """Of which challenge a notice begins."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"challenge_id": "CH-2027-001"}]}
    )

    challenge_id: Reference = Field(description="A selected challenge, or its code.")


def _titles(texts: Sequence[NoticeText], _: Any) -> str:
    return "; ".join(f"{text.language}: {text.title}" for text in texts)


class NoticeRead(BaseModel):
    """A notice as staff and the team behind the challenge see it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str = Field(description="That of the challenge.")
    title: str = Field(description="In the first language.")
    programme_id: Annotated[UUID, Names("programme", "programme")]
    challenge_id: UUID
    organisation_id: Annotated[UUID, Names("organisation", "organisation", "country")]
    state: NoticeState
    texts: Annotated[list[NoticeText], at_most(MOST_LANGUAGES), InWords(_titles)]
    themes: Annotated[list[str], at_most(MOST_THEMES), Names("theme", "themes")]
    names_country: bool
    names_organisation: bool
    message: str = Field(description="What one side last wrote to the other with a step.")
    version: Annotated[int, Aside()] = Field(description="Grows with each change.")
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = Field(description="When it was last published.")


class NoticeQuery(ListQuery):
    """Filters of the list of notices."""

    state: Several[NoticeState] = Field(default=[], description="Repeat for several.")
    code: Several[Reference] = Field(default=[], description="Repeat for several.")
    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )
    q: Line | None = Field(
        default=None,
        max_length=200,
        description="Words that stand in the notice; the first ten count.",
    )


class CatalogueQuery(OpenQuery):
    """Filters of what is public."""

    theme: Several[ThemeKey] = Field(default=[], description="Keys of themes; repeatable.")
    country: Several[NamedCountry] = Field(
        default=[], description="Codes or names of countries that are named; repeatable."
    )
    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )


class FeedQuery(CatalogueQuery):
    """Filters of the feed, and in which language its entries are, where they are written."""

    language: Annotated[str, StringConstraints(max_length=10)] = "en"


class PublishedRead(BaseModel):
    """A challenge as everybody may read it: what its team has approved, and nothing else."""

    code: str
    url: str = Field(description="Its page, at an address that stays.")
    programme: str = Field(description="Code of the programme.")
    country: str | None = Field(description="ISO 3166-1; null where it is not named.")
    organisation: str | None = Field(description="Null where it is not named.")
    published_at: datetime
    themes: Annotated[list[str], at_most(MOST_THEMES)]
    texts: Annotated[list[NoticeText], at_most(MOST_LANGUAGES)]


class OneRead(PublishedRead):
    """A published challenge, with the licence under which it may be used."""

    questions: str = Field(description="Where what was asked about it is read, with answers.")

    licence: str | None = Field(description="Null where the operator has not said.")


class CatalogueRead(BaseModel):
    """A page of what is published, and the licence under which it may be used."""

    licence: str | None = Field(description="Null where the operator has not said.")
    items: Annotated[list[PublishedRead], at_most(MOST_ROWS)]
    next: str | None = Field(description="Address of the next page; null on the last.")


class NoticeStepTaken(BaseModel):
    """What may be said when a step is taken."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "Leave out the name of the office."}]},
    )

    reason: Reason = Field(
        default="", description="For the other side to read, where a step asks."
    )
