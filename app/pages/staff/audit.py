"""The record of who did what, searched; and whether its chain is whole."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, DatabaseDep
from app.core.base.errors import FieldError
from app.core.base.messages import Message
from app.core.base.references import is_key
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.computing import InTurn
from app.core.http.database_sessions import ReadSessionDep
from app.core.http.forms import Form
from app.core.storage import audit_verification
from app.core.storage.audit_verification import BrokenChain, Head
from app.core.storage.database import Database, reading
from app.insights import service
from app.insights.queries import names_of
from app.insights.schemas import AuditQuery, AuditRead
from app.organisations.service import people
from app.pages.layout import Page, PageDep

router = APIRouter()

PAGE: Final = 50
Text = Annotated[str, Field(max_length=200)]


class Filters(BaseModel):
    """What the record is searched for, as a form sends it."""

    model_config = ConfigDict(extra="ignore")

    person: Text = ""
    action: Text = ""
    subject: Text = ""
    since: Text = ""
    until: Text = ""
    cursor: Annotated[str, Field(max_length=2000)] = ""


class _UnknownError(Exception):
    """A filter that can name nothing."""

    def __init__(self, pointer: str, detail: Message) -> None:
        super().__init__()
        self.error = FieldError(pointer, detail)


@router.get("/audit")
@needs(Action.AUDIT_READ)
def show_audit(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    filters: Annotated[Filters, Query()],
) -> Response:
    """List who did what, the newest first, as far as the reader may know."""
    written = {name: v for name, v in filters.model_dump(exclude={"cursor"}).items() if v}
    form: Form[Filters] = Form(written=written)
    try:
        found = service.audit(session, actor, _query(session, actor, filters, page.zone))
    except _UnknownError as unknown:
        return _audit_page(page, session, actor, form.refused(unknown.error), [], None)
    except ValidationError as wrong:
        form = form.refused(*field_errors(wrong.errors()))
        return _audit_page(page, session, actor, form, [], None)
    return _audit_page(page, session, actor, form, found.rows, found.cursor)


def _query(session: Session, actor: Actor, filters: Filters, zone: str) -> AuditQuery:
    said: dict[str, Any] = {"limit": PAGE}
    if filters.person:
        said["actor"] = [_person(session, actor, filters.person.strip())]
    if filters.action:
        said["action"] = [filters.action.strip()]
    if filters.subject:
        said["subject"] = [filters.subject.strip()]
    if filters.since:
        said["since"] = _day(filters.since, zone, "/since")
    if filters.until:
        said["until"] = _day(filters.until, zone, "/until", after=timedelta(days=1))
    if filters.cursor:
        said["cursor"] = filters.cursor
    return AuditQuery.model_validate(said)


def _person(session: Session, actor: Actor, written: str) -> UUID:
    key = UUID(written) if is_key(written) else people.key_of(session, actor, written)
    if key is None:
        nobody = Message("You know of nobody with this address. Write it in full.")
        raise _UnknownError("/person", nobody)
    return key


def _day(written: str, zone: str, pointer: str, after: timedelta = timedelta()) -> datetime:
    """Return the beginning of a day, or of a later one, in a zone."""
    try:
        day = date.fromisoformat(written) + after
    except (ValueError, OverflowError) as error:
        wrong = Message("Write a day such as 2027-01-31.")
        raise _UnknownError(pointer, wrong) from error
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))


def _audit_page(
    page: Page,
    session: Session,
    actor: Actor,
    form: Form[Filters],
    events: Sequence[AuditRead],
    cursor: str | None,
) -> Response:
    names = names_of(
        session,
        actor,
        {
            "user": {event.actor_id for event in events if event.actor_id is not None},
            "any": {event.subject_id for event in events},
        },
    )
    further = urlencode({**form.written, "cursor": cursor}) if cursor else ""
    return page.render(
        "staff/audit.html",
        status=422 if form.errors else 200,
        form=form,
        events=events,
        names=names,
        further_path=f"/audit?{further}" if further else None,
        may_verify=policy.has_any_reach(actor, Action.AUDIT_READ_ALL),
    )


@router.get("/audit/verification")
@needs(Action.AUDIT_READ_ALL)
def show_verification(
    page: PageDep,
    database: DatabaseDep,
    head: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Read the whole record, and say whether it is as it was written."""
    return InTurn(_verified(page, database, head.strip().lower()))


def _verified(page: Page, database: Database, published: str) -> Callable[[], Response]:
    def verify() -> Response:
        broken: BrokenChain | None = None
        found: Head | None = None
        try:
            with reading(database) as session:
                found = audit_verification.verify(session, published or None)
        except BrokenChain as flaw:
            broken = flaw
        return page.render(
            "staff/verification.html", found=found, broken=broken, published=published
        )

    return verify
