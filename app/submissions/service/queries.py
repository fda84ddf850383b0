"""Reading submissions: only what the actor may know of."""

from collections.abc import Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Bundle, defer
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.access import policy
from app.access.policy import Action, Actor
from app.access.visibility import shared, within_reach
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.base.text import comparable
from app.core.storage.pagination import Page, beside, page
from app.core.storage.reference_numbers import named, refers
from app.organisations.models import Organisation
from app.organisations.service import organisations
from app.programmes.models import Call, Programme
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission, SubmissionText
from app.submissions.schemas import SubmissionQuery

Row = TypeVar("Row")

_HEADING: Final[Any] = Bundle(
    "heading",
    *(
        getattr(Submission, name)
        for name in ("id", "code", "title", "language", "state", "updated_at")
    ),
    col(Organisation.name).label("organisation"),
    col(Organisation.country).label("country"),
)

_ORDER: Final[dict[str, Any]] = {
    "sortable": {
        "code": Submission.code,
        "title": Submission.title,
        "created_at": Submission.created_at,
        "updated_at": Submission.updated_at,
    },
    "default": "code",
    "key": Submission.id,
}
"""How lists are sorted."""
_TEXTS: Final = ("summary", "content", "handed_in", "reused")

MOST_OWN: Final = 200
"""How many submissions of one's own teams are shown at once."""


def readable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for submissions that the actor may read.

    What was never submitted is a draft, and belongs to its team and to those with whom the
    team shares it alone.
    """
    submitted = col(Submission.submitted_at).is_not(None)
    owner, key = Submission.organisation_id, Submission.id
    return or_(
        and_(submitted, within_reach(actor, Action.SUBMISSION_READ, owner)),
        and_(submitted, shared(actor, Action.SUBMISSION_READ, key)),
        within_reach(actor, Action.DRAFT_READ, owner),
        shared(actor, Action.DRAFT_READ, key),
    )


def get(session: Session, actor: Actor, kind: Kind, key: UUID | str) -> Submission:
    """Return one submission by its key or its code.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may read: a stranger cannot
        tell the two apart.
    """
    statement = select(Submission).where(
        named(Submission, key), Submission.kind == kind, readable(actor)
    )
    submission = session.exec(statement).first()
    if submission is None:
        raise NotFound(Message("There is no {kind} {key}.", kind=kind, key=key))
    return submission


def find(session: Session, actor: Actor, key: UUID | str) -> Submission:
    """Return one submission of either kind by its key or its code.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may read.
    """
    statement = select(Submission).where(named(Submission, key), readable(actor))
    submission = session.exec(statement).first()
    if submission is None:
        raise NotFound(Message("There is no submission {key}.", key=key))
    return submission


def own(session: Session, actor: Actor) -> Sequence[Submission]:
    """Return what the actor's teams have written, and what is shared with the actor.

    Both kinds, the newest change first.

    At most `MOST_OWN`: a team may begin a settable number of submissions in a call.
    """
    owner = col(Submission.organisation_id)
    statement = (
        select(Submission)
        .where(
            or_(
                owner.in_(policy.own_reach(actor, Action.DRAFT_READ)),
                shared(actor, Action.DRAFT_READ, Submission.id),
            )
        )
        .order_by(col(Submission.updated_at).desc())
        .limit(MOST_OWN)
    )
    return session.exec(statement).all()


def own_of_kind(session: Session, actor: Actor, kind: Kind) -> Sequence[Submission]:
    """Return what the actor's own teams have written of a kind, the newest first; no texts.

    At most `MOST_OWN`, as of `own`.
    """
    owner = col(Submission.organisation_id)
    statement = (
        select(Submission)
        .options(*(defer(getattr(Submission, name)) for name in _TEXTS))
        .where(Submission.kind == kind, owner.in_(policy.own_reach(actor, Action.DRAFT_READ)))
        .order_by(col(Submission.created_at).desc(), col(Submission.code).desc())
        .limit(MOST_OWN)
    )
    return session.exec(statement).all()


def search(
    session: Session, actor: Actor, kind: Kind, query: SubmissionQuery
) -> Page[Submission]:
    """Return a page of the submissions that the actor may read."""
    statement = _filtered(session, actor, kind, query, select(Submission))
    return page(session, statement, query, **_ORDER)


def search_headings(
    session: Session, actor: Actor, kind: Kind, query: SubmissionQuery
) -> Page[Any]:
    """Return a page of the same with what a list shows, and none of what teams have written.

    Rows have `id`, `code`, `title`, `language`, `state`, `updated_at`, and the name and the
    country of the `organisation`.
    """
    statement = _filtered(session, actor, kind, query, _headings())
    return page(session, statement, query, **_ORDER)


def neighbours(
    session: Session, actor: Actor, query: SubmissionQuery, submission: Submission
) -> tuple[Any | None, Any | None]:
    """Return the headings before and behind a submission in the list of its kind.

    Where it has left the list meanwhile, its neighbours are those of the place that it had.

    Raises
    ------
    BadQuery
        If there is no such list.
    """
    statement = _filtered(session, actor, submission.kind, query, _headings())
    return beside(session, statement, query, submission, **_ORDER)


def _headings() -> SelectOfScalar[Any]:
    return select(_HEADING).join(
        Organisation, col(Organisation.id) == col(Submission.organisation_id)
    )


def _filtered(
    session: Session,
    actor: Actor,
    kind: Kind,
    query: SubmissionQuery,
    statement: SelectOfScalar[Row],
) -> SelectOfScalar[Row]:
    """Return the statement with the submissions alone that the actor may read and asks for."""
    statement = statement.where(Submission.kind == kind, readable(actor))
    if query.state:
        statement = statement.where(col(Submission.state).in_(query.state))
    if query.code:
        statement = statement.where(named(Submission, *query.code))
    if query.call:
        statement = statement.where(refers(Submission.call_id, Call, *query.call))
    if query.organisation or query.country:
        keys = organisations.keys_of(session, actor, query.organisation, query.country)
        statement = statement.where(col(Submission.organisation_id).in_(keys))
    if query.programme:
        statement = statement.where(
            refers(Submission.programme_id, Programme, *query.programme)
        )
    if query.q and (words := comparable(query.q)):
        found = select(SubmissionText.submission_id).where(
            col(SubmissionText.words).contains(words, autoescape=True)
        )
        statement = statement.where(col(Submission.id).in_(found))
    return statement
