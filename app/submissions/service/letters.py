"""Letters that tell a team how its submission goes on."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from sqlmodel import Session

from app.core.base.messages import Message
from app.core.base.translations import Language
from app.events import service as events
from app.events.kinds import EventKind, EventSubject
from app.events.models import Event
from app.notifications import letter_texts
from app.notifications.letter_texts import TEXTS, LetterKind, Template
from app.notifications.service.telling import Teller
from app.organisations.models import Organisation
from app.organisations.service import people
from app.programmes.models import Call, Programme
from app.submissions.models import Submission

AFTER: Final[Mapping[str, LetterKind]] = {
    "submit": LetterKind.RECEIVED,
    "resubmit": LetterKind.RECEIVED,
    "return": LetterKind.RETURNED,
}
"""Which letter a step writes. What a decision does is told by the decision's letter."""
Told = str | Callable[[Language], str]
"""What stands in a field of a letter."""


def fields_of(session: Session, submission: Submission) -> dict[str, str]:
    """Return what stands in the fields that each letter about a submission has."""
    return {
        "code": submission.code,
        "title": submission.title,
        "organisation": session.get_one(Organisation, submission.organisation_id).name,
        "call": session.get_one(Call, submission.call_id).title,
        "programme": session.get_one(Programme, submission.programme_id).title,
    }


def values(
    session: Session,
    submission: Submission,
    *,
    until: datetime | None = None,
    zone: str | None = None,
    **texts: Told,
) -> Callable[[Language], dict[str, str]]:
    """Return how to fill a letter about a submission, in a language.

    Parameters
    ----------
    until : datetime, optional
    zone : str, optional
        In which it is told.
    **texts : str
        What stands in fields that not each letter has; a message is told in the language, and
        a function is given it.
    """
    fields = fields_of(session, submission)

    def within(language: Language) -> dict[str, str]:
        told = {
            name: text(language) if callable(text) else language.say(text)
            for name, text in texts.items()
        }
        if until is not None and zone is not None:
            told["until"] = language.moment(until, zone)
        return fields | told

    return within


def tell(
    session: Session,
    kind: LetterKind,
    submission: Submission,
    *,
    teller: Teller | None = None,
    until: datetime | None = None,
    zone: str | None = None,
    **texts: Told,
) -> int:
    """Write a letter to each person of a team, in the caller's transaction; return how many."""
    return (teller or Teller(session)).tell(
        kind,
        people.team(session, submission.organisation_id),
        values(session, submission, until=until, zone=zone, **texts),
        note(session, TEXTS[kind].event, submission),
        submission.call_id,
    )


def note(session: Session, kind: EventKind, submission: Submission) -> Event:
    """Note in the log of events that a team is told something about its submission."""
    return events.to_team(
        session,
        kind,
        submission.organisation_id,
        subject=EventSubject(submission.kind.value),
        subject_id=submission.id,
        code=submission.code,
        programme_id=submission.programme_id,
    )


def appealing(until: datetime | None, zone: str) -> Told:
    """Return how a letter says until when a team appeals; None: it has done so before."""
    if until is None:
        return letter_texts.APPEAL_FINAL
    return lambda language: language.say(
        Message(letter_texts.APPEAL_ONCE, until=language.moment(until, zone))
    )


def preview(
    session: Session, submission: Submission, written: Template, language: Language
) -> Template:
    """Return what a template becomes for a submission that the reader was given.

    What nobody has written or set yet is told by an example.
    """
    call = session.get_one(Call, submission.call_id)
    within = values(
        session,
        submission,
        until=submission.answer_by or call.ends_at,
        zone=call.zone,
        reason=submission.message or Message("(what you ask the team for)"),
        challenge=Message("(the challenge, as far as it is public)"),
        changed=Message("(what the team has changed since)"),
        rule=Message("(which condition is not met)"),
        feedback=submission.message or Message("(what you write to the team)"),
        appeal=appealing(submission.answer_by or call.ends_at, call.zone),
    )
    return letter_texts.filled(written, within(language))
