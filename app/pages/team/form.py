"""The form of a submission, a topic a page: saved as one goes, by anyone of the team."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, create_model
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.errors import (
    Conflict,
    FieldError,
    NotFound,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.translations import language
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.tables.countries import country_codes
from app.core.tables.languages import OFFERED
from app.pages.layout import Page, PageDep, go_to
from app.pages.team.files import files_page, takes_files
from app.pages.team.submission import (
    Answered,
    asked_of,
    comments_of,
    described,
    reused_by,
    topics_of,
)
from app.pages.topics import Topic, topic_of
from app.questions.forms import MOST_OPTIONS, QuestionType
from app.submissions.content import LONGEST, ChallengeFields, SolutionFields
from app.submissions.lifecycle import THEMES
from app.submissions.models import Submission
from app.submissions.schemas import MOST_THEMES
from app.submissions.service import answers, queries, steps
from app.submissions.service.answered import CONTENT, answers_of, fingerprint
from app.themes import service as themes
from app.themes.facets import Facet
from app.themes.schemas import ThemeQuery

router = APIRouter()

# As they are typed: the draft's own schema says what is wrong with them, in its own words.
_Typed = Annotated[str, Field(max_length=2 * LONGEST)]
_PASSAGES: Final = [*ChallengeFields.model_fields, *SolutionFields.model_fields]
_Content: Final[type[BaseModel]] = create_model(
    "_Content",
    __config__=ConfigDict(extra="forbid"),
    **dict.fromkeys(_PASSAGES, (_Typed | None, None)),  # type: ignore[call-overload]  # -- names of a table
)


class Answers(BaseModel):
    """What a page of the form sends."""

    model_config = ConfigDict(extra="forbid")

    seen: str = Field(default="", max_length=64)
    title: _Typed | None = None
    language: _Typed | None = None
    summary: _Typed | None = None
    themes: list[_Typed] = Field(default=[], max_length=2 * MOST_THEMES)
    content: _Content = Field(default_factory=_Content)
    answer: list[_Typed] = Field(default=[], max_length=2 * MOST_OPTIONS)
    then: str = Field(default="", max_length=20)


AnswersForm = Annotated[Form[Answers], Depends(form_of(Answers))]


@router.get("/submissions/{submission}/topics/{topic}")
@within(Action.DRAFT_READ)
def show_topic(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    submission: Reference,
    topic: str,
) -> Response:
    """Ask for one topic, with what helps to answer it; who only reads is led to all of them."""
    found = queries.find(session, actor, submission)
    asked = _topic(session, found, topic)
    if takes_files(asked):
        return files_page(page, session, actor, settings, found, asked)
    about = {"owner_id": found.organisation_id, "shared_id": found.id}
    if not policy.allows(actor, Action.DRAFT_WRITE, **about):
        return go_to(f"/submissions/{found.code}")  # where who reads it finds all answers
    return _topic_page(page, session, actor, found, asked, Form())


@router.post("/submissions/{submission}/topics/{topic}")
@within(Action.DRAFT_WRITE)
def save_topic(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    submission: Reference,
    topic: str,
    form: AnswersForm,
) -> Response:
    """Save one topic, and lead on to the next one; a script gets a line that says so."""
    found = queries.find(session, actor, submission)
    asked = _topic(session, found, topic)
    sent = form.value
    if sent is None:
        return _refused(page, session, actor, found, asked, form)
    typed = {name: _typed(sent, asked, name) for name in asked.names}
    try:
        found = answers.answer(session, actor, found.kind, found.id, typed, seen=sent.seen)
    except TransitionNotAllowed:
        raise
    except Unprocessable as refusal:
        errors = [_at_its_field(asked, error) for error in refusal.errors]
        return _refused(page, session, actor, found, asked, form.refused(*errors))
    except Conflict:
        session.refresh(found)
        return _overtaken(page, session, actor, found, asked, form)
    if page.is_partial:
        answered = topics_of(
            session, found, [], reused_by(session, actor, found), along_with=topic
        )
        return page.render(
            "team/_saved.html",
            submission=found,
            seen=fingerprint(found, asked.names),
            **_origin(page, session, answered, asked),
        )
    return go_to(_following(session, found, asked, sent.then))


def _topic(session: Session, submission: Submission, key: str) -> Topic:
    # All questions: one that is not shown can still be looked at, as a link of a letter may.
    found = topic_of(asked_of(session, submission, along_with=key), key)
    if found is None:
        raise NotFound(Message("There is no topic {topic}.", topic=key))
    return found


def _typed(sent: Answers, topic: Topic, name: str) -> Any:
    if topic.is_own:
        several = topic.question is not None and topic.question.type is QuestionType.CHOICES
        return sent.answer if several else next(iter(sent.answer[-1:]), None)
    if name.startswith(CONTENT):
        return getattr(sent.content, name.removeprefix(CONTENT))
    return getattr(sent, name) or None


def _at_its_field(topic: Topic, error: FieldError) -> FieldError:
    """Return what is wrong with an answer at the field in which it was typed."""
    return FieldError("/answer", error.detail) if topic.is_own else error


def _following(session: Session, submission: Submission, topic: Topic, then: str) -> str:
    """Return where a page of the form leads: to the next topic, or back to all of them."""
    place = f"/submissions/{submission.code}"
    topics = asked_of(session, submission, along_with=topic.key)
    keys = [one.key for one in topics]
    after = topics[keys.index(topic.key) + 1 :]
    return f"{place}/topics/{after[0].key}" if after and then != "all" else place


def _refused(
    page: Page,
    session: Session,
    actor: Actor,
    submission: Submission,
    topic: Topic,
    form: Form[Answers],
) -> Response:
    if page.is_partial:
        return page.render("team/_not_saved.html", status=422, form=form)
    return _topic_page(page, session, actor, submission, topic, form, 422)


def _overtaken(
    page: Page,
    session: Session,
    actor: Actor,
    submission: Submission,
    topic: Topic,
    form: Form[Answers],
) -> Response:
    """Show both versions of an answer that somebody else has changed meanwhile."""
    if page.is_partial:
        return page.render("team/_overtaken.html", status=409)
    theirs = answers_of(submission, topic.names)
    return _topic_page(page, session, actor, submission, topic, form, 409, theirs=theirs)


def _topic_page(
    page: Page,
    session: Session,
    actor: Actor,
    submission: Submission,
    topic: Topic,
    form: Form[Answers],
    status: int = 200,
    theirs: dict[str, Any] | None = None,
) -> Response:
    topics = asked_of(session, submission, along_with=topic.key)
    place = [one.key for one in topics].index(topic.key)
    stored = answers_of(submission, topic.names)
    _, offers = steps.offers(session, actor, submission.kind, submission.id)
    answered = topics_of(
        session, submission, offers, reused_by(session, actor, submission), along_with=topic.key
    )
    return page.render(
        "team/topic.html",
        status=status,
        **described(session, actor, submission),
        topic=topic,
        place=place + 1,
        topics=answered,
        open_comments=comments_of(session, actor, submission).get(topic.key, 0),
        **_origin(page, session, answered, topic),
        following=topics[place + 1] if place + 1 < len(topics) else None,
        form=form,
        answers=_as_written(topic, form, stored),
        theirs=theirs,
        is_shown=any(one.key == topic.key for one in asked_of(session, submission)),
        seen=fingerprint(submission, topic.names),
        facets=_facets(session) if topic.key == "themes" else (),
        **_choices(page, topic),
    )


def _as_written(topic: Topic, form: Form[Answers], stored: dict[str, Any]) -> dict[str, Any]:
    """Return what a topic shows: what was written, if it was refused, or what is stored."""
    if not form.written:
        return stored
    if not topic.is_own:
        return {name: form.written.get(name, "") for name in stored}
    sent = form.written.get("answer", [])
    several = topic.question is not None and topic.question.type is QuestionType.CHOICES
    return {topic.name: sent if several else next(iter(sent[-1:]), "")}


def _origin(
    page: Page, session: Session, answered: Sequence[Answered], topic: Topic
) -> dict[str, Any]:
    """Return what a topic shows of where its answers are from."""
    asked = next(row for row in answered if row.topic.key == topic.key)
    labels = themes.labels(session, page.language) if asked.left_out else {}
    return {"asked": asked, "labels": labels}


def _choices(page: Page, topic: Topic) -> dict[str, Any]:
    """Return the languages and countries that a topic offers, as its reader calls them."""
    asks = topic.question.type if topic.is_own and topic.question else None
    spoken = language(page.language)
    countries = sorted((spoken.country(code), code) for code in country_codes())
    return {
        "languages_offered": OFFERED
        if topic.key == "title" or asks is QuestionType.LANGUAGE
        else (),
        "countries": countries if asks is QuestionType.COUNTRY else (),
    }


def _facets(session: Session) -> list[tuple[str, int, int, list[Any]]]:
    """Return the vocabularies: key, how many at least and at most, and their themes."""
    rows = themes.search(session, ThemeQuery(limit=200)).rows
    return [
        (facet.value, *THEMES[facet], [row for row in rows if row.facet == facet])
        for facet in Facet
    ]
