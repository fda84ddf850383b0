"""Use cases of forms: reading what a call asks, changing it, putting a version into use."""

from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, NotFound, TransitionNotAllowed, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.pagination import Page, page
from app.programmes import service as programmes
from app.programmes.lifecycle import CallKind, CallState
from app.programmes.models import Call
from app.questions.builtin import built_in_form, by_key
from app.questions.checking import faults, in_full
from app.questions.forms import Form, Question, loaded, stored
from app.questions.models import CallForm
from app.questions.schemas import FormDraft, FormQuery, FormRead, QuestionRead


def asked(session: Session, form_id: UUID | None, kind: CallKind) -> Form:
    """Return the form that a submission answers; the built-in one where it names none."""
    if form_id is None:
        return built_in_form(kind)
    row = session.get_one(CallForm, form_id)
    return loaded(row.content, row.number)


def current(session: Session, call_id: UUID) -> CallForm | None:
    """Return the version by which a call asks now; None for the built-in form."""
    statement = (
        select(CallForm)
        .where(CallForm.call_id == call_id, col(CallForm.used_since).is_not(None))
        .order_by(col(CallForm.number).desc())
        .limit(1)
    )
    return session.exec(statement).first()


def form_of_call(session: Session, call: Call) -> Form:
    """Return what a call asks now."""
    row = current(session, call.id)
    return asked(session, row.id if row else None, call.kind)


def answered(session: Session, call_id: UUID) -> UUID | None:
    """Return the version that what begins now answers, which never changes from then on.

    None for the built-in form.
    """
    found = current(session, call_id)
    if found is None:
        return None
    if found.answered_since is None:
        # Of those who begin at once the first marks it; whoever changes it is done by then.
        session.refresh(found, with_for_update=True)
    if found.answered_since is None:
        found.answered_since = now()
        session.flush()
    return found.id


def used_forms(session: Session, call_id: UUID) -> list[Form]:
    """Return the versions by which a call has asked, the newest first."""
    statement = (
        select(CallForm)
        .where(CallForm.call_id == call_id, col(CallForm.used_since).is_not(None))
        .order_by(col(CallForm.number).desc())
    )
    return [loaded(row.content, row.number) for row in session.exec(statement)]


def _prepared(session: Session, call_id: UUID) -> CallForm | None:
    """Return the version that is not in use yet, if there is one."""
    statement = select(CallForm).where(
        CallForm.call_id == call_id, col(CallForm.used_since).is_(None)
    )
    return session.exec(statement).first()


def _shown_to(session: Session, actor: Actor, call: Call) -> CallForm | None:
    """Return the version that the actor reads: who writes calls reads what is prepared."""
    is_writer = policy.allows(actor, Action.CALL_WRITE)
    return (_prepared(session, call.id) if is_writer else None) or current(session, call.id)


def read(session: Session, actor: Actor, key: UUID | str) -> FormRead:
    """Return what a call asks; to those who write calls the version that is prepared, if any.

    Raises
    ------
    NotFound
        If the actor may not see the call.
    """
    call = programmes.call(session, actor, key)
    return described(session, call, _shown_to(session, actor, call))


def used(session: Session, actor: Actor, key: UUID | str) -> FormRead:
    """Return what teams are asked now by a call.

    Raises
    ------
    NotFound
        If the actor may not see the call.
    """
    call = programmes.call(session, actor, key)
    return described(session, call, current(session, call.id))


def version(session: Session, actor: Actor, key: UUID | str, number: int) -> FormRead:
    """Return one version of what a call asks.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may read.
    """
    call = programmes.call(session, actor, key)
    statement = select(CallForm).where(*_readable(actor, call), CallForm.number == number)
    found = session.exec(statement).first()
    if found is None:
        raise NotFound(Message("The form has no version {number}.", number=number))
    return described(session, call, found)


def versions(
    session: Session, actor: Actor, key: UUID | str, query: FormQuery
) -> Page[FormRead]:
    """Return a page of the versions of what a call asks.

    Raises
    ------
    NotFound
        If the actor may not see the call.
    """
    call = programmes.call(session, actor, key)
    found = page(
        session,
        select(CallForm).where(*_readable(actor, call)),
        query,
        sortable={"number": CallForm.number},
        default="-number",
        key=CallForm.id,
    )
    return Page([described(session, call, one) for one in found.rows], found.cursor)


def _readable(actor: Actor, call: Call) -> list[bool]:
    wanted = [CallForm.call_id == call.id]
    if not policy.allows(actor, Action.CALL_WRITE):
        wanted.append(col(CallForm.used_since).is_not(None))  # type: ignore[arg-type]  # -- a condition
    return wanted


