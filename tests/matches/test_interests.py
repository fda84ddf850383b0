"""A pair of which a side says that it cannot is not offered; what was offered goes on."""

import pytest
from sqlmodel import Session

from app.access.policy import OPERATOR, Action, Actor, Role
from app.core.base.errors import Unprocessable
from app.core.base.messages import Message
from app.matches.lifecycle import MatchState
from app.matches.schemas import NewOffers, NewPreparation
from app.matches.service import offers, outlooks, reading, replacements
from app.settings import Settings
from app.submissions.lifecycle import Kind
from tests.interests.telling import said
from tests.matches.rounds import SOON, a_round, answer, choose, offered, prepared

WHO = {
    Kind.CHALLENGE: "The team of {challenge} says that it cannot work with {solution}.",
    Kind.SOLUTION: "The team of {solution} says that it cannot work with {challenge}.",
}


@pytest.mark.parametrize("side", Kind)
def test_what_a_side_cannot_is_not_prepared_and_staff_read_who_says_so(
    session: Session, side: Kind
) -> None:
    of = a_round(session)
    choose(session, of, 0, 0)
    said(session, of.challenges[0], of.solutions[0], side, "cannot")

    found = offers.prepare(session, OPERATOR, NewPreparation(run_id=of.run.id))

    challenge, solution = of.challenges[0].code, of.solutions[0].code
    assert found.prepared == 0
    assert [str(one.problem) for one in found.left_out] == [
        WHO[side].format(challenge=challenge, solution=solution)
    ]


@pytest.mark.parametrize("word", ["rather_not", "open", "interested", "very"])
def test_any_other_word_is_no_obstacle(session: Session, word: str) -> None:
    of = a_round(session)
    choose(session, of, 0, 0)
    said(session, of.challenges[0], of.solutions[0], Kind.SOLUTION, word)

    assert offers.prepare(session, OPERATOR, NewPreparation(run_id=of.run.id)).prepared == 1


def test_a_no_that_was_said_since_is_told_before_anything_is_sent(session: Session) -> None:
    of = a_round(session)
    first, second = prepared(session, of, (0, 0), (1, 1))
    said(session, of.challenges[1], of.solutions[1], Kind.SOLUTION, "cannot")

    look = outlooks.outlook(session, OPERATOR, of.run.id)
    with pytest.raises(Unprocessable) as refusal:
        offers.send(session, OPERATOR, NewOffers(run_id=of.run.id, answer_by=SOON))

    assert [one.code for one in look.missing] == [second.code]
    assert [error.pointer for error in refusal.value.errors] == [f"/offers/{second.code}"]
    assert {first.state, second.state} == {MatchState.PREPARED}


def test_whose_token_may_not_read_interests_is_told_neither_who_says_it_nor_that_one_does(
    session: Session,
) -> None:
    of = a_round(session)
    choose(session, of, 0, 0)
    said(session, of.challenges[0], of.solutions[0], Kind.SOLUTION, "cannot")
    scopes = frozenset(Action) - {Action.INTEREST_READ}
    narrow = Actor(None, {Role.LEAD: frozenset()}, scopes)

    found = offers.prepare(session, narrow, NewPreparation(run_id=of.run.id))

    (left,) = found.left_out
    assert isinstance(left.problem, Message)
    assert left.problem.template == (
        "{challenge} and {solution} cannot be brought together at present."
    )


def test_what_is_offered_is_answered_as_ever_so_that_no_answer_tells_it(
    session: Session,
) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    said(session, of.challenges[0], of.solutions[0], Kind.SOLUTION, "cannot")

    answer(session, of, match, "challenge")
    seen = reading.shown(session, of.actor(of.challenges[0]), match).model_dump_json()
    answer(session, of, match, "solution")

    assert "cannot" not in seen
    assert match.state is MatchState.CONFIRMED


def test_nobody_is_proposed_in_place_of_another_one_who_says_that_they_cannot(
    session: Session,
) -> None:
    of = a_round(session, challenges=1, solutions=3, wanted=1)
    (match,) = offered(session, of, (0, 0))
    answer(session, of, match, "solution", "decline")
    said(session, of.challenges[0], of.solutions[1], Kind.SOLUTION, "cannot")

    found = replacements.replacements(session, OPERATOR, match.id, Settings())()

    problems = {one.solution.code: one.problem for one in found.candidates}
    assert problems[of.solutions[2].code] is None
    assert str(problems[of.solutions[1].code]) == WHO[Kind.SOLUTION].format(
        challenge=of.challenges[0].code, solution=of.solutions[1].code
    )
