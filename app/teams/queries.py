"""Reading comments beside questions: for those who work on the submission, and nobody else."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, exists, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from app.access import policy
from app.access.policy import Action, Actor
from app.access.visibility import shared, within_reach
from app.accounts.models import Collaborator, User
from app.core.base.clock import now
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.organisations.service import people
from app.submissions.lifecycle import EDITABLE
from app.submissions.models import Submission
from app.submissions.service import queries as submissions
from app.teams.lifecycle import ThreadState
from app.teams.models import TeamComment, TeamThread
from app.teams.schemas import (
    MOST_ASKABLE,
    MOST_COMMENTS,
    MOST_THREADS,
    TeamCommentRead,
    ThreadRead,
)

CHANGED_FOR: Final = timedelta(hours=1)
"""How long a comment can be changed or removed by who wrote it."""


def of_team(session: Session, actor: Actor, key: UUID | str) -> Submission:
    """Return a submission on which the actor may comment.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see it, or not comment on it: staff do not.
    """
    submission = submissions.find(session, actor, key)
    policy.require(
        actor, Action.DRAFT_COMMENT, submission.organisation_id, shared_id=submission.id
    )
    return submission


def threads(session: Session, actor: Actor, submission: Submission) -> list[ThreadRead]:
    """Return what is said beside the questions of a submission that the reader works on."""
    statement = (
        select(TeamThread)
        .where(TeamThread.submission_id == submission.id)
        .order_by(col(TeamThread.created_at), col(TeamThread.id))
        .limit(MOST_THREADS)
    )
    return read(session, actor, submission, session.exec(statement).all())


def read(
    session: Session, actor: Actor, submission: Submission, rows: Sequence[TeamThread]
) -> list[ThreadRead]:
    """Return threads as the actor reads them, with their comments."""
    statement = (
        select(TeamComment, User.name)
        .join(User, col(User.id) == col(TeamComment.user_id))
        .where(col(TeamComment.thread_id).in_([row.id for row in rows]))
        .order_by(col(TeamComment.created_at), col(TeamComment.id))
        .limit(MOST_COMMENTS)
    )
    said: dict[UUID, list[TeamCommentRead]] = {row.id: [] for row in rows}
    for comment, author in session.exec(statement):
        said[comment.thread_id].append(_read(actor, submission, comment, author))
    return [
        ThreadRead(id=row.id, question=row.question, state=row.state, comments=said[row.id])
        for row in rows
    ]


def read_comment(
    session: Session, actor: Actor, submission: Submission, comment: TeamComment
) -> TeamCommentRead:
    """Return a comment as the actor reads it."""
    author = session.get_one(User, comment.user_id).name
    return _read(actor, submission, comment, author)


def _read(
    actor: Actor, submission: Submission, comment: TeamComment, author: str
) -> TeamCommentRead:
    return TeamCommentRead(
        **comment.model_dump(include={"id", "thread_id", "body", "created_at", "edited_at"}),
        author=author,
        by_you=comment.user_id == actor.user_id,
        asks_you=actor.user_id is not None and comment.asked_id == actor.user_id,
        changeable=is_changeable(actor, submission, comment),
    )


def thread_read(session: Session, actor: Actor, key: UUID | str, thread_id: UUID) -> ThreadRead:
    """Return one thread with its comments.

    Raises
    ------
    NotFound, NotPermitted
        As for `of_team`; or there is no such thread.
    """
    submission = of_team(session, actor, key)
    return read(session, actor, submission, [thread(session, submission, thread_id)])[0]


def comment_read(
    session: Session, actor: Actor, key: UUID | str, comment_id: UUID
) -> TeamCommentRead:
    """Return one comment.

    Raises
    ------
    NotFound, NotPermitted
        As for `of_team`; or there is no such comment.
    """
    submission = of_team(session, actor, key)
    found = comment(session, submission, comment_id)
    return read_comment(session, actor, submission, found)


def is_changeable(actor: Actor, submission: Submission, comment: TeamComment) -> bool:
    """Tell whether somebody can change or remove a comment: their own, for a while."""
    return (
        comment.user_id == actor.user_id
        and now() < comment.created_at + CHANGED_FOR
        and submission.state in EDITABLE
    )


def thread(session: Session, submission: Submission, key: UUID) -> TeamThread:
    """Return one thread of a submission.

    Raises
    ------
    NotFound
        If it has none of this key.
    """
    found = session.get(TeamThread, key)
    if found is None or found.submission_id != submission.id:
        raise NotFound(Message("There is no thread {key}.", key=key))
    return found


def comment(session: Session, submission: Submission, key: UUID) -> TeamComment:
    """Return one comment of a submission.

    Raises
    ------
    NotFound
        If it has none of this key.
    """
    statement = (
        select(TeamComment)
        .join(TeamThread, col(TeamThread.id) == col(TeamComment.thread_id))
        .where(TeamComment.id == key, TeamThread.submission_id == submission.id)
    )
    found = session.exec(statement).first()
    if found is None:
        raise NotFound(Message("There is no comment {key}.", key=key))
    return found


def open_by_question(rows: Iterable[ThreadRead]) -> Mapping[str, int]:
    """Return how many open threads each question has."""
    return Counter(row.question for row in rows if row.state is ThreadState.OPEN)


def askable(session: Session, actor: Actor, submission: Submission) -> dict[UUID, str]:
    """Return whom the actor can ask, and what they are called.

    Members of the team are there for everybody. Who works on it from elsewhere is there for
    members, under the address that the team knows, and for others once they have said
    something. A team shares nothing with who works for the incubator: none of them is
    there.
    """
    is_member = policy.allows(actor, Action.DRAFT_SHARE, submission.organisation_id)
    members = people.team(session, submission.organisation_id)
    at_work = (
        Collaborator.submission_id == submission.id,
        col(Collaborator.ended_at).is_(None),
        Collaborator.may != policy.May.READ,
        col(Collaborator.user_id).not_in(people.at_work()),
    )
    if is_member:
        label, spoken = col(Collaborator.email), []
    else:
        said = (
            select(TeamComment.id)
            .join(TeamThread, col(TeamThread.id) == col(TeamComment.thread_id))
            .where(
                TeamThread.submission_id == submission.id,
                TeamComment.user_id == Collaborator.user_id,
            )
        )
        label, spoken = col(User.name), [exists(said)]
    statement = (
        select(Collaborator.user_id, label)
        .join(User, col(User.id) == col(Collaborator.user_id))
        .where(*at_work, *spoken)
        .order_by(label)
    )
    found = {user.id: user.name for user in members} | dict(session.exec(statement).all())
    if actor.user_id is not None:
        found.pop(actor.user_id, None)
    return dict(list(found.items())[:MOST_ASKABLE])


def waiting(actor: Actor) -> SelectOfScalar[UUID]:
    """Return the statement for the submissions of the comments that ask the actor.

    One waits until the thread is resolved, or the actor has said something in it since.
    """
    later = TeamComment.__table__.alias("later")  # type: ignore[attr-defined]  # -- of SQLModel
    answered = exists(
        select(later.c.id).where(
            later.c.thread_id == TeamComment.thread_id,
            later.c.user_id == actor.user_id,
            later.c.created_at > TeamComment.created_at,
        )
    )
    return (
        select(TeamThread.submission_id)
        .join(TeamComment, col(TeamComment.thread_id) == col(TeamThread.id))
        .join(Submission, col(Submission.id) == col(TeamThread.submission_id))
        .where(
            TeamComment.asked_id == actor.user_id,
            TeamThread.state == ThreadState.OPEN,
            col(Submission.state).in_(EDITABLE),
            or_(
                within_reach(actor, Action.DRAFT_COMMENT, Submission.organisation_id),
                shared(actor, Action.DRAFT_COMMENT, Submission.id),
            ),
            ~answered,
        )
    )


def counted(session: Session, submission: Submission) -> int:
    """Return how many comments a submission has, in all threads."""
    statement = (
        select(func.count())
        .select_from(TeamComment)
        .join(TeamThread, col(TeamThread.id) == col(TeamComment.thread_id))
        .where(TeamThread.submission_id == submission.id)
    )
    return session.exec(statement).one()
