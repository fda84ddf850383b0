"""Signing in with a real browser: by keyboard, without script, and open to everybody."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr
from sqlmodel import Session, select

from app.access.policy import OPERATOR, Role
from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.accounts.service import one_time_links
from app.core.storage.database import connect
from app.core.storage.outbox import Letter
from app.main import create_app
from app.settings import Settings
from app.worker import work_once
from tests.browser.looking import faults, heading, press, strictly
from tests.conftest import engine_of
from tests.factories import KEY, PASSWORD, a_person, a_session, a_user
from tests.processes import in_this_process

pytestmark = pytest.mark.browser

NEW = "quiet lantern orbit mustard"


@dataclass(frozen=True)
class House:
    """The service, and a way to arrange who is in it."""

    origin: str
    session: Session
    settings: Settings

    def open(self, page: Page, path: str) -> None:
        page.goto(self.origin + path)

    def work(self) -> None:
        """Let a worker do all that waits for one."""
        database = connect(self.settings.database_url)
        while work_once(database, self.settings):
            pass
        database.dispose()

    def invitation(self, user: User) -> str:
        link = one_time_links.link_for(self.session, OPERATOR, user, public_url="")
        self.session.commit()
        return link


@pytest.fixture
def house(url: str) -> Iterator[House]:
    settings = Settings(database_url=url, embedded_worker=False, secret_keys=SecretStr(KEY))
    engine = engine_of(url)
    with in_this_process(create_app(settings)) as origin, Session(engine) as session:
        yield House(origin, session, settings)
    engine.dispose()


def sign_in(page: Page, house: House, password: str = PASSWORD) -> None:
    house.open(page, "/sign-in")
    page.get_by_label("Email address").fill("ann@example.org")
    page.get_by_label("Password", exact=True).fill(password)
    press(page, "Sign in")


def test_every_page_is_open_to_everybody_and_asks_nobody_outside(
    page: Page, house: House
) -> None:
    user = a_user(house.session, Role.STAFF, email="ann@example.org", state=UserState.INVITED)
    found: dict[str, list[tuple[str, str]]] = {}
    heard = strictly(page)

    def look(name: str) -> None:
        found[name] = faults(page)

    house.open(page, house.invitation(user))
    look("invitation")
    press(page, "Accept")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    look("invitation with mistakes")
    page.get_by_label("Choose a password").fill(NEW)
    page.get_by_label("I agree to what is stored").check()
    press(page, "Accept")
    look("password set")
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    look("sign in")
    press(page, "Sign in")
    look("sign in with mistakes")
    sign_in(page, house, NEW)
    look("enrolment")
    secret = page.locator(".app-secret").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=True).fill("000000")
    press(page, "Continue")
    look("enrolment with a mistake")
    totp = pyotp.TOTP(secret)
    page.get_by_label("Code", exact=True).fill(totp.now())
    press(page, "Continue")
    look("recovery codes")
    spare = page.locator(".app-codes li").all_inner_texts()
    page.get_by_role("link", name="I have saved them, continue").click()
    look("tasks")
    house.open(page, "/profile")
    look("profile")
    page.get_by_role("navigation").get_by_role("link", name="Your tokens").click()
    look("no tokens")
    press(page, "Create token")
    look("tokens with mistakes")
    page.get_by_label("Name", exact=True).fill("nightly report")
    page.get_by_label("Read runs of the matchmaking").check()
    press(page, "Create token")
    look("token made")
    page.get_by_role("link", name="I have saved it, back to my tokens").click()
    look("tokens")
    a_session(house.session, user, browser="Firefox on Linux")
    house.session.commit()
    house.open(page, "/profile/sessions")
    look("sessions")
    page.get_by_role("button", name=re.compile("Firefox on Linux")).click()
    look("a session ended")
    house.open(page, "/profile/password")
    look("change of password")
    press(page, "Change password")
    look("change of password with mistakes")
    page.get_by_label("Old password").fill(NEW)
    page.get_by_label("New password").fill(PASSWORD)
    press(page, "Change password")
    look("password changed")
    house.open(page, "/confirm")
    look("confirm")
    press(page, "Sign out")
    sign_in(page, house)
    look("second factor")
    page.get_by_label("Code", exact=True).fill(spare[0])
    press(page, "Continue")
    assert heading(page) == "My tasks"
    house.open(page, "/reset")
    look("reset")
    page.get_by_label("Email address").fill("ann@example.org")
    press(page, "Send me an email")
    look("letter promised")
    house.work()
    house.session.expire_all()
    about = select(Letter).where(Letter.subject == "A new password for Counterpart")
    letter = house.session.exec(about).one()
    (path,) = re.findall(r"/reset\?code=\S+", letter.body)
    house.open(page, path)
    look("new password")
    house.open(page, "/reset?code=used")
    look("refusal")

    assert {name: faults for name, faults in found.items() if faults} == {}
    assert len(found) == 25
    refused = "the server responded with a status of 4"  # pages with mistakes, and a refusal
    assert [c for c in heard.complaints if refused not in c] == []
    assert heard.outside(house.origin) == []


def test_a_planted_fault_is_found(page: Page, house: House) -> None:
    """Shows that the test above can fail."""
    heard = strictly(page)
    house.open(page, "/sign-in")
    page.evaluate("""() => {
        document.querySelector("main").insertAdjacentHTML("beforeend", "<input>");
        document.querySelector("h1").insertAdjacentHTML("beforeend", "<b style='color: red'>");
        const wide = document.querySelector("form");
        wide.querySelector("button").textContent = "x".repeat(200);
    }""")

    found = faults(page)

    assert {"label", "scrolls sideways"} <= {rule for rule, _ in found}
    assert "policy: style-src-attr inline" in heard.complaints


def test_without_script_somebody_is_invited_signs_in_agrees_and_leaves(
    chromium: Browser, house: House
) -> None:
    a_person(house.session, email="ann@example.org", name="Ann", consented_at=None)
    house.session.commit()

    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, house, "not the password")
        mistake = page.locator("#password-error").inner_text()
        page.get_by_role("link", name=re.compile("^Password: The email address")).click()
        jumped = page.url
        sign_in(page, house)
        asked = heading(page)
        press(page, "I do not agree, leave")
        left = heading(page)
        sign_in(page, house)
        press(page, "I agree, continue")
        here = heading(page)
        press(page, "Sign out")
        out = heading(page)
        house.open(page, "/profile")

        assert "The email address or the password is wrong." in mistake
        assert jumped.endswith("#password")
        assert [asked, left, here, out] == [
            "Before you begin",
            "You have left",
            "My tasks",
            "Sign in",
        ]
        assert page.url.endswith("/sign-in?next=%2Fprofile")


def test_signing_in_needs_no_mouse(page: Page, house: House) -> None:
    a_person(house.session, email="ann@example.org", name="Ann")
    house.session.commit()
    house.open(page, "/sign-in?next=/profile")

    page.keyboard.press("Tab")
    skip = page.evaluate("document.activeElement.textContent.trim()")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("ann@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Ann")
    assert skip == "Skip to main content"


def test_another_site_signs_nobody_in_and_nobody_out(page: Page, house: House) -> None:
    a_person(house.session, email="ann@example.org", name="Ann")
    house.session.commit()
    sign_in(page, house)
    expect(page.get_by_role("heading", level=1)).to_have_text("My tasks")
    evil = "http://localhost:9/evil"
    page.route(evil, lambda route: route.fulfill(body="<p>Win!", content_type="text/html"))
    page.goto(evil)

    def post(path: str) -> str:
        page.evaluate(
            """(address) => {
                const form = document.createElement("form");
                form.method = "post";
                form.action = address;
                document.body.append(form);
                form.submit();
            }""",
            house.origin + path,
        )
        page.wait_for_url(f"{house.origin}/**")
        said = heading(page)
        page.goto(evil)
        return said

    said = [post("/sign-out"), post("/sign-in")]
    house.open(page, "/profile")

    assert said == ["Request from another site"] * 2
    assert heading(page) == "Ann"
