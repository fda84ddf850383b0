"""Recording pairs that people brought together outside the service."""

from typing import Final

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.reference_numbers import next_code
from app.matches.lifecycle import LIVE, MatchState
from app.matches.models import Match
from app.submissions.lifecycle import OUT
from app.submissions.models import Submission

SUBJECT: Final = "match"
"""The kind of subject in the audit record."""
PREFIX: Final = "MA"
"""How the codes of matches begin."""


def record_match(
    session: Session, actor: Actor, challenge: Submission, solution: Submission, notes: str
) -> Match:
    """Record a pair that people brought together outside the service; once is enough.

    Raises
    ------
    NotPermitted
        If the actor may not write matches.
    Conflict
        If the two are of different programmes, or one takes no part any more.
    """
    policy.require(actor, Action.MATCH_WRITE)
    if challenge.programme_id != solution.programme_id:
        raise Conflict("The challenge and the solution belong to different programmes.")
    known = session.exec(
        select(Match).where(
            Match.challenge_id == challenge.id,
            Match.solution_id == solution.id,
            col(Match.state).in_(LIVE),
        )
    ).first()
    if known is not None:
        return known
    for side in (challenge, solution):
        if side.state in OUT:
            raise Conflict(Message("{code} takes no part any more.", code=side.code))
    match = Match(
        programme_id=challenge.programme_id,
        code=next_code(session, PREFIX),
        challenge_id=challenge.id,
        solution_id=solution.id,
        state=MatchState.COMPLETED,
        notes=notes,
    )
    session.add(match)
    session.flush()
    audit.record(session, actor.user_id, "record", SUBJECT, match.id)
    return match
