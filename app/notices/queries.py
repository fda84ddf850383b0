"""Reading public notices: all of them by those who may, and what is public by everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists
from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.access import policy
from app.access.policy import Action, Actor
from app.access.visibility import within_reach
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage.open_lists import holds_any, with_words
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import named, refers
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice, PublicNoticeText
from app.notices.schemas import CatalogueQuery, NoticeQuery
from app.organisations.models import Organisation
from app.programmes.models import Programme
from app.submissions.lifecycle import TAKES_PART, Kind
from app.submissions.models import Submission

MOST_WITHOUT: Final = 200
"""How many challenges without a notice are named at once."""

_ORDER: Final[dict[str, Any]] = {
    "sortable": {
        "code": PublicNotice.code,
        "created_at": PublicNotice.created_at,
        "updated_at": PublicNotice.updated_at,
    },
    "default": "code",
    "key": PublicNotice.id,
}


_NEWEST_FIRST: Final[dict[str, Any]] = {
    "sortable": {"published_at": PublicNotice.published_at, "code": PublicNotice.code},
    "default": "-published_at",
    "key": PublicNotice.id,
}


@dataclass(frozen=True, slots=True)
class Published:
    """A notice as everybody may read it.

    Attributes
    ----------
    notice : PublicNotice
    programme : Programme
    country, organisation : str or None
        Of the team, where the notice names them.
    """

    notice: PublicNotice
    programme: Programme
    country: str | None
    organisation: str | None

    def text(self, language: str | None) -> dict[str, Any]:
        """Return what it says in a language, or else in its first one."""
        texts = self.notice.texts
        return next((text for text in texts if text["language"] == language), texts[0])

    @property
    def languages(self) -> list[str]:
        """The languages in which it is written."""
        return [text["language"] for text in self.notice.texts]


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


def without_notice(session: Session, actor: Actor, programme_id: UUID) -> Sequence[Submission]:
    """Return the selected challenges of a programme that have no notice, by code.

    At most `MOST_WITHOUT`, and without what they say.
    """
    policy.require(actor, Action.NOTICE_WRITE)
    noticed = exists().where(col(PublicNotice.challenge_id) == col(Submission.id))
    statement = (
        select(Submission)
        .options(load_only(*(getattr(Submission, n) for n in ("code", "title", "language"))))
        .where(
            Submission.programme_id == programme_id,
            Submission.kind == Kind.CHALLENGE,
            col(Submission.state).in_(TAKES_PART),
            ~noticed,
        )
        .order_by(col(Submission.code))
        .limit(MOST_WITHOUT)
    )
    return session.exec(statement).all()


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
    return page(session, _with_words(statement, query.q), query, **_ORDER)


def _with_words(
    statement: SelectOfScalar[PublicNotice], words: str | None
) -> SelectOfScalar[PublicNotice]:
    return with_words(
        statement,
        words,
        key=PublicNotice.id,
        text=PublicNoticeText.words,
        of=PublicNoticeText.notice_id,
    )


# --- what is public ----------------------------------------------------------------------


def is_public() -> ColumnElement[bool]:
    """Return the condition for notices that everybody may read.

    A challenge may be withdrawn or reconsidered after its notice was published.
    """
    selected = exists().where(
        col(Submission.id) == col(PublicNotice.challenge_id),
        col(Submission.state).in_(TAKES_PART),
    )
    return and_(col(PublicNotice.state) == NoticeState.PUBLISHED, selected)


def catalogue(session: Session, query: CatalogueQuery) -> Page[Published]:
    """Return a page of what is public, the newest first."""
    statement = select(PublicNotice).where(is_public())
    if query.theme:
        statement = statement.where(holds_any(PublicNotice.themes, query.theme))
    if query.country:
        there = select(Organisation.id).where(col(Organisation.country).in_(query.country))
        statement = statement.where(
            col(PublicNotice.names_country), col(PublicNotice.organisation_id).in_(there)
        )
    if query.programme:
        statement = statement.where(
            refers(PublicNotice.programme_id, Programme, *query.programme)
        )
    found = page(session, _with_words(statement, query.q), query, **_NEWEST_FIRST)
    return Page(described(session, found.rows), found.cursor)


def of_others(session: Session, programme_id: UUID, organisation_id: UUID) -> list[Published]:
    """Return what is public of a programme, but for what an organisation has asked itself."""
    statement = select(PublicNotice).where(
        is_public(),
        PublicNotice.programme_id == programme_id,
        PublicNotice.organisation_id != organisation_id,
    )
    return described(session, session.exec(statement).all())


def published(session: Session, key: UUID | str) -> Published:
    """Return what is public by its key or its code.

    Raises
    ------
    NotFound
        If there is none, or it is not public: the two look alike.
    """
    statement = select(PublicNotice).where(named(PublicNotice, key), is_public())
    notice = session.exec(statement).first()
    if notice is None:
        raise NotFound(
            Message("There is no published challenge {key}.", key=key),
            remedy="It may have been withdrawn. The catalogue lists what is published.",
        )
    return described(session, [notice])[0]


def countries(session: Session) -> Sequence[str]:
    """Return the codes of the countries that published notices name.

    They were told to everybody; whether a challenge is still selected makes no difference.
    """
    there = select(PublicNotice.organisation_id).where(
        col(PublicNotice.state) == NoticeState.PUBLISHED, col(PublicNotice.names_country)
    )
    statement = select(Organisation.country).where(col(Organisation.id).in_(there))
    return session.exec(statement.distinct()).all()


def described(session: Session, notices: Sequence[PublicNotice]) -> list[Published]:
    """Return notices with what they name of their teams, and nothing else of them."""
    teams = select(Organisation).where(
        col(Organisation.id).in_({n.organisation_id for n in notices if n.names_country})
    )
    of = select(Programme).where(col(Programme.id).in_({n.programme_id for n in notices}))
    organisations = {team.id: team for team in session.exec(teams)}
    programmes = {programme.id: programme for programme in session.exec(of)}
    return [
        Published(
            notice,
            programmes[notice.programme_id],
            organisations[notice.organisation_id].country if notice.names_country else None,
            organisations[notice.organisation_id].name if notice.names_organisation else None,
        )
        for notice in notices
    ]
