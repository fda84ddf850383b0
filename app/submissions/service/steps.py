"""Moving a submission along its life: one writer of states."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.lifecycle import Offer, Step
from app.access.policy import Actor
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.core.storage import audit
from app.notifications.letter_texts import LetterKind
from app.programmes import service as programmes
from app.submissions.lifecycle import BY_DECISION, BY_PROMOTION, LIFE, Facts, Kind, State
from app.submissions.models import Submission
from app.submissions.schemas import READS, StepTaken
from app.submissions.service import (
    asking,
    followers,
    late_permits,
    letters,
    queries,
    taken_back,
)


def take(
    session: Session,
    actor: Actor,
    kind: Kind,
    key: UUID | str,
    name: str,
    taken: StepTaken,
    expected: Expected = ANYTHING,
) -> Submission:
    """Move a submission one step along its life; its team gets the letter of the step.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the submission, or not take the step.
    Stale
        If it is no longer as expected.
    Conflict
        If the step does not start from here, or is closed at present.
    Unprocessable
        If something has to be done first.
    """
    step = LIFE.step(name)
    submission = queries.get(session, actor, kind, key)
    policy.require(actor, step.action, submission.organisation_id)
    expected.require(READS[kind].model_validate(submission))
    before, at = submission.state, now()
    if name == "reopen":
        taken_back.keep(submission)
    submission.state = LIFE.advance(before, step, _facts(session, submission, at, taken.reason))
    _note(submission, taken.reason, at, by_staff=policy.has_any_reach(actor, step.action))
    session.flush()
    _record(session, actor, name, submission, before, taken.reason)
    if name in letters.AFTER:
        letters.tell(session, letters.AFTER[name], submission, reason=taken.reason)
    followers.tell(session, actor, submission)
    return submission


def settle(
    session: Session,
    actor: Actor,
    submission: Submission,
    name: str,
    message: str,
    answer_by: datetime | None,
) -> None:
    """Move a submission as a decision says that is released, in the caller's transaction.

    Whoever calls has looked at the decision. Nobody is told here.

    Parameters
    ----------
    name : str
        A step of `BY_DECISION`.
    message : str
        What the team reads.
    answer_by : datetime or None
        Until when the team accepts or declines its place; None where nothing is asked.

    Raises
    ------
    NotPermitted
        If the actor may not release decisions.
    TransitionNotAllowed
        If the submission cannot be decided from where it stands.
    """
    step = BY_DECISION.step(name)
    policy.require(actor, step.action)
    before = submission.state
    submission.state = BY_DECISION.advance(before, step, None)
    submission.message, submission.answer_by = message, answer_by
    _record(session, actor, name, submission, before)
    session.flush()
    followers.tell(session, actor, submission)


def lose_place(session: Session, actor: Actor, submission: Submission, zone: str) -> None:
    """Take a team's place, which it did not accept in time; its people get a letter.

    Whoever calls has looked at the time, and gives the place to another team.

    Parameters
    ----------
    zone : str
        In which the letter tells until when the team was asked.

    Raises
    ------
    NotPermitted
        If the actor may not release decisions.
    TransitionNotAllowed
        If the submission does not hold a place that waits for an answer.
    """
    (name,) = BY_PROMOTION.steps
    step = BY_PROMOTION.step(name)
    policy.require(actor, step.action)
    before = submission.state
    submission.state = BY_PROMOTION.advance(before, step, None)
    _record(session, actor, name, submission, before)
    letters.tell(
        session, LetterKind.PLACE_LOST, submission, until=submission.answer_by, zone=zone
    )
    session.flush()
    followers.tell(session, actor, submission)


def _record(
    session: Session,
    actor: Actor,
    name: str,
    submission: Submission,
    before: State,
    reason: str = "",
) -> None:
    audit.record(
        session,
        actor.user_id,
        name,
        submission.kind,
        submission.id,
        before=before,
        after=submission.state,
        reason=reason,
    )


def obstacle(
    session: Session, actor: Actor, submission: Submission, step: Step[State, Facts]
) -> str | None:
    """Return why a submission cannot take a step at present; None where it can.

    That a reason has to be given is no obstacle: whoever takes the step gives it.
    """
    if not policy.allows(actor, step.action, submission.organisation_id):
        return Message("Your roles do not include {action} here.", action=step.action)
    if submission.state not in step.sources:
        return Message("It is {state}.", state=submission.state)
    facts = _facts(session, submission, now(), reason="-")
    if (closed := step.closed(facts)) is not None:
        return closed.detail
    missing = step.missing(facts)
    return missing[0].detail if missing else None


def _note(submission: Submission, reason: str, at: datetime, *, by_staff: bool) -> None:
    """Keep what goes with a state: when it was submitted, and what the team was told."""
    if submission.state is State.DRAFT:
        submission.submitted_at = None
    elif submission.state is State.SUBMITTED:
        submission.submitted_at = at
    if submission.state is not State.DRAFT:
        submission.handed_in = None
    if reason and by_staff:
        submission.message = reason


def _facts(session: Session, submission: Submission, at: datetime, reason: str = "") -> Facts:
    call = programmes.call_of(session, submission.call_id)
    return Facts(
        kind=submission.kind,
        content=submission.content,
        themes=submission.themes,
        call_closed=late_permits.refusal(
            session, call, submission.organisation_id, at, submission.created_at
        ),
        reason=reason,
        not_asked=_not_asked(submission, at),
        answers=submission.answers,
        form=asking.form_of(session, submission),
        asked_anew=asking.asked_anew(session, submission),
        excluded=asking.excluded(session, submission),
    )


def _not_asked(submission: Submission, at: datetime) -> Conflict | None:
    """Return why a team does not answer at an instant, if it does not."""
    if submission.answer_by is None:
        return Conflict(
            "Your team is not asked to accept or decline.",
            remedy="If you cannot take part, withdraw the submission.",
        )
    if at >= submission.answer_by:
        return Conflict(
            "The time to accept or decline is over.",
            remedy="Write to the staff of the incubator.",
        )
    return None


def offers(
    session: Session, actor: Actor, kind: Kind, key: UUID | str
) -> tuple[State, list[Offer]]:
    """Return where a submission stands, and every step from there."""
    submission = queries.get(session, actor, kind, key)
    facts = _facts(session, submission, now())
    return submission.state, LIFE.offers(
        actor, submission.organisation_id, submission.state, facts
    )
