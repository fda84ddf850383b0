"""Reading practices: those of one's own and the staff's, and what everybody reads."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage.open_lists import holds_any, with_words
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import named
from app.register.lifecycle import PRIVATE, PracticeState
from app.register.models import ListedPractice, ListedPracticeWords, Practice
from app.register.schemas import PracticeDraft, PracticeQuery, PracticeRead, RegisterQuery

_ORDER: Final[dict[str, Any]] = {
    "sortable": {
        "code": Practice.code,
        "created_at": Practice.created_at,
        "updated_at": Practice.updated_at,
    },
    "default": "code",
    "key": Practice.id,
}
_NEWEST_FIRST: Final[dict[str, Any]] = {
    "sortable": {"listed_at": ListedPractice.listed_at, "code": ListedPractice.code},
    "default": "-listed_at,code",
    "key": ListedPractice.id,
}


def readable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for practices that the actor may read.

    Who looks after the register reads what was offered and what is listed: a team's draft is
    its own.
    """
    everyones = or_(col(Practice.state).not_in(PRIVATE), col(Practice.listed_at).is_not(None))
    own = col(Practice.organisation_id).in_(policy.own_reach(actor, Action.PRACTICE_READ))
    return or_(own, everyones if policy.has_any_reach(actor, Action.PRACTICE_READ) else false())


def get(session: Session, actor: Actor, key: UUID | str) -> Practice:
    """Return one practice by its key or its code.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may read: a stranger cannot tell the two
        apart, and finds what is listed in the register.
    """
    statement = select(Practice).where(named(Practice, key), readable(actor))
    practice = session.exec(statement).first()
    if practice is None:
        raise NotFound(Message("There is no practice {key}.", key=key))
    return practice


def read(session: Session, actor: Actor, practice: Practice) -> PracticeRead:
    """Return a practice as the actor may read it."""
    return shown(session, actor, [practice])[0]


def shown(session: Session, actor: Actor, rows: Iterable[Practice]) -> list[PracticeRead]:
    """Return practices as the actor may read them.

    Of what a team is writing, others read the text that is listed, or nothing: who has asked
    for changes is answered with a draft.
    """
    found = list(rows)
    own = policy.own_reach(actor, Action.PRACTICE_READ)
    hidden = {
        row.id for row in found if row.state in PRIVATE and row.organisation_id not in own
    }
    statement = select(ListedPractice).where(col(ListedPractice.practice_id).in_(hidden))
    listed = {one.practice_id: one for one in session.exec(statement)} if hidden else {}
    return [
        read.model_copy(update=_told(listed.get(read.id))) if read.id in hidden else read
        for read in map(PracticeRead.model_validate, found)
    ]


def _told(listed: ListedPractice | None) -> dict[str, Any]:
    """Return what others read in the place of what a team is writing."""
    text = PracticeDraft() if listed is None else listed
    return text.model_dump(include={*PracticeDraft.model_fields}) | {"message": ""}


def search(session: Session, actor: Actor, query: PracticeQuery) -> Page[PracticeRead]:
    """Return a page of the practices that the actor may read."""
    statement = select(Practice).where(readable(actor))
    if query.state:
        statement = statement.where(col(Practice.state).in_(query.state))
    if query.code:
        statement = statement.where(named(Practice, *query.code))
    found = page(session, statement, query, **_ORDER)
    return Page(shown(session, actor, found.rows), found.cursor)


def waiting(session: Session) -> int:
    """Return how many practices wait for the staff."""
    statement = select(func.count()).where(Practice.state == PracticeState.OFFERED)
    return session.exec(statement).one()


# --- what is public ----------------------------------------------------------------------


def register(session: Session, query: RegisterQuery) -> Page[ListedPractice]:
    """Return a page of the register, the newest first."""
    statement = select(ListedPractice)
    if query.theme:
        statement = statement.where(holds_any(ListedPractice.themes, query.theme))
    if query.country:
        statement = statement.where(holds_any(ListedPractice.countries, query.country))
    statement = with_words(
        statement,
        query.q,
        key=ListedPractice.id,
        text=ListedPracticeWords.words,
        of=ListedPracticeWords.listed_id,
    )
    return page(session, statement, query, **_NEWEST_FIRST)


def listed(session: Session, key: UUID | str) -> ListedPractice:
    """Return what is listed by its key or its code.

    Raises
    ------
    NotFound
        If there is none, or it is not listed: the two look alike.
    """
    statement = select(ListedPractice).where(named(ListedPractice, key))
    found = session.exec(statement).first()
    if found is None:
        raise NotFound(
            Message("There is no practice {key} in the register.", key=key),
            remedy="It may have been withdrawn. The register lists all that there are.",
        )
    return found


def listed_of(session: Session, practice: Practice) -> ListedPractice | None:
    """Return what everybody reads of a practice now; None if that is nothing."""
    statement = select(ListedPractice).where(ListedPractice.practice_id == practice.id)
    return session.exec(statement).first()


def countries(session: Session) -> Sequence[str]:
    """Return the codes of the countries that stand behind what is listed."""
    found = session.exec(select(ListedPractice.countries))
    return sorted({code for codes in found for code in codes})
