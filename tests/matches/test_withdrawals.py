"""A withdrawal: what it ends is told before it is done, and the other side hears of it."""

import pytest
from sqlmodel import Session, col, select

from app.access.policy import OPERATOR, Role
from app.core.storage.database import Database
from app.core.storage.outbox import Letter
from app.matches.lifecycle import MatchState
from app.matches.service import steps, withdrawals
from app.submissions.lifecycle import State
from app.submissions.schemas import StepTaken
from app.submissions.service import steps as submissions
from app.worker import _settle
from tests.decisions.people import actor
from tests.matches.rounds import Round, a_round, answer, confirmed, letters, offered, prepared


def a_round_in_every_state(session: Session) -> tuple[Round, list[MatchState]]:
    """A solution that stands in a match of each state that takes a place."""
    of = a_round(session, challenges=5, solutions=1, capacity=5)
    active, done, yes, _ = offered(session, of, *((number, 0) for number in range(4)))
    for match in (active, done):
        confirmed(session, of, match)
    steps.take(session, OPERATOR, active.id, "begin")
    answer(session, of, yes, "challenge")
    rows = prepared(session, of, (4, 0))
    return of, [row.state for row in rows]


def test_what_a_withdrawal_ends_is_told_before_it_is_done(session: Session) -> None:
    of, _ = a_round_in_every_state(session)
    solution = of.solutions[0]

    team = withdrawals.consequences(session, of.actor(solution), solution)
    staff = withdrawals.consequences(session, actor(session, Role.STAFF), solution)

    expected = [MatchState.ENDED, *[MatchState.WITHDRAWN] * 3]
    assert [one.after for one in team] == expected
    assert [one.other.code for one in team] == [row.code for row in of.challenges[:4]]
    # What is only prepared is known to staff alone.
    assert [one.after for one in staff] == [*expected, MatchState.DISCARDED]


def test_a_withdrawal_ends_all_of_it_and_each_other_side_hears_once(session: Session) -> None:
    of, before = a_round_in_every_state(session)
    solution = of.solutions[0]
    told = len(letters(session))
    expected = withdrawals.consequences(session, actor(session, Role.STAFF), solution)

    submissions.take(
        session, of.actor(solution), solution.kind, solution.id, "withdraw", StepTaken()
    )
    settled = withdrawals.settle(session, OPERATOR)

    last = session.exec(select(Letter).order_by(col(Letter.created_at))).all()[told:]
    assert sorted(before) == sorted(["active", "confirmed", "offered", "offered", "prepared"])
    assert [one.match.state for one in expected] == [one.after for one in expected]
    assert settled == 0
    assert {letter.recipient for letter in last} == {
        of.people[row.code].email for row in of.challenges[:4]
    }
    assert len(last) == 4


def test_declining_a_place_ends_offers_as_a_withdrawal_does(session: Session) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    challenge = of.challenges[0]
    challenge.answer_by = match.answer_by
    session.flush()

    submissions.take(
        session, of.actor(challenge), challenge.kind, challenge.id, "decline", StepTaken()
    )

    assert match.state is MatchState.WITHDRAWN
    assert letters(session)[-1][0] == of.people[of.solutions[0].code].email


@pytest.mark.parametrize("side", ["challenge", "solution"])
def test_the_worker_finds_what_was_moved_elsewhere(
    session: Session, database: Database, side: str
) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    row = of.challenges[0] if side == "challenge" else of.solutions[0]
    row.state = State.NOT_SELECTED
    session.commit()

    _settle(database)
    _settle(database)

    session.expire_all()
    assert match.state is MatchState.WITHDRAWN
    assert len(letters(session)) == 3
