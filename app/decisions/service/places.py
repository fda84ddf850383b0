"""Places that teams have given back, for what is held in reserve."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.core.base.errors import FieldError
from app.core.base.messages import Message
from app.decisions import queries
from app.decisions.lifecycle import OPEN, DecisionOutcome, DecisionState
from app.decisions.models import Decision
from app.submissions.lifecycle import GONE, State
from app.submissions.models import Submission

_HOLDS: Final = OPEN | {DecisionState.RELEASED}
"""Decisions that keep others from the place that they name."""


def held(session: Session, decision: Decision, submission: Submission) -> Submission | None:
    """Return the submission whose place a decision gives, as it stands, and hold it.

    Its row and that of the submission stay locked until the end of the transaction: what is
    looked at here is what counts. Both are read anew.
    """
    keys = [key for key in (submission.id, decision.in_place_of_id) if key is not None]
    statement = select(Submission).where(col(Submission.id).in_(keys))
    # In one order, so that two who hold the same rows never wait for each other.
    statement = statement.order_by(col(Submission.id)).with_for_update()
    rows = session.exec(statement.execution_options(populate_existing=True)).all()
    return next((row for row in rows if row.id == decision.in_place_of_id), None)


def obstacle(
    session: Session,
    decision: Decision,
    submission: Submission,
    outcome: DecisionOutcome,
    place: Submission | None,
) -> FieldError | None:
    """Return why a correction cannot have this outcome, since each place is given once.

    Parameters
    ----------
    place : Submission or None
        The one whose place a reserve shall get.

    Returns
    -------
    error : FieldError or None
        None where nothing is in the way, and of a first decision.
    """
    if decision.corrects_id is None:
        return None
    if place is not None and (error := _not_free(session, decision, submission, place)):
        return error
    taker = _taker(session, submission.id, {DecisionState.RELEASED})
    if taker is None:
        return None
    released = session.get_one(Decision, decision.corrects_id)
    # Who moved up themselves keep the chain whole: else their own place would look free.
    if outcome is DecisionOutcome.SELECTED or released.in_place_of_id is not None:
        return FieldError(
            "/outcome",
            Message(
                "{taker} has got the place of {code}. Correct what is decided about {taker} "
                "first.",
                taker=taker.code,
                code=submission.code,
            ),
        )
    return None


def _not_free(
    session: Session, decision: Decision, submission: Submission, place: Submission
) -> FieldError | None:
    """Tell of a place that nobody has given back, or that is taken again."""
    if submission.state is not State.RESERVE:
        return FieldError("/in_place_of", "Only what is held in reserve gets a free place.")
    if place.call_id != submission.call_id or not _is_free(session, place):
        return FieldError(
            "/in_place_of",
            Message("{code} has given no place of this call back.", code=place.code),
        )
    taker = _taker(session, place.id, _HOLDS, but=decision.id)
    if taker is None:
        return None
    return FieldError(
        "/in_place_of",
        Message("{taker} gets the place of {code} already.", taker=taker.code, code=place.code),
    )


def _is_free(session: Session, place: Submission) -> bool:
    """Tell whether a submission was selected and takes part no more, or was silent too long."""
    released = queries.of_submission(session, place.id, {DecisionState.RELEASED})
    if released is None or released.outcome is not DecisionOutcome.SELECTED:
        return False
    if place.state is State.SELECTED:
        return place.answer_by is not None and place.answer_by <= now()
    return place.state in GONE


def _taker(
    session: Session,
    place_id: UUID,
    states: Collection[DecisionState],
    *,
    but: UUID | None = None,
) -> Decision | None:
    """Return the decision of these states, other than one, that gives a place."""
    statement = select(Decision).where(
        Decision.in_place_of_id == place_id, col(Decision.state).in_(states)
    )
    if but is not None:
        statement = statement.where(Decision.id != but)
    return session.exec(statement).first()


def free_places(
    session: Session, actor: Actor, call_id: UUID, but: UUID | None = None
) -> list[Submission]:
    """Return the submissions of a call whose places a reserve can get, by code.

    Parameters
    ----------
    but : UUID or None
        The decision for which they are offered: the place that it names itself is free to it.

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
        if _is_free(session, place) and _taker(session, place.id, _HOLDS, but=but) is None
    ]
