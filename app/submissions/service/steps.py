"""Moving a submission along its life: one writer of states."""

from datetime import datetime
from typing import Final
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
from app.submissions.lifecycle import (
    BY_DECISION,
    BY_PROMOTION,
    BY_SCREENING,
    LIFE,
    SCREENED,
    Facts,
    Kind,
    State,
)
from app.submissions.models import Submission
from app.submissions.schemas import READS, StepTaken
from app.submissions.service import (
    asking,
    followers,
    late_permits,
    letters,
    queries,
    returning,
    revisions,
    taken_back,
)

SENDING: Final = frozenset({"submit", "enter", "resubmit"})
"""Steps by which what a team has written is handed in, by itself or by staff for it."""


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
    # Until the end of the transaction: nobody moves or excludes it meanwhile.
    session.refresh(submission, with_for_update=True)
    expected.require(READS[kind].model_validate(submission))
    before, at = submission.state, now()
    if name == "reopen":
        taken_back.keep(submission)
    asked = returning.asked(session, submission, name, taken, at)
    facts = _facts(session, submission, at, taken.reason or "; ".join(asked))
    submission.state = LIFE.advance(before, step, facts)
    _note(submission, name, taken.reason, at)
    if taken.reason and policy.has_any_reach(actor, step.action):
        submission.message = taken.reason
    if name == "return":
        submission.message = taken.reason
        submission.asked, submission.answer_by = asked or None, taken.answer_by
    session.flush()
    if name in SENDING:
        revisions.keep(session, submission)
    _record(session, actor, name, submission, before, taken.reason)
    if name in letters.AFTER:
        reason = returning.told(session, submission) if name == "return" else taken.reason
        letters.tell(session, letters.AFTER[name], submission, reason=reason)
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


def fail(
    session: Session,
    actor: Actor,
    submission: Submission,
    message: str,
    appeal_by: datetime | None,
) -> None:
    """Find a submission not eligible, in the caller's transaction.

    Whoever calls has looked at who proposed it. Nobody is told here. What its team has changed
    since it was returned, and did not send, does not count: an appeal is about what was sent.

    Parameters
    ----------
    message : str
        What the team reads.
    appeal_by : datetime or None
        Until when it appeals; None where this is final.

    Raises
    ------
    NotPermitted
        If the actor may not approve it.
    TransitionNotAllowed
        If the submission is not screened.
    """
    step = BY_SCREENING.step("fail")
    policy.require(actor, step.action)
    before = submission.state
    submission.state = BY_SCREENING.advance(before, step, None)
    submission.message, submission.answer_by = message, appeal_by
    _record(session, actor, step.name, submission, before)
    session.flush()
    if before is State.RETURNED:
        revisions.restore(session, submission)
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


def _note(submission: Submission, name: str, reason: str, at: datetime) -> None:
    """Keep what goes with a step: when it was submitted, and until when a team answers."""
    if submission.state is State.DRAFT:
        submission.submitted_at = None
    elif name in SENDING:
        submission.submitted_at = at
    if submission.state is not State.DRAFT:
        submission.handed_in = None
    if name == "appeal":
        submission.appeal = reason
    if submission.state in SCREENED:
        submission.answer_by = None


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
        unsupported=followers.unsupported(session, submission),
        overdue=_overdue(submission, at),
        barred=followers.barred(session, submission),
        unconfirmed=followers.unconfirmed(session, submission),
    )


def _not_asked(submission: Submission, at: datetime) -> Conflict | None:
    """Return why a team does not answer at an instant, if it does not."""
    appeals = submission.state is State.INELIGIBLE
    if submission.answer_by is None:
        if appeals:
            return Conflict(
                "Your team has appealed before. This is final.",
                remedy="Write to the staff of the incubator if you have a question.",
            )
        return Conflict(
            "Your team is not asked to accept or decline.",
            remedy="If you cannot take part, withdraw the submission.",
        )
    if at >= submission.answer_by:
        return Conflict(
            "The time to appeal is over."
            if appeals
            else "The time to accept or decline is over.",
            remedy="Write to the staff of the incubator.",
        )
    return None


def is_overdue(submission: Submission, at: datetime) -> bool:
    """Tell whether a team has not sent in time what staff asked it for."""
    return (
        submission.state is State.RETURNED
        and submission.answer_by is not None
        and at >= submission.answer_by
    )


def _overdue(submission: Submission, at: datetime) -> Conflict | None:
    if not is_overdue(submission, at):
        return None
    return Conflict(
        "The time to send what you were asked for is over.",
        remedy="Write to the staff of the incubator: they can ask you again with a new date.",
    )


def offers(
    session: Session, actor: Actor, kind: Kind, key: UUID | str
) -> tuple[State, list[Offer]]:
    """Return where a submission stands, and every step from there."""
    submission = queries.get(session, actor, kind, key)
    facts = _facts(session, submission, now())
    return submission.state, LIFE.offers(
        actor, submission.organisation_id, submission.state, facts
    )
