"""What all pages of a run share: the run that an address names, within its programme."""

from uuid import UUID

from sqlmodel import Session

from app.access.policy import Actor
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.matchmaking.models import MatchRun
from app.matchmaking.service import queries
from app.programmes import service as programmes
from app.programmes.models import Programme


def place_of(run: MatchRun, of: Programme) -> str:
    """Return the address of a run."""
    return f"/programmes/{of.code}/runs/{run.code}"


def run_of(
    session: Session, actor: Actor, programme: UUID | str, run: UUID | str
) -> tuple[MatchRun, Programme]:
    """Return a run and its programme, as an address names them.

    Raises
    ------
    NotFound
        If the programme has no such run, or the actor may not know of it.
    """
    found = queries.run(session, actor, run)
    of = programmes.programme(session, programme)
    if found.programme_id != of.id:
        raise NotFound(Message("There is no run {key}.", key=run))
    return found, of
