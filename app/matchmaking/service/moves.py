"""Moving a provider from one challenge of a run to another, as people choose."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app.access.policy import Actor
from app.core.base.errors import FieldError, Unprocessable
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import Verdict
from app.matchmaking.schemas.verdicts import NewVerdict
from app.matchmaking.service import queries, verdicts
from app.matchmaking.service.verdicts import Ground


@dataclass(frozen=True, slots=True)
class Move:
    """What was recorded.

    Attributes
    ----------
    chosen : Verdict
        On the pair with the challenge that the provider came to.
    freed : Verdict or None
        On the pair with the challenge that it left; None where people had not chosen it there.
    """

    chosen: Verdict
    freed: Verdict | None


def move(
    session: Session, actor: Actor, new: NewVerdict, found: Ground, source: UUID | str | None
) -> Move:
    """Choose a provider for a challenge, and take it from another one, for one reason.

    Parameters
    ----------
    new : NewVerdict
        On the pair with the challenge that the provider comes to.
    found : Ground
        Of that pair, as `verdicts.decide` takes it.
    source : UUID, str or None
        The challenge that it leaves, where people had chosen it for that.

    Raises
    ------
    NotPermitted, Conflict
        As `verdicts.decide`.
    NotFound
        If the run does not list the provider for the challenge that it leaves.
    Unprocessable
        If both challenges are the same one.
    """
    left = (
        queries.suggestion(session, actor, found.pair.run_id, source, found.solution)
        if source
        else None
    )
    if left is not None and left.challenge.id == found.pair.challenge_id:
        error = FieldError("/challenge_id", "Choose another challenge.")
        raise Unprocessable("The provider is there already.", errors=[error])
    standing, freed = left.verdict if left is not None else None, None
    if standing is not None and standing.outcome is Outcome.CHOSEN:
        freed = verdicts.free(session, actor, standing.id, new.reason)
    return Move(verdicts.decide(session, actor, new, found), freed)


def undo(session: Session, actor: Actor, chosen: UUID, freed: UUID | None, reason: str) -> None:
    """Take both verdicts of a move back: what counted before them counts again.

    Raises
    ------
    NotFound, NotPermitted, Conflict
        As `verdicts.undo`; then neither is taken back.
    """
    for verdict in filter(None, (chosen, freed)):
        verdicts.undo(session, actor, verdict, reason)
