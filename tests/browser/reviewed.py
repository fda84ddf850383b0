"""Reviews of the demonstration: some of each state, and a conflict that nobody resolved."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session, select

from app.access.policy import OPERATOR
from app.accounts.models import User
from app.core.base.clock import now
from app.reviews.models import ConflictOfInterest
from app.reviews.schemas.reviews import NewComment
from app.reviews.service import conflicts, reading, steps
from tests.attachments.samples import an_attachment
from tests.factories import a_call
from tests.reviews.people import a_reviewer, a_rubric, a_submission, asked, written

REVIEWER: Final = "ines@reviewer.example.org"


def reviewed(session: Session, programme_id: UUID) -> dict[str, str]:
    """Let reviews of a call stand in several states, with a conflict that nobody resolved."""
    call = a_call(
        session,
        programme_id=programme_id,
        title="Call for challenges under review",
        closes_at=datetime(2021, 1, 1, tzinfo=UTC),
    )
    a_rubric(session, call)
    people = [
        a_reviewer(session, call, expertise="Warnings of floods.", languages=["en", "fr"])
        for _ in range(3)
    ]
    me = session.get_one(User, people[0].user_id)
    me.email, me.name, me.consented_at = REVIEWER, "Ines Reviewer", now()
    near = a_reviewer(session, call, "FR")
    rows = [
        a_submission(session, call, title=f"Warning of floods in valley {number}")
        for number in range(1, 6)
    ]
    an_attachment(session, rows[0])
    writing = asked(session, rows[0], people[0])
    steps.take(session, people[0], writing.id, "accept")
    new = asked(session, rows[1], people[0])
    closed = written(session, rows[2], people[0], "compare")
    other = written(session, rows[2], people[1], "compare", scores={"need": 2, "reach": 5})
    written(session, rows[3], people[1], scores={"need": 5, "reach": 5})
    written(session, rows[3], people[2])
    reading.say(session, people[1], other, NewComment(body="The figures are of 2019."))
    conflicts.scan(session, OPERATOR, call)
    conflict = session.exec(select(ConflictOfInterest)).first()
    assert conflict is not None
    assert near.user_id is not None
    return {
        "review_call": call.code,
        "review": str(writing.id),
        "review_new": str(new.id),
        "review_closed": str(closed.id),
        "reviewed": rows[3].code,
        "reviewer_person": str(near.user_id),
        "conflict": str(conflict.id),
        "empty_call": a_call(session, programme_id=programme_id, title="A quiet call").code,
    }
