"""What the pages of the main job see to: nothing is lost, twice, or decided by mistake."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import APIResponse, Browser, Locator, Page, Route, StorageState, expect
from sqlmodel import select

from app.core.storage.database import reading
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import Verdict
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.browser.demonstration import Demonstration
from tests.browser.looking import heading, press

pytestmark = pytest.mark.browser

PROBLEM = "Our small rivers rise within an hour; nobody in the valleys is warned in time."
OUTCOME = "Every household is warned half an hour ahead."


@contextmanager
def as_role(
    chromium: Browser,
    states: dict[str, StorageState],
    role: str,
    *,
    script: bool = True,
    language: str = "en",
) -> Iterator[Page]:
    with chromium.new_context(
        storage_state=states[role],
        java_script_enabled=script,
        locale=language,
    ) as context:
        yield context.new_page()


def submission(shown: Demonstration, title: str) -> Submission:
    with reading(shown.database) as session:
        return session.exec(select(Submission).where(Submission.title == title)).one()


def outcomes(shown: Demonstration) -> list[Outcome]:
    with reading(shown.database) as session:
        found = session.exec(select(Verdict)).all()
        return [v.outcome for v in sorted(found, key=lambda verdict: verdict.created_at)]


def call_of(page: Page) -> Locator:
    """The call of the demonstration, among all that are open."""
    return page.locator("article", has_text="Demonstration call for challenges")


def test_a_challenge_is_written_saved_as_one_writes_and_sent(
    chromium: Browser, shown: Demonstration, states: dict[str, StorageState]
) -> None:
    with as_role(chromium, states, "challenge_owner") as page:
        page.goto(shown.origin + "/calls")
        call_of(page).get_by_role("link", name="Submit a challenge").click()
        page.get_by_label("Title").fill("Floods in the valleys")
        press(page, "Begin")
        page.get_by_role("link", name="The problem").click()
        page.get_by_label("The problem").fill(PROBLEM)
        expect(page.locator("#saved")).to_contain_text("Saved", timeout=30_000)
        stored = submission(shown, "Floods in the valleys").content["problem"]
        page.get_by_role("link", name="All topics").click()
        page.get_by_role("link", name="The outcome").click()
        page.get_by_label("The outcome").fill(OUTCOME)
        press(page, "Save and see all topics")
        page.get_by_role("link", name="Themes").click()
        page.get_by_label("Find a theme").fill("environ")
        page.get_by_label("Environment").first.check()
        page.get_by_label("Find a theme").fill("sharing")
        page.get_by_label("Data sharing and interoperability").check()
        chosen = page.locator("[data-chosen]")
        expect(chosen).to_have_text(["1 chosen", "1 chosen", "0 chosen"])
        press(page, "Save and see all topics")
        page.get_by_role("link", name="Check your answers").click()
        page.get_by_role("button", name="Send it to the incubator").dblclick()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your submission has arrived")
        page.go_back()
        page.goto(shown.origin + "/submissions")
        listed = page.get_by_role("row", name="Floods in the valleys").inner_text()

    sent = submission(shown, "Floods in the valleys")
    assert stored == PROBLEM
    assert sent.state is State.SUBMITTED
    assert re.search(r"CH-\d{4}-\d{3}", listed)
    assert "submitted" in listed.lower()


def test_a_team_begins_with_an_earlier_submission_and_keeps_its_receipt(
    chromium: Browser, shown: Demonstration, states: dict[str, StorageState]
) -> None:
    earlier = submission(shown, "Floods in the valleys")
    with as_role(chromium, states, "challenge_owner") as page:
        page.goto(shown.origin + "/calls")
        call_of(page).get_by_role("link", name="Submit a challenge").click()
        page.get_by_label("Title").fill("Floods in the hills")
        page.get_by_label("Start from an earlier submission").select_option(earlier.code)
        press(page, "Begin")
        page.get_by_role("link", name="The problem").click()
        told = page.get_by_text(f"Taken over from {earlier.code}")
        expect(told).to_have_count(1)
        page.get_by_label("The problem").fill("Our hills slide.")
        expect(page.locator("#saved")).to_contain_text("Saved", timeout=30_000)
        expect(told).to_have_count(0)
        page.goto(f"{shown.origin}/submissions/{earlier.code}/receipt")
        with page.expect_download() as receipt:
            page.get_by_role("link", name="Receipt as PDF").click()

    assert submission(shown, "Floods in the hills").content["outcome"] == OUTCOME
    assert receipt.value.suggested_filename == f"{earlier.code}.pdf"


def test_staff_hand_the_dossier_of_a_run_on(
    chromium: Browser, shown: Demonstration, states: dict[str, StorageState]
) -> None:
    with as_role(chromium, states, "staff") as page:
        place = "/programmes/{programme}/runs/{run}".format(**shown.names)
        page.goto(shown.origin + place)
        with page.expect_download() as dossier:
            page.get_by_role("link", name="Dossier as PDF").click()

    assert dossier.value.suggested_filename == f"{shown.names['run']}.pdf"


def test_the_bench_is_worked_by_keys_alone_and_they_can_be_turned_off(
    chromium: Browser, shown: Demonstration, states: dict[str, StorageState]
) -> None:
    bench = (
        f"{shown.origin}/programmes/{shown.names['programme']}/runs/{shown.names['run']}/bench"
    )

    def in_focus(page: Page) -> str:
        return page.locator("a[data-provider][aria-current]").inner_text()

    with as_role(chromium, states, "staff") as page:
        page.goto(bench)
        first = in_focus(page)
        with page.expect_navigation():
            page.keyboard.press("j")
        second, focused = in_focus(page), page.evaluate("document.activeElement.id")
        page.keyboard.press("x")
        asked = page.evaluate("document.activeElement.id")
        page.keyboard.type("Jumps over another field.")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        rejected = page.get_by_role("status").inner_text()
        with page.expect_navigation():
            page.keyboard.press("u")
        page.get_by_role("button", name="Turn single keys off").click()
        before = page.url
        page.locator("body").press("j")

        assert first != second
        assert (focused, asked) == ("pair", "reason")
        assert "is rejected for" in rejected
        assert outcomes(shown)[-1] is Outcome.UNDECIDED
        assert page.url == before


def test_a_list_and_what_it_leads_to_are_worked_by_keys_alone_and_they_can_be_turned_off(
    chromium: Browser, shown: Demonstration, states: dict[str, StorageState]
) -> None:
    place = f"{shown.origin}/programmes/{shown.names['programme']}/challenges?sort=-code"
    with as_role(chromium, states, "staff") as page:
        page.goto(place)
        keys = page.get_by_role("heading", name="Keys").is_visible()
        links = page.locator("[data-rows] tbody a")
        titles = [links.nth(n).inner_text() for n in range(3)]

        def opened(key: str) -> str:
            with page.expect_navigation():
                page.keyboard.press(key)
            return page.get_by_role("heading", level=1).inner_text()

        for key in "jjk":
            page.keyboard.press(key)
        read = [opened("Enter"), opened("j"), opened("j"), opened("k")]
        page.go_back()
        page.goto(place)
        page.get_by_role("searchbox").press("j")
        written = page.get_by_role("searchbox").input_value()
        page.get_by_role("button", name="Turn single keys off").click()
        page.keyboard.press("j")
        marked = page.locator("[data-rows] tbody a:focus").count()

    assert keys
    assert read == [titles[0], titles[1], titles[2], titles[1]]
    assert (written, marked) == ("j", 0)


def test_the_bench_decides_without_script_and_says_the_cost_on_a_page_of_its_own(
    chromium: Browser, shown: Demonstration, states: dict[str, StorageState]
) -> None:
    bench = (
        f"{shown.origin}/programmes/{shown.names['programme']}/runs/{shown.names['run']}/bench"
    )
    with as_role(chromium, states, "staff", script=False) as page:
        page.goto(bench)
        page.get_by_role("link", name="What would it cost?").click()
        cost = page.get_by_role("main").inner_text()
        page.go_back()
        page.get_by_role("button", name=re.compile("^Reserve")).click()
        mistake = page.locator("#reason-wrong").inner_text()
        page.get_by_label("Reason").fill("Second line.")
        page.get_by_role("button", name=re.compile("^Reserve")).click()
        recorded = page.get_by_role("status").inner_text()
        made = outcomes(shown)
        page.get_by_role("status").get_by_role("button", name="Undo").click()
        undone = page.get_by_role("status").inner_text()

    assert "Costs nothing." in cost
    assert mistake
    assert "is in reserve for" in recorded
    assert made[-1] is Outcome.RESERVE
    assert undone.startswith("Taken back.")
    assert outcomes(shown)[-1] is Outcome.UNDECIDED


def test_what_was_written_is_not_lost_when_the_session_ends(
    chromium: Browser, shown: Demonstration, states: dict[str, StorageState]
) -> None:
    mine = f"{shown.origin}/submissions/{shown.names['mine']}/topics/affected"
    with as_role(chromium, states, "challenge_owner") as page:
        page.goto(mine)
        cookies = page.context.cookies()
        page.context.clear_cookies()
        page.get_by_label("Who is affected").fill("About 18,000 people.")
        expect(page.locator("#saved")).to_contain_text("you are signed out", timeout=30_000)
        press(page, "Save and see all topics")
        kept = page.get_by_role("main").inner_text()
        page.context.add_cookies(cookies)  # type: ignore[arg-type]  # -- as it gave them
        press(page, "Send it again")
        after = heading(page)

    assert "Nothing that you wrote is lost" in kept
    assert after == submission(shown, after).title
    assert submission(shown, after).content["affected"] == "About 18,000 people."


def test_what_is_written_before_the_script_is_there_is_saved_too(
    chromium: Browser, shown: Demonstration, states: dict[str, StorageState]
) -> None:
    mine = f"{shown.origin}/submissions/{shown.names['mine']}/topics/help_wanted"
    with as_role(chromium, states, "challenge_owner") as page:
        held: list[Route] = []
        page.route("**/pages.js*", lambda route: held.append(route))
        page.goto(mine, wait_until="commit")
        page.get_by_label("Help wanted").fill("How others warn people.")
        page.wait_for_timeout(100)
        for route in held:
            route.continue_()
        expect(page.locator("#saved")).to_contain_text("Saved", timeout=30_000)
        counted = page.locator("[data-count]").inner_text()

    with reading(shown.database) as session:
        found = session.exec(
            select(Submission).where(Submission.code == shown.names["mine"])
        ).one()
    assert counted == "4 words"
    assert found.content["help_wanted"] == "How others warn people."


def test_a_form_is_sent_after_what_is_being_saved_and_meets_nobody_else(
    chromium: Browser, shown: Demonstration, states: dict[str, StorageState]
) -> None:
    mine = f"{shown.origin}/submissions/{shown.names['mine']}/topics/constraints"
    with as_role(chromium, states, "challenge_owner") as page:
        held: list[tuple[Route, APIResponse]] = []

        def hold(route: Route) -> None:
            if route.request.headers.get("hx-request"):
                held.append((route, route.fetch()))
            else:
                route.continue_()

        page.goto(mine)
        page.route(mine, hold)
        field = page.get_by_role("textbox").first
        with page.expect_request(mine):
            field.fill("Forty valleys.")
        field.fill("Forty valleys, in winter too.")
        page.get_by_role("button", name="Save and see all topics").click()
        page.wait_for_timeout(300)
        with page.expect_navigation():
            for route, answer in held:
                route.fulfill(response=answer)
        led_to = page.url

    with reading(shown.database) as session:
        found = session.exec(
            select(Submission).where(Submission.code == shown.names["mine"])
        ).one()
    assert len(held) == 1
    assert led_to == f"{shown.origin}/submissions/{shown.names['mine']}"
    assert found.content["constraints"] == "Forty valleys, in winter too."


def test_two_windows_of_one_team_lose_nothing(
    chromium: Browser, shown: Demonstration, states: dict[str, StorageState]
) -> None:
    mine = f"{shown.origin}/submissions/{shown.names['mine']}/topics/tried"
    with as_role(chromium, states, "challenge_owner") as page:
        other = page.context.new_page()
        for window in (page, other):
            window.goto(mine)
        page.get_by_label("What you have tried").fill("We sent letters.")
        expect(page.locator("#saved")).to_contain_text("Saved", timeout=30_000)
        other.get_by_label("What you have tried").fill("We phoned.")
        expect(other.locator("#saved")).to_contain_text(
            "has changed this answer", timeout=30_000
        )
        press(other, "Save and see all topics")
        both = other.get_by_role("main").inner_text()
        other.get_by_label("What you have tried").fill("We sent letters, and phoned.")
        press(other, "Save mine instead")

    with reading(shown.database) as session:
        found = session.exec(
            select(Submission).where(Submission.code == shown.names["mine"])
        ).one()
    assert "We sent letters." in both
    assert found.content["tried"] == "We sent letters, and phoned."


def test_the_reader_chooses_a_language_and_keeps_it(
    chromium: Browser, shown: Demonstration
) -> None:
    with chromium.new_context(locale="en") as context:
        page = context.new_page()
        page.goto(shown.origin + "/calls")
        press(page, "Français")
        here, language = page.url, page.locator("html").get_attribute("lang")
        page.goto(shown.origin + "/")

        assert (here, language) == (f"{shown.origin}/calls", "fr")
        assert page.locator("html").get_attribute("lang") == "fr"


def test_times_are_told_beside_the_readers_own(chromium: Browser, shown: Demonstration) -> None:
    with chromium.new_context(locale="en", timezone_id="America/Sao_Paulo") as context:
        page = context.new_page()
        page.goto(f"{shown.origin}/calls/{shown.names['call']}")
        away = page.locator(".due").inner_text()
    with chromium.new_context(locale="en", timezone_id="Europe/Paris") as context:
        page = context.new_page()
        page.goto(f"{shown.origin}/calls/{shown.names['call']}")
        here = page.locator(".due").inner_text()

    assert "(Paris, UTC+1)" in away
    assert "your time" in away
    assert "your time" not in here
