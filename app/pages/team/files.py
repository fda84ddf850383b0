"""The files of a submission: added, removed, put back and handed out."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, DatabaseDep, SettingsDep
from app.attachments.api import download_of, sent_of
from app.attachments.content import ENDINGS
from app.attachments.lifecycle import FileState
from app.attachments.names import is_renamed
from app.attachments.service import reading, writing
from app.core.base.errors import (
    Conflict,
    FieldError,
    NotFound,
    TooLarge,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form
from app.core.http.uploads import UploadDep
from app.pages.layout import Page, PageDep, go_to
from app.pages.team.submission import asked_of, described, topics_of
from app.pages.topics import Topic, topic_of
from app.questions.forms import QuestionType
from app.settings import Settings
from app.submissions.api import READ
from app.submissions.models import Submission
from app.submissions.service import queries, steps

router = APIRouter()

ACCEPTED = ",".join(f".{ending}" for endings in ENDINGS.values() for ending in endings)


@router.get("/submissions/{submission}/attachments")
@within(Action.DRAFT_READ)
def show_files(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    submission: Reference,
) -> Response:
    """Show the files of a submission that answer no question, and take further ones in."""
    found = queries.find(session, actor, submission)
    return files_page(page, session, actor, settings, found)


@router.post("/submissions/{submission}/attachments")
@within(Action.DRAFT_WRITE)
def add_file(
    page: PageDep,
    upload: UploadDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    submission: Reference,
) -> Response:
    """Keep a file, and show it among the others."""
    found = queries.find(session, actor, submission)
    sent = sent_of(upload)
    topic = _topic(session, found, sent.question)
    try:
        made = writing.add(session, actor, found, sent, settings)
    except TransitionNotAllowed:
        raise
    except (Unprocessable, Conflict, TooLarge) as refusal:
        form: Form[Any] = Form(errors=wrong_with(refusal))
        return files_page(page, session, actor, settings, found, topic, form)
    done = "file-renamed" if is_renamed(sent.name, made.name) else "file-added"
    return go_to(place_of(found, made.question), done=done)


@router.get("/attachments/{attachment}")
@within(*READ)
def download_file(
    session: ReadSessionDep, actor: ActorDep, database: DatabaseDep, attachment: UUID
) -> Response:
    """Hand a file over. Whether its reader may read it is asked each time."""
    return download_of(reading.get(session, actor, attachment), database)


@router.post("/attachments/{attachment}/steps/{step}")
@within(Action.DRAFT_WRITE)
def move_file(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    attachment: UUID,
    step: str,
) -> Response:
    """Remove a file, or put it back; both show the files as they are then."""
    row = reading.get(session, actor, attachment)
    found = session.get_one(Submission, row.submission_id)
    try:
        writing.move(session, actor, attachment, step, settings)
    except TransitionNotAllowed:
        raise
    except Conflict as refusal:
        topic = _topic(session, found, row.question)
        form: Form[Any] = Form(errors=wrong_with(refusal))
        return files_page(page, session, actor, settings, found, topic, form)
    return go_to(place_of(found, row.question), done=f"file-{step}")


def wrong_with(refusal: Unprocessable | Conflict | TooLarge) -> tuple[FieldError, ...]:
    """Return what is wrong with a file that is not taken, at the field that takes it."""
    if isinstance(refusal, Unprocessable):
        return tuple(FieldError("/file", error.detail) for error in refusal.errors)
    problem = Message("{problem} {remedy}", problem=refusal.detail, remedy=refusal.remedy)
    return (FieldError("/file", problem),)


def place_of(submission: Submission, question: str | None) -> str:
    """Return where files are added: at their question, or on a page of their own."""
    place = f"/submissions/{submission.code}"
    return f"{place}/topics/{question}" if question else f"{place}/attachments"


def takes_files(topic: Topic) -> bool:
    """Tell whether a topic asks for files."""
    return topic.question is not None and topic.question.type is QuestionType.FILE


def _topic(session: Session, submission: Submission, question: str | None) -> Topic | None:
    if question is None:
        return None
    topic = topic_of(asked_of(session, submission, along_with=question), question)
    if topic is None or not takes_files(topic):
        raise NotFound(Message("There is no topic {topic}.", topic=question))
    return topic


def files_page(
    page: Page,
    session: Session,
    actor: Actor,
    settings: Settings,
    submission: Submission,
    topic: Topic | None = None,
    form: Form[Any] | None = None,
) -> Response:
    """Return the page of the files of a question, or of those that answer none.

    Parameters
    ----------
    topic : Topic or None
        The question.
    form : Form or None
        What is wrong with a file that was sent.
    """
    _, offers = steps.offers(session, actor, submission.kind, submission.id)
    topics = topics_of(session, submission, offers, along_with=topic.key if topic else "")
    keys = [row.topic.key for row in topics]
    here = keys.index(topic.key) if topic else len(keys)
    question = topic.key if topic else None
    rows = [
        row for row in reading.listed(session, actor, submission) if row.question == question
    ]
    asked = topic.question if topic else None
    return page.render(
        "team/files.html",
        status=422 if form else 200,
        **described(session, actor, submission),
        topic=topic,
        topics=topics,
        place=here + 1,
        following=topics[here + 1].topic if here + 1 < len(topics) else None,
        kept=[row for row in rows if row.state is FileState.KEPT],
        removed=[row for row in rows if row.state is FileState.REMOVED],
        question=question,
        most=(asked.most_files or 1) if asked else settings.max_files,
        form=form or Form(),
        accepted=ACCEPTED,
        largest=settings.max_file_bytes,
        is_shown=topic is None
        or any(one.key == topic.key for one in asked_of(session, submission)),
    )
