"""Comments beside the questions of a submission: one page, for those who work on it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.errors import Conflict, FieldError, TransitionNotAllowed, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.pages.layout import Page, PageDep, go_to
from app.pages.team.submission import described
from app.submissions.lifecycle import EDITABLE
from app.submissions.service import returning
from app.teams import queries
from app.teams.schemas import ChangedTeamComment, NewTeamComment, NewThread
from app.teams.service import comments

router = APIRouter()

_Typed = Annotated[str, Field(max_length=20_000)]


class Said(BaseModel):
    """What somebody says, as a form tells it: in a thread, or about a question first."""

    model_config = ConfigDict(extra="forbid")

    thread: UUID | None = None
    comment: UUID | None = None
    question: _Typed = ""
    body: _Typed = ""
    asks: _Typed = ""


SaidForm = Annotated[Form[Said], Depends(form_of(Said))]
About = Annotated[str, Query(max_length=80)]


@router.get("/submissions/{submission}/comments")
@needs(Action.DRAFT_COMMENT)
def show_team_comments(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    submission: Reference,
    about: About = "",
) -> Response:
    """Show what is said beside the questions of a submission, or beside one of them."""
    return _page(page, session, actor, submission, Form(written={"question": about}))


@router.post("/submissions/{submission}/comments")
@needs(Action.DRAFT_COMMENT)
def say_in_team(
    page: PageDep, session: SessionDep, actor: ActorDep, submission: Reference, form: SaidForm
) -> Response:
    """Say something, or write one's own comment anew, and show it among the others."""
    said = form.value
    if said is None:
        return _page(page, session, actor, submission, form, 422)
    try:
        _take(session, actor, submission, said)
    except ValidationError as wrong:
        form = form.refused(*field_errors(wrong.errors()))
        return _page(page, session, actor, submission, form, 422)
    except TransitionNotAllowed:
        raise
    except (Unprocessable, Conflict) as refusal:
        problem = Message("{problem} {remedy}", problem=refusal.detail, remedy=refusal.remedy)
        form = form.refused(*(refusal.errors or [FieldError("/body", problem)]))
        return _page(page, session, actor, submission, form, refusal.status)
    done = "comment-changed" if said.comment else "comment-said"
    return go_to(f"/submissions/{submission}/comments", done=done)


def _take(session: Session, actor: Actor, submission: UUID | str, said: Said) -> None:
    if said.comment is not None:
        changed = ChangedTeamComment(body=said.body)
        comments.change(session, actor, submission, said.comment, changed)
        return
    told = {"body": said.body} | ({"asks": said.asks} if said.asks else {})
    if said.thread is not None:
        new = NewTeamComment.model_validate(told)
        comments.reply(session, actor, submission, said.thread, new)
    else:
        first = NewThread.model_validate(told | {"question": said.question})
        comments.begin(session, actor, submission, first)


@router.post("/submissions/{submission}/comments/{comment}/remove")
@needs(Action.DRAFT_COMMENT)
def remove_comment(
    session: SessionDep, actor: ActorDep, submission: Reference, comment: UUID
) -> Response:
    """Remove a comment of one's own."""
    comments.remove(session, actor, submission, comment)
    return go_to(f"/submissions/{submission}/comments", done="comment-removed")


@router.post("/submissions/{submission}/threads/{thread}/steps/{step}")
@needs(Action.DRAFT_COMMENT)
def move_thread(
    session: SessionDep, actor: ActorDep, submission: Reference, thread: UUID, step: str
) -> Response:
    """Resolve a thread, or open it again."""
    comments.move(session, actor, submission, thread, step)
    return go_to(f"/submissions/{submission}/comments", done=f"thread-{step}")


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    submission: UUID | str,
    form: Form[Said],
    status: int = 200,
) -> Response:
    found = queries.of_team(session, actor, submission)
    threads = queries.threads(session, actor, found)
    about = form.written.get("question", "") if status == 200 else ""
    titles = returning.titles(session, found)
    return page.render(
        "team/comments.html",
        status=status,
        **described(session, actor, found),
        threads=[one for one in threads if not about or one.question == about],
        n=len(threads),
        about=about if about in titles else "",
        titles=titles,
        askable=queries.askable(session, actor, found),
        form=form,
        is_open=found.state in EDITABLE,
    )
