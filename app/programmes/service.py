"""Use cases of programmes and calls."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, true
from sqlmodel import Session, col, select

from app.access import policy
from app.access.lifecycle import Offer
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import (
    CallNotOpen,
    Conflict,
    FieldError,
    NotFound,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.base.merge_patch import Patch, patched
from app.core.base.messages import Message
from app.core.base.zones import told
from app.core.storage import audit
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import named, refers
from app.programmes.lifecycle import LIFE, CallState, Phase, phase
from app.programmes.models import Call, Programme
from app.programmes.queries import (
    MOST_NAMED,
    in_phase,
    programme_or_none,
    stated_programme,
    told_apart,
)
from app.programmes.schemas import (
    CallDraft,
    CallQuery,
    CallRead,
    CallStaffRead,
    ProgrammeDraft,
    ProgrammeQuery,
    ProgrammeRead,
    ProgrammeStaffRead,
    Providers,
)


def programme_read(actor: Actor) -> type[ProgrammeRead]:
    """Return the form in which the actor reads programmes."""
    return ProgrammeStaffRead if policy.allows(actor, Action.NOTES_READ) else ProgrammeRead


def shown(actor: Actor, programme: Programme) -> ProgrammeRead:
    """Return a programme in the form in which the actor reads it."""
    return programme_read(actor).model_validate(programme)


def call_read(actor: Actor) -> type[CallRead]:
    """Return the form in which the actor reads calls."""
    return CallStaffRead if policy.allows(actor, Action.NOTES_READ) else CallRead


def create_programme(session: Session, actor: Actor, draft: ProgrammeDraft) -> Programme:
    """Begin a programme.

    Raises
    ------
    NotPermitted
        If the actor may not change programmes.
    Conflict
        If the code is taken.
    """
    policy.require(actor, Action.PROGRAMME_WRITE)
    _require_free_code(session, draft.code)
    programme = Programme(**_columns(draft))
    session.add(programme)
    session.flush()
    audit.record(session, actor.user_id, "create", "programme", programme.id)
    return programme


def _require_free_code(session: Session, code: str) -> None:
    if session.exec(select(Programme).where(Programme.code == code)).first():
        raise Conflict(
            Message("There is a programme with the code {code} already.", code=code),
            remedy="Choose another code.",
        )


def _columns(draft: ProgrammeDraft) -> dict[str, Any]:
    return {
        **draft.model_dump(exclude={"providers"}),
        "providers_min": draft.providers.min,
        "providers_max": draft.providers.max,
    }


def change_programme(
    session: Session, actor: Actor, key: UUID | str, patch: Patch, expected: Expected
) -> Programme:
    """Change a part of a programme.

    Raises
    ------
    NotPermitted
        If the actor may not change programmes.
    NotFound
        If there is none.
    Stale
        If it is no longer as expected.
    Unprocessable
        If the whole could not be taken.
    Conflict
        If the new code is taken.
    """
    policy.require(actor, Action.PROGRAMME_WRITE)
    found = programme(session, key)
    expected.require(shown(actor, found))
    providers = Providers(min=found.providers_min, max=found.providers_max)
    written = ProgrammeDraft.model_validate(
        {**found.model_dump(include={*ProgrammeDraft.model_fields}), "providers": providers}
    )
    draft = patched(written, patch)
    if draft.code != found.code:
        _require_free_code(session, draft.code)
    found.sqlmodel_update(_columns(draft))
    session.flush()
    audit.record(session, actor.user_id, "write", "programme", found.id)
    return found


def programmes(session: Session, query: ProgrammeQuery) -> Page[Programme]:
    """Return a page of the programmes; everybody may read them."""
    statement = select(Programme)
    if query.code:
        statement = statement.where(named(Programme, *query.code))
    return page(
        session,
        statement,
        query,
        sortable={"code": Programme.code, "created_at": Programme.created_at},
        default="code",
        key=Programme.id,
    )


def programme(session: Session, key: UUID | str) -> Programme:
    """Return one programme by its key or its code.

    Raises
    ------
    NotFound
        If there is none.
    """
    found = programme_or_none(session, key)
    if found is None:
        missing = Message("There is no programme {key}.", key=key)
        raise NotFound(missing, remedy="Check its code or key.")
    return found


def create_call(session: Session, actor: Actor, draft: CallDraft) -> CallRead:
    """Draft a call in a programme.

    Raises
    ------
    NotPermitted
        If the actor may not change calls.
    Unprocessable
        If there is no such programme.
    Conflict
        If the programme has a call of this code.
    """
    policy.require(actor, Action.CALL_WRITE)
    programme_id = stated_programme(session, draft.programme_id).id
    _require_free_call_code(session, programme_id, draft.code)
    call = Call(**_call_columns(draft), programme_id=programme_id)
    session.add(call)
    session.flush()
    audit.record(session, actor.user_id, "create", "call", call.id)
    return describe(actor, call)


def _call_columns(draft: CallDraft) -> dict[str, Any]:
    return {
        **draft.model_dump(exclude={"programme_id", "grace_minutes", "promised"}),
        "promised": [one.model_dump(mode="json") for one in draft.promised],
        "ends_at": draft.closes_at + timedelta(minutes=draft.grace_minutes),
    }


def _require_free_call_code(session: Session, programme_id: UUID, code: str) -> None:
    taken = select(Call).where(Call.programme_id == programme_id, Call.code == code)
    if session.exec(taken).first():
        raise Conflict(
            Message("The programme has a call {call} already.", call=code),
            remedy="Choose another code.",
        )


def change_call(
    session: Session, actor: Actor, key: UUID | str, patch: Patch, expected: Expected
) -> CallRead:
    """Change a part of a call; what it asks for, and in which programme, stays.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the call, or not change it: once it is published, teams
        rely on it, and only who may publish calls changes it.
    TransitionNotAllowed
        If it is cancelled.
    Stale
        If it is no longer as expected.
    Unprocessable
        If the whole could not be taken.
    Conflict
        If the programme has a call of the new code.
    """
    found = call(session, actor, key)
    published = found.state is not CallState.DRAFT
    policy.require(actor, Action.CALL_PUBLISH if published else Action.CALL_WRITE)
    if found.state is CallState.CANCELLED:
        raise TransitionNotAllowed("A call that is cancelled cannot be changed.")
    expected.require(describe(actor, found))
    written = CallDraft.model_validate(
        {
            **found.model_dump(include={*CallDraft.model_fields}),
            "grace_minutes": found.grace_minutes,
        }
    )
    draft = patched(written, patch)
    _require_same(session, found, draft)
    if draft.code != written.code:
        _require_free_call_code(session, found.programme_id, draft.code)
    found.sqlmodel_update(_call_columns(draft))
    session.flush()
    audit.record(session, actor.user_id, "write", "call", found.id)
    return describe(actor, found)


def _require_same(session: Session, call: Call, draft: CallDraft) -> None:
    programme = programme_or_none(session, draft.programme_id)
    moved = programme is None or programme.id != call.programme_id
    changed = {"programme_id": moved, "kind": draft.kind is not call.kind}
    errors = [
        FieldError(f"/{name}", "This stays as it was when the call was made.")
        for name, is_changed in changed.items()
        if is_changed
    ]
    if errors:
        raise Unprocessable("Draft another call instead.", errors=errors)


def describe(actor: Actor, call: Call) -> CallRead:
    """Return the call with what the clock says about it."""
    zone = ZoneInfo(call.zone)
    return call_read(actor)(
        **call.model_dump(),
        phase=phase(call, now()),
        opens_local=call.opens_at.astimezone(zone),
        closes_local=call.closes_at.astimezone(zone),
        ends_local=call.ends_at.astimezone(zone),
    )


def calls(session: Session, actor: Actor, query: CallQuery) -> Page[CallRead]:
    """Return a page of the calls that the actor may read."""
    statement = select(Call).where(_readable(actor))
    if query.code:
        statement = statement.where(named(Call, *query.code))
    if query.programme:
        statement = statement.where(refers(Call.programme_id, Programme, *query.programme))
    if query.kind:
        statement = statement.where(col(Call.kind).in_(query.kind))
    if query.phase:
        at = now()
        statement = statement.where(or_(*(in_phase(wanted, at) for wanted in query.phase)))
    found = page(
        session,
        statement,
        query,
        sortable={"opens_at": Call.opens_at, "closes_at": Call.closes_at, "code": Call.code},
        default="-opens_at",
        key=Call.id,
    )
    return Page([describe(actor, call) for call in found.rows], found.cursor)


def _readable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition: a draft is for those who may write it.

    Only what was published can be cancelled, so that a cancelled call was public.
    """
    if policy.allows(actor, Action.CALL_WRITE):
        return true()
    return col(Call.state) != CallState.DRAFT


