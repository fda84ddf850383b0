"""Letters about matches: to one side, in the language of each reader, and each one once."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, select

from app.accounts.models import User
from app.accounts.service import letters as accounts
from app.core.base.messages import Message
from app.core.base.translations import Language
from app.core.storage import outbox
from app.events import service as events
from app.events.kinds import EventSubject
from app.matches.letters import EVENTS, LETTERS
from app.matches.lifecycle import MatchLetterKind, Side
from app.matches.models import Match, MatchLetter
from app.matches.service import frozen_reasons
from app.organisations.models import Organisation
from app.organisations.service import people
from app.programmes.models import Programme
from app.submissions.models import Submission


def tell(session: Session, match: Match, side: Side, kind: MatchLetterKind) -> int:
    """Add the letters of one kind to a side to the caller's transaction; return how many.

    Nothing is written where the side was told this before.
    """
    told = select(MatchLetter).where(
        MatchLetter.match_id == match.id, MatchLetter.side == side, MatchLetter.kind == kind
    )
    if session.exec(told).first() is not None:
        return 0
    own = session.get_one(Submission, match.key_of(side))
    other = session.get_one(Submission, match.key_of(side.other))
    readers = people.team(session, own.organisation_id)
    facts = _facts(session, match, own, other)
    event = events.to_team(
        session,
        EVENTS[kind],
        own.organisation_id,
        subject=EventSubject.MATCH,
        subject_id=match.id,
        code=match.code,
        programme_id=match.programme_id,
    )
    subject, body = LETTERS[kind]
    for user in readers:
        language = accounts.spoken_to(user)
        values = facts | _in(session, language, match, facts)
        outbox.write(
            session,
            event_id=event.id,
            user_id=user.id,
            recipient=user.email,
            # A title may hold a line break that a head of a letter may not.
            subject=" ".join(language.say(Message(subject.template, **values)).split()),
            body=language.say(Message(body.template, **values)),
        )
    session.add(MatchLetter(match_id=match.id, side=side, kind=kind, letters=len(readers)))
    session.flush()
    return len(readers)


def tell_both(session: Session, match: Match, kind: MatchLetterKind) -> int:
    """Add the letters of one kind to both sides; return how many."""
    return sum(tell(session, match, side, kind) for side in Side)


def contacts_of(session: Session, submission: Submission) -> list[User]:
    """Return the people by whom the team of a submission is reached."""
    return [*people.team(session, submission.organisation_id)]


def _facts(
    session: Session, match: Match, own: Submission, other: Submission
) -> dict[str, Any]:
    organisation = session.get_one(Organisation, other.organisation_id)
    return {
        "match": match.code,
        "code": own.code,
        "title": own.title,
        "other": other.code,
        "other_title": other.title,
        "organisation": organisation.name,
        "of_country": organisation.country,
        "contacts": "\n".join(
            f"{user.name} <{user.email}>" for user in contacts_of(session, other)
        ),
        "zone": session.get_one(Programme, match.programme_id).zone,
    }


def _in(
    session: Session, language: Language, match: Match, facts: Mapping[str, Any]
) -> dict[str, str]:
    """Return the values that read differently in each language."""
    names = frozen_reasons.named_in(session, language.tag)
    reasons = (language.say(one) for one in frozen_reasons.in_words(match, names))
    return {
        "country": language.country(facts["of_country"]),
        "reasons": "\n".join(reasons),
        "answer_by": language.moment(match.answer_by, facts["zone"]) if match.answer_by else "",
    }
