"""Staff move a provider to another challenge from the board, and see the cost first."""

import re

from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.matchmaking.lifecycle import Outcome
from tests.pages.conftest import as_role
from tests.pages.test_staff_pages import Pairs, pairs, run, said, verdicts

__all__ = ["pairs", "run"]


def moving(pairs: Pairs, **more: str) -> dict[str, str]:
    """Return the form that moves the first solution from the first to the second challenge."""
    return said(pairs, **{"challenge_id": pairs[0][1].code, "source": pairs[0][0].code, **more})


def test_a_move_shows_its_cost_and_keeps_nothing_before_it_is_sent(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    first, second = pairs[0]
    staff.post(f"{run}/verdicts", data=said(pairs))
    board = staff.get(f"{run}/board").text
    address = f"{run}/move?solution={pairs[1][0].code}&amp;source={first.code}"

    where_to = staff.get(address.replace("&amp;", "&")).text
    asked = staff.get(f"{address.replace('&amp;', '&')}&target={second.code}")

    assert f'href="{address}"' in board
    assert re.findall(r'name="target" value="([^"]*)"', where_to) == [second.code]
    assert "Keep this move" not in where_to
    assert re.search(r"Costs (nothing|[0-9.]+ of [0-9.]+)", asked.text)
    assert "Keep this move" in asked.text
    assert verdicts(session) == [(1, Outcome.CHOSEN)]


def test_a_move_takes_the_provider_from_where_it_was_and_is_undone_at_once(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    staff.post(f"{run}/verdicts", data=said(pairs))

    moved = staff.post(f"{run}/moves", data=moving(pairs))
    after_move = verdicts(session)
    page = staff.get(moved.headers["location"]).text
    (undo,) = re.findall(r'action="([^"]*/moves/[^"]*/undo[^"]*)"', page)
    undone = staff.post(undo.replace("&amp;", "&"))

    assert moved.headers["location"].endswith(f"#row-{pairs[0][1].code}")
    assert after_move == [(1, Outcome.CHOSEN), (1, Outcome.CHOSEN), (2, Outcome.UNDECIDED)]
    assert undone.headers["location"].endswith("/board?done=move-undone")
    assert verdicts(session) == [
        *((1, Outcome.CHOSEN), (1, Outcome.CHOSEN)),
        *((2, Outcome.UNDECIDED), (2, Outcome.UNDECIDED)),
        (3, Outcome.CHOSEN),
    ]


def test_a_move_without_a_reason_keeps_nothing_and_shows_the_cost_again(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    page = staff.post(f"{run}/moves", data=moving(pairs, reason=""))

    assert page.status_code == 422
    assert 'id="reason-wrong"' in page.text
    assert re.search(r"Costs (nothing|[0-9.]+ of [0-9.]+)", page.text)
    assert verdicts(session) == []


def test_a_move_to_where_others_sit_says_who_stays_and_that_there_are_too_many(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    second = pairs[0][1].code
    other = pairs[1][1]
    staff.post(f"{run}/verdicts", data=said(pairs, challenge_id=second, solution_id=other.code))

    page = staff.get(f"{run}/move?solution={pairs[1][0].code}&target={second}").text

    assert page.count("stays chosen there.") == 1
    assert "It has then more providers than it wishes for" in page


def test_a_provider_is_not_moved_to_where_it_is(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    refused = staff.post(f"{run}/moves", data=moving(pairs, source=pairs[0][1].code))

    assert refused.status_code == 422
    assert verdicts(session) == []


def test_an_advisor_sees_the_board_and_moves_nobody(
    session: Session, browser: TestClient, staff: TestClient, run: str, pairs: Pairs
) -> None:
    as_role(session, browser, Role.ADVISOR)

    board = browser.get(f"{run}/board")
    refused = browser.post(f"{run}/moves", data=moving(pairs))

    assert (board.status_code, refused.status_code) == (200, 403)
    assert "/move?" not in board.text
