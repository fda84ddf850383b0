"""Reading decisions and releases: staff and auditors, and nobody else."""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import named, refers
from app.decisions.lifecycle import OPEN, DecisionState
from app.decisions.models import Decision, Release
from app.decisions.schemas import DecisionQuery, ReleaseQuery
from app.programmes.models import Call, Programme

_ORDER: Final[dict[str, Any]] = {
    "sortable": {
        "code": Decision.code,
        "created_at": Decision.created_at,
        "updated_at": Decision.updated_at,
    },
    "default": "code",
    "key": Decision.id,
}
_NEWEST: Final[dict[str, Any]] = {
    "sortable": {"created_at": Release.created_at},
    "default": "-created_at",
    "key": Release.id,
}


def get(session: Session, actor: Actor, key: UUID | str) -> Decision:
    """Return one decision by its key, or the current one by the code of its submission.

    The current one is the one that is being made, or else the one that counts.

    Raises
    ------
    NotPermitted
        If the actor may not read decisions.
    NotFound
        If there is none.
    """
    policy.require(actor, Action.DECISION_READ)
    statement = select(Decision).where(named(Decision, key))
    if isinstance(key, str):
        current = OPEN | {DecisionState.RELEASED}
        statement = statement.where(col(Decision.state).in_(current))
    found = session.exec(statement.order_by(col(Decision.created_at).desc())).first()
    if found is None:
        raise NotFound(Message("There is no decision {key}.", key=key))
    return found


def of_submission(
    session: Session, submission_id: UUID, states: Collection[DecisionState]
) -> Decision | None:
    """Return the decision about a submission that stands in one of these states, if any."""
    statement = select(Decision).where(
        Decision.submission_id == submission_id, col(Decision.state).in_(states)
    )
    return session.exec(statement.order_by(col(Decision.created_at).desc())).first()


def history(session: Session, actor: Actor, submission_id: UUID) -> Sequence[Decision]:
    """Return all decisions about a submission, the newest first.

    Raises
    ------
    NotPermitted
        If the actor may not read decisions.
    """
    policy.require(actor, Action.DECISION_READ)
    statement = select(Decision).where(Decision.submission_id == submission_id)
    return session.exec(statement.order_by(col(Decision.created_at).desc()).limit(50)).all()


def search(session: Session, actor: Actor, query: DecisionQuery) -> Page[Decision]:
    """Return a page of the decisions.

    Raises
    ------
    NotPermitted
        If the actor may not read decisions.
    """
    policy.require(actor, Action.DECISION_READ)
    statement = select(Decision)
    for column, values in (
        (Decision.state, query.state),
        (Decision.outcome, query.outcome),
        (Decision.kind, query.kind),
    ):
        if values:
            statement = statement.where(col(column).in_(values))
    if query.code:
        statement = statement.where(named(Decision, *query.code))
    if query.call:
        statement = statement.where(refers(Decision.call_id, Call, *query.call))
    if query.programme:
        statement = statement.where(refers(Decision.programme_id, Programme, *query.programme))
    return page(session, statement, query, **_ORDER)


def release(session: Session, actor: Actor, key: UUID) -> Release:
    """Return one release.

    Raises
    ------
    NotPermitted
        If the actor may not read decisions.
    NotFound
        If there is none.
    """
    policy.require(actor, Action.DECISION_READ)
    found = session.get(Release, key)
    if found is None:
        raise NotFound(Message("There is no release {key}.", key=key))
    return found


def releases(session: Session, actor: Actor, query: ReleaseQuery) -> Page[Release]:
    """Return a page of the releases, the newest first.

    Raises
    ------
    NotPermitted
        If the actor may not read decisions.
    """
    policy.require(actor, Action.DECISION_READ)
    statement = select(Release)
    if query.call:
        statement = statement.where(refers(Release.call_id, Call, *query.call))
    if query.programme:
        statement = statement.where(refers(Release.programme_id, Programme, *query.programme))
    return page(session, statement, query, **_NEWEST)
