"""Practices for those who offer them and for staff: write one, and move it along."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import FieldError, Stale, Unprocessable
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of, without_empty
from app.core.tables.languages import OFFERED
from app.organisations.service import organisations
from app.pages.layout import Page, PageDep, go_to
from app.pages.step_texts import PRACTICE_MEANS
from app.programmes import service as programmes
from app.programmes.lifecycle import CallKind, Phase
from app.programmes.schemas import CallQuery, CallRead
from app.register import queries, service
from app.register.lifecycle import LIFE, PRIVATE, PracticeState
from app.register.models import Practice
from app.register.schemas import (
    MOST_LANGUAGES,
    MOST_SOURCES,
    NewPractice,
    NewSolutionOf,
    PracticeDraft,
    PracticeQuery,
    PracticeRead,
    PracticeStepTaken,
)
from app.submissions.content import LONGEST
from app.submissions.schemas import MOST_THEMES
from app.themes import service as themes
from app.themes.facets import Facet
from app.themes.schemas import ThemeQuery

router = APIRouter()

PAGE: Final = 100
"""How many practices a page of the list has."""
STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))
EXPLAINED: Final = ("ask-for-changes", "decline", "remove")
"""Steps of which the team reads the reason."""
GRAVE: Final = ("decline", "withdraw", "remove")

# As they are typed: the schema of the draft says what is wrong with them, in its own words.
_Typed = Annotated[str, Field(max_length=2 * LONGEST)]


class PracticeForm(BaseModel):
    """A practice as a form tells it; its sources a line each."""

    model_config = ConfigDict(extra="forbid")

    expected: _Typed = ""
    organisation_id: UUID | None = None
    title: _Typed = ""
    summary: _Typed = ""
    text: _Typed = ""
    results: _Typed = ""
    language: _Typed = ""
    works_in: Annotated[list[_Typed], Field(max_length=2 * MOST_LANGUAGES)] = []
    themes: Annotated[list[_Typed], Field(max_length=2 * MOST_THEMES)] = []
    sources: _Typed = ""
    source_date: _Typed = ""

    def draft(self) -> PracticeDraft:
        """Return what was filled in.

        Raises
        ------
        Unprocessable
            With all that cannot be taken, each at its field of the form.
        """
        said = self.model_dump(exclude={"expected", "organisation_id"})
        said["sources"] = [line for line in map(str.strip, self.sources.splitlines()) if line]
        for name in ("language", "source_date"):
            said[name] = said[name] or None
        try:
            return PracticeDraft.model_validate(said)
        except ValidationError as error:
            raise Unprocessable(
                "The content cannot be accepted.",
                errors=[_of_the_field(one) for one in field_errors(error.errors())],
            ) from error


def _of_the_field(error: FieldError) -> FieldError:
    """Return what is wrong with one line of several at the field in which they stand."""
    return FieldError(f"/{error.pointer.split('/')[1]}", error.detail)


class Said(BaseModel):
    """What is sent with a step of a practice."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=20_000)
    expected: str = Field(max_length=100)


class Asked(PracticeQuery):
    """What the list is asked, as its form sends it: what was left empty is not asked."""

    done: Annotated[str | None, Field(max_length=40)] = None

    _filled_in = model_validator(mode="before")(without_empty)


PracticeFormDep = Annotated[Form[PracticeForm], Depends(form_of(PracticeForm))]
SaidForm = Annotated[Form[Said], Depends(form_of(Said))]
CallForm = Annotated[Form[NewSolutionOf], Depends(form_of(NewSolutionOf))]


@router.get("/practices")
@within(Action.PRACTICE_READ)
def show_practices(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, asked: Annotated[Asked, Query()]
) -> Response:
    """List the practices of the reader's organisations; to staff all that were offered."""
    found = queries.search(session, actor, asked.model_copy(update={"limit": PAGE}))
    return page.render(
        "team/practices.html",
        rows=found.rows,
        cursor=found.cursor,
        asked=asked,
        states=list(PracticeState),
        may_begin=policy.allows_somewhere(actor, Action.PRACTICE_WRITE),
        may_curate=policy.has_any_reach(actor, Action.PRACTICE_CURATE),
        waiting=queries.waiting(session),
    )


