"""Who reviews in a programme: what they know, how much they take on, and their ties."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import FieldError, NotFound, Stale, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.tables.languages import OFFERED
from app.organisations.schemas import OrganisationQuery
from app.organisations.service import organisations
from app.pages.layout import Page, PageDep, go_to
from app.programmes import service as programmes
from app.programmes.models import Programme
from app.reviews import queries
from app.reviews.schemas.reviewers import (
    NewReviewer,
    ReviewerDraft,
    ReviewerQuery,
    ReviewerRead,
)
from app.reviews.service import assigning, reviewers
from app.submissions.schemas import MOST_THEMES
from app.themes import service as themes
from app.themes.schemas import ThemeQuery

router = APIRouter()

MOST: Final = 200
_Typed = Annotated[str, Field(max_length=4000)]


class ReviewerForm(BaseModel):
    """A reviewer as the form tells it."""

    model_config = ConfigDict(extra="forbid")

    expected: _Typed = ""
    themes: list[_Typed] = Field(default=[], max_length=2 * MOST_THEMES)
    languages: list[_Typed] = Field(default=[], max_length=40)
    expertise: _Typed = ""
    most: _Typed = ""
    is_active: _Typed = ""


class TieForm(BaseModel):
    """To which organisation somebody is tied."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: _Typed = ""


ReviewerFormDep = Annotated[Form[ReviewerForm], Depends(form_of(ReviewerForm))]
TieFormDep = Annotated[Form[TieForm], Depends(form_of(TieForm))]


@router.get("/programmes/{programme}/reviewers")
@needs(Action.REVIEW_ASSIGN)
def show_reviewers(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, programme: Reference
) -> Response:
    """List who reviews in a programme, and who might."""
    of = programmes.programme(session, programme)
    query = ReviewerQuery(programme=[of.id], limit=MOST)
    rows = queries.reviewers(session, actor, query)
    held = {row.user_id for row in rows.rows}
    return page.under("show_reviewing", of.code).render(
        "staff/reviewers.html",
        programme=of,
        rows=rows.rows,
        names=queries.names(session, actor, held),
        load=assigning.load(session, of.id),
        others=[user for user in queries.who_may_review(session) if user.id not in held][:MOST],
        labels=themes.labels(session, page.language),
    )


@router.get("/programmes/{programme}/reviewers/{user_id}")
@needs(Action.REVIEW_ASSIGN)
def show_reviewer(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    user_id: UUID,
) -> Response:
    """Show what a reviewer knows, and let it be written."""
    of = programmes.programme(session, programme)
    return _reviewer_page(page, session, actor, of, user_id, Form())


@router.post("/programmes/{programme}/reviewers/{user_id}")
@needs(Action.REVIEW_ASSIGN)
def write_reviewer(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    user_id: UUID,
    form: ReviewerFormDep,
) -> Response:
    """Save what a reviewer knows and takes on; who was none in the programme becomes one."""
    of = programmes.programme(session, programme)
    _require_person(session, user_id)
    if (said := form.value) is None:
        return _reviewer_page(page, session, actor, of, user_id, form, 422)
    fields: dict[str, Any] = said.model_dump(include={"themes", "languages", "expertise"})
    fields |= {"is_active": bool(said.is_active), "most": said.most or 0}
    row = queries.reviewer_of(session, of.id, user_id)
    try:
        if row is None:
            new = NewReviewer(programme_id=of.id, user_id=user_id, **fields)
            reviewers.appoint(session, actor, new)
        else:
            expected = Expected(said.expected)
            draft = ReviewerDraft(**fields)
            reviewers.change(session, actor, row.id, draft, expected)
    except ValidationError as refusal:
        form = form.refused(*field_errors(refusal.errors()))
        return _reviewer_page(page, session, actor, of, user_id, form, 422)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _reviewer_page(page, session, actor, of, user_id, form, refusal.status)
    except Stale as refusal:
        form = form.refused(FieldError("/expertise", refusal.detail))
        return _reviewer_page(page, session, actor, of, user_id, form, refusal.status)
    return go_to(f"/programmes/{of.code}/reviewers", done="reviewer-written")


def _require_person(session: Session, user_id: UUID) -> str:
    found = queries.who_may_review(session, [user_id])
    if not found:
        raise NotFound(Message("There is no reviewer {key}.", key=user_id))
    return found[0].name


def _reviewer_page(
    page: Page,
    session: Session,
    actor: Actor,
    of: Programme,
    user_id: UUID,
    form: Form[Any],
    status: int = 200,
) -> Response:
    name = _require_person(session, user_id)
    row = queries.reviewer_of(session, of.id, user_id)
    teams = organisations.organisations(session, actor, OrganisationQuery(limit=MOST))
    stored = _shown(row) if row else {"most": "10", "is_active": "true"}
    form = form if form.written else Form(written=stored, errors=form.errors)
    return page.under("show_reviewing", of.code).render(
        "staff/reviewer.html",
        status=status,
        programme=of,
        person=name,
        user_id=user_id,
        row=row,
        form=form,
        expected=form.written.get("expected")
        or (entity_tag(ReviewerRead.model_validate(row)) if row else ""),
        themes=themes.search(session, ThemeQuery(limit=MOST)).rows,
        languages_offered=OFFERED,
        ties=reviewers.ties(session, actor, user_id),
        teams=[(str(one.id), f"{one.name} ({one.country})") for one in teams.rows],
    )


def _shown(row: Any) -> dict[str, Any]:
    return {
        "themes": row.themes,
        "languages": row.languages,
        "expertise": row.expertise,
        "most": str(row.most),
        "is_active": "true" if row.is_active else "",
    }


@router.post("/programmes/{programme}/reviewers/{user_id}/ties")
@needs(Action.REVIEW_ASSIGN)
def name_tie(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    user_id: UUID,
    form: TieFormDep,
) -> Response:
    """Note that a reviewer is tied to an organisation."""
    of = programmes.programme(session, programme)
    _require_person(session, user_id)
    try:
        chosen = UUID(form.value.organisation_id if form.value else "")
        reviewers.tie(session, actor, user_id, chosen)
    except ValueError:
        wrong = FieldError("/organisation_id", "Choose an organisation.")
        return _reviewer_page(page, session, actor, of, user_id, form.refused(wrong), 422)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _reviewer_page(page, session, actor, of, user_id, form, refusal.status)
    return go_to(f"/programmes/{of.code}/reviewers/{user_id}", done="tie-named")


@router.post("/programmes/{programme}/reviewers/{user_id}/ties/{organisation_id}/remove")
@needs(Action.CONFLICT_RESOLVE)
def remove_tie(
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    user_id: UUID,
    organisation_id: UUID,
) -> Response:
    """Forget that a reviewer is tied to an organisation."""
    of = programmes.programme(session, programme)
    _require_person(session, user_id)
    reviewers.untie(session, actor, user_id, organisation_id)
    return go_to(f"/programmes/{of.code}/reviewers/{user_id}", done="tie-removed")
