"""On the board staff move a provider; the cost is told first, and the move can be undone."""

import re

import pytest
from httpx2 import Response
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage.database import Database
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import Verdict
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import statements_of
from tests.factories import a_challenge, a_solution
from tests.matchmaking.test_run import work
from tests.pages.conftest import as_role
from tests.pages.test_staff_pages import Pairs, pairs, run, said

__all__ = ["pairs", "run"]


def standing(session: Session) -> dict[tuple[str, str], Outcome]:
    """What counts for each pair, by codes."""
    session.rollback()
    codes = dict(session.exec(select(Submission.id, Submission.code)).all())
    found = sorted(session.exec(select(Verdict)), key=lambda verdict: verdict.number)
    return {(codes[v.challenge_id], codes[v.solution_id]): v.outcome for v in found}


def move(pairs: Pairs, source: int | None, target: int, solution: int = 0) -> dict[str, str]:
    asked = {"solution": pairs[1][solution].code, "target": pairs[0][target].code}
    return asked if source is None else asked | {"source": pairs[0][source].code}


def seen(page: str) -> dict[str, list[str]]:
    return {"newest": re.findall(r'name="newest" value="(\d+)"', page)}


def keep(
    staff: TestClient, run: str, asked: dict[str, str], reason: str = "They fit."
) -> Response:
    page = staff.get(f"{run}/move", params=asked).text
    return sent(staff, run, asked, seen(page) | {"reason": reason})


def sent(
    staff: TestClient, run: str, asked: dict[str, str], rest: dict[str, str | list[str]]
) -> Response:
    return staff.post(f"{run}/move", params=asked, data=asked | rest)


def chosen(staff: TestClient, run: str, pairs: Pairs, challenge: int, solution: int) -> None:
    form = said(
        pairs,
        challenge_id=pairs[0][challenge].code,
        solution_id=pairs[1][solution].code,
    )
    assert staff.post(f"{run}/verdicts", data=form).status_code == 303


