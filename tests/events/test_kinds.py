"""Everything that letters tell, webhooks tell: a letter is of an event, and nothing else."""

from typing import get_type_hints
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlmodel import Session

from app.accounts.lifecycle import Purpose
from app.accounts.service import notices, one_time_links
from app.accounts.service.notices import Notice
from app.advice.service import letters as advice
from app.conversations import letters as conversations
from app.core.base.clock import now
from app.core.http.access import declarations
from app.core.storage import outbox
from app.decisions.lifecycle import DecisionOutcome
from app.enquiries import letters as enquiries
from app.events import service
from app.events.kinds import ADDRESSES, EVENTS, Audience, EventKind, EventSubject
from app.matches import letters as matches
from app.matches.lifecycle import MatchLetterKind
from app.notices import service as public_notices
from app.notifications.letter_texts import TEXTS, LetterKind
from app.register import service as practices
from app.reviews.service import letters as reviews

LETTERS = {
    **{kind: TEXTS[kind].event for kind in LetterKind},
    **{kind: matches.EVENTS[kind] for kind in MatchLetterKind},
    **{kind: notices.EVENTS[kind] for kind in Notice},
    **{kind: one_time_links.EVENTS[kind] for kind in Purpose if kind in one_time_links.LETTERS},
    **{f"notice {step}": public_notices._EVENTS[step] for step in public_notices._LETTERS},
    **{f"practice {step}": practices._EVENTS[step] for step in practices._LETTERS},
    **{f"review {kind}": kind for kind in reviews.LETTERS},
    **{f"advice {kind}": kind for kind in advice.LETTERS},
    **{f"question {kind}": kind for kind in enquiries.LETTERS},
    **{f"room {kind}": kind for kind in conversations.LETTERS},
    "somebody is named for a submission": EventKind.SUBMISSION_SHARED,
    "staff have sent it for a team": EventKind.SUBMISSION_ENTERED,
    "a superior is asked": EventKind.SUBMISSION_SUPPORT_ASKED,
    "somebody joins a team": EventKind.TEAM_JOINING,
    "a form is changed": EventKind.SUBMISSION_ASKED_ANEW,
    "a webhook ended": EventKind.WEBHOOK_ENDED,
}
"""Every letter that the service writes, and what it is of."""


def test_each_letter_has_its_event_and_each_event_its_letter() -> None:
    kinds = list(LETTERS.values())

    assert len(set(kinds)) == len(kinds)
    assert set(kinds) == set(EventKind) - {EventKind.WEBHOOK_PING}
    assert set(EVENTS) == set(EventKind)


def test_no_letter_is_written_without_an_event() -> None:
    assert get_type_hints(outbox.write)["event_id"] is UUID
    assert outbox.write.__kwdefaults__ == {"confidential": False, "discreet": False}


@pytest.mark.parametrize("outcome", DecisionOutcome)
def test_what_was_decided_is_told_by_one_kind_each(outcome: DecisionOutcome) -> None:
    event = TEXTS[LetterKind(outcome.value)].event

    assert event.value == f"submission.{outcome.value}"


@pytest.mark.parametrize("subject", EventSubject)
def test_what_an_event_is_about_is_read_at_its_address(
    app: FastAPI, subject: EventSubject
) -> None:
    shape = ADDRESSES[subject].format(id="{}")
    places = {
        path[: path.index("{")] + "{}" if "{" in path else path
        for path, method in declarations(app)
        if method == "GET" and path.count("{") <= 1 and not path.endswith("s/{}")
    }

    assert shape in places


def test_an_event_is_told_to_a_team_or_to_a_person_as_its_letter_is(session: Session) -> None:
    about, key = EventSubject.CALL, uuid4()
    for kind, of in EVENTS.items():
        if of.audience is Audience.TEAM:
            with pytest.raises(ValueError, match="not told to a person"):
                service.to_person(session, kind, uuid4())
            assert (
                service.to_team(session, kind, key, subject=about, subject_id=key).user_id
                is None
            )
        else:
            with pytest.raises(ValueError, match="not told to a team"):
                service.to_team(session, kind, key, subject=about, subject_id=key)
            assert service.to_person(session, kind, uuid4()).organisation_id is None


def test_what_happened_is_forgotten_after_a_time_and_with_its_person(session: Session) -> None:
    person = uuid4()
    service.to_person(session, EventKind.ACCOUNT_TOKEN_MADE, person)
    service.to_person(session, EventKind.ACCOUNT_TOKEN_MADE, uuid4())
    session.flush()

    service.forget(session, person)

    assert service.purge(session, now()) == 1
    assert service.purge(session, now()) == 0
