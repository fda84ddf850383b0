"""Whether two may be brought together now: one rule for preparing, offering and confirming.

Both sides are held until the end of the transaction, so that of two who give the last place of
a provider at once one does, and nobody confirms a pair of which a side withdraws meanwhile.
"""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.access.policy import Actor
from app.core.base.errors import Conflict
from app.core.base.messages import Message, Word
from app.matches.lifecycle import HOLDS, LIVE, RESERVES, MatchState, Side
from app.matches.models import Match
from app.matchmaking.service import heeding
from app.programmes.models import Programme
from app.submissions.lifecycle import TAKES_PART
from app.submissions.models import Submission

_REMEDY: Final = "Offer another pair, or none."


def hold(session: Session, keys: Collection[UUID]) -> Mapping[UUID, Submission]:
    """Return submissions as they stand now, and hold them until the end of the transaction."""
    statement = select(Submission).where(col(Submission.id).in_(set(keys)))
    # In one order, so that two who hold the same rows never wait for each other.
    statement = statement.order_by(col(Submission.id)).with_for_update()
    rows = session.exec(statement.execution_options(populate_existing=True))
    return {row.id: row for row in rows}


def hold_match(session: Session, match: Match) -> Mapping[Side, Submission]:
    """Read a match anew with both of its sides, and hold all three."""
    held = hold(session, (match.challenge_id, match.solution_id))
    session.refresh(match, with_for_update=True)
    return {side: held[match.key_of(side)] for side in Side}


def hold_match_alone(session: Session, match: Match) -> Mapping[Side, Submission]:
    """Read a match anew with both of its sides, and hold the match.

    For what takes a place away: whoever gives one holds the sides first and the match then, so
    somebody who has a side already, since it withdraws, never waits for the other one.
    """
    session.refresh(match, with_for_update=True)
    keys = (match.challenge_id, match.solution_id)
    statement = select(Submission).where(col(Submission.id).in_(keys))
    rows = session.exec(statement.execution_options(populate_existing=True))
    found = {row.id: row for row in rows}
    return {side: found[match.key_of(side)] for side in Side}


def in_the_way(
    session: Session,
    challenge: Submission,
    solution: Submission,
    *,
    but: UUID | None = None,
    states: Collection[MatchState] = HOLDS,
) -> Conflict | None:
    """Return why two can be neither offered to each other nor confirmed; None where they can.

    Parameters
    ----------
    challenge, solution : Submission
        Held, where it is to count now.
    but : UUID, optional
        A match that takes no place from itself.
    states : collection of MatchState
        Which other matches take a place.
    """
    for side in (challenge, solution):
        if side.state not in TAKES_PART:
            return Conflict(
                Message(
                    "{code} takes no part: it is {state}.",
                    code=side.code,
                    state=Word(side.state),
                ),
                remedy=_REMEDY,
            )
    if challenge.organisation_id == solution.organisation_id:
        return Conflict(
            Message(
                "{challenge} and {solution} are of one organisation.",
                challenge=challenge.code,
                solution=solution.code,
            ),
            remedy=_REMEDY,
        )
    capacity = capacity_of(solution)
    if taken(session, Side.SOLUTION, solution.id, but, states) >= capacity:
        return Conflict(
            Message(
                "{solution} has no place left: it takes on {capacity}.",
                solution=solution.code,
                capacity=capacity,
            ),
            remedy=_REMEDY,
        )
    wanted = session.get_one(Programme, challenge.programme_id).providers_max
    if taken(session, Side.CHALLENGE, challenge.id, but, states) >= wanted:
        return Conflict(
            Message(
                "{challenge} has all the providers that it shall have: {wanted}.",
                challenge=challenge.code,
                wanted=wanted,
            ),
            remedy=_REMEDY,
        )
    return None


def not_offered(
    session: Session,
    actor: Actor,
    challenge: Submission,
    solution: Submission,
    *,
    but: UUID | None = None,
) -> Conflict | None:
    """Return why two are not offered to each other; None where they are.

    Also that a side says it cannot. It is asked before something is sent, and never again: a
    side that is refused its yes would be told what the other one has said.
    """
    return in_the_way(
        session, challenge, solution, but=but, states=RESERVES
    ) or heeding.refusal(session, actor, challenge, solution)


def capacity_of(solution: Submission) -> int:
    """Return how many challenges a team takes on."""
    return int(solution.content.get("capacity", 1))


def taken(
    session: Session,
    side: Side,
    key: UUID,
    but: UUID | None = None,
    states: Collection[MatchState] = HOLDS,
) -> int:
    """Return how many matches of these states a submission stands in, other than one."""
    column = Match.challenge_id if side is Side.CHALLENGE else Match.solution_id
    statement = select(func.count()).where(column == key, col(Match.state).in_(states))
    if but is not None:
        statement = statement.where(Match.id != but)
    return session.exec(statement).one()


def is_reserved(session: Session, challenge_id: UUID, solution_id: UUID) -> bool:
    """Tell whether a pair is being offered, was confirmed, or is about to be offered."""
    statement = select(Match.id).where(
        Match.challenge_id == challenge_id,
        Match.solution_id == solution_id,
        col(Match.state).in_(LIVE),
    )
    return session.exec(statement).first() is not None
