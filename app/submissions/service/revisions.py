"""What a team sent, one version after the other, and what it has changed between two."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.access.policy import Actor
from app.core.base.differences import words_changed
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.questions.answering import spoken
from app.submissions.models import Revision, Submission
from app.submissions.schemas import MOST_REVISIONS, ChangeRead, RevisionChangesRead
from app.submissions.service import followers, queries
from app.submissions.service.answered import ANSWERS, CONTENT

_WRITTEN: Final = ("title", "language", "summary", "content", "answers", "themes", "form_id")


def keep(session: Session, submission: Submission) -> Revision:
    """Keep what a team sends as it stands, in the caller's transaction."""
    assert submission.submitted_at is not None  # noqa: S101 -- it is sent
    last = select(func.max(Revision.number)).where(Revision.submission_id == submission.id)
    row = Revision(
        submission_id=submission.id,
        number=(session.exec(last).one() or 0) + 1,
        sent_at=submission.submitted_at,
        asked=submission.asked,
        **{name: getattr(submission, name) for name in _WRITTEN},
    )
    session.add(row)
    session.flush()
    return row


def restore(session: Session, submission: Submission) -> None:
    """Let a submission say what its team last sent, where it was written in since."""
    statement = (
        select(Revision)
        .where(Revision.submission_id == submission.id)
        .order_by(col(Revision.number).desc())
    )
    last = session.exec(statement).first()
    if last is not None:  # what was sent before versions were kept stays as it stands
        for name in _WRITTEN:
            setattr(submission, name, getattr(last, name))
        session.flush()
        followers.tell_restored(session, submission)


def of_submission(session: Session, actor: Actor, key: UUID | str) -> Sequence[Revision]:
    """Return what was sent of a submission, the newest first, at most `MOST_REVISIONS`.

    Raises
    ------
    NotFound
        If there is no such submission, or none that the actor may read.
    """
    submission = queries.find(session, actor, key)
    statement = select(Revision).where(Revision.submission_id == submission.id)
    newest = statement.order_by(col(Revision.number).desc()).limit(MOST_REVISIONS)
    return session.exec(newest).all()


def changes(
    session: Session, actor: Actor, key: UUID | str, number: int
) -> Callable[[], RevisionChangesRead]:
    """Return what compares a revision with the one before, word by word; it asks nothing more.

    Raises
    ------
    NotFound
        If there is no such submission or revision, or none that the actor may read.
    """
    submission = queries.find(session, actor, key)
    statement = select(Revision).where(
        Revision.submission_id == submission.id, col(Revision.number).in_([number - 1, number])
    )
    rows = {row.number: row for row in session.exec(statement)}
    if number not in rows:
        raise NotFound(Message("There is no revision {number}.", number=number))
    after = _texts(rows[number])
    before = _texts(rows[number - 1]) if number - 1 in rows else {}
    return lambda: RevisionChangesRead(
        before=number - 1, after=number, changes=list(_changed(before, after))
    )


def _texts(row: Revision) -> dict[str, str]:
    """Return all that a revision says, as text, by the name of the answer."""
    return {
        "title": row.title,
        "language": row.language or "",
        **{CONTENT + name: "; ".join(spoken(value)) for name, value in row.content.items()},
        **{ANSWERS + name: "; ".join(spoken(value)) for name, value in row.answers.items()},
        "themes": ", ".join(row.themes),
        "summary": row.summary,
    }


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[ChangeRead]:
    for name in {**after, **before}:
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            yield ChangeRead(
                answer=name, words=[(one.value, text) for one, text in words_changed(old, new)]
            )