@router.get("/practices/new")
@needs(Action.PRACTICE_WRITE)
def show_new_practice(page: PageDep, session: ReadSessionDep, actor: ActorDep) -> Response:
    """Ask what a team has done."""
    return _new_page(page, session, actor, Form())


@router.post("/practices")
@needs(Action.PRACTICE_WRITE)
def make_practice(
    page: PageDep, session: SessionDep, actor: ActorDep, form: PracticeFormDep
) -> Response:
    """Begin a practice as a draft, and lead on to it."""
    if form.value is None:
        return _new_page(page, session, actor, form, 422)
    try:
        said = form.value.draft().model_dump()
        new = NewPractice(**said, organisation_id=form.value.organisation_id)
        practice = service.begin(session, actor, new)
    except Unprocessable as refusal:
        form = form.refused(*map(_of_the_field, refusal.errors))
        return _new_page(page, session, actor, form, refusal.status)
    return go_to(f"/practices/{practice.code}", done="practice-begun")


@router.get("/practices/{practice}")
@within(Action.PRACTICE_READ)
def show_practice(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, practice: Reference
) -> Response:
    """Show a practice as everybody would read it, and what can be done with it."""
    found = queries.get(session, actor, practice)
    state, offers = service.offers(actor, found)
    own = policy.allows(actor, Action.PRACTICE_WRITE, found.organisation_id)
    return page.render(
        "team/practice.html",
        **_values(page, session, actor, found),
        state=state,
        offers=[offer for offer in offers if _may(actor, found, offer.name)],
        may_write=own and state is PracticeState.DRAFT,
        calls=_open_calls(session, actor) if own and state is PracticeState.LISTED else [],
    )


@router.get("/practices/{practice}/write")
@needs(Action.PRACTICE_WRITE)
def show_practice_form(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, practice: Reference
) -> Response:
    """Ask what a practice says, with what stands there."""
    return _form_page(page, session, actor, practice, Form())


@router.post("/practices/{practice}/write")
@needs(Action.PRACTICE_WRITE)
def write_practice(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    practice: Reference,
    form: PracticeFormDep,
) -> Response:
    """Save what a practice says; of two who do so at once, the second sees both versions."""
    found = queries.get(session, actor, practice)
    policy.require(actor, Action.PRACTICE_WRITE, found.organisation_id)
    if form.value is None:
        return _form_page(page, session, actor, practice, form, 422)
    try:
        expected = Expected(form.value.expected)
        service.replace(session, actor, found.id, form.value.draft(), expected)
    except Stale as refusal:
        return _form_page(page, session, actor, practice, form, refusal.status)
    except Unprocessable as refusal:
        form = form.refused(*map(_of_the_field, refusal.errors))
        return _form_page(page, session, actor, practice, form, refusal.status)
    return go_to(f"/practices/{found.code}", done="practice-written")


@router.get("/practices/{practice}/steps/{step}")
@within(*STEPS)
def show_practice_step(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, practice: Reference, step: str
) -> Response:
    """Say what a step of a practice means, with the text that it is about."""
    return _step_page(page, session, actor, practice, step, Form())


@router.post("/practices/{practice}/steps/{step}")
@within(*STEPS)
def move_practice(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    practice: Reference,
    step: str,
    form: SaidForm,
) -> Response:
    """Take a step with what was read; if it was changed meanwhile, show it as it is now."""
    found = queries.get(session, actor, practice)
    said = form.value
    if said is None:
        return _step_page(page, session, actor, practice, step, form, 422)
    try:
        taken = PracticeStepTaken(reason=said.reason)
        service.take_step(session, actor, found.id, step, taken, Expected(said.expected))
    except Stale as refusal:
        return _step_page(page, session, actor, practice, step, Form(), refusal.status)
    except ValidationError as error:
        form = form.refused(*field_errors(error.errors()))
        return _step_page(page, session, actor, practice, step, form, 422)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _step_page(page, session, actor, practice, step, form, refusal.status)
    gone = found.state in PRIVATE and found.listed_at is None and not _is_of(actor, found)
    return go_to("/practices" if gone else f"/practices/{found.code}", done=f"practice-{step}")


