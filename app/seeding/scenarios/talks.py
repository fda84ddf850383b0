"""A conversation of two teams that have just found each other, played through the services."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session

from app.access.policy import Actor
from app.conversations.schemas import MeetingStepTaken, NewAgreedTask, NewMeeting, NewMessage
from app.conversations.service import agreed_tasks, meetings, messages
from app.core.base.clock import now
from app.matches.lifecycle import Side
from app.submissions.lifecycle import Kind

SAID: Final = (
    (
        Kind.SOLUTION,
        "Good morning, and thank you for choosing us. When would you like to start?",
    ),
    (
        Kind.CHALLENGE,
        "Good morning! We would like to start with a call. Could you tell us first which data "
        "you needed in the beginning?",
    ),
    (
        Kind.SOLUTION,
        "Less than we thought: a list of the offices, and one month of their requests. We can "
        "show you ours in the call.",
    ),
    (Kind.CHALLENGE, "That we have. We propose two times, and send you our list before."),
)


def talk(
    session: Session, sides: Mapping[Kind, Actor], match_id: UUID, public_url: str
) -> None:
    """Let both sides of a confirmed match talk, fix one meeting, and agree on two tasks."""
    for side, body in SAID:
        messages.say(session, sides[side], match_id, NewMessage(body=body))
    owner, provider = sides[Kind.CHALLENGE], sides[Kind.SOLUTION]
    times = [one.starts_at for one in meetings.proposals(session, owner, match_id, 60).times]
    for topic, proposed in (
        ("Getting to know each other", times[:2]),
        ("Our data", times[2:4]),
    ):
        new = NewMeeting(topic=topic, minutes=60, place="Video call", times=proposed)
        meeting = meetings.propose(session, owner, match_id, new, public_url=public_url)
        if proposed == times[:2]:
            taken = MeetingStepTaken(time=proposed[0])
            meetings.take(
                session, provider, match_id, meeting.id, "choose", taken, public_url=public_url
            )
    due = (now() + timedelta(days=7)).date()
    for title, who in (
        ("Send the list of offices", Side.CHALLENGE),
        ("Show an example", Side.SOLUTION),
    ):
        task = NewAgreedTask(title=title, side=who, due_on=due)
        agreed_tasks.add(session, owner, match_id, task)
