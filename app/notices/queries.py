"""Reading public notices: before they are public, only what the actor may know of."""

from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.access.policy import Action, Actor
from app.access.visibility import within_reach
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.base.text import comparable
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import named, refers
from app.notices.models import PublicNotice, PublicNoticeText
from app.notices.schemas import NoticeQuery
from app.programmes.models import Programme
from app.submissions.models import Submission

Row = TypeVar("Row")

_ORDER: Final[dict[str, Any]] = {
    "sortable": {
        "code": PublicNotice.code,
        "created_at": PublicNotice.created_at,
        "updated_at": PublicNotice.updated_at,
    },
    "default": "code",
    "key": PublicNotice.id,
}


def readable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for notices that the actor may read, public or not."""
    return within_reach(actor, Action.NOTICE_READ, PublicNotice.organisation_id)


def get(session: Session, actor: Actor, key: UUID | str) -> PublicNotice:
    """Return one notice by its key or its code.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may read: a stranger cannot tell the two
        apart, and finds what is public in the catalogue.
    """
    statement = select(PublicNotice).where(named(PublicNotice, key), readable(actor))
    notice = session.exec(statement).first()
    if notice is None:
        raise NotFound(Message("There is no public notice {key}.", key=key))
    return notice


def of_challenge(session: Session, actor: Actor, challenge: Submission) -> PublicNotice | None:
    """Return the notice of a challenge; None if there is none that the actor may read."""
    statement = select(PublicNotice).where(
        PublicNotice.challenge_id == challenge.id, readable(actor)
    )
    return session.exec(statement).first()


def search(session: Session, actor: Actor, query: NoticeQuery) -> Page[PublicNotice]:
    """Return a page of the notices that the actor may read."""
    statement = select(PublicNotice).where(readable(actor))
    if query.state:
        statement = statement.where(col(PublicNotice.state).in_(query.state))
    if query.code:
        statement = statement.where(named(PublicNotice, *query.code))
    if query.programme:
        statement = statement.where(
            refers(PublicNotice.programme_id, Programme, *query.programme)
        )
    return page(session, with_words(statement, query.q), query, **_ORDER)


def with_words(statement: SelectOfScalar[Row], words: str | None) -> SelectOfScalar[Row]:
    """Return the statement with the notices alone in which each of these words stands."""
    told = [
        col(PublicNoticeText.words).contains(word, autoescape=True)
        for word in comparable(words or "").split()
    ]
    if not told:
        return statement
    found = select(PublicNoticeText.notice_id).where(and_(*told))
    return statement.where(col(PublicNotice.id).in_(found))
