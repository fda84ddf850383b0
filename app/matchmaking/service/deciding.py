"""What people decide: verdicts on suggestions, and matches."""

from sqlmodel import Session, col, func, select

from app import policy
from app.core import audit
from app.core.codes import next_code
from app.core.errors import Conflict, FieldError, Unprocessable
from app.matchmaking.lifecycle import MatchState
from app.matchmaking.models import Match, Suggestion, Verdict
from app.matchmaking.schemas.deciding import NewVerdict
from app.policy import Action, Actor
from app.submissions.models import Submission


def decide(session: Session, actor: Actor, new: NewVerdict) -> Verdict:
    """Record a verdict on a suggestion; it counts until somebody records another.

    Raises
    ------
    NotPermitted
        If the actor may not decide.
    Unprocessable
        If there is no such suggestion.
    Conflict
        If somebody else decided about it at the same moment.
    """
    policy.require(actor, Action.VERDICT_WRITE)
    suggestion = session.get(Suggestion, new.suggestion_id)
    if suggestion is None:
        error = FieldError("/suggestion_id", "There is no such suggestion.")
        raise Unprocessable("The suggestion is not known.", errors=[error])
    before = session.exec(
        select(func.count()).where(col(Verdict.suggestion_id) == suggestion.id)
    ).one()
    verdict = Verdict(**new.model_dump(), number=before + 1, decided_by=actor.user_id)
    session.add(verdict)
    session.flush()
    audit.record(
        session,
        actor.user_id,
        "decide",
        "suggestion",
        suggestion.id,
        outcome=verdict.outcome,
        reason=verdict.reason,
    )
    return verdict


def record_match(
    session: Session, actor: Actor, challenge: Submission, solution: Submission, notes: str
) -> Match:
    """Record a pair that people brought together outside the service; once is enough.

    Raises
    ------
    NotPermitted
        If the actor may not write matches.
    Conflict
        If the two are of different programmes.
    """
    policy.require(actor, Action.MATCH_WRITE)
    if challenge.programme_id != solution.programme_id:
        raise Conflict("The challenge and the solution belong to different programmes.")
    known = session.exec(
        select(Match).where(
            Match.challenge_id == challenge.id, Match.solution_id == solution.id
        )
    ).first()
    if known is not None:
        return known
    match = Match(
        code=next_code(session, "MA"),
        challenge_id=challenge.id,
        solution_id=solution.id,
        state=MatchState.COMPLETED,
        notes=notes,
    )
    session.add(match)
    session.flush()
    audit.record(session, actor.user_id, "record", "match", match.id)
    return match
