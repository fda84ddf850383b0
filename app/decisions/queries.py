"""Reading decisions and releases: staff and auditors, and nobody else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import defer
from sqlmodel import Session, col, exists, select
from sqlmodel.sql.expression import SelectOfScalar

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import named, refers
from app.decisions.lifecycle import OPEN, DecisionState
from app.decisions.models import Decision, Release
from app.decisions.schemas import DecisionQuery, ReleaseQuery, Shown, TableQuery
from app.programmes.models import Call, Programme
from app.submissions.lifecycle import DECIDED, State
from app.submissions.models import Submission

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


# --- the table of a call -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One submission in the table of its call.

    Attributes
    ----------
    submission : Submission
        Without what its team has written.
    made, counts : Decision or None
        The decision that is being made about it, and the one that counts.
    """

    submission: Submission
    made: Decision | None
    counts: Decision | None

    @property
    def current(self) -> Decision | None:
        """The one that people look at: what is being made, or else what counts."""
        return self.made or self.counts


def table(session: Session, actor: Actor, call: Call, query: TableQuery) -> Page[Line]:
    """Return a page of the submissions of a call about which something is decided, by code.

    Raises
    ------
    NotPermitted
        If the actor may not read decisions.
    """
    policy.require(actor, Action.DECISION_READ)
    statement = _of_call(call.id)
    if query.show is Shown.UNDECIDED:
        statement = statement.where(Submission.state == State.ELIGIBLE, ~_has(OPEN))
    elif query.show is not None:
        statement = statement.where(_has({DecisionState(query.show.value)}))
    if query.outcome:
        wanted = col(Decision.outcome).in_(query.outcome)
        statement = statement.where(_has(OPEN | {DecisionState.RELEASED}, wanted))
    found = page(
        session,
        statement,
        query,
        sortable={"code": Submission.code},
        default="code",
        key=Submission.id,
    )
    current = OPEN | {DecisionState.RELEASED}
    about = select(Decision).where(
        col(Decision.submission_id).in_([row.id for row in found.rows]),
        col(Decision.state).in_(current),
    )
    decisions = {(one.submission_id, one.state in OPEN): one for one in session.exec(about)}
    return Page(
        [
            Line(row, decisions.get((row.id, True)), decisions.get((row.id, False)))
            for row in found.rows
        ],
        found.cursor,
    )


def counts(session: Session, actor: Actor, call_id: UUID) -> dict[Shown, int]:
    """Return how many submissions of a call there are for each choice of its table.

    Raises
    ------
    NotPermitted
        If the actor may not read decisions.
    """
    policy.require(actor, Action.DECISION_READ)
    by_state = dict(
        session.exec(
            select(Decision.state, func.count())
            .where(Decision.call_id == call_id)
            .group_by(col(Decision.state))
        ).all()
    )
    undecided = select(func.count()).where(
        Submission.call_id == call_id, Submission.state == State.ELIGIBLE, ~_has(OPEN)
    )
    return {
        Shown.UNDECIDED: session.exec(undecided).one(),
        **{
            shown: by_state.get(DecisionState(shown.value), 0)
            for shown in Shown
            if shown is not Shown.UNDECIDED
        },
    }


def _of_call(call_id: UUID) -> SelectOfScalar[Submission]:
    texts = ("summary", "content", "handed_in", "reused", "themes")
    return (
        select(Submission)
        .options(*(defer(getattr(Submission, name)) for name in texts))
        .where(
            Submission.call_id == call_id,
            col(Submission.state).in_(DECIDED | {State.ELIGIBLE}),
        )
    )


def _has(
    states: Collection[DecisionState], *conditions: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Return the condition for submissions of which a decision stands in these states."""
    return exists().where(
        col(Decision.submission_id) == col(Submission.id),
        col(Decision.state).in_(states),
        *conditions,
    )
