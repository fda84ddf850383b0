"""Letters about a room: to one side, in the language of each reader."""

from sqlmodel import Session

from app.accounts.service import letters as accounts
from app.conversations.letters import LETTERS
from app.core.base.messages import Message
from app.core.storage import outbox
from app.events import service as events
from app.events.kinds import EventKind, EventSubject
from app.matches.lifecycle import Side
from app.matches.models import Match
from app.organisations.service import people
from app.submissions.models import Submission


def tell(
    session: Session, match: Match, side: Side, kind: EventKind, *, public_url: str
) -> int:
    """Add the letters of one kind to a side to the caller's transaction; return how many."""
    own = session.get_one(Submission, match.key_of(side))
    other = session.get_one(Submission, match.key_of(side.other))
    event = events.to_team(
        session,
        kind,
        own.organisation_id,
        subject=EventSubject.MATCH,
        subject_id=match.id,
        code=match.code,
        programme_id=match.programme_id,
    )
    place = "" if kind is EventKind.CONVERSATION_WAITING else "/meetings"
    values = {
        "match": match.code,
        "code": own.code,
        "other": other.code,
        "link": f"{public_url}/matches/{match.code}/conversation{place}",
    }
    subject, body = LETTERS[kind]
    readers = people.team(session, own.organisation_id)
    for user in readers:
        language = accounts.spoken_to(user)
        outbox.write(
            session,
            event_id=event.id,
            user_id=user.id,
            recipient=user.email,
            subject=language.say(Message(subject.template, **values)),
            body=language.say(Message(body.template, **values)),
        )
    session.flush()
    return len(readers)
