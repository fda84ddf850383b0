"""How the letters of a call read: staff write another text, or go back to ours."""

from uuid import UUID

from sqlmodel import Session, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import NotFound, Unprocessable
from app.core.base.translations import Language
from app.core.storage import audit
from app.notifications import letter_faults, letter_texts
from app.notifications.letter_texts import TEXTS, LetterKind, Template
from app.notifications.models import LetterTemplate
from app.notifications.schemas import LetterDraft


def writing_of(kind: LetterKind) -> Action:
    """Return what somebody may do who may write another text for letters of a kind.

    Raises
    ------
    NotFound
        If letters of this kind belong to no call.
    """
    action = TEXTS[kind].written_by
    if action is None:
        raise NotFound("Letters of this kind belong to no call.")
    return action


def template(
    session: Session, actor: Actor, call_id: UUID, kind: LetterKind, language: Language
) -> tuple[Template, bool]:
    """Return how a letter of a call reads, and whether staff have written it.

    Raises
    ------
    NotPermitted
        If the actor may not read decisions.
    NotFound
        If letters of this kind belong to no call.
    """
    policy.require(actor, Action.DECISION_READ)
    writing_of(kind)
    row = _stored(session, call_id, kind, language)
    if row is None:
        return letter_texts.default(kind, language), False
    return Template(row.subject, row.body), True


def _stored(
    session: Session, call_id: UUID, kind: LetterKind, language: Language
) -> LetterTemplate | None:
    statement = select(LetterTemplate).where(
        LetterTemplate.call_id == call_id,
        LetterTemplate.kind == kind,
        LetterTemplate.language == language.tag,
    )
    return session.exec(statement).first()


def write(
    session: Session,
    actor: Actor,
    call_id: UUID,
    kind: LetterKind,
    language: Language,
    draft: LetterDraft,
) -> LetterTemplate:
    """Write another text for a letter of a call; letters that were written stay as they are.

    Raises
    ------
    NotPermitted
        If the actor may not write another text for letters of this kind.
    Unprocessable
        If something stands in it that is no field, or a field is missing that it needs.
    """
    policy.require(actor, writing_of(kind))
    written = checked(kind, draft)
    row = _stored(session, call_id, kind, language) or LetterTemplate(
        call_id=call_id, kind=kind, language=language.tag, subject="", body=""
    )
    row.subject, row.body = written.subject, written.body
    session.add(row)
    session.flush()
    _record(session, actor, "write letter", call_id, kind, language)
    return row


def checked(kind: LetterKind, draft: LetterDraft) -> Template:
    """Return what was written as a template.

    Raises
    ------
    Unprocessable
        With all that is wrong with it, and the fields that there are.
    """
    written = Template(draft.subject, draft.body)
    if errors := tuple(letter_faults.faults(kind, written)):
        raise Unprocessable("The letter cannot be written like this.", errors=errors)
    return written


def remove(
    session: Session, actor: Actor, call_id: UUID, kind: LetterKind, language: Language
) -> None:
    """Go back to our text for a letter of a call.

    Raises
    ------
    NotPermitted
        If the actor may not write another text for letters of this kind.
    """
    policy.require(actor, writing_of(kind))
    if (row := _stored(session, call_id, kind, language)) is not None:
        session.delete(row)
        session.flush()
        _record(session, actor, "remove letter", call_id, kind, language)


def _record(
    session: Session,
    actor: Actor,
    action: str,
    call_id: UUID,
    kind: LetterKind,
    language: Language,
) -> None:
    facts = {"letter": kind.value, "language": language.tag}
    audit.record(session, actor.user_id, action, "call", call_id, **facts)