def test_a_provider_is_moved_with_one_reason_and_the_move_is_undone_as_a_whole(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    first, second = (challenge.code for challenge in pairs[0])
    provider = pairs[1][0].code
    chosen(staff, run, pairs, 0, 0)
    answer = keep(staff, run, move(pairs, 0, 1))
    board = staff.get(answer.headers["location"]).text
    moved = standing(session)
    (undo,) = re.findall(r'action="([^"]*/move/undo[^"]*)"', board)
    undone = staff.get(staff.post(undo.replace("&amp;", "&")).headers["location"]).text

    assert "Recorded: the move of" in board
    assert moved == {
        (first, provider): Outcome.UNDECIDED,
        (second, provider): Outcome.CHOSEN,
    }
    assert "Taken back: the move of" in undone
    assert standing(session) == {
        (first, provider): Outcome.CHOSEN,
        (second, provider): Outcome.UNDECIDED,
    }


def test_the_cost_of_a_move_is_told_before_it_is_kept_and_nothing_is_stored(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    chosen(staff, run, pairs, 0, 0)
    before = standing(session)

    page = staff.get(f"{run}/move", params=move(pairs, 0, 1))
    part = staff.get(f"{run}/move", params=move(pairs, 0, 1), headers={"HX-Request": "true"})

    assert re.search(r"<strong>(Costs|Gains) ", page.text)
    assert ("<html" in part.text, "Keep this move" in part.text) == (False, True)
    assert standing(session) == before


def test_a_provider_that_takes_no_more_leaves_no_assignment_and_the_page_says_so(
    staff: TestClient, run: str, pairs: Pairs
) -> None:
    chosen(staff, run, pairs, 0, 0)

    page = staff.get(f"{run}/move", params=move(pairs, None, 1)).text

    assert "Then no whole assignment is left." in page


def test_without_a_reason_nothing_is_moved_and_the_field_says_so(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    chosen(staff, run, pairs, 0, 0)
    before = standing(session)

    page = keep(staff, run, move(pairs, 0, 1), reason="")

    assert (page.status_code, 'id="reason-wrong"' in page.text) == (422, True)
    assert standing(session) == before


@pytest.mark.parametrize("outcome", ["undecided", "reserve", "rejected"])
def test_a_provider_is_taken_off(
    session: Session, staff: TestClient, run: str, pairs: Pairs, outcome: str
) -> None:
    chosen(staff, run, pairs, 0, 0)

    answer = keep(staff, run, move(pairs, None, 0) | {"outcome": outcome})

    assert answer.status_code == 303
    assert standing(session) == {(pairs[0][0].code, pairs[1][0].code): Outcome(outcome)}


def test_of_two_who_move_at_once_the_second_is_shown_what_counts_and_keeps_the_reason(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    chosen(staff, run, pairs, 0, 0)
    asked = move(pairs, 0, 1)
    stale = seen(staff.get(f"{run}/move", params=asked).text)
    form = said(
        pairs,
        "rejected",
        challenge_id=pairs[0][1].code,
        reason="Another field.",
    )
    staff.post(f"{run}/verdicts", data=form)
    before = standing(session)

    page = sent(staff, run, asked, stale | {"reason": "They know it."})

    assert page.status_code == 409
    assert "A colleague has decided meanwhile." in page.text
    assert ">They know it.</textarea>" in page.text
    assert standing(session) == before


def test_who_sat_there_makes_room_and_nobody_is_moved_until_somebody_is_named(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    chosen(staff, run, pairs, 0, 0)
    asked = move(pairs, None, 0, 1)
    page = staff.get(f"{run}/move", params=asked).text
    refused = sent(staff, run, asked, {"reason": "Why not."})
    named = asked | {"instead_of": pairs[1][0].code}
    said_of_both = staff.get(f"{run}/move", params=named).text
    keep(staff, run, named)

    assert ("Who makes room" in page, "Keep this move" in page) == (True, False)
    assert refused.status_code == 422
    assert 'id="instead_of-wrong"' in refused.text
    assert ">Why not.</textarea>" in refused.text
    assert "The best assignment then" in said_of_both
    assert standing(session) == {
        (pairs[0][0].code, pairs[1][0].code): Outcome.RESERVE,
        (pairs[0][0].code, pairs[1][1].code): Outcome.CHOSEN,
    }


def test_an_advisor_sees_the_board_and_moves_nobody(
    session: Session, browser: TestClient, staff: TestClient, run: str, pairs: Pairs
) -> None:
    chosen(staff, run, pairs, 0, 0)
    as_role(session, browser, Role.ADVISOR)

    board = browser.get(f"{run}/board")
    refused = browser.get(f"{run}/move", params=move(pairs, 0, 1))

    assert (board.status_code, refused.status_code) == (200, 403)
    assert "/move?" not in board.text


def test_the_board_costs_as_many_statements_with_verdicts_as_without(
    staff: TestClient, database: Database, run: str, pairs: Pairs
) -> None:
    statements = statements_of(database)

    def cost() -> int:
        statements.clear()
        assert staff.get(f"{run}/board").status_code == 200
        return len(statements)

    without = cost()
    chosen(staff, run, pairs, 0, 0)

    assert cost() == without


def test_what_the_run_does_not_hold_is_not_there_drafts_of_teams_first_of_all(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    call = session.get_one(Submission, pairs[0][0].id).call_id
    draft = a_challenge(session, call_id=call, state=State.DRAFT, title="A secret plan")
    offer = a_solution(session, state=State.DRAFT, title="A secret offer")
    session.commit()
    here, there = pairs[1][0].code, pairs[0][0].code

    asked = [
        {"solution": offer.code, "target": there},
        {"solution": here, "target": draft.code},
        {"solution": here, "target": there, "source": draft.code},
        {"solution": "SO-2099-001", "target": there},
        {"solution": there, "target": there},
        {"solution": here, "target": here},
    ]
    answers = [staff.get(f"{run}/move", params=one) for one in asked]

    assert [answer.status_code for answer in answers] == [422] * len(asked)
    assert not any("secret" in answer.text for answer in answers)


def test_a_move_is_undone_as_a_whole_and_in_its_own_run(
    session: Session, staff: TestClient, run: str, pairs: Pairs, database: Database
) -> None:
    chosen(staff, run, pairs, 0, 0)
    keep(staff, run, move(pairs, 0, 1))
    before = standing(session)
    place = run.rpartition("/")[0]
    other = staff.post(place, data={"basis": "selected"}).headers["location"]
    work(database)
    last = sorted(session.exec(select(Verdict)), key=lambda v: v.created_at)[-2:]
    whole = [str(verdict.id) for verdict in last]

    elsewhere = staff.post(f"{other}/move/undo", params={"verdict": whole})
    half = staff.post(f"{run}/move/undo", params={"verdict": whole[:1]})
    unchanged = standing(session)
    both = staff.post(f"{run}/move/undo", params={"verdict": whole})
    back = standing(session)
    again = re.findall(r"verdict=([\w-]+)", both.headers["location"])
    staff.post(f"{run}/move/undo", params={"verdict": again})

    assert (elsewhere.status_code, half.status_code, both.status_code) == (404, 404, 303)
    assert unchanged == before != back
    assert standing(session) == before


def test_numbers_that_nobody_can_have_seen_keep_the_reason(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    page = sent(staff, run, move(pairs, None, 0), {"newest": "-1", "reason": "They fit."})

    assert page.status_code == 422
    assert ">They fit.</textarea>" in page.text
    assert standing(session) == {}


def test_who_has_withdrawn_is_not_moved_and_the_reason_is_kept(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    row = session.get_one(Submission, pairs[1][0].id)
    row.state = State.WITHDRAWN
    session.add(row)
    session.commit()

    page = keep(staff, run, move(pairs, None, 0))

    assert page.status_code == 409
    assert "A colleague has decided" not in page.text
    assert ">They fit.</textarea>" in page.text
    assert standing(session) == {}


def test_a_move_without_a_target_says_what_is_missing(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    nowhere = {"solution": pairs[1][0].code}

    page = sent(staff, run, nowhere, {"reason": "They fit."})

    assert page.status_code == 422
    assert 'id="target-wrong"' in page.text
    assert ">They fit.</textarea>" in page.text
    assert standing(session) == {}


def test_what_is_kept_is_what_was_shown_and_a_change_is_shown_first(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    shown = move(pairs, None, 0)
    page = staff.get(f"{run}/move", params=shown).text
    changed = seen(page) | move(pairs, None, 1) | {"reason": "They fit.", "then": "keep"}

    asked = staff.post(f"{run}/move", params=shown, data=changed | {"then": "ask"})
    answer = staff.post(f"{run}/move", params=shown, data=changed)
    before = standing(session)
    kept = staff.post(
        f"{run}/move", params=move(pairs, None, 1), data=changed | seen(answer.text)
    )

    assert (asked.status_code, answer.status_code, kept.status_code) == (200, 422, 303)
    assert "You have chosen something else" not in asked.text
    assert "You have chosen something else since the cost was shown." in answer.text
    assert ">They fit.</textarea>" in answer.text
    assert before == {}
    assert standing(session) == {(pairs[0][1].code, pairs[1][0].code): Outcome.CHOSEN}


def test_more_challenges_than_a_provider_takes_on_are_a_question_before_they_are_kept(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    chosen(staff, run, pairs, 0, 0)
    asked = move(pairs, None, 1)
    page = staff.get(f"{run}/move", params=asked).text
    given = seen(page) | {"reason": "They fit."}

    refused = sent(staff, run, asked, given)
    before = standing(session)
    kept = sent(staff, run, asked, given | {"overbooked": "true"})
    off = staff.get(f"{run}/move", params=asked | {"outcome": "undecided"}).text

    assert "takes on 1 challenge. It would be chosen for 2." in page
    assert (refused.status_code, "overbooked" in refused.text) == (422, True)
    assert list(before.values()) == [Outcome.CHOSEN]
    assert kept.status_code == 303
    assert list(standing(session).values()) == [Outcome.CHOSEN, Outcome.CHOSEN]
    assert "takes on 1 challenge" not in off


def test_a_chosen_team_that_withdraws_is_marked_and_other_moves_still_have_a_cost(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    chosen(staff, run, pairs, 0, 0)
    row = session.get_one(Submission, pairs[1][0].id)
    row.state = State.WITHDRAWN
    session.add(row)
    session.commit()

    board = staff.get(f"{run}/board").text
    page = staff.get(f"{run}/move", params=move(pairs, None, 0, 1)).text

    assert ">Takes no part any more<" in board
    assert "0 of 1 chosen" in board
    assert re.search(r"<strong>(Costs|Gains) ", page)
    assert "Who makes room" not in page
