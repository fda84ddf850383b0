"""Places that teams have given back, for what is held in reserve."""

from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.core.base.errors import FieldError, Unprocessable
from app.core.base.messages import Message
from app.decisions import queries
from app.decisions.lifecycle import OPEN, DecisionOutcome, DecisionState
from app.decisions.models import Decision
from app.submissions.lifecycle import GONE, State
from app.submissions.models import Submission


def require_free(
    session: Session, decision: Decision, submission: Submission, place: Submission
) -> None:
    """Do nothing, or refuse a place that nobody has given back, or that is taken again."""
    error: FieldError | None = None
    if submission.state is not State.RESERVE:
        error = FieldError("/in_place_of", "Only what is held in reserve gets a free place.")
    elif place.call_id != submission.call_id or not _is_free(session, place):
        error = FieldError(
            "/in_place_of",
            Message("{code} has given no place of this call back.", code=place.code),
        )
    elif (taker := _taker(session, place.id)) is not None and taker.id != decision.id:
        error = FieldError(
            "/in_place_of",
            Message(
                "{taker} gets the place of {code} already.", taker=taker.code, code=place.code
            ),
        )
    if error is not None:
        raise Unprocessable("The place is not free.", errors=[error])


def _is_free(session: Session, place: Submission) -> bool:
    """Tell whether a submission was selected and takes part no more, or was silent too long."""
    released = queries.of_submission(session, place.id, {DecisionState.RELEASED})
    if released is None or released.outcome is not DecisionOutcome.SELECTED:
        return False
    if place.state is State.SELECTED:
        return place.answer_by is not None and place.answer_by <= now()
    return place.state in GONE


def _taker(session: Session, place_id: UUID) -> Decision | None:
    counts = OPEN | {DecisionState.RELEASED}
    statement = select(Decision).where(
        Decision.in_place_of_id == place_id, col(Decision.state).in_(counts)
    )
    return session.exec(statement).first()


def free_places(session: Session, actor: Actor, call_id: UUID) -> list[Submission]:
    """Return the submissions of a call whose places a reserve can get, by code.

    Raises
    ------
    NotPermitted
        If the actor may not read decisions.
    """
    policy.require(actor, Action.DECISION_READ)
    statement = (
        select(Submission)
        .join(Decision, col(Decision.submission_id) == col(Submission.id))
        .where(
            Submission.call_id == call_id,
            Decision.state == DecisionState.RELEASED,
            Decision.outcome == DecisionOutcome.SELECTED,
            col(Submission.state).in_(GONE | {State.SELECTED}),
        )
        .order_by(col(Submission.code))
    )
    return [
        place
        for place in session.exec(statement)
        if _is_free(session, place) and _taker(session, place.id) is None
    ]
