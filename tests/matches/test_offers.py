"""Offers: prepared from chosen pairs, looked at, and sent all together or not at all."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.access.policy import OPERATOR, Actor, Role
from app.core.base.clock import now
from app.core.base.errors import ConfirmFirst, Conflict, NotPermitted, Stale, Unprocessable
from app.core.storage.audit import AuditEvent
from app.core.storage.outbox import Letter
from app.matches.lifecycle import MatchState
from app.matches.models import Match, MatchLetter
from app.matches.schemas import NewOffers, NewPreparation
from app.matches.service import offers, outlooks, steps
from app.matchmaking.lifecycle import Outcome, RunState
from app.programmes.models import Programme
from app.submissions.lifecycle import State
from tests.decisions.people import actor
from tests.matches.rounds import (
    SOON,
    Round,
    a_round,
    answer,
    choose,
    confirmed,
    letters,
    offered,
    prepared,
)


def send(session: Session, of: Round, who: Actor = OPERATOR, **said: object) -> None:
    new = NewOffers.model_validate({"run_id": of.run.id, "answer_by": SOON, **said})
    offers.send(session, who, new)


def test_each_chosen_pair_is_prepared_once_and_nobody_is_told(session: Session) -> None:
    of = a_round(session)
    choose(session, of, 0, 0)
    choose(session, of, 1, 1)
    choose(session, of, 1, 2, Outcome.RESERVE)

    first = offers.prepare(session, OPERATOR, NewPreparation(run_id=of.run.code))
    again = offers.prepare(session, OPERATOR, NewPreparation(run_id=of.run.code))

    rows = session.exec(select(Match).order_by(col(Match.code))).all()
    assert (first.prepared, first.left_out) == (2, [])
    assert (again.prepared, again.left_out) == (0, [])
    assert [(row.challenge_id, row.solution_id) for row in rows] == [
        (of.challenges[0].id, of.solutions[0].id),
        (of.challenges[1].id, of.solutions[1].id),
    ]
    assert {row.state for row in rows} == {MatchState.PREPARED}
    assert letters(session) == []


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("not selected", "{solution} takes no part: it is eligible."),
        ("withdrawn", "{challenge} takes no part: it is withdrawn."),
        ("one organisation", "{challenge} and {solution} are of one organisation."),
        ("no capacity", "{solution} has no place left: it takes on 1."),
        ("wish is met", "{challenge} has all the providers that it shall have: 1."),
        ("offered before", "It was offered before as {match}, and is declined."),
    ],
)
def test_what_cannot_be_offered_is_left_out_with_the_reason(
    session: Session, case: str, told: str
) -> None:
    of = a_round(session, wanted=1)
    challenge, solution, match = of.challenges[0], of.solutions[0], ""
    choose(session, of, 0, 0)
    match case:
        case "not selected":
            solution.state = State.ELIGIBLE
        case "withdrawn":
            challenge.state = State.WITHDRAWN
        case "one organisation":
            solution.organisation_id = challenge.organisation_id
        case "no capacity":
            challenge = of.challenges[1]
            session.get_one(Programme, of.run.programme_id).providers_max = 5
            offered(session, of, (0, 0))
            choose(session, of, 1, 0)
        case "wish is met":
            solution = of.solutions[1]
            offered(session, of, (0, 0))
            choose(session, of, 0, 1)
        case _:
            (row,) = offered(session, of, (0, 0))
            answer(session, of, row, "solution", "decline")
            match = row.code
    session.flush()

    found = offers.prepare(session, OPERATOR, NewPreparation(run_id=of.run.id))

    expected = told.format(challenge=challenge.code, solution=solution.code, match=match)
    assert found.prepared == 0
    assert [(one.challenge, one.solution, str(one.problem)) for one in found.left_out] == [
        (challenge.code, solution.code, expected)
    ]


def test_a_run_that_is_not_complete_prepares_nothing(session: Session) -> None:
    of = a_round(session)
    of.run.state = RunState.NO_SOLUTION

    with pytest.raises(Conflict, match="is no_solution"):
        offers.prepare(session, OPERATOR, NewPreparation(run_id=of.run.id))


def test_all_are_sent_at_once_and_each_side_gets_its_letter(session: Session) -> None:
    of = a_round(session)
    lead = actor(session, Role.LEAD)
    rows = prepared(session, of, (0, 0), (1, 1))
    tag = outlooks.outlook(session, lead, of.run.id).tag

    send(session, of, lead, expected=tag)

    told = session.exec(select(Letter)).all()
    assert {row.state for row in rows} == {MatchState.OFFERED}
    assert {row.answer_by for row in rows} == {SOON}
    assert {row.offered_by for row in rows} == {lead.user_id}
    assert len(told) == 4 == len({letter.body for letter in told})
    (letter,) = [one for one in told if one.recipient == of.people[of.solutions[0].code].email]
    assert of.challenges[0].code in letter.body
    assert "Both describe “river”" in letter.body
    assert "0.9" not in letter.body
    emails = {user.email for user in of.people.values()}
    assert [one for one in told if any(email in one.body for email in emails)] == []


def test_sending_leaves_an_event_for_each_offer_and_one_of_its_own(session: Session) -> None:
    of = a_round(session)
    prepared(session, of, (0, 0), (1, 1))

    send(session, of)
    session.commit()

    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    assert [(e.subject_kind, e.action) for e in events] == [
        *[("match", "prepare")] * 2,
        *[("match", "offer")] * 2,
        ("run", "offer"),
    ]
    assert events[-1].facts == {"offers": 2, "letters": 4}


@pytest.mark.parametrize("case", ["withdrawn", "not chosen", "no capacity", "wish is met"])
def test_one_pair_in_the_way_holds_all_back(session: Session, case: str) -> None:
    of = a_round(session)
    rows = prepared(session, of, (0, 0), (1, 1))
    match case:
        case "withdrawn":
            of.solutions[1].state = State.WITHDRAWN
        case "not chosen":
            choose(session, of, 1, 1, Outcome.REJECTED)
        case "no capacity":
            of.solutions[1].content = of.solutions[1].content | {"capacity": 0}
        case _:
            session.get_one(Programme, of.run.programme_id).providers_max = 0
    session.commit()

    with pytest.raises(Unprocessable) as refusal:
        send(session, of)
    session.rollback()

    assert f"/offers/{rows[1].code}" in [error.pointer for error in refusal.value.errors]
    assert {row.state for row in rows} == {MatchState.PREPARED}
    assert letters(session) == []
    assert session.exec(select(MatchLetter)).all() == []


@pytest.mark.parametrize("change", ["taken out", "another", "withdrawn", "not chosen"])
def test_what_was_changed_since_it_was_seen_is_not_sent(session: Session, change: str) -> None:
    of = a_round(session)
    rows = prepared(session, of, (0, 0), (1, 1))
    tag = outlooks.outlook(session, OPERATOR, of.run.id).tag
    match change:
        case "taken out":
            steps.take(session, OPERATOR, rows[0].id, "take-out")
        case "another":
            prepared(session, of, (0, 2))
        case "withdrawn":
            of.solutions[0].state = State.WITHDRAWN
        case _:
            choose(session, of, 0, 0, Outcome.UNDECIDED)
    session.commit()

    with pytest.raises(Stale):
        send(session, of, expected=tag)

    assert letters(session) == []


def test_what_was_taken_out_is_not_sent(session: Session) -> None:
    of = a_round(session)
    out, kept = prepared(session, of, (0, 0), (1, 1))
    steps.take(session, OPERATOR, out.id, "take-out")

    send(session, of)

    assert (out.state, kept.state) == (MatchState.DISCARDED, MatchState.OFFERED)
    assert len(letters(session)) == 2


def test_what_was_sent_is_not_sent_again(session: Session) -> None:
    of = a_round(session)
    offered(session, of, (0, 0))

    with pytest.raises(Conflict, match="No offer of this run waits"):
        send(session, of)

    assert len(letters(session)) == 2


def test_a_date_that_is_over_is_no_date_for_answers(session: Session) -> None:
    of = a_round(session)
    prepared(session, of, (0, 0))

    with pytest.raises(Unprocessable) as refusal:
        send(session, of, answer_by=now() - timedelta(seconds=1))

    assert [error.pointer for error in refusal.value.errors] == ["/answer_by"]


@pytest.mark.parametrize("role", Role)
def test_a_lead_alone_sends(session: Session, role: Role) -> None:
    of = a_round(session)
    (row,) = prepared(session, of, (0, 0))
    who = actor(session, role)

    if role is Role.LEAD:
        send(session, of, who)
        assert row.state is MatchState.OFFERED
    else:
        with pytest.raises(NotPermitted):
            send(session, of, who)


def test_a_browser_that_was_left_open_sends_nothing(session: Session) -> None:
    of = a_round(session)
    prepared(session, of, (0, 0))
    lead = actor(session, Role.LEAD)
    left_open = Actor(lead.user_id, lead.roles, confirmed_at=now() - timedelta(hours=2))

    with pytest.raises(ConfirmFirst):
        send(session, of, left_open)


def test_an_outlook_tells_who_gets_what_at_what_cost_and_who_is_left(session: Session) -> None:
    of = a_round(session, challenges=3, solutions=3)
    before, *_ = offered(session, of, (0, 0))
    confirmed(session, of, before)
    row = prepared(session, of, (1, 1))[1]

    look = outlooks.described(session, OPERATOR, of.run.id)

    assert [one.code for one in look.offers] == [row.code]
    assert (look.total, look.best, look.cost) == (1.79, 3.0, 1.21)
    assert (look.lowest, look.median) == (0.89, 0.895)
    assert (look.first_timers, look.countries, look.unscored) == (2, 1, 0)
    assert [party.code for party in look.challenges_left] == [of.challenges[2].code]
    assert [party.code for party in look.solutions_left] == [of.solutions[2].code]
    assert look.missing == []
