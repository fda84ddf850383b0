"""What goes in and out about what a call lacks, and who is invited to it."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.base.references import Reference
from app.core.base.schemas import at_most
from app.core.storage.pagination import ListQuery
from app.core.tables.exporting import Names
from app.gaps.forecasting import Silence
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.schemas.settings import MOST_UNTOLD
from app.notifications.schemas import LetterDraft
from app.programmes.lifecycle import Phase

MOST_NAMED: Final = 3
"""Teams of elsewhere that are named for a challenge."""
MOST_CHALLENGES: Final = 500
"""Of how many challenges it is told while somebody waits what they lack."""
MOST_SOLUTIONS: Final = 10_000
"""With how many solutions they are compared at most."""
MOST_ELSEWHERE: Final = 1_000
"""Solutions of other programmes that are looked at: the newest."""


class TellsRead(BaseModel):
    """A point of a challenge, and the sentence that tells of it."""

    model_config = ConfigDict(from_attributes=True)

    asked: str = Field(description="In the words of the challenge, up to 400 characters.")
    told: str = Field(description="In the words of the solution, up to 400 characters.")
    is_new: bool = Field(description="Whether no solution that was sent tells of it.")


class ElsewhereRead(BaseModel):
    """A solution of another programme whose team may help, and why."""

    solution: PartyRead
    programme: str = Field(description="Code of its programme.")
    language: str | None
    told: float = Field(description="Share of what the challenge asks that it tells.")
    words: Annotated[list[str], at_most(8)] = Field(description="What both mention.")
    themes: Annotated[list[str], at_most(8)] = Field(description="Keys of themes of both.")
    tells: Annotated[list[TellsRead], at_most(3)] = Field(
        description="Points of the challenge that it tells of; those that nobody else tells "
        "of come first."
    )
    invited_at: datetime | None = Field(
        description="When its organisation was invited to this call; null where it was not."
    )


class ForecastRead(BaseModel):
    """How many good solutions there will be by the deadline, those that are there included."""

    model_config = ConfigDict(from_attributes=True)

    expected: int = Field(description="More is as likely as less.")
    low: int
    high: int = Field(description="Four times in five it is from `low` to `high`.")


class GapRead(BaseModel):
    """What is there for a challenge, what to expect, and what is missing."""

    challenge: PartyRead
    language: str | None
    n_good: int = Field(
        description="Solutions that tell at least a tenth of what it asks, which is strong."
    )
    n_fair: int = Field(description="More that tell at least a twenty-fifth.")
    forecast: ForecastRead | None = Field(
        description="Null where the numbers are too small to say: see `silence`."
    )
    untold: Annotated[list[str], at_most(MOST_UNTOLD)] = Field(
        description="Points of the challenge that no solution tells of, in its words."
    )
    elsewhere: Annotated[list[ElsewhereRead], at_most(MOST_NAMED)] = Field(
        description="Whom to invite: those that tell of what no solution does come first, "
        "then the best."
    )


class GapsRead(BaseModel):
    """What a call for solutions lacks; computed from what was sent, and stored nowhere."""

    call: str = Field(description="Its code.")
    programme: str = Field(description="Code of its programme.")
    phase: Phase
    closes_at: datetime
    n_solutions: int = Field(
        description="Solutions that count: sent, and neither withdrawn, returned nor excluded."
    )
    n_arrived: int = Field(
        description="Solutions that teams have sent to this call themselves; imported ones "
        "tell nothing of how they arrive."
    )
    share: float | None = Field(
        description="Share of all arrivals that is expected to have come; null before it opens."
    )
    n_calls: int = Field(
        description="Earlier calls from which that share is taken; 0: no curve is known, and "
        "the share lies between an even arrival and a rush at the end."
    )
    silence: Silence | None = Field(
        description="Why nothing is expected aloud; null where something is."
    )
    n_elsewhere: int = Field(description="Solutions of other programmes that were looked at.")
    challenges: Annotated[list[GapRead], at_most(MOST_CHALLENGES)] = Field(
        description="Those with fewest to expect first."
    )


class NewCallInvitation(BaseModel):
    """Who is invited to a call, for which challenge, and with which letter."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"challenge": "CH-2027-004", "solution": "SO-2026-031"}]
        },
    )

    challenge: Reference = Field(description="Of the programme of the call, and selected.")
    solution: Reference = Field(
        description="What its organisation has told in another programme."
    )
    letter: LetterDraft | None = Field(
        default=None,
        description="Another text for this letter, with the same fields in braces; null for "
        "that of the call, in the language of each reader.",
    )
    by_hand: bool = Field(
        default=False,
        description="True: staff bring the text themselves, as there is nobody to write to.",
    )


class CallInvitationRead(BaseModel):
    """That an organisation was invited to a call."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    call_id: Annotated[UUID, Names("call", "call")]
    organisation_id: Annotated[UUID, Names("organisation", "organisation")]
    challenge_id: Annotated[UUID, Names("submission", "challenge")]
    solution_id: Annotated[UUID, Names("submission", "solution")]
    invited_by: Annotated[UUID | None, Names("decider", "invited_by")] = Field(
        description="Who of the staff; null for the operator."
    )
    n_letters: int = Field(description="Letters that were written; 0: staff brought the text.")
    created_at: datetime


class CallInvitationQuery(ListQuery):
    """The list of whom staff have invited to a call."""
