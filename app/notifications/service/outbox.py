"""The outbox, for the staff who look after it."""

import logging
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.models import Membership
from app.core.base.errors import Conflict, NotFound, NotPermitted
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.outbox import Letter, LetterState, state_of
from app.core.storage.pagination import Page, page
from app.notifications.schemas import LetterQuery, LetterRead

log = logging.getLogger(__name__)


def letters(session: Session, actor: Actor, query: LetterQuery) -> Page[LetterRead]:
    """Return a page of the letters, the latest first.

    Raises
    ------
    NotPermitted
        If the actor may not read the outbox.
    """
    policy.require(actor, Action.OUTBOX_READ)
    statement = select(Letter).where(~col(Letter.discreet))
    if query.state:
        statement = statement.where(or_(*map(_is, query.state)))
    found = page(
        session,
        statement,
        query,
        sortable={"created_at": Letter.created_at},
        default="-created_at",
        key=Letter.id,
    )
    _note_reading(found.rows)
    return Page([_shown(actor, letter) for letter in found.rows], found.cursor)


def letter(session: Session, actor: Actor, letter_id: UUID) -> LetterRead:
    """Return one letter.

    Raises
    ------
    NotPermitted
        If the actor may not read the outbox.
    NotFound
        If there is none.
    """
    policy.require(actor, Action.OUTBOX_READ)
    found = _one(session, letter_id)
    _note_reading([found])
    return _shown(actor, found)


def _one(session: Session, letter_id: UUID) -> Letter:
    found = session.get(Letter, letter_id)
    # That somebody gets a discreet one tells who they are.
    if found is None or found.discreet:
        raise NotFound(Message("There is no letter {letter_id}.", letter_id=letter_id))
    return found


def _note_reading(letters: Sequence[Letter]) -> None:
    """Log which letters were read: they are other people's; the line names who read them."""
    if letters:
        log.info("letters read", extra={"letters": [str(letter.id) for letter in letters]})


def hand_over(
    session: Session, actor: Actor, letter_id: UUID, *, has_mail_server: bool
) -> LetterRead:
    """Return a letter that waits, with its link, to be handed to its person; it is recorded.

    Whoever has the link can use it. So staff get that of a person who is in teams alone, and
    only where no mail server would bring it.

    Raises
    ------
    NotPermitted
        If the actor may not read the outbox, or not the link of this person.
    NotFound
        If there is no such letter.
    Conflict
        If the letter waits no longer, or a mail server will send it.
    """
    policy.require(actor, Action.OUTBOX_READ)
    found = _one(session, letter_id)
    if not policy.allows(actor, Action.USER_WRITE):
        roles = set(
            session.exec(select(Membership.role).where(Membership.user_id == found.user_id))
        )
        if not roles <= policy.TEAM_ROLES:
            raise NotPermitted(
                "This person is more than a member of a team.",
                remedy="Ask an administrator to hand the link over.",
            )
    if has_mail_server or state_of(found) is not LetterState.WAITING:
        raise Conflict(
            "This letter does not wait to be handed over.",
            remedy="The mail server of the service sends it. Ask the person to look for it.",
        )
    audit.record(session, actor.user_id, "hand letter over", "user", found.user_id)
    return _read(found, found.body)


def _is(state: LetterState) -> ColumnElement[bool]:
    """Return `outbox.state_of` as a condition."""
    sent, due = col(Letter.sent_at).is_not(None), col(Letter.due_at).is_not(None)
    return {
        LetterState.SENT: sent,
        LetterState.WAITING: and_(~sent, due),
        LetterState.FAILED: and_(~sent, ~due),
    }[state]


def _shown(actor: Actor, letter: Letter) -> LetterRead:
    # Anyone who reads a link can use it: only those who could set a new one anyway may.
    hidden = letter.confidential and not policy.allows(actor, Action.USER_WRITE)
    return _read(letter, None if hidden else letter.body)


def _read(letter: Letter, body: str | None) -> LetterRead:
    return LetterRead(
        **letter.model_dump(include={*LetterRead.model_fields} - {"body"}),
        state=state_of(letter),
        body=body,
    )
