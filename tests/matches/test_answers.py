"""Answers: each side for itself, by a date, and contacts only when both have said yes."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlmodel import Session, col, select

from app.access.policy import OPERATOR, Actor, Role
from app.core.base.clock import now
from app.core.base.errors import (
    AppError,
    Conflict,
    NotFound,
    NotPermitted,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.storage import audit_reasons
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database, transaction
from app.core.storage.outbox import Letter
from app.matches.lifecycle import Consent, MatchState, Side
from app.matches.models import Match
from app.matches.schemas import MatchStepTaken, MatchTeamRead
from app.matches.service import reading, steps
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.schemas import StepTaken
from app.submissions.service import steps as submissions
from tests.conftest import SignIn
from tests.decisions.people import actor
from tests.factories import a_user
from tests.matches.rounds import Round, a_round, answer, confirmed, letters, offered


def as_read(session: Session, of: Round, match: Match, side: Side) -> MatchTeamRead:
    submission = session.get_one(Submission, match.key_of(side))
    found = reading.read(session, of.actor(submission), match.id)
    assert isinstance(found, MatchTeamRead)
    return found


def test_contacts_are_read_when_both_have_said_yes_and_not_before(session: Session) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    before = [as_read(session, of, match, side).contacts for side in Side]

    answer(session, of, match, "challenge")
    between = [as_read(session, of, match, side).contacts for side in Side]
    answer(session, of, match, "solution")

    after = [as_read(session, of, match, side).contacts for side in Side]
    asked, gives = (of.people[row.code] for row in (of.challenges[0], of.solutions[0]))
    assert before == between == [[], []]
    assert [[one.email for one in found] for found in after] == [[gives.email], [asked.email]]
    assert match.state is MatchState.CONFIRMED
    *_, one, other = session.exec(select(Letter).order_by(col(Letter.created_at))).all()
    told = {letter.recipient: letter.body for letter in (one, other)}
    assert {gives.email in told[asked.email], asked.email in told[gives.email]} == {True}


def test_a_team_reads_its_match_in_words_and_without_a_score(session: Session) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))

    found = as_read(session, of, match, Side.SOLUTION)

    assert [str(one) for one in found.reasons] == [
        "Both describe “river”.",
        "Both mention river; both are about policy-domain:ENVI.",
    ]
    assert (found.phrases, found.themes) == (["river"], ["policy-domain:ENVI"])
    assert found.passages is not None
    assert "score" not in type(found).model_fields
    assert "0.4" not in found.model_dump_json(exclude={"points"})


def test_the_other_side_does_not_read_what_was_answered_before_it_answers(
    session: Session,
) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    before = as_read(session, of, match, Side.SOLUTION).model_dump(exclude={"id"})

    answer(session, of, match, "challenge")

    assert as_read(session, of, match, Side.SOLUTION).model_dump(exclude={"id"}) == before


def test_a_decline_is_told_to_the_other_side_without_its_reason(session: Session) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))

    answer(session, of, match, "solution", "decline", reason="We quarrel with them.")
    session.commit()

    (event,) = session.exec(select(AuditEvent).where(AuditEvent.action == "decline")).all()
    *_, letter = session.exec(select(Letter).order_by(col(Letter.created_at))).all()
    staff = reading.read(session, actor(session, Role.STAFF), match.id).model_dump()
    other = as_read(session, of, match, Side.CHALLENGE).model_dump_json()
    assert match.state is MatchState.DECLINED
    assert letter.recipient == of.people[of.challenges[0].code].email
    assert "quarrel" not in str(event.facts) + letter.body + other
    assert "no_time" not in str(event.facts) + letter.body + other
    assert staff["decline_reason_text"] == "We quarrel with them."
    assert len(letters(session)) == 3


def test_the_reason_of_a_decline_can_be_erased(session: Session) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    answer(session, of, match, "solution", "decline", reason="We quarrel with them.")
    assert match.decline_reason_id is not None

    audit_reasons.erase(session, match.decline_reason_id)

    read = reading.read(session, OPERATOR, match.id).model_dump()
    assert (read["decline_reason"], read["decline_reason_text"]) == ("no_time", None)


def test_a_decline_needs_a_reason_in_a_word(session: Session) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))

    with pytest.raises(Unprocessable) as refusal:
        answer(session, of, match, "solution", "decline", why=None)

    assert [error.pointer for error in refusal.value.errors] == ["/why"]


def test_a_yes_can_be_taken_back_or_turned_until_the_other_side_has_answered(
    session: Session,
) -> None:
    of = a_round(session)
    first, second = offered(session, of, (0, 0), (1, 1))
    answer(session, of, first, "challenge")
    answer(session, of, second, "challenge")

    answer(session, of, first, "challenge", "take-back")
    answer(session, of, second, "challenge", "decline")

    assert (first.state, first.answers) == (MatchState.OFFERED, {})
    assert first.challenge_answered_by is None
    assert (second.state, second.answers) == (
        MatchState.DECLINED,
        {Side.CHALLENGE: Consent.NO},
    )


@pytest.mark.parametrize("step", ["accept", "take-back", "decline"])
def test_what_is_confirmed_is_not_answered_again(session: Session, step: str) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    confirmed(session, of, match)

    with pytest.raises(TransitionNotAllowed):
        answer(session, of, match, "challenge", step)


@pytest.mark.parametrize("step", ["accept", "decline"])
def test_after_the_date_nobody_answers(session: Session, step: str) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    match.answer_by = now() - timedelta(seconds=1)

    with pytest.raises(Conflict, match="The time to answer this offer is over"):
        answer(session, of, match, "challenge", step)


@pytest.mark.parametrize("side", [*Side])
@pytest.mark.parametrize("state", [State.WITHDRAWN, State.DECLINED, State.NOT_SELECTED])
def test_nobody_confirms_a_pair_of_which_a_side_takes_no_part_any_more(
    session: Session, side: Side, state: State
) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    answer(session, of, match, side)
    gone = session.get_one(Submission, match.key_of(side))
    gone.answer_by, gone.state = now(), state  # as nothing of the service moves it

    with pytest.raises(Conflict, match=f"{gone.code} takes no part"):
        answer(session, of, match, side.other)

    assert match.state is MatchState.OFFERED


def test_a_lowered_capacity_confirms_no_more_than_it_holds(session: Session) -> None:
    of = a_round(session, capacity=2)
    first, second = offered(session, of, (0, 0), (1, 0))
    confirmed(session, of, first)
    of.solutions[0].content = of.solutions[0].content | {"capacity": 1}
    session.flush()

    with pytest.raises(Conflict, match="has no place left: it takes on 1"):
        answer(session, of, second, "challenge")


def test_a_stranger_finds_no_match_and_staff_do_not_answer_for_a_team(
    session: Session,
) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))

    with pytest.raises(NotFound):
        steps.take(session, actor(session, Role.MEMBER), match.id, "accept")
    with pytest.raises(NotPermitted):
        steps.take(session, actor(session, Role.LEAD), match.id, "accept")
    said = MatchStepTaken(side=Side.SOLUTION)
    with pytest.raises(NotPermitted):
        steps.take(session, of.actor(of.challenges[0]), match.id, "accept", said)


def test_who_is_of_both_teams_says_for_which_one(session: Session) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    teams = {row.organisation_id for row in (of.challenges[0], of.solutions[0])}
    both = Actor(a_user(session).id, {Role.MEMBER: frozenset(teams)})

    with pytest.raises(Unprocessable) as refusal:
        steps.take(session, both, match.id, "accept")
    steps.take(session, both, match.id, "accept", MatchStepTaken(side=Side.SOLUTION))

    assert [error.pointer for error in refusal.value.errors] == ["/side"]
    assert match.answers == {Side.SOLUTION: Consent.YES}


def test_the_second_of_two_colleagues_is_told_who_has_answered(session: Session) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    answer(session, of, match, "solution")

    with pytest.raises(Conflict, match="has accepted this offer already"):
        answer(session, of, match, "solution")

    found = as_read(session, of, match, Side.SOLUTION)
    assert found.answered_by == of.people[of.solutions[0].code].name


def test_a_withdrawal_and_the_second_yes_at_once_leave_no_confirmed_match(
    session: Session, database: Database
) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    answer(session, of, match, "challenge")
    session.commit()
    key, solution = match.id, of.solutions[0]
    provider, owner = of.actor(solution), of.actor(of.challenges[0])
    has_moved, refusals = Event(), []

    def accept() -> None:
        has_moved.wait(10)
        try:
            with transaction(database) as other:
                steps.take(other, provider, key, "accept")
        except AppError as refusal:
            refusals.append(type(refusal))

    second = Thread(target=accept)
    second.start()
    with transaction(database) as one:
        submissions.take(
            one, owner, of.challenges[0].kind, of.challenges[0].id, "withdraw", StepTaken()
        )
        has_moved.set()
        second.join(0.5)
    second.join(10)

    session.expire_all()
    assert len(refusals) == 1
    assert match.state is MatchState.WITHDRAWN


def test_both_sides_who_accept_at_once_confirm_once(
    session: Session, database: Database
) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    session.commit()
    key = match.id
    owner, provider = of.actor(of.challenges[0]), of.actor(of.solutions[0])
    has_moved, refusals = Event(), []

    def accept() -> None:
        has_moved.wait(10)
        try:
            with transaction(database) as other:
                steps.take(other, provider, key, "accept")
        except AppError as refusal:
            refusals.append(type(refusal))

    second = Thread(target=accept)
    second.start()
    with transaction(database) as one:
        steps.take(one, owner, key, "accept")
        has_moved.set()
        second.join(0.5)
    second.join(10)

    session.expire_all()
    assert (match.state, refusals) == (MatchState.CONFIRMED, [])
    assert len(letters(session)) == 4


def test_trying_to_accept_tells_neither_the_other_answer_nor_an_address(
    session: Session, as_user: SignIn
) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    person = of.people[of.solutions[0].code]
    address = f"/api/v1/matches/{match.code}/steps/accept?dry_run=true"

    before = as_user(person).post(address).json()
    answer(session, of, match, "challenge")
    session.commit()
    after = as_user(person).post(address).json()

    times = {"answered_at": None}
    assert after | times == before | times
    assert (after["state"], after["contacts"]) == ("offered", [])
