"""What verdicts teach: agreement by run, reasons, and a weight for the next programme."""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import OPERATOR, Role
from app.core.base.errors import Conflict
from app.core.storage.audit import AuditEvent
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import MatchRun, Verdict
from app.matchmaking.schemas.learning import RoundAgreementRead, TaughtRead
from app.matchmaking.service import inputs, learning
from app.programmes.lifecycle import CallState
from app.programmes.models import Programme
from app.settings import Settings
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import SignIn
from tests.factories import (
    a_call,
    a_challenge,
    a_programme,
    a_run,
    a_solution,
    a_suggestion,
    a_user,
)

WEIGHT = 0.6
ASKED = datetime(2026, 3, 1, tzinfo=UTC)


class Decided(NamedTuple):
    """A programme of which people have decided about three providers for each challenge."""

    programme: Programme
    run: MatchRun
    challenges: list[Submission]
    solutions: list[Submission]


def a_listed(
    session: Session,
    run: MatchRun,
    rank: int,
    sides: tuple[UUID, UUID],
    text: float,
    themes: float,
) -> None:
    """A line of a run, of two similarities that it has weighed."""
    parts = {"text_part": WEIGHT * text, "theme_part": (1 - WEIGHT) * themes}
    a_suggestion(
        session,
        run,
        challenge_id=sides[0],
        solution_id=sides[1],
        rank=rank,
        score=sum(parts.values()),
        **parts,
    )


def said(
    session: Session, run: MatchRun, sides: tuple[UUID, UUID], outcome: Outcome, number: int = 1
) -> None:
    session.add(
        Verdict(
            run_id=run.id,
            challenge_id=sides[0],
            solution_id=sides[1],
            number=number,
            outcome=outcome,
            reason=f"It is {outcome}.",
        )
    )
    session.flush()


def decided(session: Session, n: int = 14, *, by_themes: bool = True) -> Decided:
    """People choose whom the themes speak for, although the texts speak for the first."""
    programme = a_programme(session)
    run = a_run(session, programme_id=programme.id, created_at=ASKED)
    of = {"programme_id": programme.id, "state": State.SELECTED}
    challenges = [a_challenge(session, **of) for _ in range(n)]
    solutions = [a_solution(session, **of) for _ in range(3)]
    for challenge in challenges:
        for rank, (solution, text, themes) in enumerate(
            zip(solutions, (0.9, 0.5, 0.3), (0.1, 0.6, 0.2), strict=True), 1
        ):
            a_listed(session, run, rank, (challenge.id, solution.id), text, themes)
            chosen = rank == (2 if by_themes else 1)
            outcome = Outcome.CHOSEN if chosen else Outcome.REJECTED
            said(session, run, (challenge.id, solution.id), outcome)
    return Decided(programme, run, challenges, solutions)


def taught(session: Session, programme: Programme) -> TaughtRead:
    return learning.taught(session, OPERATOR, programme.id)()


def test_a_programme_without_verdicts_teaches_nothing(session: Session) -> None:
    programme = a_programme(session)
    a_run(session, programme_id=programme.id)

    found = taught(session, programme)

    assert found.model_dump() == {
        "programme_id": programme.id,
        "text_weight": None,
        "rounds": [],
        "reasons": [],
        "proposal": None,
    }


def test_the_agreement_of_a_run_is_told_over_challenges_with_a_choice(session: Session) -> None:
    made = decided(session, 2, by_themes=False)
    other = made.challenges[1].id
    for solution in made.solutions:  # of the second challenge somebody has then chosen nobody
        said(session, made.run, (other, solution.id), Outcome.REJECTED, number=2)

    found = taught(session, made.programme)

    whole = {"value": 1.0, "low": None, "high": None}
    assert [one.model_dump() for one in found.rounds] == [
        RoundAgreementRead.model_validate(
            {
                "run_id": made.run.id,
                "run": made.run.code,
                "created_at": ASKED,
                "text_weight": WEIGHT,
                "verdicts": 6,
                "not_listed": 0,
                "challenges": 1,
                "first": whole,
                "places": whole,
                "ndcg": whole,
            }
        ).model_dump()
    ]


def test_of_enough_challenges_a_share_says_how_sure_it_is(session: Session) -> None:
    made = decided(session, 10)
    for challenge in made.challenges[:5]:
        first, second, _ = made.solutions
        said(session, made.run, (challenge.id, first.id), Outcome.CHOSEN, number=2)
        said(session, made.run, (challenge.id, second.id), Outcome.REJECTED, number=2)

    (found,) = taught(session, made.programme).rounds

    assert found.first is not None
    assert (found.first.value, found.first.low, found.first.high) == (0.5, 0.2, 0.8)