def described(session: Session, call: Call, row: CallForm | None) -> FormRead:
    """Return a version as it is read; the built-in form without one."""
    form = asked(session, row.id if row else None, call.kind)
    return FormRead(
        call_id=call.id,
        number=form.number,
        language=programmes.programme(session, call.programme_id).working_language,
        is_used=row is None or row.used_since is not None,
        is_locked=row is not None and row.answered_since is not None,
        questions=[question_read(call.kind, one) for one in form.questions],
        rules=list(form.rules),
        support=form.support,
        version=row.version if row else 0,
    )


def question_read(kind: CallKind, question: Question) -> QuestionRead:
    """Return a question with what it says: what we say, if it is one of ours."""
    ours = by_key(kind).get(question.key)
    said = question.model_dump()
    if ours is not None:
        said |= {"title": ours.title, "hint": ours.hint}
    return QuestionRead(**said, built_in=ours is not None)


def asked_by(form: FormRead) -> Form:
    """Return a form that was read as one to which there are answers."""
    return Form(
        number=form.number,
        questions=tuple(
            Question(**one.model_dump(exclude={"built_in"})) for one in form.questions
        ),
        rules=tuple(form.rules),
        support=form.support,
    )


def replace(
    session: Session,
    actor: Actor,
    key: UUID | str,
    draft: FormDraft,
    expected: Expected = ANYTHING,
) -> FormRead:
    """Change what a call asks, or prepare what it shall ask next.

    While the call is a draft, or nobody answers its form, the version in use changes. Once
    somebody does, the change is the next version, which waits until it is put into use.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the call, or not change it: once it is published, only who
        may publish calls changes it.
    TransitionNotAllowed
        If it is cancelled.
    Stale
        If the form is no longer as expected.
    Unprocessable
        With all that is wrong with the form.
    """
    call = _writable(session, actor, key)
    row = _shown_to(session, actor, call)
    expected.require(described(session, call, row))
    kept = [in_full(call.kind, one) for one in draft.questions]
    if errors := faults(call.kind, draft.questions, draft.rules):
        raise Unprocessable("The form cannot be used.", errors=errors)
    form = Form(questions=tuple(kept), rules=tuple(draft.rules), support=draft.support)
    if row is not None and row.answered_since is None:
        row.content = stored(form)
        session.flush()
    else:
        row = CallForm(
            call_id=call.id,
            number=row.number + 1 if row else 1,
            content=stored(form),
            used_since=now() if call.state is CallState.DRAFT else None,
        )
        session.add(row)
        session.flush()
    audit.record(session, actor.user_id, "write-form", "call", call.id, number=row.number)
    return described(session, call, row)


def use(
    session: Session, actor: Actor, key: UUID | str, expected: Expected = ANYTHING
) -> tuple[Call, FormRead]:
    """Ask by the version that is prepared from now on; what is answered already stays.

    Raises
    ------
    NotFound, NotPermitted, TransitionNotAllowed
        As from `replace`.
    Conflict
        If none is prepared.
    Stale
        If it is no longer as expected.
    """
    call = _writable(session, actor, key)
    row = _prepared(session, call.id)
    if row is None:
        raise Conflict(
            "No new version of the form is prepared.", remedy="Change the form first."
        )
    expected.require(described(session, call, row))
    row.used_since = now()
    session.flush()
    audit.record(session, actor.user_id, "use-form", "call", call.id, number=row.number)
    return call, described(session, call, row)


def discard(
    session: Session, actor: Actor, key: UUID | str, expected: Expected = ANYTHING
) -> None:
    """Throw away the version that is prepared; the call asks on as it does.

    Raises
    ------
    NotFound, NotPermitted, TransitionNotAllowed, Conflict, Stale
        As from `use`.
    """
    call = _writable(session, actor, key)
    row = _prepared(session, call.id)
    if row is None:
        raise Conflict(
            "No new version of the form is prepared.", remedy="Change the form first."
        )
    expected.require(described(session, call, row))
    session.delete(row)
    session.flush()
    audit.record(session, actor.user_id, "discard-form", "call", call.id, number=row.number)


def _writable(session: Session, actor: Actor, key: UUID | str) -> Call:
    call = programmes.call(session, actor, key)
    published = call.state is not CallState.DRAFT
    policy.require(actor, Action.CALL_PUBLISH if published else Action.CALL_WRITE)
    if call.state is CallState.CANCELLED:
        raise TransitionNotAllowed("A call that is cancelled cannot be changed.")
    # Until the transaction ends: of two changes at once the second sees what the first did.
    # Teams go on writing, whose rows refer to the call.
    session.refresh(call, with_for_update={"key_share": True})
    for row in session.exec(select(CallForm).where(CallForm.call_id == call.id)):
        session.refresh(row, with_for_update=True)
    return call
