"""Moving one decision along its life: one writer of its state."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.lifecycle import Offer
from app.access.policy import Actor
from app.accounts.service import require_recently_confirmed
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.storage import audit
from app.decisions import queries
from app.decisions.lifecycle import (
    BY_OUTCOME,
    BY_RELEASE,
    LIFE,
    DecisionOutcome,
    DecisionState,
    Facts,
)
from app.decisions.models import Decision
from app.decisions.schemas import DecisionRead, DecisionStepTaken
from app.decisions.service import places, writing
from app.decisions.service.drafts import SUBJECT
from app.programmes.models import Programme
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.service import steps as submissions

NOTHING_SAID = DecisionStepTaken()


def take(
    session: Session,
    actor: Actor,
    key: UUID | str,
    name: str,
    taken: DecisionStepTaken = NOTHING_SAID,
    expected: Expected = ANYTHING,
) -> Decision:
    """Move a decision one step along its life.

    Raises
    ------
    NotFound, NotPermitted
        If there is no such decision or step, or the actor may not take it.
    ConfirmFirst
        If a correction is released from a browser that has not been confirmed of late.
    Stale
        If it is no longer as expected.
    Conflict
        If the step does not start from here, or is closed at present: who wrote a part of it
        does not approve it, what its submission has left is not decided any more, and a place
        that is not free is not given.
    Unprocessable
        If something has to be done first.
    """
    step = LIFE.step(name)
    decision = queries.get(session, actor, key)
    policy.require(actor, step.action)
    expected.require(DecisionRead.model_validate(decision))
    submission = session.get_one(Submission, decision.submission_id)
    before = decision.state
    place = _place(session, decision, submission, counts=step.target is DecisionState.RELEASED)
    facts = _facts(session, actor, decision, submission, place, taken.reason)
    after = LIFE.advance(before, step, facts)
    if after is DecisionState.RELEASED:
        require_confirmed(actor)
        _give_way(session, actor, decision)
        if place is not None and place.state is State.SELECTED:
            zone = session.get_one(Programme, place.programme_id).zone
            submissions.lose_place(session, actor, place, zone)
    decision.state, decision.message = after, taken.reason
    decision.approved_by, decision.approved_at = _approval(actor, decision)
    if after is DecisionState.RELEASED:
        _correct(session, actor, decision, submission)
    session.flush()
    audit.record(
        session,
        actor.user_id,
        name,
        SUBJECT,
        decision.id,
        before=before,
        after=after,
    )
    return decision


def require_confirmed(actor: Actor) -> None:
    """Do nothing, or ask a person in a browser to confirm who they are.

    Raises
    ------
    ConfirmFirst
        If that was too long ago. A token releases what its scopes include, and so does the
        operator.
    """
    if actor.user_id is not None and policy.made_by(actor) is None:
        require_recently_confirmed(actor)


def _approval(actor: Actor, decision: Decision) -> tuple[UUID | None, datetime | None]:
    """Return who has approved what stands there, and when; a draft has no approval."""
    match decision.state:
        case DecisionState.APPROVED:
            return actor.user_id, now()
        case DecisionState.RELEASED:
            return decision.approved_by, decision.approved_at
    return None, None


def _give_way(session: Session, actor: Actor, decision: Decision) -> None:
    """Let the released decision give way to the one that corrects it.

    It is written first: a submission has one decision that counts. Whoever stays selected
    keeps the place of another one that they got, so that nobody else gets it.
    """
    released = session.get_one(Decision, decision.corrects_id)
    before = released.state
    released.state = BY_RELEASE.advance(before, BY_RELEASE.step("give-way"), None)
    session.flush()
    if decision.outcome is released.outcome is DecisionOutcome.SELECTED:
        decision.in_place_of_id = released.in_place_of_id
    audit.record(
        session,
        actor.user_id,
        "give-way",
        SUBJECT,
        released.id,
        before=before,
        after=released.state,
    )


def _correct(
    session: Session, actor: Actor, decision: Decision, submission: Submission
) -> None:
    """Let a correction count: its submission moves, and its team gets a letter."""
    decision.released_at = now()
    if _moves(decision.outcome, submission.state):
        name = BY_OUTCOME[decision.outcome]
        submissions.settle(
            session, actor, submission, name, decision.feedback, decision.answer_by
        )
    else:
        submission.message = decision.feedback
        submission.answer_by = decision.answer_by or submission.answer_by
    writing.write(session, decision, submission)


def _moves(outcome: DecisionOutcome, place: State) -> bool:
    """Tell whether an outcome moves a submission; who has accepted was selected."""
    stays = {State(outcome.value)}
    if outcome is DecisionOutcome.SELECTED:
        stays.add(State.ACCEPTED)
    return place not in stays


def offers(
    session: Session, actor: Actor, decision: Decision
) -> tuple[DecisionState, list[Offer]]:
    """Return where a decision stands, and every step from there."""
    submission = session.get_one(Submission, decision.submission_id)
    place = _place(session, decision, submission)
    facts = _facts(session, actor, decision, submission, place)
    return decision.state, LIFE.offers(actor, None, decision.state, facts)


def _place(
    session: Session, decision: Decision, submission: Submission, *, counts: bool = False
) -> Submission | None:
    """Return the submission whose place a decision gives; held, where it is to count now."""
    if counts:
        return places.held(session, decision, submission)
    if decision.in_place_of_id is None:
        return None
    return session.get_one(Submission, decision.in_place_of_id)


def _facts(
    session: Session,
    actor: Actor,
    decision: Decision,
    submission: Submission,
    place: Submission | None,
    reason: str = "",
) -> Facts:
    obstacle = places.obstacle(session, decision, submission, decision.outcome, place)
    return Facts(
        reasons=decision.reasons,
        feedback=decision.feedback,
        place=submission.state,
        corrects=decision.corrects_id is not None,
        has_written=str(actor.user_id) in decision.writers,
        asks=decision.answer_by is not None,
        is_late=decision.answer_by is not None and decision.answer_by <= now(),
        no_place=obstacle.detail if obstacle else None,
        reason=reason,
    )
