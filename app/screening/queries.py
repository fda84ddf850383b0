"""Reading exclusions: those who screen and auditors, and nobody else."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import named, refers
from app.programmes.models import Call, Programme
from app.screening.lifecycle import ExclusionState
from app.screening.models import Exclusion
from app.screening.schemas import ExclusionQuery
from app.submissions.lifecycle import BY_SCREENING, State
from app.submissions.models import Submission

_ORDER: Final[dict[str, Any]] = {
    "sortable": {
        "code": Exclusion.code,
        "created_at": Exclusion.created_at,
        "updated_at": Exclusion.updated_at,
    },
    "default": "code",
    "key": Exclusion.id,
}
MOST: Final = 50
"""Exclusions of one submission that are shown."""


def get(session: Session, actor: Actor, key: UUID | str) -> Exclusion:
    """Return one exclusion by its key, or the newest by the code of its submission.

    Raises
    ------
    NotPermitted
        If the actor may not read exclusions.
    NotFound
        If there is none.
    """
    policy.require(actor, Action.EXCLUSION_READ)
    statement = select(Exclusion).where(named(Exclusion, key))
    found = session.exec(statement.order_by(col(Exclusion.created_at).desc())).first()
    if found is None:
        raise NotFound(Message("There is no exclusion {key}.", key=key))
    return found


def proposed(session: Session, submission: Submission) -> Exclusion | None:
    """Return what is proposed about a submission as it stands; whoever asks may know.

    Where its team has taken it back since, or has sent another version, that is nothing.
    """
    row = pending(session, submission.id)
    return row if row is not None and is_current(row, submission) else None


def pending(session: Session, submission_id: UUID) -> Exclusion | None:
    """Return what is proposed about a submission, whichever version it is about."""
    statement = select(Exclusion).where(
        Exclusion.submission_id == submission_id, Exclusion.state == ExclusionState.PROPOSED
    )
    return session.exec(statement).first()


def is_current(row: Exclusion, submission: Submission) -> bool:
    """Tell whether a submission stands as it did when something was proposed about it."""
    is_screened = submission.state in BY_SCREENING.step("fail").sources
    return is_screened and submission.submitted_at == row.sent_at


def current() -> ColumnElement[bool]:
    """Return the same as a condition on exclusions that are joined with their submissions."""
    return and_(
        col(Submission.state).in_(BY_SCREENING.step("fail").sources),
        col(Submission.submitted_at) == col(Exclusion.sent_at),
    )


def of_submission(session: Session, actor: Actor, submission_id: UUID) -> Sequence[Exclusion]:
    """Return all exclusions of a submission, the newest first.

    Raises
    ------
    NotPermitted
        If the actor may not read exclusions.
    """
    policy.require(actor, Action.EXCLUSION_READ)
    statement = select(Exclusion).where(Exclusion.submission_id == submission_id)
    return session.exec(statement.order_by(col(Exclusion.created_at).desc()).limit(MOST)).all()


def search(session: Session, actor: Actor, query: ExclusionQuery) -> Page[Exclusion]:
    """Return a page of the exclusions.

    Raises
    ------
    NotPermitted
        If the actor may not read exclusions.
    """
    policy.require(actor, Action.EXCLUSION_READ)
    statement = select(Exclusion)
    if query.state:
        statement = statement.where(col(Exclusion.state).in_(query.state))
    if query.code:
        statement = statement.where(named(Exclusion, *query.code))
    if query.call:
        statement = statement.where(refers(Exclusion.call_id, Call, *query.call))
    if query.programme:
        statement = statement.where(refers(Exclusion.programme_id, Programme, *query.programme))
    return page(session, statement, query, **_ORDER)


def counts(session: Session, actor: Actor, programme_id: UUID) -> dict[UUID, dict[State, int]]:
    """Return how many submissions of each call of a programme stand in each state.

    Raises
    ------
    NotPermitted
        If the actor may not screen.
    """
    policy.require(actor, Action.SUBMISSION_SCREEN)
    statement = (
        select(Submission.call_id, Submission.state, func.count())
        .where(
            Submission.programme_id == programme_id, col(Submission.submitted_at).is_not(None)
        )
        .group_by(col(Submission.call_id), col(Submission.state))
    )
    found: dict[UUID, dict[State, int]] = {}
    for call_id, state, n in session.exec(statement):
        found.setdefault(call_id, {})[State(state)] = n
    return found
