"""What open data look like, and the dictionary that explains them."""

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from app.core.base.messages import Message
from app.core.base.schemas import at_most
from app.core.base.translations import Language
from app.statistics.schemas.coverage import MOST_GROUPS
from app.statistics.schemas.groups import FunnelStage
from app.submissions.content import Passage
from app.submissions.lifecycle import Kind
from app.submissions.schemas import MOST_THEMES

MOST_PROGRAMMES: Final = 20
"""Of how many programmes all statistics are told at once, the newest."""
MOST_LINES: Final = MOST_PROGRAMMES * len(Kind) * len(FunnelStage) * 3 * MOST_GROUPS
"""Figures that are told at once."""


class Line(BaseModel):
    """One row of open data."""

    id: str


class Statistic(Line):
    """How many of a group came to a stage."""

    programme: str
    kind: Kind
    division: str
    group: str
    name: str
    region: str | None
    stage: FunnelStage
    count: int | None
    low: float | None
    high: float | None


class Statistics(BaseModel):
    """All figures that everybody may know."""

    licence: str | None
    limit: int
    items: Annotated[list[Statistic], at_most(MOST_LINES)]


class ChallengeRow(Line):
    """A published challenge in one of its languages."""

    code: str
    programme: str
    country: str | None
    organisation: str | None
    published_at: datetime
    themes: Annotated[list[str], at_most(MOST_THEMES)]
    language: str
    title: str
    summary: Passage
    problem: Passage
    outcome: Passage
    help_wanted: Passage


class FieldRead(BaseModel):
    """What a member of a data set means."""

    name: str
    type: str
    meaning: str


class DataSetRead(BaseModel):
    """A data set, and what its members mean."""

    name: str
    title: str
    about: str
    members: Annotated[list[FieldRead], at_most(30)]


class DictionaryRead(BaseModel):
    """The data dictionary."""

    licence: str | None = Field(description="Null where the operator has not said.")
    data_sets: Annotated[list[DataSetRead], at_most(10)]


STATISTICS: Final = "statistics"
CHALLENGES: Final = "challenges"

TITLES: Final = {
    STATISTICS: Message("Statistics"),
    CHALLENGES: Message("Published challenges"),
}
ABOUT: Final = {
    STATISTICS: Message(
        "How many challenges and solutions were submitted, found eligible and selected, by "
        "group. The calls of one kind are counted once all of them are closed, and what was "
        "decided once all of them are released."
    ),
    CHALLENGES: Message(
        "The challenges of which everybody may read, one row for each language in which they "
        "are written."
    ),
}
_SCHEMAS: Final[dict[str, type[Line]]] = {STATISTICS: Statistic, CHALLENGES: ChallengeRow}
_OF_STATISTICS: Final = {
    "id": Message(
        "Names the figure, and stays the same: its programme, kind, division, group and stage."
    ),
    "programme": Message("Code of the programme."),
    "kind": Message("Whether challenges or solutions are counted."),
    "division": Message(
        "By what is counted: all, region, country, level, language, experience or theme. A "
        "submission names several themes, so those do not add up."
    ),
    "group": Message(
        "The group: a country by ISO 3166-1, a region by M49, a language by ISO 639-1, a theme "
        "by its key, or a word. rest is what is withheld at this stage, all together."
    ),
    "name": Message("What people call the group, in the language that is asked for."),
    "region": Message("Of a country, its region by M49."),
    "stage": Message("How far they came. Each stage is a part of the one before."),
    "count": Message(
        "How many. Empty where it is withheld: it is small, or a small figure could be "
        "computed from it."
    ),
    "low": Message(
        "Where the 95 % interval of the share of what the group submitted begins (Wilson)."
    ),
    "high": Message("Where it ends."),
}
_OF_CHALLENGES: Final = {
    "id": Message("The address of its page, which stays the same."),
    "code": Message("Its code."),
    "programme": Message("Code of the programme."),
    "country": Message("Of its team, by ISO 3166-1; empty where it is not named."),
    "organisation": Message("Name of its team; empty where it is not named."),
    "published_at": Message("When it was published, in UTC."),
    "themes": Message("Keys of its themes."),
    "language": Message("In which language the row is written, by ISO 639-1."),
    "title": Message("Its title."),
    "summary": Message("In a few sentences what it is about."),
    "problem": Message("The problem."),
    "outcome": Message("What would be different without it."),
    "help_wanted": Message("What help the team looks for."),
}
MEANINGS: Final = {STATISTICS: _OF_STATISTICS, CHALLENGES: _OF_CHALLENGES}
"""What each member means; a test holds that none is left out."""


def dictionary(licence: str | None, into: Language) -> DictionaryRead:
    """Return the data dictionary in a language."""
    return DictionaryRead(
        licence=licence,
        data_sets=[
            DataSetRead(
                name=name,
                title=into.say(TITLES[name]),
                about=into.say(ABOUT[name]),
                members=[
                    FieldRead(
                        name=member, type=_type(schema, member), meaning=into.say(meaning)
                    )
                    for member, meaning in MEANINGS[name].items()
                ],
            )
            for name, schema in _SCHEMAS.items()
        ],
    )


def _type(schema: type[BaseModel], member: str) -> str:
    """Return the type of a member, in the words of JSON Schema."""
    described: dict[str, Any] = schema.model_json_schema()["properties"][member]
    options = described.get("anyOf", [described])
    return " | ".join(option.get("type", "string") for option in options)