def call(session: Session, actor: Actor, key: UUID | str) -> Call:
    """Return one call by its key or its code.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may read; or if calls of several programmes
        have the code.
    """
    found = calls_named(session, actor, key)
    if len(found) > 1:
        raise NotFound(
            Message("Calls of several programmes have the code {key}.", key=key),
            remedy=Message(
                "Name the one you mean by its identifier: {calls}.",
                calls=told_apart(session, found),
            ),
        )
    if not found:
        raise NotFound(Message("There is no call {key}.", key=key))
    return found[0]


def calls_named(session: Session, actor: Actor, key: UUID | str) -> Sequence[Call]:
    """Return the calls of this key or code that the actor may read: one of each programme."""
    statement = select(Call).where(named(Call, key), _readable(actor))
    return session.exec(statement.order_by(col(Call.created_at).desc()).limit(MOST_NAMED)).all()


def call_of(session: Session, call_id: UUID) -> Call:
    """Return the call that a row refers to."""
    return session.get_one(Call, call_id)


def not_open(call: Call, ends: datetime) -> CallNotOpen:
    """Return the refusal that says when the call is or was open, for a team until `ends`."""
    if call.state is CallState.CANCELLED:
        return CallNotOpen(Message("The call {call} was cancelled.", call=call.code))
    zone, now_is = ZoneInfo(call.zone), phase(call, now())
    return CallNotOpen(
        Message(
            "The call {call} is {phase}. It is open from {opens:%Y-%m-%d %H:%M} until before "
            "{closes:%Y-%m-%d %H:%M} ({zone}).",
            call=call.code,
            # grace is for what was begun before
            phase=Phase.CLOSED if now_is is Phase.GRACE else now_is,
            opens=call.opens_at.astimezone(zone),
            closes=ends.astimezone(zone),
            zone=told(call.zone),
        )
    )


def take_step(
    session: Session, actor: Actor, key: UUID | str, name: str, expected: Expected = ANYTHING
) -> CallRead:
    """Move a call along its life: publish or cancel it.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the call, or not take the step.
    Stale
        If it is no longer as expected.
    TransitionNotAllowed
        If the step does not start from here.
    """
    step = LIFE.step(name)
    found = call(session, actor, key)
    policy.require(actor, step.action)
    expected.require(describe(actor, found))
    # One after the other with who changes what holds only before a call is published.
    of = select(Programme.id).where(Programme.id == found.programme_id)
    session.exec(of.with_for_update()).one()
    before = found.state
    found.state = LIFE.advance(found.state, step, None)
    session.flush()
    audit.record(
        session, actor.user_id, name, "call", found.id, before=before, after=found.state
    )
    return describe(actor, found)


def steps(session: Session, actor: Actor, key: UUID | str) -> tuple[str, list[Offer]]:
    """Return where a call stands and every step from there."""
    found = call(session, actor, key)
    return found.state, LIFE.offers(actor, None, found.state, None)
