"""What goes out about near-duplicates: pairs, shares, and passages beside each other."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from app.core.base.references import Reference
from app.core.base.schemas import at_most
from app.matchmaking.schemas.parties import PartyRead
from app.submissions.lifecycle import Kind, State

MOST_SIMILAR: Final = 20
"""How many others are listed, in each of the two groups."""
MOST_PAIRS: Final = 200
"""How many pairs of a programme are listed."""
MOST_PASSAGES: Final = 16
"""Pairs of passages of two submissions: each passage of either stands in one of them."""
MOST_COMPARED: Final = 20_000
"""With how many submissions one is compared: those of its programme, then the newest."""
MOST_AT_ONCE: Final = 20_000
"""Of how many submissions all pairs are looked through while somebody waits."""

Share = Annotated[
    float, Field(description="0 to 1, of the telling words: small words do not count.")
]


class SubmittedRead(PartyRead):
    """A submission, as a comparison names it."""

    model_config = ConfigDict(from_attributes=True)

    kind: Kind
    language: str | None
    state: State
    programme: str = Field(description="Code of its programme.")


class MarkedRead(BaseModel):
    """A passage, or the part of it around what another submission tells too."""

    field: str = Field(description="Which passage of the submission.")
    start: int = Field(description="Where the text begins in the passage, in characters.")
    text: str
    length: int = Field(description="Characters of the whole passage.")
    marks: list[tuple[int, int]] = Field(description="Start and end, in characters of `text`.")


class BesideRead(BaseModel):
    """A passage of each of two submissions, with the words that stand in both."""

    here: MarkedRead
    there: MarkedRead


class SimilarRead(BaseModel):
    """Another submission that tells nearly the same."""

    submission: SubmittedRead
    of_this: Share = Field(description="How much of this one stands in the other too.")
    of_other: Share = Field(description="How much of the other stands in this one too.")
    beside: BesideRead | None = Field(
        description="The parts of the two passages with most words in common."
    )


class SimilarsRead(BaseModel):
    """What tells nearly the same as one submission."""

    submission: SubmittedRead
    least: float = Field(description="Share of one of two from which on they are listed.")
    n_compared: int = Field(description="With how many submissions it was compared.")
    n_left_out: int = Field(
        description="How many it was not compared with: the oldest of other programmes, where "
        "there are very many."
    )
    n_found: int = Field(description="How many there are in both groups, listed or not.")
    similar: Annotated[list[SimilarRead], at_most(MOST_SIMILAR)] = Field(
        description="Of its kind in its programme, the greatest share first."
    )
    elsewhere: Annotated[list[SimilarRead], at_most(MOST_SIMILAR)] = Field(
        description="Of the other kind, or of another programme."
    )


class ComparisonRead(BaseModel):
    """Two submissions side by side."""

    here: SubmittedRead
    there: SubmittedRead
    of_here: Share
    of_there: Share
    passages: Annotated[list[BesideRead], at_most(MOST_PASSAGES)] = Field(
        description="Each passage with the one of the other that has most of its words."
    )


class PairRead(BaseModel):
    """Two submissions that tell nearly the same."""

    first: SubmittedRead
    second: SubmittedRead
    of_first: Share
    of_second: Share


class PairsRead(BaseModel):
    """What tells nearly the same in a programme, or in one of its calls."""

    least: float = Field(description="Share of one of two from which on they are listed.")
    n_compared: int = Field(description="How many submissions were compared, each with each.")
    n_found: int = Field(description="How many pairs there are, listed or not.")
    pairs: Annotated[list[PairRead], at_most(MOST_PAIRS)] = Field(
        description="The greatest share first."
    )


class PairsQuery(BaseModel):
    """Of what the pairs are."""

    model_config = ConfigDict(extra="forbid")

    call: Reference | None = Field(
        default=None, description="Of one call alone, by its key or code."
    )