@router.post("/practices/{practice}/solution")
@needs(Action.PRACTICE_WRITE)
def begin_solution_from(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    practice: Reference,
    form: CallForm,
) -> Response:
    """Begin a solution in an open call with what a listed practice says."""
    found = queries.get(session, actor, practice)
    if form.value is None:
        raise Unprocessable("The call cannot be used.", errors=form.errors)
    solution = service.begin_solution(
        session, actor, found.id, form.value, most=settings.max_drafts
    )
    return go_to(f"/submissions/{solution.code}")


def _is_of(actor: Actor, practice: Practice) -> bool:
    return practice.organisation_id in policy.own_reach(actor, Action.PRACTICE_READ)


def _may(actor: Actor, practice: Practice, step: str) -> bool:
    return policy.allows(actor, LIFE.step(step).action, practice.organisation_id)


def _open_calls(session: Session, actor: Actor) -> list[tuple[CallRead, str]]:
    """Return the calls in which a solution can be begun now, each with its programme."""
    query = CallQuery(kind=[CallKind.SOLUTIONS], phase=[Phase.OPEN])
    calls = programmes.calls(session, actor, query).rows
    keys = {call.programme_id for call in calls}
    titles = {key: programmes.programme(session, key).title for key in keys}
    return [(call, titles[call.programme_id]) for call in calls]


def _values(page: Page, session: Session, actor: Actor, practice: Practice) -> dict[str, Any]:
    """Return what all pages of a practice show."""
    read = queries.read(session, actor, practice)
    return {
        "practice": read,
        "organisation": practice.organisation,
        "countries": practice.countries,
        "notes": practice.notes,
        "listed": queries.listed_of(session, practice),
        "is_own": policy.allows(actor, Action.PRACTICE_WRITE, practice.organisation_id),
        "labels": themes.labels(session, page.language),
    }


def _step_page(
    page: Page,
    session: Session,
    actor: Actor,
    key: UUID | str,
    name: str,
    form: Form[Said],
    status: int = 200,
) -> Response:
    practice = queries.get(session, actor, key)
    step = LIFE.step(name)
    policy.require(actor, step.action, practice.organisation_id)
    _, offers = service.offers(actor, practice)
    values = _values(page, session, actor, practice)
    return page.render(
        "team/practice_step.html",
        status=status,
        **values,
        form=form,
        step=step,
        means=PRACTICE_MEANS[name],
        offer=next((offer for offer in offers if offer.name == name), None),
        explained=name in EXPLAINED,
        grave=name in GRAVE,
        overtaken=status == Stale.status,
        expected=entity_tag(values["practice"]),
    )


def _new_page(
    page: Page, session: Session, actor: Actor, form: Form[PracticeForm], status: int = 200
) -> Response:
    own = sorted(policy.own_reach(actor, Action.PRACTICE_WRITE))
    return page.render(
        "team/practice_form.html",
        status=status,
        **_asked(page, session),
        form=form,
        practice=None,
        teams=[organisations.organisation(session, actor, key) for key in own],
        stored={},
        expected="",
        overtaken=False,
    )


def _form_page(
    page: Page,
    session: Session,
    actor: Actor,
    key: UUID | str,
    form: Form[PracticeForm],
    status: int = 200,
) -> Response:
    practice = queries.get(session, actor, key)
    policy.require(actor, Action.PRACTICE_WRITE, practice.organisation_id)
    read = queries.read(session, actor, practice)
    stored = _shown(read)
    return page.render(
        "team/practice_form.html",
        status=status,
        **_asked(page, session),
        form=form if form.written else Form(written=stored),
        practice=read,
        teams=[],
        stored=stored,
        expected=entity_tag(read),
        overtaken=status == Stale.status,
    )


def _asked(page: Page, session: Session) -> dict[str, Any]:
    """Return what the form of a practice lets choose from."""
    offered = themes.search(session, ThemeQuery(limit=200)).rows
    return {
        "facets": [(facet, [t for t in offered if t.facet == facet]) for facet in Facet],
        "languages_offered": OFFERED,
        "most_sources": MOST_SOURCES,
    }


def _shown(read: PracticeRead) -> dict[str, Any]:
    """Return a practice as the form shows it."""
    return {
        **{name: getattr(read, name) for name in ("title", "summary", "text", "results")},
        "language": read.language or "",
        "works_in": read.works_in,
        "themes": read.themes,
        "sources": "\n".join(read.sources),
        "source_date": read.source_date.isoformat() if read.source_date else "",
    }
