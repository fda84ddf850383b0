"""Reading files of submissions: only what the reader may know of, asked each time."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.attachments.lifecycle import FileState
from app.attachments.models import Attachment
from app.attachments.schemas import MOST_SHOWN
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.questions.answering import readable
from app.questions.forms import Audience
from app.submissions.models import Submission
from app.submissions.service import asking, queries


def listed(session: Session, actor: Actor, submission: Submission) -> Sequence[Attachment]:
    """Return the files of a submission that the reader was given, as far as they may read them.

    Its team sees those that it has removed as well, behind the others.
    """
    rows = every(session, submission)
    if _is_of_team(actor, submission):
        return sorted(rows, key=lambda row: row.state is FileState.REMOVED)[:MOST_SHOWN]
    return _readable(session, submission, rows, Audience.STAFF)


def kept(session: Session, actor: Actor, submission: Submission) -> list[Attachment]:
    """Return the same without what was removed."""
    rows = listed(session, actor, submission)
    return [row for row in rows if row.state is FileState.KEPT]


def for_reviewers(session: Session, submission: Submission) -> list[Attachment]:
    """Return the files of a submission that are for reviewers; the caller knows who reads."""
    return _readable(session, submission, every(session, submission), Audience.REVIEWERS)


def get(session: Session, actor: Actor, key: UUID) -> Attachment:
    """Return one file.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may read.
    """
    statement = (
        select(Attachment, Submission)
        .join(Submission, col(Submission.id) == col(Attachment.submission_id))
        .where(Attachment.id == key, queries.readable(actor))
    )
    for found, submission in session.exec(statement):
        if found in listed(session, actor, submission):
            return found
    raise NotFound(Message("There is no file {key}.", key=key))


def every(session: Session, submission: Submission) -> Sequence[Attachment]:
    """Return all files of a submission, the oldest first, whoever may read them."""
    statement = (
        select(Attachment)
        .where(Attachment.submission_id == submission.id)
        .order_by(col(Attachment.created_at), col(Attachment.id))
    )
    return session.exec(statement).all()


def kept_of(session: Session, submission: Submission) -> list[Attachment]:
    """Return those of them that belong to it."""
    return [row for row in every(session, submission) if row.state is FileState.KEPT]


def _is_of_team(actor: Actor, submission: Submission) -> bool:
    return policy.allows(
        actor, Action.DRAFT_READ, submission.organisation_id, shared_id=submission.id
    )


def _readable(
    session: Session, submission: Submission, rows: Sequence[Attachment], reader: Audience
) -> list[Attachment]:
    """Return the files that somebody may read who is not of the team."""
    form = asking.form_of(session, submission)
    told = readable(form, asking.whole(submission), reader)
    return [
        row
        for row in rows
        if row.state is FileState.KEPT and (row.question is None or row.question in told)
    ]
