"""Answers are saved one by one: nobody of a team loses what they wrote."""

import pytest
from sqlmodel import Session

from app.access.policy import Actor, Role
from app.core.base.errors import Conflict, TransitionNotAllowed, Unprocessable
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from app.submissions.service import answers
from app.submissions.service.answered import fingerprint
from tests.factories import a_challenge, a_user, organisation_of, themes

PROBLEM = "content.problem"
OUTCOME = "content.outcome"


@pytest.fixture
def team(session: Session) -> Actor:
    user = a_user(session, Role.MEMBER)
    return Actor(user.id, {Role.MEMBER: frozenset({organisation_of(session, user)})})


@pytest.fixture
def draft(session: Session, team: Actor) -> Submission:
    (owner,) = team.roles[Role.MEMBER]
    themes(session)
    return a_challenge(session, organisation_id=owner)


def save(session: Session, team: Actor, draft: Submission, seen: str, **said: str) -> None:
    named = {f"content.{name}": text for name, text in said.items()}
    answers.answer(session, team, Kind.CHALLENGE, draft.id, named, seen=seen)


def test_an_answer_is_saved_and_the_others_stay(
    session: Session, team: Actor, draft: Submission
) -> None:
    seen = fingerprint(draft, [PROBLEM])

    save(session, team, draft, seen, problem="It floods each spring.")

    assert draft.content["problem"] == "It floods each spring."
    assert draft.content["outcome"] == "Households are warned in time."


def test_two_who_write_different_answers_both_save(
    session: Session, team: Actor, draft: Submission
) -> None:
    one, other = (fingerprint(draft, [name]) for name in (PROBLEM, OUTCOME))

    save(session, team, draft, one, problem="It floods each spring.")
    save(session, team, draft, other, outcome="Everybody is warned.")

    assert draft.content["problem"] == "It floods each spring."
    assert draft.content["outcome"] == "Everybody is warned."


def test_of_two_who_write_the_same_answer_the_second_is_told_and_nothing_is_lost(
    session: Session, team: Actor, draft: Submission
) -> None:
    seen = fingerprint(draft, [PROBLEM])
    save(session, team, draft, seen, problem="It floods each spring.")

    with pytest.raises(Conflict, match="Somebody of your team has changed this answer"):
        save(session, team, draft, seen, problem="It floods each autumn.")

    assert draft.content["problem"] == "It floods each spring."


def test_who_writes_what_stands_there_already_is_told_nothing(
    session: Session, team: Actor, draft: Submission
) -> None:
    save(session, team, draft, "", problem=draft.content["problem"])

    assert draft.version == 1


def test_an_answer_that_was_emptied_is_empty(
    session: Session, team: Actor, draft: Submission
) -> None:
    seen = fingerprint(draft, [PROBLEM])

    answers.answer(session, team, Kind.CHALLENGE, draft.id, {PROBLEM: None}, seen=seen)

    assert draft.content["problem"] == ""


def test_an_answer_that_cannot_be_taken_names_its_field(
    session: Session, team: Actor, draft: Submission
) -> None:
    seen = fingerprint(draft, ["title"])

    with pytest.raises(Unprocessable) as refusal:
        answers.answer(session, team, Kind.CHALLENGE, draft.id, {"title": "abc"}, seen=seen)

    assert [error.pointer for error in refusal.value.errors] == ["/title"]


def test_what_was_submitted_is_not_written_any_more(
    session: Session, team: Actor, draft: Submission
) -> None:
    draft.state, draft.submitted_at = State.SUBMITTED, draft.created_at
    session.flush()
    seen = fingerprint(draft, [PROBLEM])

    with pytest.raises(TransitionNotAllowed):
        save(session, team, draft, seen, problem="It floods each spring.")
