"""One review: the declaration first, then the text beside the rubric, and its steps."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, DatabaseDep
from app.attachments.api import download_of
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import Conflict, FieldError, TransitionNotAllowed, Unprocessable
from app.core.base.messages import Message
from app.core.base.validation_errors import field_errors
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.pages.layout import Page, PageDep, go_to
from app.pages.step_texts import REVIEW_MEANS
from app.pages.topics import FIELDS
from app.programmes import service as programmes
from app.reviews import queries
from app.reviews.lifecycle import LIFE, Confidence, Recommendation, ReviewState
from app.reviews.models import Review
from app.reviews.schemas.reviews import (
    NewComment,
    ReviewRead,
    ReviewStepTaken,
    ReviewText,
    answers_of,
)
from app.reviews.schemas.rubrics import MOST_CRITERIA
from app.reviews.service import reading, steps, writing
from app.themes import service as themes

router = APIRouter()

STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))
WRITABLE: Final = frozenset({ReviewState.ACCEPTED, ReviewState.IN_PROGRESS})
# As they are typed: the schema of a review says what is wrong with them, in its own words.
_Typed = Annotated[str, Field(max_length=20_000)]


class ScoredRow(BaseModel):
    """The score of one criterion, as it is chosen."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(max_length=40)
    score: str = Field(default="", max_length=1, pattern="^[1-9]?$")


class ReviewForm(BaseModel):
    """A review as its form tells it."""

    model_config = ConfigDict(extra="forbid")

    seen: str = Field(default="", max_length=64)
    scored: list[ScoredRow] = Field(default=[], max_length=MOST_CRITERIA)
    comment_team: _Typed = ""
    comment_staff: _Typed = ""
    recommendation: _Typed = ""
    confidence: _Typed = ""
    then: str = Field(default="", max_length=20)


class Said(BaseModel):
    """What is sent with a step of a review."""

    model_config = ConfigDict(extra="forbid")

    reason: _Typed = ""
    expected: str = Field(default="", max_length=100)


class Word(BaseModel):
    """What is said in a discussion."""

    model_config = ConfigDict(extra="forbid")

    body: _Typed = ""


ReviewFormDep = Annotated[Form[ReviewForm], Depends(form_of(ReviewForm))]
SaidForm = Annotated[Form[Said], Depends(form_of(Said))]
WordForm = Annotated[Form[Word], Depends(form_of(Word))]


@router.get("/reviews/{review_id}")
@within(Action.REVIEW_READ)
def show_review(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, review_id: UUID
) -> Response:
    """Ask for the declaration; afterwards show the text beside the rubric."""
    return _page(page, session, actor, queries.get(session, actor, review_id), Form())


@router.get("/reviews/{review_id}/attachments/{attachment}")
@within(Action.REVIEW_READ)
def download_reviewed_file(
    session: ReadSessionDep,
    actor: ActorDep,
    database: DatabaseDep,
    review_id: UUID,
    attachment: UUID,
) -> Response:
    """Hand over a file of the submission, once its reviewer may read the text."""
    review = queries.get(session, actor, review_id)
    return download_of(reading.file(session, review, attachment), database)


@router.post("/reviews/{review_id}")
@within(Action.REVIEW_WRITE)
def write_review(
    page: PageDep, session: SessionDep, actor: ActorDep, review_id: UUID, form: ReviewFormDep
) -> Response:
    """Save a review; a script gets a line that says so."""
    review = queries.get(session, actor, review_id)
    if (sent := form.value) is None:
        return _refused(page, session, actor, review, form)
    try:
        text = ReviewText.model_validate(_fields(sent))
        review = writing.save(session, actor, review.id, text, seen=sent.seen)
    except ValidationError as refusal:
        form = form.refused(*field_errors(refusal.errors()))
        return _refused(page, session, actor, review, form)
    except Unprocessable as refusal:
        return _refused(page, session, actor, review, form.refused(*refusal.errors))
    except TransitionNotAllowed:
        raise
    except Conflict as refusal:
        return _overtaken(page, session, actor, review, form, refusal)
    if page.is_partial:
        return page.render(
            "review/_saved.html", review=review, seen=writing.fingerprint(review)
        )
    if sent.then == "submit":
        return go_to(f"/reviews/{review.id}/steps/submit")
    return go_to(f"/reviews/{review.id}", done="review-saved")


def _fields(sent: ReviewForm) -> dict[str, Any]:
    return {
        "scores": {row.key: int(row.score) for row in sent.scored if row.score},
        "comment_team": sent.comment_team,
        "comment_staff": sent.comment_staff,
        "recommendation": sent.recommendation or None,
        "confidence": sent.confidence or None,
    }


def _refused(
    page: Page, session: Session, actor: Actor, review: Review, form: Form[ReviewForm]
) -> Response:
    if page.is_partial:
        return page.render("team/_not_saved.html", status=422, form=form)
    return _page(page, session, actor, review, form, 422)


def _overtaken(
    page: Page,
    session: Session,
    actor: Actor,
    review: Review,
    form: Form[ReviewForm],
    refusal: Conflict,
) -> Response:
    """Show both versions of a review that was changed in another window meanwhile."""
    if page.is_partial:
        return page.render("review/_overtaken.html", status=409, refusal=refusal)
    session.refresh(review)
    theirs = _shown(answers_of(review), session, review)
    return _page(page, session, actor, review, form, 409, theirs=theirs)


