"""Drafting a decision, and changing it while it is a draft."""

from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.entity_tags import Expected
from app.core.base.errors import (
    Conflict,
    FieldError,
    NotFound,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.base.merge_patch import Patch, patched
from app.core.base.messages import Message, Word
from app.core.storage import audit
from app.decisions import queries
from app.decisions.lifecycle import OPEN, DecisionOutcome, DecisionState, asked_again
from app.decisions.models import Decision
from app.decisions.schemas import DecisionDraft, DecisionRead, NewDecision
from app.decisions.service import places
from app.programmes.models import Programme
from app.submissions.lifecycle import DECIDED, State
from app.submissions.models import Submission
from app.submissions.service import queries as submissions

SUBJECT: Final = "decision"
"""The kind of subject in the audit record.

Before a release the record tells no outcome and no reason: others than those who decide read
it. Both stand in the decision, which is kept.
"""


def draft(session: Session, actor: Actor, new: NewDecision) -> Decision:
    """Draft a decision about an eligible submission, or the correction of a released one.

    Raises
    ------
    NotPermitted
        If the actor may not draft decisions.
    Unprocessable
        If there is no such submission, no such free place, or its own place is given away.
    Conflict
        If a decision about it is being made, or it can be decided about no more, or not yet.
    """
    policy.require(actor, Action.DECISION_WRITE)
    submission = _stated(session, actor, new.submission_id, "/submission_id")
    released = _corrected(session, submission)
    if queries.of_submission(session, submission.id, OPEN) is not None:
        raise Conflict(
            Message("A decision about {code} is being made already.", code=submission.code),
            remedy="Change that one.",
        )
    return begin(session, actor, submission, released, new)


def _stated(session: Session, actor: Actor, key: UUID | str, pointer: str) -> Submission:
    try:
        return submissions.find(session, actor, key)
    except NotFound as refusal:
        error = FieldError(pointer, "There is no such submission.")
        raise Unprocessable("The submission is not known.", errors=[error]) from refusal


def _corrected(session: Session, submission: Submission) -> Decision | None:
    """Return the released decision that a new one would correct; None for a first one.

    Raises
    ------
    Conflict
        If the submission is neither eligible nor decided.
    """
    if submission.state is State.ELIGIBLE:
        return None
    released = queries.of_submission(session, submission.id, {DecisionState.RELEASED})
    if submission.state in DECIDED and released is not None:
        return released
    raise Conflict(
        Message("{code} is {state}.", code=submission.code, state=Word(submission.state)),
        remedy="Only what is eligible is decided about, and what was released is corrected.",
    )


def begin(
    session: Session,
    actor: Actor,
    submission: Submission,
    released: Decision | None,
    said: DecisionDraft,
) -> Decision:
    """Store a decision about a submission of which none is being made; it is a draft."""
    decision = Decision(
        programme_id=submission.programme_id,
        call_id=submission.call_id,
        submission_id=submission.id,
        kind=submission.kind,
        code=submission.code,
        outcome=said.outcome,
        language=said.language or _language(session, submission),
        corrects_id=released.id if released else None,
    )
    _put(decision, actor, _checked(session, actor, decision, submission, said))
    session.add(decision)
    session.flush()
    audit.record(
        session,
        actor.user_id,
        "create",
        SUBJECT,
        decision.id,
        submission=submission.code,
    )
    return decision


def _language(session: Session, submission: Submission) -> str:
    working = session.get_one(Programme, submission.programme_id).working_language
    return submission.language or working


def _checked(
    session: Session,
    actor: Actor,
    decision: Decision,
    submission: Submission,
    said: DecisionDraft,
) -> dict[str, Any]:
    """Return what was said as it is stored, if it can stand in this decision."""
    selects = decision.corrects_id is not None and said.outcome is DecisionOutcome.SELECTED
    errors: list[FieldError] = []
    if not selects and (said.answer_by is not None or said.in_place_of is not None):
        pointer = "/answer_by" if said.answer_by is not None else "/in_place_of"
        errors = [FieldError(pointer, "Leave this out: it is for corrections that select.")]
    elif said.answer_by is not None:
        errors = asked_again(submission.state)
    if errors:
        raise Unprocessable("The content cannot be accepted.", errors=errors)
    place = None
    if said.in_place_of is not None:
        place = _stated(session, actor, said.in_place_of, "/in_place_of")
    if obstacle := places.obstacle(session, decision, submission, said.outcome, place):
        raise Unprocessable("The place is not free.", errors=[obstacle])
    return said.model_dump(include={"outcome", "reasons", "feedback", "answer_by"}) | {
        "language": said.language or decision.language,
        "in_place_of_id": place.id if place is not None else None,
    }


def _put(decision: Decision, actor: Actor, fields: dict[str, Any]) -> None:
    """Write into a decision; whoever did so last is its drafter, and none of them approves."""
    for name, value in fields.items():
        setattr(decision, name, value)
    decision.drafted_by = actor.user_id
    if actor.user_id is not None:
        decision.writers = sorted({*decision.writers, str(actor.user_id)})


def replace(
    session: Session, actor: Actor, key: UUID | str, said: DecisionDraft, expected: Expected
) -> Decision:
    """Write a decision anew while it is a draft.

    Raises
    ------
    NotPermitted, NotFound
        If the actor may not draft decisions, or there is none.
    TransitionNotAllowed
        If it is not being written at present.
    Stale
        If it is no longer as expected.
    Unprocessable
        If there is no such free place, or its own place is given away.
    """
    return _save(session, actor, _writable(session, actor, key, expected), said)


def change(
    session: Session, actor: Actor, key: UUID | str, patch: Patch, expected: Expected
) -> Decision:
    """Change a part of a decision while it is a draft; it refuses as `replace` does.

    Raises
    ------
    Unprocessable
        If the whole could not be taken.
    """
    decision = _writable(session, actor, key, expected)
    return _save(session, actor, decision, patched(draft_of(decision), patch))


def draft_of(decision: Decision) -> DecisionDraft:
    """Return what is written of a decision."""
    fields = decision.model_dump(include={*DecisionDraft.model_fields})
    return DecisionDraft.model_validate(fields | {"in_place_of": decision.in_place_of_id})


def _writable(session: Session, actor: Actor, key: UUID | str, expected: Expected) -> Decision:
    policy.require(actor, Action.DECISION_WRITE)
    decision = queries.get(session, actor, key)
    if decision.state is not DecisionState.DRAFT:
        raise TransitionNotAllowed(
            Message("A decision that is {state} cannot be changed.", state=decision.state),
            remedy="Take the step `revise` first; a released one is corrected by another.",
        )
    expected.require(DecisionRead.model_validate(decision))
    return decision


def _save(session: Session, actor: Actor, decision: Decision, said: DecisionDraft) -> Decision:
    submission = session.get_one(Submission, decision.submission_id)
    fields = _checked(session, actor, decision, submission, said)
    # Whoever saves what stands there has written nothing, and may still approve it.
    if fields != decision.model_dump(include={*fields}):
        _put(decision, actor, fields)
        session.flush()
        audit.record(session, actor.user_id, "write", SUBJECT, decision.id)
    return decision
