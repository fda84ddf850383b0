"""Replacements: found with all that is open or confirmed kept, at their cost, in one act."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.access.policy import OPERATOR, Role
from app.core.base.clock import now
from app.core.base.errors import (
    ConfirmFirst,
    Conflict,
    NotPermitted,
    TransitionNotAllowed,
    Unprocessable,
)
from app.matches.lifecycle import Consent, DeclineReason, MatchState
from app.matches.models import Match
from app.matches.schemas import NewReplacement, ReplacementsRead
from app.matches.service import deadlines, replacements
from app.matchmaking.lifecycle import Outcome
from app.programmes.models import Programme
from app.settings import Settings
from app.submissions.lifecycle import State
from tests.decisions.people import actor
from tests.factories import a_solution
from tests.matches.rounds import (
    SOON,
    Round,
    a_round,
    answer,
    choose,
    confirmed,
    letters,
    offered,
)


def found(session: Session, match: Match, settings: Settings) -> ReplacementsRead:
    return replacements.replacements(session, OPERATOR, match.id, settings)()


def declined(session: Session, of: Round, match: Match) -> Match:
    return answer(session, of, match, "solution", "decline")


def new(of: Round, solution: int) -> NewReplacement:
    return NewReplacement(solution_id=of.solutions[solution].code, answer_by=SOON)


def test_the_best_that_is_free_comes_first_and_what_holds_a_place_is_kept(
    session: Session, settings: Settings
) -> None:
    of = a_round(session, challenges=2, solutions=6, wanted=1)
    lost, kept = offered(session, of, (0, 0), (1, 1))
    confirmed(session, of, kept)
    # A place more for the challenge, which another provider has got already.
    session.get_one(Programme, of.run.programme_id).providers_max = 2
    offered(session, of, (0, 5))
    choose(session, of, 0, 4, Outcome.REJECTED)
    declined(session, of, lost)

    read = found(session, lost, settings)

    names = [row.code for row in of.solutions]
    assert {one.solution.code for one in read.candidates} == {names[1], names[2], names[3]}
    assert [one.solution.code for one in read.candidates if one.problem] == [names[1]]
    assert read.candidates[0].cost == 0
    assert read.candidates[0].best
    assert [one.cost is None for one in read.candidates] == [False, False, True]
    assert all((one.cost or 0) >= 0 for one in read.candidates)
    assert [(one.solution.code, str(one.problem)) for one in read.rejected] == [
        (names[0], f"It was offered as {lost.code}, and is declined."),
        (names[4], "It was rejected: It fits our round."),
    ]


@pytest.mark.parametrize("why", ["declined", "lapsed", "withdrawn"])
def test_a_replacement_is_offered_in_one_act(session: Session, why: str) -> None:
    of = a_round(session)
    lost, _ = offered(session, of, (0, 0), (1, 1))
    match why:
        case "declined":
            declined(session, of, lost)
        case "lapsed":
            lost.answer_by = now() - timedelta(seconds=1)
            session.flush()
            deadlines.lapse(session)
        case _:
            lost.state = MatchState.WITHDRAWN
    told = len(letters(session))

    made = replacements.replace(session, OPERATOR, lost.id, new(of, 2))

    assert (lost.state, made.state) == (MatchState.REPLACED, MatchState.OFFERED)
    assert (made.challenge_id, made.solution_id) == (of.challenges[0].id, of.solutions[2].id)
    assert (made.replaces_id, made.answer_by, made.score) == (lost.id, SOON, 0.88)
    assert [address for address, _ in letters(session)[told:]] == [
        of.people[row.code].email for row in (of.challenges[0], of.solutions[2])
    ]


@pytest.mark.parametrize("state", [*MatchState])
def test_only_what_came_to_nothing_is_replaced(session: Session, state: MatchState) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    confirmed(session, of, match)
    if state is MatchState.DECLINED:
        match.challenge_answer, match.decline_reason = Consent.NO, DeclineReason.NO_TIME
    match.state = state
    session.flush()

    if state in {MatchState.DECLINED, MatchState.LAPSED, MatchState.WITHDRAWN}:
        replacements.replace(session, OPERATOR, match.id, new(of, 2))
        assert match.state is MatchState.REPLACED
    else:
        with pytest.raises(TransitionNotAllowed):
            replacements.replace(session, OPERATOR, match.id, new(of, 2))


@pytest.mark.parametrize(
    ("case", "refusal", "told"),
    [
        ("no capacity", Conflict, "has no place left: it takes on 1"),
        ("withdrawn", Conflict, "takes no part: it is withdrawn"),
        ("challenge withdrawn", Conflict, "takes no part: it is withdrawn"),
        ("rejected", Conflict, "It was rejected: It fits our round."),
        ("declined before", Conflict, "It was offered as .*, and is declined."),
        ("not listed", Unprocessable, "cannot be offered here"),
        ("late", Unprocessable, "This date is in the past"),
    ],
)
def test_what_is_in_the_way_of_a_replacement_is_told_and_nothing_changes(
    session: Session, case: str, refusal: type[Exception], told: str
) -> None:
    of = a_round(session, solutions=3)
    lost, _ = offered(session, of, (0, 0), (1, 1))
    declined(session, of, lost)
    asked = new(of, 2)
    match case:
        case "no capacity":
            asked = new(of, 1)
        case "withdrawn":
            of.solutions[2].state = State.WITHDRAWN
        case "challenge withdrawn":
            of.challenges[0].state = State.WITHDRAWN
        case "rejected":
            choose(session, of, 0, 2, Outcome.REJECTED)
        case "declined before":
            asked = new(of, 0)
        case "not listed":
            other = a_solution(session, programme_id=of.run.programme_id, state=State.SELECTED)
            asked = NewReplacement(solution_id=other.code, answer_by=SOON)
        case _:
            asked = NewReplacement(solution_id=of.solutions[2].code, answer_by=now())
    session.flush()

    with pytest.raises(refusal, match=told):
        replacements.replace(session, OPERATOR, lost.id, asked)

    assert lost.state is MatchState.DECLINED
    assert len(session.exec(select(Match)).all()) == 2


def test_a_lead_alone_replaces_and_from_a_browser_that_was_just_confirmed(
    session: Session, settings: Settings
) -> None:
    of = a_round(session)
    (lost,) = offered(session, of, (0, 0))
    declined(session, of, lost)
    staff, lead = actor(session, Role.STAFF), actor(session, Role.LEAD)
    left_open = type(lead)(lead.user_id, lead.roles, confirmed_at=now() - timedelta(hours=2))

    with pytest.raises(NotPermitted):
        replacements.replace(session, staff, lost.id, new(of, 2))
    with pytest.raises(ConfirmFirst):
        replacements.replace(session, left_open, lost.id, new(of, 2))
    with pytest.raises(NotPermitted):
        replacements.replacements(session, of.actor(of.challenges[0]), lost.id, settings)
    replacements.replace(session, lead, lost.id, new(of, 2))
