"""The once-only meter of a call: what it has asked of its teams, for whoever plans the next."""

from statistics import median_high
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.programmes import service as programmes
from app.submissions.models import Submission
from app.submissions.reuse_schemas import CallMeterRead
from app.submissions.service.meter import metered
from app.submissions.service.reuse import unchanged

MOST: Final = 1_000
"""Submissions that are read for the meter: it says how it was, and is no account of each."""


def of_call(session: Session, actor: Actor, key: UUID | str) -> CallMeterRead:
    """Return what a call has asked of its teams; drafts are their teams' alone.

    Raises
    ------
    NotPermitted
        If the actor may not read all submissions.
    NotFound
        If there is no such call.
    """
    policy.require(actor, Action.SUBMISSION_READ)
    call = programmes.call(session, actor, key)
    sent = session.exec(
        select(Submission)
        .where(Submission.call_id == call.id, col(Submission.submitted_at).is_not(None))
        .order_by(col(Submission.submitted_at).desc(), col(Submission.id))
        .limit(MOST)
    ).all()
    meters = [metered(session, one, unchanged(one)) for one in sent]
    minutes = [meter.minutes for meter in meters]
    return CallMeterRead(
        submissions=len(sent),
        begun_from_earlier=sum(one.reused is not None for one in sent),
        questions=_middle([meter.asked for meter in meters]),
        answers=_middle([meter.answered for meter in meters]),
        minutes=_middle(minutes),
        minutes_in_all=sum(minutes),
        answers_in_all=sum(meter.answered for meter in meters),
        reused=sum(meter.reused for meter in meters),
        minutes_spared=sum(meter.minutes_spared for meter in meters),
    )


def _middle(figures: list[int]) -> int:
    """Return the median, the higher of two: a figure that some team has; 0 of none."""
    return median_high(figures) if figures else 0
