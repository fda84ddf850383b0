"""What goes out about suggestions: stored lines and previews, with their reasons."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from app.core.base.numbers import Whole
from app.core.base.references import Reference
from app.core.base.schemas import at_most
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import InWords, Named, Names, Only
from app.matchmaking.reasons import listed, sentence_of
from app.matchmaking.schemas.interests import InterestsOfPair, interests_in_words
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.schemas.settings import MOST_LISTED, MOST_NEEDS, MOST_WARNINGS
from app.matchmaking.schemas.verdicts import VerdictRead
from app.submissions.lifecycle import Kind
from app.submissions.schemas import MOST_THEMES

Marks = list[tuple[int, int]]
"""Start and end of each marked word, in characters."""


class ContributionRead(BaseModel):
    """One share of a score; all of them add up to it."""

    kind: Literal["word", "theme", "meaning", "missing"]
    feature: Annotated[str, Names("theme", "feature")] = Field(
        description="A stem, the key of a theme, the sentence encoder, or what is missing: "
        "text, themes, or a language in common."
    )
    share: float
    words: list[str] = Field(description="As people wrote them, on one side and the other.")
    phrase: str | None = Field(
        default=None,
        description="Of a word: the words of the challenge among which it stands and that the "
        "solution tells as well, as they were written; empty where it says little by itself. "
        "Null for what is no word, and in older runs. The shares of a phrase add up.",
    )
    sides: Annotated[list[Literal["challenge", "solution"]], at_most(2)] = Field(
        default_factory=list,  # a default would be copied for every share
        description="Who did not tell what is missing.",
    )


class PassageRead(BaseModel):
    """A passage with the places of the words that both sides use."""

    field: str = Field(description="Which passage of the submission.")
    text: str
    marks: Marks = Field(description="Start and end, in characters.")


class PassagesRead(BaseModel):
    """The best passage on both sides; null where a side has no words."""

    challenge: PassageRead | None
    solution: PassageRead | None


class PartRead(BaseModel):
    """A part of a submission."""

    field: str = Field(description="Which passage of the submission.")
    text: str = Field(description="As it was written, up to 400 characters.")
    marks: Annotated[Marks, at_most(200)] = Field(
        default_factory=list,
        description="Where the words stand that the other side has too, in characters of the "
        "text; empty where the point is not told, and in older runs.",
    )


class NeedRead(PartRead):
    """A point of the challenge, in its own words, and where the solution tells of it."""

    share: float = Field(
        description="How much of the point any one sentence of the solution says, by the "
        "weight of its words, 0 to 1."
    )
    told: PartRead | None = Field(
        description="The sentence that says most of it; null where none says enough."
    )


class HubRead(BaseModel):
    """How often a solution is among the first three, if more than chance explains."""

    places: int = Field(description="Challenges that have it among their first three.")
    eligible: int = Field(description="Challenges that are open to it.")
    expected: float = Field(description="Places that chance would give it.")


def warnings_in_words(warnings: "Sequence[WarningRead]", names: Named) -> str:
    """Say in sentences what people should look at."""
    return " ".join(_in_words(warning, names) for warning in warnings)


def _in_words(warning: "WarningRead", names: Named) -> str:
    if warning.kind == "claimed":
        themes = listed([names.get(key, (key,))[0] for key in warning.themes])
        return f"Claimed, not described: {themes}."
    if warning.source is None:
        return f"{warning.field} is a list of words."
    source = warning.source
    return f"{warning.field} holds words of {source.submission} ({source.field})."


class OriginRead(BaseModel):
    """Where a copied part stands as well."""

    submission: str = Field(description="Code of the submission.")
    field: str
    start: int
    stop: int


class WarningRead(BaseModel):
    """Something in a submission that people should look at."""

    kind: Literal["copied", "list", "claimed"] = Field(
        description="Words that stand in their order in another submission; a passage that "
        "is a list of words and no prose; themes that no text bears out."
    )
    field: str = Field(description="Where it stands; themes for a claim.")
    start: int = Field(description="First character of the field; 0 for a claim.")
    stop: int
    themes: Annotated[list[str], at_most(MOST_THEMES)] = Field(
        description="Keys of the themes that are claimed and not described."
    )
    source: OriginRead | None = Field(description="Where else copied words stand.")
    counted: bool = Field(
        description="Whether it counts nevertheless. What stands in a challenge as well does "
        "not; what stands in another solution does, as nobody knows who wrote first."
    )


Told = Annotated[
    float | None,
    Field(
        description="Share of what the challenge asks, by the weight of its words, that the "
        "solution tells; null where no text can be compared, and in older runs."
    ),
]
Warnings = Annotated[
    list[WarningRead],
    at_most(MOST_WARNINGS),
    InWords(warnings_in_words),
]


Stability = Annotated[
    float | None,
    Field(
        description="Share of small changes of weights and words in which it keeps its rank."
    ),
]
TurnsAt = Annotated[
    float | None,
    Field(description="Weight of the text at which it and the next are level; null for none."),
]


def passages_in_words(passages: PassagesRead, _: Named) -> str:
    """Return the best passages of both sides, one below the other."""
    sides = (passages.challenge, passages.solution)
    return "\n".join(passage.text for passage in sides if passage)


def needs_in_words(needs: Sequence[NeedRead], _: Named) -> str:
    """Return the points of which the solution tells, one below the other."""
    return "\n".join(need.text for need in needs if need.told)


Needs = Annotated[
    list[NeedRead],
    at_most(MOST_NEEDS),
    InWords(needs_in_words),
]


class SuggestionRead(BaseModel):
    """One line of the ranked list of a challenge, with its reasons."""

    id: UUID
    run_id: Annotated[UUID, Names("run", "run")]
    challenge: PartyRead
    solution: PartyRead
    rank: int = Field(description="1 is best.")
    score: float = Field(description="text_part + theme_part.")
    text_part: float
    theme_part: float
    coverage: float = Field(description="Share of the score that could be computed, 0 to 1.")
    band: str | None = Field(
        description="Strong, fair or weak: how much of what the challenge asks the solution "
        "tells, and from 30 pairs on where it stands among them. Null in older runs of fewer."
    )
    told: Told
    warnings: Warnings
    stability: Stability
    turns_at: TurnsAt
    hub: HubRead | None = Field(
        description="Set where the solution stands high for more challenges than by chance."
    )
    assigned: bool = Field(
        description="Whether the best whole assignment holds the pair: for who may read "
        "interests the one that heeds them."
    )
    interests: Annotated[InterestsOfPair | None, InWords(interests_in_words)] = Field(
        description="What both sides had said of each other; null where neither had, and for "
        "who may not read it."
    )
    contributions: Annotated[list[ContributionRead], InWords(sentence_of)] = Field(
        title="Reason"
    )
    passages: Annotated[PassagesRead, InWords(passages_in_words)]
    needs: Needs = Field(
        title="Told of what is asked",
        description="The heaviest points of the challenge in their order; empty in older runs, "
        "and where the two cannot be compared.",
    )
    withdrawn: list[Literal["challenge", "solution"]] = Field(
        max_length=2, description="The sides that take no part any more."
    )
    verdict: Annotated[
        VerdictRead | None, Only("outcome", "reason", "decided_by", "created_at")
    ]
    other_verdict: Annotated[
        VerdictRead | None, Only("run", "outcome", "reason", "decided_by")
    ] = Field(description="The newest verdict on the same pair in another run.")


_CONTRIBUTIONS: Final = TypeAdapter(list[ContributionRead])
_NEEDS: Final = TypeAdapter(list[NeedRead])


def completed(contributions: str) -> str:
    """Return stored contributions, a list in JSON, as `ContributionRead` has them.

    Those that were stored before there were phrases have none, and their sides where something
    is missing alone. Reading and writing them again would take longer than all else about the
    line that they belong to.
    """
    # a quote within a text has a backslash before it
    if '"phrase":' in contributions:
        return contributions
    # so these are ends of lists of texts
    if '"sides"' not in contributions and '\\"]}' not in contributions:
        without = '"phrase": null, "sides": []}'
        found = contributions.replace('"words": []}', f'"words": [], {without}')
        found = found.replace('"]}', f'"], {without}')
        if found.count('"sides":') == found.count('"feature":'):
            return found
    return _CONTRIBUTIONS.dump_json(_CONTRIBUTIONS.validate_json(contributions)).decode()


def with_marks(needs: str) -> str:
    """Return stored points, a list in JSON, as `NeedRead` has them: old ones lack marks."""
    if needs == "[]" or '"marks":' in needs:
        return needs
    return _NEEDS.dump_json(_NEEDS.validate_json(needs)).decode()


class SuggestionQuery(ListQuery):
    """Filters of the suggestions of a run."""

    challenge: Several[Reference] = Field(default=[], description="Repeat for several.")
    solution: Several[Reference] = Field(default=[], description="Repeat for several.")
    assigned: bool | None = None


class RankedRead(BaseModel):
    """A place in the list of a challenge."""

    model_config = ConfigDict(from_attributes=True)

    solution: PartyRead
    rank: int = Field(description="1 is best.")
    score: float = Field(description="text_part + theme_part.")
    text_part: float
    theme_part: float
    coverage: float
    band: str | None
    stability: float | None
    assigned: bool = Field(
        description="Whether the best whole assignment holds the pair, interests left aside."
    )


class RankedForRead(BaseModel):
    """The list of a challenge."""

    challenge: PartyRead
    solutions: Annotated[list[RankedRead], at_most(MOST_LISTED)] = Field(
        description="The best first."
    )


class RankingRead(BaseModel):
    """All lists of a run as they were stored with it; what people decide is not in it."""

    run_id: UUID
    lists: list[RankedForRead] = Field(description="In the order of codes.")


class PreviewQuery(BaseModel):
    """What can be chosen about a preview."""

    model_config = ConfigDict(extra="forbid")

    top: Whole = Field(default=10, ge=1, le=MOST_LISTED, description="Maximum number of lines.")


class PreviewLineRead(BaseModel):
    """One pair of a preview, with its reasons."""

    challenge: PartyRead
    solution: PartyRead
    rank: int = Field(description="Place of the solution among those for the challenge.")
    score: float = Field(description="text_part + theme_part.")
    text_part: float
    theme_part: float
    coverage: float = Field(description="Share of the score that could be computed, 0 to 1.")
    told: Told
    warnings: Annotated[list[WarningRead], at_most(MOST_WARNINGS)]
    stability: Stability
    turns_at: TurnsAt
    contributions: list[ContributionRead]
    passages: PassagesRead
    needs: Annotated[list[NeedRead], at_most(MOST_NEEDS)]


class PreviewRead(BaseModel):
    """Where a submission would stand among what is selected now; stored nowhere."""

    submission_id: UUID
    kind: Kind
    model: str | None = Field(
        description="Version of the model; null where nothing is selected to compare with."
    )
    warnings: Annotated[list[WarningRead], at_most(MOST_WARNINGS)] = Field(
        description="What to look at in the submission itself, before it is handed in; of a "
        "challenge there is none."
    )
    lines: Annotated[list[PreviewLineRead], at_most(MOST_LISTED)] = Field(
        description="The best first."
    )
