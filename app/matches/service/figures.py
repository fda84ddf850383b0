"""How many offers wait, were confirmed, or came to nothing, for staff."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.matches.lifecycle import MatchState
from app.matches.models import Match


def counts(session: Session, actor: Actor, programme_id: UUID) -> dict[MatchState, int]:
    """Return how many matches of a programme stand in each state.

    Raises
    ------
    NotPermitted
        If the actor does not read all matches.
    """
    policy.require(actor, Action.MATCH_READ)
    statement = (
        select(Match.state, func.count())
        .where(Match.programme_id == programme_id)
        .group_by(col(Match.state))
    )
    found = dict(session.exec(statement).all())
    return {state: found.get(state, 0) for state in MatchState}
