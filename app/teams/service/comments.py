"""Comments beside questions: said, changed for a while, resolved; for those who work on it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, delete, select, update

from app.access.lifecycle import Offer
from app.access.policy import Actor
from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, FieldError, NotPermitted, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.submissions.lifecycle import EDITABLE
from app.submissions.models import Submission
from app.submissions.service import drafts, returning
from app.teams import queries
from app.teams.lifecycle import LIFE, ThreadState
from app.teams.models import TeamComment, TeamThread
from app.teams.schemas import (
    MOST_COMMENTS,
    MOST_THREADS,
    ChangedTeamComment,
    NewTeamComment,
    NewThread,
)

SUBJECT: Final = "thread"
"""The kind of subject in the audit record, which holds no word of what was said."""


def begin(session: Session, actor: Actor, key: UUID | str, new: NewThread) -> TeamThread:
    """Say something about a question first.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the submission, or not comment on it.
    TransitionNotAllowed
        If it is not being written at present.
    Unprocessable
        If there is no such question, or who is asked does not work on it.
    Conflict
        If there is as much as there may be.
    """
    submission = _open(session, actor, key)
    if new.question not in returning.titles(session, submission):
        error = FieldError("/question", "The form of this call has no such question.")
        raise Unprocessable("The comment cannot be taken like this.", errors=[error])
    statement = select(TeamThread.id).where(TeamThread.submission_id == submission.id)
    if len(session.exec(statement.limit(MOST_THREADS)).all()) >= MOST_THREADS:
        raise _full(Message("It has {most} threads, the maximum.", most=MOST_THREADS))
    thread = TeamThread(submission_id=submission.id, question=new.question)
    session.add(thread)
    session.flush()
    _say(session, actor, submission, thread, new)
    return thread


def reply(
    session: Session, actor: Actor, key: UUID | str, thread_id: UUID, new: NewTeamComment
) -> TeamComment:
    """Say something in a thread; one that is resolved opens again.

    Raises
    ------
    NotFound, NotPermitted, TransitionNotAllowed, Unprocessable, Conflict
        As for `begin`; or there is no such thread.
    """
    submission = _open(session, actor, key)
    thread = queries.thread(session, submission, thread_id)
    thread.state = ThreadState.OPEN
    return _say(session, actor, submission, thread, new)


def change(
    session: Session,
    actor: Actor,
    key: UUID | str,
    comment_id: UUID,
    changed: ChangedTeamComment,
    expected: Expected = ANYTHING,
) -> TeamComment:
    """Write a comment of one's own anew, for a while.

    Raises
    ------
    NotFound, NotPermitted, TransitionNotAllowed
        As for `begin`; or there is no such comment, or it is somebody else's.
    Stale
        If it is no longer as expected.
    Conflict
        If the time to change it is over.
    """
    submission, comment = _own(session, actor, key, comment_id, expected)
    comment.body, comment.edited_at = changed.body, now()
    session.flush()
    audit.record(
        session, actor.user_id, "edit", SUBJECT, comment.thread_id, code=submission.code
    )
    return comment


def remove(session: Session, actor: Actor, key: UUID | str, comment_id: UUID) -> None:
    """Remove a comment of one's own, for a while; a thread without any goes with it.

    Raises
    ------
    NotFound, NotPermitted, TransitionNotAllowed, Conflict
        As for `change`.
    """
    submission, comment = _own(session, actor, key, comment_id, ANYTHING)
    thread_id = comment.thread_id
    session.delete(comment)
    session.flush()
    _drop_empty(session, thread_id)
    audit.record(session, actor.user_id, "remove", SUBJECT, thread_id, code=submission.code)


def move(
    session: Session,
    actor: Actor,
    key: UUID | str,
    thread_id: UUID,
    name: str,
    expected: Expected = ANYTHING,
) -> TeamThread:
    """Resolve a thread, or open it again.

    Raises
    ------
    NotFound, NotPermitted
        As for `begin`; or there is no such thread or step.
    Stale
        If it is no longer as expected.
    Conflict
        If the step does not start from here, or the submission is not being written.
    """
    step = LIFE.step(name)
    submission = queries.of_team(session, actor, key)
    thread = queries.thread(session, submission, thread_id)
    session.refresh(thread, with_for_update=True)
    expected.require(queries.read(session, actor, submission, [thread])[0])
    thread.state = LIFE.advance(thread.state, step, drafts.not_written(submission))
    session.flush()
    audit.record(session, actor.user_id, name, SUBJECT, thread.id, code=submission.code)
    return thread


def offers(
    session: Session, actor: Actor, key: UUID | str, thread_id: UUID
) -> tuple[ThreadState, list[Offer]]:
    """Return where a thread stands, and every step from there."""
    submission = queries.of_team(session, actor, key)
    thread = queries.thread(session, submission, thread_id)
    return thread.state, LIFE.offers(
        actor,
        submission.organisation_id,
        thread.state,
        drafts.not_written(submission),
        shared_id=submission.id,
    )


def forget(session: Session, before: datetime) -> int:
    """Delete comments of people who were erased, and threads that nobody needs any more.

    Parameters
    ----------
    before : datetime
        Threads go in which nothing was said since, of what is not being written.

    Returns
    -------
    removed : int
        How many threads had their time.
    """
    erased = select(User.id).where(User.state == UserState.ERASED)
    session.execute(delete(TeamComment).where(col(TeamComment.user_id).in_(erased)))
    session.execute(
        update(TeamComment).where(col(TeamComment.asked_id).in_(erased)).values(asked_id=None)
    )
    _drop_empty(session, None)
    recent = select(TeamComment.thread_id).where(col(TeamComment.created_at) >= before)
    written = select(Submission.id).where(col(Submission.state).in_(EDITABLE))
    old = select(TeamThread.id).where(
        col(TeamThread.id).not_in(recent), col(TeamThread.submission_id).not_in(written)
    )
    keys = session.exec(old).all()
    session.execute(delete(TeamComment).where(col(TeamComment.thread_id).in_(keys)))
    session.execute(delete(TeamThread).where(col(TeamThread.id).in_(keys)))
    return len(keys)


def _drop_empty(session: Session, thread_id: UUID | None) -> None:
    """Delete a thread in which nothing stands; without a key, all of them."""
    empty = delete(TeamThread).where(col(TeamThread.id).not_in(select(TeamComment.thread_id)))
    if thread_id is not None:
        empty = empty.where(col(TeamThread.id) == thread_id)
    session.execute(empty)


def _open(session: Session, actor: Actor, key: UUID | str) -> Submission:
    """Return a submission on which the actor may comment now; nobody else counts meanwhile."""
    submission = queries.of_team(session, actor, key)
    if (problem := drafts.not_written(submission)) is not None:
        raise problem
    session.refresh(submission, with_for_update=True)
    return submission


def _say(
    session: Session,
    actor: Actor,
    submission: Submission,
    thread: TeamThread,
    new: NewTeamComment,
) -> TeamComment:
    if new.asks is not None and new.asks not in queries.askable(session, actor, submission):
        error = FieldError("/asks", "This person does not work on the submission.")
        raise Unprocessable("The comment cannot be taken like this.", errors=[error])
    if queries.counted(session, submission) >= MOST_COMMENTS:
        raise _full(Message("It has {most} comments, the maximum.", most=MOST_COMMENTS))
    if actor.user_id is None:
        raise NotPermitted("Only a person comments.")
    comment = TeamComment(
        thread_id=thread.id, user_id=actor.user_id, asked_id=new.asks, body=new.body
    )
    session.add(comment)
    session.flush()
    audit.record(session, actor.user_id, "comment", SUBJECT, thread.id, code=submission.code)
    return comment


def _full(problem: Message) -> Conflict:
    return Conflict(problem, remedy="Write what matters into the answers.")


def _own(
    session: Session,
    actor: Actor,
    key: UUID | str,
    comment_id: UUID,
    expected: Expected,
) -> tuple[Submission, TeamComment]:
    submission = _open(session, actor, key)
    comment = queries.comment(session, submission, comment_id)
    if comment.user_id != actor.user_id:
        raise NotPermitted("Somebody else wrote this comment.")
    expected.require(queries.read_comment(session, actor, submission, comment))
    if not queries.is_changeable(actor, submission, comment):
        raise Conflict(
            "The time to change or remove this comment is over.",
            remedy="Say in another comment what has changed.",
        )
    return submission, comment