def _shown(answers: dict[str, Any], session: Session, review: Review) -> dict[str, str]:
    """Return a review as its form shows it, by the names of the fields."""
    rubric = queries.rubric_of(session, review.call_id)
    rows = rubric.criteria if rubric else []
    fields = {
        f"scored.{at}.score": str(answers["scores"].get(one["key"], ""))
        for at, one in enumerate(rows)
    }
    texts = ("comment_team", "comment_staff", "recommendation", "confidence")
    return fields | {name: answers[name] or "" for name in texts}


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    review: Review,
    form: Form[ReviewForm],
    status: int = 200,
    theirs: dict[str, str] | None = None,
) -> Response:
    is_own = policy.allows(actor, Action.REVIEW_WRITE, assignee_id=review.user_id)
    of = programmes.programme(session, review.programme_id)
    rubric = queries.rubric_of(session, review.call_id)
    stored = _shown(answers_of(review), session, review)
    subject = reading.subject(session, review)
    _, offers = steps.offers(session, actor, review)
    page = page if is_own else page.under("show_reviewing", of.code)
    return page.render(
        "review/review.html",
        status=status,
        programme=of,
        call=programmes.call_of(session, review.call_id),
        review=review,
        rubric=rubric,
        subject=subject,
        names=FIELDS,
        theme_labels=themes.labels(session, page.language),
        is_own=is_own,
        reviewer=None if is_own else queries.names(session, actor, [review.user_id]),
        writable=is_own and review.state in WRITABLE and subject.passages is not None,
        form=form,
        answers={n: form.written.get(n, "") for n in stored} if form.written else stored,
        stored=stored,
        theirs=theirs,
        seen=writing.fingerprint(review),
        recommendations=list(Recommendation),
        confidences=list(Confidence),
        offers=[
            one
            for one in offers
            if policy.allows(actor, LIFE.step(one.name).action, assignee_id=review.user_id)
        ],
        weights=reading.weights(session, review),
        mean=reading.mean_of(review, reading.weights(session, review)),
    )


@router.get("/reviews/{review_id}/steps/{step}")
@within(*STEPS)
def show_review_step(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, review_id: UUID, step: str
) -> Response:
    """Say what a step of a review means."""
    return _step_page(page, session, actor, review_id, step, Form())


@router.post("/reviews/{review_id}/steps/{step}")
@within(*STEPS)
def move_review(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    review_id: UUID,
    step: str,
    form: SaidForm,
) -> Response:
    """Take a step of a review, and show where it stands then."""
    if (said := form.value) is None:
        return _step_page(page, session, actor, review_id, step, form, 422)
    try:
        taken = ReviewStepTaken(reason=said.reason)
        expected = Expected(said.expected or "*")
        review = steps.take(session, actor, review_id, step, taken, expected)
    except ValidationError as refusal:
        form = form.refused(*field_errors(refusal.errors()))
        return _step_page(page, session, actor, review_id, step, form, 422)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _step_page(page, session, actor, review_id, step, form, refusal.status)
    place = f"/reviews/{review.id}"
    return go_to(f"{place}/discussion" if step == "compare" else place, done=f"review-{step}")


def _step_page(
    page: Page,
    session: Session,
    actor: Actor,
    review_id: UUID,
    name: str,
    form: Form[Said],
    status: int = 200,
) -> Response:
    step = LIFE.step(name)
    review = queries.get(session, actor, review_id)
    policy.require(actor, step.action, assignee_id=review.user_id)
    _, offers = steps.offers(session, actor, review)
    return page.render(
        "review/step.html",
        status=status,
        review=review,
        subject=reading.subject(session, review),
        step=step,
        means=REVIEW_MEANS[name],
        offer=next((one for one in offers if one.name == name), None),
        form=form,
        expected=form.written.get("expected") or entity_tag(ReviewRead.model_validate(review)),
    )


@router.get("/reviews/{review_id}/discussion")
@within(Action.REVIEW_READ)
def show_discussion(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, review_id: UUID
) -> Response:
    """Show what other reviewers have written, once one's own review is closed."""
    return _discussion(page, session, actor, review_id, Form())


@router.post("/reviews/{review_id}/discussion")
@within(Action.REVIEW_WRITE, Action.REVIEW_ASSIGN)
def say_in_discussion(
    page: PageDep, session: SessionDep, actor: ActorDep, review_id: UUID, form: WordForm
) -> Response:
    """Say something in the discussion, without one's name."""
    review = queries.get(session, actor, review_id)
    try:
        new = NewComment(body=form.value.body if form.value else "")
    except ValidationError:
        longest = 3000
        problem = Message("Write something, of at most {most} characters.", most=longest)
        form = form.refused(FieldError("/body", problem))
        return _discussion(page, session, actor, review_id, form, 422)
    reading.say(session, actor, review, new)
    return go_to(f"/reviews/{review.id}/discussion", done="review-said")


def _discussion(
    page: Page,
    session: Session,
    actor: Actor,
    review_id: UUID,
    form: Form[Word],
    status: int = 200,
) -> Response:
    review = queries.get(session, actor, review_id)
    return page.render(
        "review/discussion.html",
        status=status,
        review=review,
        subject=reading.subject(session, review),
        rubric=queries.rubric_of(session, review.call_id),
        found=reading.discussion(session, actor, review),
        may_say=policy.allows(actor, Action.REVIEW_WRITE, assignee_id=review.user_id)
        or policy.allows(actor, Action.REVIEW_ASSIGN),
        form=form,
    )
