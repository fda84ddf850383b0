"""One outcome for many submissions: first what would happen to each, then it is drafted."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.messages import Message
from app.core.storage.reference_numbers import named
from app.decisions.lifecycle import OPEN, DecisionOutcome, DecisionState
from app.decisions.models import Decision
from app.decisions.schemas import DecisionDraft
from app.decisions.service import drafts, steps
from app.programmes.models import Call
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.service import queries as submissions
from app.submissions.service.many_steps import Prospect, require_few


def prospects(
    session: Session, actor: Actor, call: Call, codes: Collection[UUID | str]
) -> list[Prospect]:
    """Return about which submissions of a call a decision would be drafted, by code.

    Raises
    ------
    NotPermitted
        If the actor may not draft decisions.
    Unprocessable
        If too many are named, or none.
    """
    policy.require(actor, Action.DECISION_WRITE)
    require_few(codes)
    statement = select(Submission).where(
        named(Submission, *codes),
        Submission.call_id == call.id,
        submissions.readable(actor),
    )
    rows = sorted(session.exec(statement), key=lambda row: row.code)
    made = set(
        session.exec(
            select(Decision.submission_id).where(
                Decision.call_id == call.id, col(Decision.state).in_(OPEN)
            )
        )
    )
    return [Prospect(row, _obstacle(row, is_made=row.id in made)) for row in rows]


def _obstacle(submission: Submission, *, is_made: bool) -> str | None:
    if submission.state is not State.ELIGIBLE:
        return Message("It is {state}.", state=submission.state)
    return Message("A decision is being made already.") if is_made else None


def draft_many(
    session: Session,
    actor: Actor,
    call: Call,
    codes: Collection[UUID | str],
    outcome: DecisionOutcome,
) -> list[Decision]:
    """Draft one outcome for each of some submissions of which no decision is being made.

    Raises
    ------
    NotPermitted, Unprocessable
        As `prospects`.
    """
    said = DecisionDraft(outcome=outcome)
    return [
        drafts.begin(session, actor, found.submission, None, said)
        for found in prospects(session, actor, call, codes)
        if found.obstacle is None
    ]


def discard_many(
    session: Session, actor: Actor, call: Call, codes: Collection[UUID | str]
) -> list[Decision]:
    """Discard those drafts about some submissions in which the actor has written nothing.

    Raises
    ------
    NotPermitted, Unprocessable
        As `prospects`.
    """
    policy.require(actor, Action.DECISION_WRITE)
    require_few(codes)
    statement = select(Decision).where(
        named(Decision, *codes),
        Decision.call_id == call.id,
        Decision.state == DecisionState.DRAFT,
        Decision.drafted_by == actor.user_id,
        Decision.reasons == "",
        Decision.feedback == "",
    )
    return [
        steps.take(session, actor, row.id, "discard") for row in session.exec(statement).all()
    ]
