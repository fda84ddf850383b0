"""That a submission is not eligible: one person proposes it, another one approves or refuses.

Nothing of it touches the submission before it is approved, so that no state, no tag and no list
tells the team. The record tells no reason and no rule: both stand in the exclusion.
"""

from typing import Final
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.lifecycle import Offer
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import (
    Conflict,
    FieldError,
    NotFound,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.base.messages import Message, Word
from app.core.storage import audit
from app.notifications.letter_texts import LetterKind
from app.programmes.models import Call
from app.screening import queries
from app.screening.lifecycle import APPEAL, BY_ITSELF, LIFE, ExclusionState, Facts
from app.screening.models import Exclusion
from app.screening.schemas import ExclusionRead, ExclusionStepTaken, NewExclusion
from app.submissions.lifecycle import BY_SCREENING, State
from app.submissions.models import Submission
from app.submissions.service import followers, letters
from app.submissions.service import queries as submissions
from app.submissions.service import steps as submission_steps

SUBJECT: Final = "exclusion"
"""The kind of subject in the audit record."""
NOTHING_SAID: Final = ExclusionStepTaken()


def propose(session: Session, actor: Actor, new: NewExclusion) -> Exclusion:
    """Propose that a submission is not eligible.

    Raises
    ------
    NotPermitted
        If the actor may not screen.
    Unprocessable
        If there is no such submission.
    TransitionNotAllowed
        If it is not screened.
    Conflict
        If somebody has proposed it already, or its team can still answer.
        A proposal about another version gives way.
    """
    policy.require(actor, Action.SUBMISSION_SCREEN)
    try:
        submission = submissions.find(session, actor, new.submission_id)
    except NotFound as refusal:
        error = FieldError("/submission_id", "There is no such submission.")
        raise Unprocessable("The submission is not known.", errors=[error]) from refusal
    # Until the end of the transaction: what is looked at here is what is proposed about.
    session.refresh(submission, with_for_update=True)
    if (closed := obstacle(session, submission)) is not None:
        raise closed
    if (earlier := queries.pending(session, submission.id)) is not None:
        before = earlier.state
        earlier.state = BY_ITSELF.advance(before, BY_ITSELF.step("lapse"), None)
        _settle(session, actor, earlier, before, "lapse")
    assert submission.submitted_at is not None  # noqa: S101 -- it was handed in
    row = Exclusion(
        **submission.model_dump(include={"programme_id", "call_id", "kind", "code"}),
        submission_id=submission.id,
        sent_at=submission.submitted_at,
        rule=new.rule,
        feedback=new.feedback,
        proposed_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor.user_id, "propose", SUBJECT, row.id, after=row.state)
    return row


def obstacle(session: Session, submission: Submission) -> Conflict | None:
    """Return why nobody can propose at present that a submission is not eligible, if so."""
    if submission.state not in BY_SCREENING.step("fail").sources:
        return TransitionNotAllowed(
            Message("The submission is {state}.", state=Word(submission.state)),
            remedy="Only what is submitted is screened.",
        )
    if submission.state is State.RETURNED and not submission_steps.is_overdue(
        submission, now()
    ):
        return Conflict(
            "The team can still send what you asked it for.",
            remedy="Wait for the date until which it can answer, or ask again with a new date.",
        )
    if queries.proposed(session, submission) is not None:
        return _proposed()
    return None


def _proposed() -> Conflict:
    return Conflict(
        "Somebody has proposed that this submission is not eligible.",
        remedy="Approve or refuse that first.",
    )


def take(
    session: Session,
    actor: Actor,
    key: UUID | str,
    name: str,
    taken: ExclusionStepTaken = NOTHING_SAID,
    expected: Expected = ANYTHING,
) -> Exclusion:
    """Move an exclusion one step along its life; once it is approved, its team is told.

    Raises
    ------
    NotFound, NotPermitted
        If there is no such exclusion or step, or the actor may not take it.
    Stale
        If it is no longer as expected.
    Conflict
        If the step does not start from here, or is closed at present: who has proposed it
        neither approves nor refuses it.
    Unprocessable
        If a reason is missing.
    """
    step = LIFE.step(name)
    row = queries.get(session, actor, key)
    policy.require(actor, step.action)
    submission = session.get_one(Submission, row.submission_id)
    session.refresh(submission, with_for_update=True)
    session.refresh(row)
    expected.require(ExclusionRead.model_validate(row))
    before = row.state
    row.state = LIFE.advance(before, step, _facts(actor, row, submission, taken.reason))
    row.message = taken.reason
    _settle(session, actor, row, before, name)
    if row.state is ExclusionState.APPROVED:
        _exclude(session, actor, row, submission)
    return row


def _settle(
    session: Session, actor: Actor, row: Exclusion, before: ExclusionState, name: str
) -> None:
    row.settled_by, row.settled_at = actor.user_id, now()
    session.flush()
    audit.record(session, actor.user_id, name, SUBJECT, row.id, before=before, after=row.state)


def _exclude(session: Session, actor: Actor, row: Exclusion, submission: Submission) -> None:
    """Let the team know: why it cannot take part, and how and until when it appeals, once."""
    until = None if submission.appeal else now() + APPEAL
    message = f"{row.rule}\n\n{row.feedback}"
    submission_steps.fail(session, actor, submission, message, until)
    zone = session.get_one(Call, row.call_id).zone
    letters.tell(
        session,
        LetterKind.INELIGIBLE,
        submission,
        rule=row.rule,
        feedback=row.feedback,
        appeal=letters.appealing(until, zone),
    )


def offers(
    session: Session, actor: Actor, row: Exclusion
) -> tuple[ExclusionState, list[Offer]]:
    """Return where an exclusion stands, and every step from there."""
    submission = session.get_one(Submission, row.submission_id)
    return row.state, LIFE.offers(actor, None, row.state, _facts(actor, row, submission))


def _facts(actor: Actor, row: Exclusion, submission: Submission, reason: str = "") -> Facts:
    return Facts(
        place=submission.state,
        is_current=queries.is_current(row, submission),
        is_proposer=row.proposed_by == actor.user_id,
        reason=reason,
    )


def bar(session: Session, submission: Submission) -> Conflict | None:
    """Return why staff neither pass nor return a submission: one proposes to exclude it."""
    return _proposed() if queries.proposed(session, submission) is not None else None


followers.bar(bar)
