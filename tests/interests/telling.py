"""What sides say of each other, as tests need it."""

from typing import Any

from sqlmodel import Session

from app.core.base.clock import now
from app.interests.models import Interest
from app.interests.scale import InterestWord
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission


def asked_about(session: Session, challenge: Submission, solution: Submission) -> Interest:
    """A solution that staff have shown to the owner of a challenge, who has said nothing."""
    return _kept(session, challenge, solution, Kind.CHALLENGE, asked_at=now())


def said(
    session: Session,
    challenge: Submission,
    solution: Submission,
    side: Kind,
    word: str,
    **fields: Any,
) -> Interest:
    """What a side says of the other one."""
    fields.setdefault("told_at", now())
    value = InterestWord(word)
    return _kept(session, challenge, solution, side, value=value, **fields)


def _kept(
    session: Session, challenge: Submission, solution: Submission, side: Kind, **fields: Any
) -> Interest:
    teller = challenge if side is Kind.CHALLENGE else solution
    row = Interest(
        programme_id=challenge.programme_id,
        side=side,
        challenge_id=challenge.id,
        solution_id=solution.id,
        organisation_id=teller.organisation_id,
        **fields,
    )
    session.add(row)
    session.flush()
    return row
