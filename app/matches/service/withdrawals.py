"""What a withdrawal does with offers and matches: told before it is done, and done with it.

A side that takes no part any more, by its own word or by a corrected decision, leaves no offer
open. It is done in the transaction of the step where the service moves the submission, and by
the worker for whatever else may have moved it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sql
from sqlmodel import Session, col, select

from app.access.policy import Actor
from app.core.base.clock import now
from app.core.storage import audit
from app.matches import queries
from app.matches.lifecycle import (
    BY_ITSELF,
    WITHDRAWING,
    Facts,
    MatchLetterKind,
    MatchState,
    Side,
)
from app.matches.models import Match
from app.matches.service import pairs, writing
from app.matches.service.recording import SUBJECT
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.service.queries import parties
from app.submissions.lifecycle import TAKES_PART
from app.submissions.models import Submission
from app.submissions.service import followers


@dataclass(frozen=True, slots=True)
class Consequence:
    """What becomes of a match if a side withdraws.

    Attributes
    ----------
    match : Match
    other : PartyRead
        The side that stays.
    after : MatchState
    """

    match: Match
    other: PartyRead
    after: MatchState


def consequences(session: Session, actor: Actor, submission: Submission) -> list[Consequence]:
    """Return what a withdrawal would do with the matches that its reader knows of."""
    rows = [
        one
        for one in queries.of_submission(session, actor, submission.id)
        if one.state in WITHDRAWING
    ]
    others = {one.id: one.key_of(_side(one, submission).other) for one in rows}
    named = parties(session, others.values())
    return [
        Consequence(one, named[others[one.id]], BY_ITSELF.step(WITHDRAWING[one.state]).target)
        for one in rows
    ]


def follow(session: Session, actor: Actor, submission: Submission) -> None:
    """End what a submission stands in that takes no part any more, and tell the other sides."""
    if submission.state not in TAKES_PART:
        statement = select(Match).where(
            col(Match.state).in_(WITHDRAWING),
            sql.or_(
                col(Match.challenge_id) == submission.id,
                col(Match.solution_id) == submission.id,
            ),
        )
        found = session.exec(statement.order_by(col(Match.id))).all()
        _end(session, actor, found)


def settle(session: Session, actor: Actor) -> int:
    """End every match of which a side takes no part any more; return how many."""
    gone = select(Submission.id).where(col(Submission.state).not_in(TAKES_PART))
    statement = select(Match).where(
        col(Match.state).in_(WITHDRAWING),
        sql.or_(col(Match.challenge_id).in_(gone), col(Match.solution_id).in_(gone)),
    )
    return _end(session, actor, session.exec(statement.order_by(col(Match.id))).all())


def _end(session: Session, actor: Actor, found: Sequence[Match]) -> int:
    ended = 0
    for match in found:
        sides = pairs.hold_match_alone(session, match)
        gone = [side for side in Side if sides[side].state not in TAKES_PART]
        if match.state not in WITHDRAWING or not gone:
            continue
        before = match.state
        step = BY_ITSELF.step(WITHDRAWING[before])
        match.state, match.settled_at = BY_ITSELF.advance(before, step, Facts()), now()
        session.flush()
        audit.record(
            session,
            actor.user_id,
            step.name,
            SUBJECT,
            match.id,
            before=before,
            after=match.state,
        )
        for side in Side:
            if side not in gone and before is not MatchState.PREPARED:
                writing.tell(session, match, side, MatchLetterKind.OTHER_WITHDREW)
        ended += 1
    return ended


def _side(match: Match, submission: Submission) -> Side:
    return Side.CHALLENGE if match.challenge_id == submission.id else Side.SOLUTION


followers.follow(follow)
