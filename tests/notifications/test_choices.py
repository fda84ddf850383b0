"""Which letters a person gets: they choose among those without which nothing is lost."""

import pytest
from sqlmodel import Session

from app.access.policy import Actor, Role
from app.core.base.clock import now
from app.core.base.errors import NotSignedIn, Unprocessable
from app.notifications.letter_texts import LetterKind
from app.notifications.service import choices
from tests.factories import a_user


def in_a_browser(session: Session) -> Actor:
    return Actor(a_user(session, Role.MEMBER).id, confirmed_at=now())


def test_a_person_chooses_and_chooses_again(session: Session) -> None:
    actor = in_a_browser(session)

    choices.choose(session, actor, [LetterKind.CLOSES_SOON, LetterKind.RECEIVED])
    first = choices.unwanted(session, actor)
    choices.choose(session, actor, [LetterKind.RECEIVED])

    assert first == [LetterKind.RECEIVED, LetterKind.CLOSES_SOON]
    assert choices.unwanted(session, actor) == [LetterKind.RECEIVED]


def test_what_somebody_would_miss_always_comes(session: Session) -> None:
    actor = in_a_browser(session)

    with pytest.raises(Unprocessable) as refusal:
        choices.choose(session, actor, [LetterKind.RECEIVED, LetterKind.RETURNED])

    assert [(e.pointer, e.detail) for e in refusal.value.errors] == [
        ("/unwanted", "Letters about this always come: returned.")
    ]
    assert choices.unwanted(session, actor) == []


def test_a_program_has_nothing_to_choose(session: Session) -> None:
    program = Actor(a_user(session, Role.MEMBER).id)

    with pytest.raises(NotSignedIn):
        choices.choose(session, program, [])
