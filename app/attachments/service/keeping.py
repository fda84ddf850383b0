"""How long files stay that were removed, and what becomes of them when a submission moves."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, delete

from app.access.policy import Actor
from app.attachments.lifecycle import FileState
from app.attachments.models import Attachment
from app.attachments.service import reading
from app.core.base.clock import now
from app.submissions.lifecycle import EDITABLE
from app.submissions.models import Submission
from app.submissions.service import asking, followers

KEPT_FOR: Final = timedelta(days=30)
"""How long a file that was removed can be put back."""


def purge(session: Session, at: datetime) -> int:
    """Delete what was removed long ago; return how many files."""
    statement = delete(Attachment).where(
        col(Attachment.state) == FileState.REMOVED,
        col(Attachment.removed_at) < at - KEPT_FOR,
        col(Attachment.handed_in).is_(False),
    )
    return int(getattr(session.execute(statement), "rowcount", 0))


def _follow(session: Session, _: Actor, submission: Submission) -> None:
    """Note which files belonged to what is written in again, until that no longer counts."""
    every = reading.every(session, submission)
    is_open = submission.state in EDITABLE
    if is_open and any(row.handed_in for row in every):
        return  # it is returned once more: what was handed in is what it was
    for row in every:
        row.handed_in = is_open and row.state is FileState.KEPT
    session.flush()


def _restore(session: Session, submission: Submission) -> None:
    """Let those files belong to a submission that belonged to it when it was submitted."""
    for row in reading.every(session, submission):
        row.state = FileState.KEPT if row.handed_in else FileState.REMOVED
        row.removed_at = None if row.handed_in else (row.removed_at or now())
        row.handed_in = False
    session.flush()
    kept = reading.kept_of(session, submission)
    for question in {row.question for row in kept} - {None}:
        # One that was put back meanwhile may have got another name.
        names = [row.name for row in kept if row.question == question]
        if question is not None and submission.answers.get(question, names) != names:
            asking.put_files(session, submission, question, names)


followers.follow(_follow)
followers.restore_with(_restore)
