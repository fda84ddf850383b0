"""What goes out about challenges with a similar problem."""

from typing import Annotated, Final

from pydantic import BaseModel, Field

from app.core.base.schemas import at_most
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.schemas.suggestions import PassagesRead

MOST_PEERS: Final = 3
"""How many peers each challenge has: to talk with more is more than people do."""
MOST_CHALLENGES: Final = 500
"""Of how many challenges the peers are found while somebody waits."""


class PeerRead(BaseModel):
    """Another challenge with a similar problem, and what both tell."""

    challenge: PartyRead
    language: str | None
    words: Annotated[list[str], at_most(8)] = Field(description="What both mention.")
    themes: Annotated[list[str], at_most(8)] = Field(description="Keys of themes of both.")
    passages: PassagesRead = Field(
        description="The best passage of each; that of the peer stands under `solution`."
    )
    other_language: bool = Field(
        description="Whether the texts are in two languages, so that themes alone are compared."
    )


class ChallengeWithPeersRead(BaseModel):
    """A challenge, and with whom its team could talk."""

    challenge: PartyRead
    language: str | None
    has_provider: bool = Field(
        description="Whether a solution is offered to it or matched with it."
    )
    peers: Annotated[list[PeerRead], at_most(MOST_PEERS)] = Field(
        description="The most similar first."
    )


class PeersRead(BaseModel):
    """Who of a programme could talk with whom; computed, and stored nowhere."""

    programme: str = Field(description="Its code.")
    challenges: Annotated[list[ChallengeWithPeersRead], at_most(MOST_CHALLENGES)] = Field(
        description="Those without a provider first, then by code."
    )