def test_what_people_chose_and_the_run_did_not_list_counts_against_it(session: Session) -> None:
    made = decided(session, 1)
    unlisted = a_solution(session, programme_id=made.programme.id, state=State.SELECTED)
    sides = (made.challenges[0].id, unlisted.id)
    said(session, made.run, sides, Outcome.CHOSEN)

    (found,) = taught(session, made.programme).rounds

    assert found.not_listed == 1
    assert found.places is not None
    assert found.ndcg is not None
    assert found.places.value == 0.5  # of the first two places one was chosen
    assert 0 < found.ndcg.value < 1


def test_reasons_against_suggestions_are_told_the_newest_first(session: Session) -> None:
    made = decided(session, 1)
    first, second, third = (one.code for one in made.solutions)

    found = taught(session, made.programme).reasons

    assert [(one.solution, one.rank, one.reason) for one in found] == [
        (third, 3, "It is rejected."),
        (first, 1, "It is rejected."),
    ]
    assert second not in {one.solution for one in found}
    assert {(one.challenge, one.run) for one in found} == {
        (made.challenges[0].code, made.run.code)
    }


def test_too_few_verdicts_propose_nothing_and_say_how_many_it_takes(session: Session) -> None:
    made = decided(session, 3)

    found = taught(session, made.programme).proposal

    assert found is not None
    assert (found.challenges, found.needed) == (3, 12)
    assert found.agreement == 0.5
    assert (found.weight, found.gain, found.speaks) == (None, None, False)


def test_verdicts_that_favour_themes_propose_a_lower_weight_of_words(session: Session) -> None:
    made = decided(session)

    found = taught(session, made.programme).proposal

    assert found is not None
    assert found.speaks
    assert found.stated == WEIGHT
    assert found.weight is not None
    # The second scores higher than the first where .4 w < .5 (1 - w).
    assert found.weight.value == pytest.approx(0.55)
    assert found.gain is not None
    assert found.gain.value == 0.5


def test_verdicts_that_agree_with_the_ranking_propose_nothing(session: Session) -> None:
    made = decided(session, by_themes=False)

    found = taught(session, made.programme).proposal

    assert found is not None
    assert (found.agreement, found.speaks) == (1.0, False)


def test_of_a_pair_that_was_judged_twice_the_newest_verdict_counts(session: Session) -> None:
    made = decided(session)
    later = a_run(session, programme_id=made.programme.id)
    for challenge in made.challenges:
        for rank, (solution, text, themes) in enumerate(
            zip(made.solutions, (0.9, 0.5, 0.3), (0.1, 0.6, 0.2), strict=True), 1
        ):
            a_listed(session, later, rank, (challenge.id, solution.id), text, themes)
            outcome = Outcome.CHOSEN if rank == 1 else Outcome.REJECTED
            said(session, later, (challenge.id, solution.id), outcome)

    found = taught(session, made.programme)

    assert [one.run for one in found.rounds] == [later.code, made.run.code]
    assert found.proposal is not None
    assert (found.proposal.agreement, found.proposal.speaks) == (1.0, False)


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_a_run_that_weighed_one_of_the_two_alone_tells_nothing_of_the_other(
    session: Session, weight: float
) -> None:
    made = decided(session)
    made.run.settings = {**made.run.settings, "text_weight": weight}
    session.flush()

    found = taught(session, made.programme)

    assert found.proposal is not None
    assert (found.proposal.challenges, found.proposal.speaks) == (0, False)
    assert found.rounds[0].challenges == 14


# --- taking it over ----------------------------------------------------------------------


def adopted(session: Session, made: Decided, into: Programme) -> Programme:
    proposal = taught(session, made.programme).proposal
    return learning.adopt(session, OPERATOR, into.id, made.programme, proposal)


def test_the_next_programme_ranks_as_the_verdicts_of_this_one_propose(
    session: Session, settings: Settings
) -> None:
    made, into = decided(session), a_programme(session)
    a_call(session, programme_id=into.id, state=CallState.DRAFT)

    adopted(session, made, into)

    assert inputs.chosen(into, settings, top=None).text_weight == pytest.approx(0.55)
    assert inputs.chosen(into, settings, top=None, text_weight=0.9).text_weight == 0.9
    assert inputs.chosen(made.programme, settings, top=None).text_weight == WEIGHT
    session.commit()
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "adopt weight")).one()
    assert event.facts == {"taught_by": made.programme.code, "weight": into.text_weight}


