"""The next edition of a programme: its calls with what they ask, as drafts, some time later."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.clock import in_utc, now
from app.core.base.errors import FieldError, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.programmes import service as programmes
from app.programmes.models import Call, Programme
from app.programmes.schemas import MOST_CODE, ProgrammeDraft, Providers
from app.questions import service
from app.questions.forms import stored
from app.questions.models import CallForm
from app.questions.schemas import NextEdition


def begin(session: Session, actor: Actor, key: UUID | str, draft: NextEdition) -> Programme:
    """Begin another edition of a programme.

    Taken along are the settings of the programme, its calls with their dates, grace and
    promises, and for each the questions and conditions by which it asks now. All of it is a
    draft. Nothing that anybody has submitted, decided or noted is taken along.

    Raises
    ------
    NotFound, NotPermitted
        If there is no such programme, or the actor may not begin programmes and calls.
    Conflict
        If the code is taken.
    Unprocessable
        If a date would lie too far ahead.
    """
    policy.require(actor, Action.PROGRAMME_WRITE)
    policy.require(actor, Action.CALL_WRITE)
    like = programmes.programme(session, key)
    made = programmes.create_programme(
        session,
        actor,
        ProgrammeDraft(
            code=draft.code,
            title=draft.title,
            zone=like.zone,
            working_language=like.working_language,
            providers=Providers(min=like.providers_min, max=like.providers_max),
        ),
    )
    made.text_weight = like.text_weight
    earlier = select(Call).where(Call.programme_id == like.id)
    for call in session.exec(earlier.order_by(col(Call.opens_at), col(Call.id))).all():
        _take_along(session, actor, call, like, made, draft.days)
    return made


def _take_along(
    session: Session, actor: Actor, call: Call, like: Programme, made: Programme, days: int
) -> None:
    try:
        dates: dict[str, Any] = {
            name: _later(getattr(call, name), call.zone, days)
            for name in ("opens_at", "closes_at", "ends_at")
        }
        promised = [
            {**one, "on": (date.fromisoformat(one["on"]) + timedelta(days=days)).isoformat()}
            for one in call.promised
        ]
    except (ValueError, OverflowError) as too_far:
        error = FieldError(
            "/days", Message("{call} would lie too far ahead. Name fewer days.", call=call.code)
        )
        raise Unprocessable("The dates cannot be moved.", errors=[error]) from too_far
    row = Call(
        programme_id=made.id,
        kind=call.kind,
        code=_code_of(call, like, made),
        title=call.title,
        zone=call.zone,
        promised=promised,
        **dates,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor.user_id, "create", "call", row.id)
    ask_like(session, actor, row, call)


def ask_like(session: Session, actor: Actor, made: Call, like: Call) -> None:
    """Let a call that was just drafted ask what another one of its kind asks now.

    Raises
    ------
    NotPermitted
        If the actor may not write calls.
    """
    policy.require(actor, Action.CALL_WRITE)
    if made.kind is not like.kind or service.current(session, like.id) is None:
        return
    form = service.form_of_call(session, like)
    asks = CallForm(call_id=made.id, number=1, content=stored(form), used_since=now())
    session.add(asks)
    session.flush()
    audit.record(session, actor.user_id, "write-form", "call", made.id, number=1)


def _later(instant: datetime, zone: str, days: int) -> datetime:
    """Return an instant some days later, at the same time of its clocks."""
    there = instant.astimezone(ZoneInfo(zone)) + timedelta(days=days)
    return in_utc(there)


def _code_of(call: Call, like: Programme, made: Programme) -> str:
    """Return the code of a call, with the code of the new programme in it."""
    code = call.code.replace(like.code, made.code)
    return code if len(code) <= MOST_CODE else call.code
