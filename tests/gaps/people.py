"""Calls, challenges and solutions that tell something, for tests of what a call lacks."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.core.base.clock import now
from app.gaps.models import CallInvitation
from app.programmes.lifecycle import CallKind
from app.programmes.models import Call, Programme
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.schemas import ChallengeContent, SolutionContent
from tests.factories import a_call, a_challenge, a_programme, a_solution, an_organisation

FLOODS = "Small rivers flood our villages within an hour. Volunteers watch the water at night."
WARNING = "We want cheap sensors that warn the villages. We want training for volunteers."
SENSORS = (
    "Cheap sensors watch our small rivers and warn the villages within an hour, day and night."
)
TRAINING = "We hold training for volunteers in our villages each spring, with the fire service."
PENSIONS = "Our office pays pensions, and answers letters of old people by telephone."


def a_watched_call(session: Session, *, over: float = 0.75, **fields: Any) -> Call:
    """A call for solutions of which so much of the time is over."""
    at = now()
    fields.setdefault("opens_at", at - timedelta(days=100 * over))
    fields.setdefault("closes_at", at + timedelta(days=100 * (1 - over)))
    return a_call(session, CallKind.SOLUTIONS, **fields)


def asks(session: Session, call: Call, **fields: Any) -> Submission:
    """A selected challenge about floods, of another country than the solutions are."""
    texts = {
        "problem": fields.pop("problem", FLOODS),
        "outcome": fields.pop("outcome", WARNING),
    }
    if "organisation_id" not in fields:
        fields["organisation_id"] = an_organisation(session, country="PT").id
    content = ChallengeContent(**texts).model_dump()
    fields = {"state": State.SELECTED, "title": "Small rivers", "content": content} | fields
    return a_challenge(session, programme_id=call.programme_id, **fields)


def tells(session: Session, call: Call, text: str = SENSORS, **fields: Any) -> Submission:
    """A solution that was sent to a call."""
    content = SolutionContent(experience=text).model_dump()
    fields = {"state": State.SUBMITTED, "title": "What we know", "content": content} | fields
    return a_solution(session, call_id=call.id, **fields)


def told_before(session: Session, text: str = TRAINING, **fields: Any) -> Submission:
    """A solution that was found eligible in another programme."""
    programme: Programme = fields.pop("programme", None) or a_programme(session)
    call = a_closed_call(session, programme)
    fields.setdefault("state", State.NOT_SELECTED)
    fields.setdefault("title", "What we told before")
    return tells(session, call, text, **fields)


def a_closed_call(session: Session, programme: Programme | None = None, **fields: Any) -> Call:
    at = now()
    fields.setdefault("opens_at", at - timedelta(days=400))
    fields.setdefault("closes_at", at - timedelta(days=300))
    of = programme or a_programme(session)
    return a_call(session, CallKind.SOLUTIONS, programme_id=of.id, **fields)


def invites(session: Session, sent: Submission, challenge: Submission) -> UUID:
    """That a team was invited to the call of something that was sent."""
    earlier = told_before(session)
    row = CallInvitation(
        call_id=sent.call_id,
        organisation_id=earlier.organisation_id,
        challenge_id=challenge.id,
        solution_id=earlier.id,
    )
    session.add(row)
    session.flush()
    return row.id


def after(call: Call, share: float) -> datetime:
    """The instant at which such a share of the time of a call is over."""
    return call.opens_at + share * (call.closes_at - call.opens_at)
