"""The board is worked by mouse and by keys: both lead to the cost, and then to a verdict."""

import re

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect
from sqlmodel import select

from app.core.storage.database import reading
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import Verdict
from app.submissions.models import Submission
from tests.browser.demonstration import Demonstration
from tests.browser.hands import Keys
from tests.browser.looking import strictly

pytestmark = pytest.mark.browser


def newest(shown: Demonstration, challenge: str, solution: str) -> Outcome | None:
    """What counts for a pair; None where nobody has decided."""
    with reading(shown.database) as session:
        codes = dict(session.exec(select(Submission.id, Submission.code)).all())
        found = [
            verdict
            for verdict in session.exec(select(Verdict))
            if (codes[verdict.challenge_id], codes[verdict.solution_id])
            == (challenge, solution)
        ]
        return max(found, key=lambda verdict: verdict.number).outcome if found else None


def in_focus(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def board_of(shown: Demonstration) -> str:
    return (
        f"{shown.origin}/programmes/{shown.names['programme']}/runs/{shown.names['run']}/board"
    )


def test_a_provider_is_dragged_to_another_challenge_where_its_cost_is_told(
    chromium: Browser, shown: Demonstration, states: dict[str, StorageState]
) -> None:
    with chromium.new_context(storage_state=states["staff"], locale="en") as context:
        page = context.new_page()
        page.set_viewport_size({"width": 1280, "height": 1600})  # no scrolling while it is held
        heard = strictly(page)
        page.goto(board_of(shown))
        seat = page.locator("[data-seat]").first
        solution = str(seat.get_attribute("data-solution"))
        lane = page.locator("[data-challenge]").last
        challenge = str(lane.get_attribute("data-challenge"))
        with page.expect_navigation(wait_until="load"):
            seat.drag_to(lane)
        target = page.get_by_label("To which challenge").input_value()
        cost = page.locator("#answer").inner_text()
        focused, decided = in_focus(page), newest(shown, challenge, solution)
        page.get_by_label("Reason").fill("They have done the same.")
        with page.expect_navigation(wait_until="load"):
            page.get_by_role("button", name="Keep this move").click()
        said, after = page.get_by_role("status").inner_text(), in_focus(page)
        kept = newest(shown, challenge, solution)
        with page.expect_navigation(wait_until="load"):
            page.get_by_role("button", name="Undo").click()

        assert (target, focused, decided) == (challenge, "move", None)
        assert re.search(r"Costs|Gains", cost)
        assert said.startswith("Recorded: the move of")
        assert (after, kept) == ("done", Outcome.CHOSEN)
        assert newest(shown, challenge, solution) is Outcome.UNDECIDED
        assert heard.complaints == []


def test_a_provider_is_moved_by_keys_and_the_cost_follows_what_is_chosen(
    chromium: Browser, shown: Demonstration, states: dict[str, StorageState]
) -> None:
    with chromium.new_context(storage_state=states["staff"], locale="en") as context:
        page = context.new_page()
        keys = Keys(page, lambda text: text)
        page.goto(board_of(shown))
        first = page.locator("[data-seat]").first
        solution = str(first.get_attribute("data-solution"))
        keys.open(first.get_by_role("link", name=re.compile("^Choose")))
        challenge = page.get_by_label("To which challenge").input_value()
        keys.reach(page.get_by_label("What it becomes there"))
        page.keyboard.press("ArrowDown")
        expect(page.locator("#answer li").first).to_contain_text("→ reserve", ignore_case=True)
        expect(page.locator("[aria-busy]")).to_have_count(0)
        focused = in_focus(page)
        keys.write("Reason", "Second line.")
        keys.press("Keep this move")

        assert focused == "outcome"
        assert in_focus(page) == "done"
        assert newest(shown, challenge, solution) is Outcome.RESERVE
