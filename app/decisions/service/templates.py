"""How the letters of a call read: a lead writes another text, or goes back to ours."""

from sqlmodel import Session, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import Unprocessable
from app.core.base.translations import Language
from app.core.storage import audit
from app.decisions import letters
from app.decisions.letters import LetterKind, Template
from app.decisions.models import Decision, LetterTemplate
from app.decisions.schemas import LetterDraft
from app.decisions.service import writing
from app.programmes.models import Call
from app.submissions.models import Submission


def template(
    session: Session, actor: Actor, call: Call, kind: LetterKind, language: Language
) -> tuple[Template, bool]:
    """Return how a letter of a call reads, and whether a lead has written it.

    Raises
    ------
    NotPermitted
        If the actor may not read decisions.
    """
    policy.require(actor, Action.DECISION_READ)
    row = _stored(session, call, kind, language)
    if row is None:
        return letters.default(kind, language), False
    return Template(row.subject, row.body), True


def _stored(
    session: Session, call: Call, kind: LetterKind, language: Language
) -> LetterTemplate | None:
    statement = select(LetterTemplate).where(
        LetterTemplate.call_id == call.id,
        LetterTemplate.kind == kind,
        LetterTemplate.language == language.tag,
    )
    return session.exec(statement).first()


def write(
    session: Session,
    actor: Actor,
    call: Call,
    kind: LetterKind,
    language: Language,
    draft: LetterDraft,
) -> LetterTemplate:
    """Write another text for a letter of a call; letters that were written stay as they are.

    Raises
    ------
    NotPermitted
        If the actor may not release decisions.
    Unprocessable
        If something stands in it that is no field, or a field is missing that it needs.
    """
    policy.require(actor, Action.DECISION_RELEASE)
    written = checked(kind, draft)
    row = _stored(session, call, kind, language) or LetterTemplate(
        call_id=call.id, kind=kind, language=language.tag, subject="", body=""
    )
    row.subject, row.body = written.subject, written.body
    session.add(row)
    session.flush()
    _record(session, actor, "write letter", call, kind, language)
    return row


def checked(kind: LetterKind, draft: LetterDraft) -> Template:
    """Return what was written as a template.

    Raises
    ------
    Unprocessable
        With all that is wrong with it, and the fields that there are.
    """
    written = Template(draft.subject, draft.body)
    if errors := tuple(letters.faults(kind, written)):
        raise Unprocessable("The letter cannot be written like this.", errors=errors)
    return written


def remove(
    session: Session, actor: Actor, call: Call, kind: LetterKind, language: Language
) -> None:
    """Go back to our text for a letter of a call.

    Raises
    ------
    NotPermitted
        If the actor may not release decisions.
    """
    policy.require(actor, Action.DECISION_RELEASE)
    if (row := _stored(session, call, kind, language)) is not None:
        session.delete(row)
        session.flush()
        _record(session, actor, "remove letter", call, kind, language)


def _record(
    session: Session,
    actor: Actor,
    action: str,
    call: Call,
    kind: LetterKind,
    language: Language,
) -> None:
    facts = {"letter": kind.value, "language": language.tag}
    audit.record(session, actor.user_id, action, "call", call.id, **facts)


def preview(
    session: Session,
    actor: Actor,
    decision: Decision,
    kind: LetterKind,
    written: Template,
    language: Language,
) -> Template:
    """Return what a template becomes for a decision.

    Raises
    ------
    NotPermitted
        If the actor may not read decisions.
    """
    policy.require(actor, Action.DECISION_READ)
    writer = writing.Writer(session, session.get_one(Call, decision.call_id))
    submission = session.get_one(Submission, decision.submission_id)
    return writer.filled(written, decision, submission, kind, language)
