"""What has become of a submission, step by step, as its readers may see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from app.core.storage.audit import AuditEvent
from app.submissions.lifecycle import (
    BY_DECISION,
    BY_PROMOTION,
    BY_SCREENING,
    LIFE,
    STEPS_BEFORE,
)
from app.submissions.models import Submission

STEPS: Final = (
    *("create", *LIFE.steps, *BY_SCREENING.steps, *BY_DECISION.steps, *BY_PROMOTION.steps),
    *("add-themes", *STEPS_BEFORE),
)
"""What a timeline tells."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One step that was taken.

    Attributes
    ----------
    step : str
        `create`, or the name of a step of the life, or of a released decision.
    at : datetime
    """

    step: str
    at: datetime


def history(session: Session, submission: Submission) -> list[Happened]:
    """Return what has happened to a submission that the reader was given, the oldest first.

    It names nobody: who of the staff took a step is for those who read the audit record.
    """
    statement = (
        select(AuditEvent.action, AuditEvent.at)
        .where(
            AuditEvent.subject_id == submission.id,
            col(AuditEvent.action).in_(STEPS),
        )
        .order_by(col(AuditEvent.id))
    )
    return [Happened(step, at) for step, at in session.exec(statement)]
