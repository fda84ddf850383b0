"""What was taken back and not submitted again counts as it was last submitted.

A team that takes its submission back to go on writing, and misses the deadline, has lost
nothing: after the call has closed the submitted version counts again, and its people get a
letter with what they had changed since.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.base.clock import now
from app.core.base.messages import Message
from app.core.storage import audit
from app.notifications.letter_texts import LetterKind
from app.programmes.lifecycle import takes, too_late
from app.programmes.models import Call
from app.questions.answering import spoken
from app.submissions.lifecycle import BY_CLOCK, State
from app.submissions.models import OF_TEAM, LatePermit, Submission
from app.submissions.service import followers, letters

_WRITTEN: Final = ("title", "language", "summary", "content", "themes", "answers", "aside")
_SINCE: Final[Mapping[str, Any]] = MappingProxyType({"answers": {}, "aside": None})
"""What is missing in what earlier versions of the service have kept."""


def keep(submission: Submission) -> None:
    """Keep what was submitted, before the team goes on writing."""
    submission.handed_in = _written(submission) | {
        "form_id": submission.form_id and str(submission.form_id),
        "submitted_at": submission.submitted_at and submission.submitted_at.isoformat(),
    }


def restore(session: Session, programme_id: UUID | None = None) -> int:
    """Let all count again that was taken back in calls that have closed.

    Parameters
    ----------
    programme_id : UUID, default=None
        Of this programme alone.

    Returns
    -------
    restored : int
        How many submissions.
    """
    statement = (
        select(Submission, Call, LatePermit.until)
        .join(Call, col(Call.id) == col(Submission.call_id))
        .outerjoin(LatePermit, OF_TEAM)
        .where(Submission.state == State.DRAFT, col(Submission.handed_in).is_not(None))
    )
    if programme_id is not None:
        statement = statement.where(Submission.programme_id == programme_id)
    at = now()
    over = [
        submission
        for submission, call, permitted in session.exec(statement).all()
        if not takes(call, at, too_late(call, submission.created_at, permitted))
    ]
    for submission in over:
        _restore(session, submission)
    return len(over)


def _restore(session: Session, submission: Submission) -> None:
    kept, before = {**_SINCE, **(submission.handed_in or {})}, submission.state
    changed = _changed(_written(submission), kept)
    for name in _WRITTEN:
        setattr(submission, name, kept[name])
    form_id = kept.get("form_id")
    submission.form_id = UUID(form_id) if form_id else None
    submission.submitted_at = datetime.fromisoformat(kept["submitted_at"])
    submission.handed_in = None
    submission.state = BY_CLOCK.advance(before, BY_CLOCK.step("restore"), None)
    followers.tell_restored(session, submission)
    session.flush()
    audit.record(
        session,
        None,
        "restore",
        submission.kind,
        submission.id,
        before=before,
        after=submission.state,
    )
    letters.tell(
        session,
        LetterKind.RESTORED,
        submission,
        changed=changed or Message("(nothing)"),
    )


def _written(submission: Submission) -> dict[str, Any]:
    return {name: getattr(submission, name) for name in _WRITTEN}


def _changed(now_written: Mapping[str, Any], kept: Mapping[str, Any]) -> str:
    """Return what is written otherwise than it was submitted, field by field."""
    texts = {**now_written, **now_written["content"], **now_written["answers"]}
    before = {**kept, **kept["content"], **kept["answers"]}
    return "\n\n".join(
        f"{name}: {', '.join(spoken(value))}"
        for name, value in texts.items()
        if name not in {"content", "answers", "aside"} and value != before.get(name)
    )