@pytest.mark.parametrize("begun_by", ["call", "run", "itself"])
def test_a_running_programme_ranks_on_as_it_did(session: Session, begun_by: str) -> None:
    made, into = decided(session), a_programme(session)
    if begun_by == "call":
        a_call(session, programme_id=into.id)
    elif begun_by == "run":
        a_run(session, programme_id=into.id)
    else:
        into = made.programme

    with pytest.raises(Conflict, match="is running"):
        adopted(session, made, into)

    assert into.text_weight is None


def test_what_chance_may_have_made_is_not_taken_over(session: Session) -> None:
    made, into = decided(session, by_themes=False), a_programme(session)

    with pytest.raises(Conflict, match="propose nothing"):
        adopted(session, made, into)

    assert into.text_weight is None


def test_a_lead_takes_a_weight_over_and_drops_it_again(
    session: Session, as_user: SignIn
) -> None:
    made, into = decided(session), a_programme(session)
    session.commit()
    lead, staff = as_user(a_user(session, Role.LEAD)), as_user(a_user(session, Role.STAFF))
    address = f"/api/v1/programmes/{into.code}/text-weight"
    body = {"taught_by": made.programme.code}

    refused = staff.post(address, json=body)
    taken = lead.post(address, json=body)
    read = staff.get(f"/api/v1/programmes/{into.code}/agreement").json()
    dropped = lead.delete(address)

    assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted")
    assert taken.json()["text_weight"] == pytest.approx(0.55)
    assert read["text_weight"] == taken.json()["text_weight"]
    assert dropped.json()["text_weight"] is None


def test_the_newest_proposal_is_taken_and_no_number_from_outside(
    session: Session, as_user: SignIn
) -> None:
    made, into = decided(session), a_programme(session)
    session.commit()
    lead = as_user(a_user(session, Role.LEAD))

    answer = lead.post(
        f"/api/v1/programmes/{into.code}/text-weight",
        json={"taught_by": made.programme.code, "text_weight": 1},
    )

    assert answer.status_code == 422


# --- pages -------------------------------------------------------------------------------


def page_of(client: TestClient, programme: Programme, **asked: Any) -> str:
    return client.get(f"/programmes/{programme.code}/agreement", **asked).text


def test_a_lead_reads_the_proposal_and_takes_it_over_on_the_page(
    session: Session, as_user: SignIn
) -> None:
    made, into = decided(session), a_programme(session)
    session.commit()
    lead = as_user(a_user(session, Role.LEAD))
    address = f"/programmes/{made.programme.code}/agreement"

    before = page_of(lead, made.programme)
    blank = lead.post(address, data={"programme": ""})
    running = lead.post(address, data={"programme": made.programme.code})
    unknown = lead.post(address, data={"programme": "nowhere"})
    taken = lead.post(address, data={"programme": into.code}, follow_redirects=True)
    dropped = lead.post(
        f"/programmes/{into.code}/agreement/usual", data={}, follow_redirects=True
    )

    assert "Proposed: words 55, themes 45 of 100." in before
    assert into.title in before
    assert [one.status_code for one in (blank, running, unknown)] == [422] * 3
    assert "Choose a programme." in blank.text
    assert "is running" in running.text
    assert "words 55, themes 45 of 100" in taken.text
    assert "ranks by the usual weight again" in dropped.text


@pytest.mark.parametrize(
    ("n", "by_themes", "said"),
    [
        (3, True, "It takes 12 challenges with both a chosen and a rejected provider"),
        (14, False, "do not tell another weight apart"),
        (14, True, "A lead can take it over"),
    ],
)
def test_staff_read_what_is_proposed_and_why_nothing_is(
    session: Session, as_user: SignIn, n: int, by_themes: bool, said: str
) -> None:
    made = decided(session, n, by_themes=by_themes)
    session.commit()

    assert said in page_of(as_user(a_user(session, Role.STAFF)), made.programme)


def test_without_a_verdict_the_page_says_where_they_are_given(
    session: Session, as_user: SignIn
) -> None:
    programme = a_programme(session)
    session.commit()

    page = page_of(as_user(a_user(session, Role.STAFF)), programme)

    assert "Nobody has decided about a suggestion yet." in page


def test_where_no_programme_is_left_to_take_it_over_the_page_says_what_to_do(
    session: Session, as_user: SignIn
) -> None:
    made = decided(session)
    session.commit()

    page = page_of(as_user(a_user(session, Role.LEAD)), made.programme)

    assert "Begin the next edition first." in page
