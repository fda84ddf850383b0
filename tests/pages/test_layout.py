"""Refusals as pages: for people with a browser, with the remedy; programs get the document."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.base.errors import (
    AppError,
    CallNotOpen,
    ConfirmFirst,
    Conflict,
    Failure,
    FieldError,
    NotFound,
    NotPermitted,
    PreconditionRequired,
    ReadOnly,
    Stale,
    TooLarge,
    TooMany,
    TransitionNotAllowed,
    Unavailable,
    Unprocessable,
)
from app.core.http import problems
from app.core.http.forms import Form
from app.core.http.request_log import RequestLog
from app.core.storage.database import connect
from app.pages import layout, refusals
from app.settings import Settings
from tests.accounts.conftest import Enter
from tests.factories import a_person

PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def broken() -> TestClient:
    """An application that fails and refuses on purpose."""
    app = FastAPI()
    app.state.settings = Settings()
    app.add_middleware(RequestLog)
    problems.install(app)
    refusals.install(app)

    @app.get("/fails")
    def fail() -> None:
        raise RuntimeError("canary")

    @app.api_route("/refuses", methods=["GET", "POST"])
    def refuse() -> None:
        errors = [FieldError("/title", "<b>Longer</b> than it may be.")]
        raise Unprocessable("The title <i>cannot</i> be.", errors=errors, remedy="Shorten it.")

    return TestClient(app, raise_server_exceptions=False)


def test_a_person_reads_what_is_wrong_and_what_to_do(client: TestClient) -> None:
    page = client.get("/nowhere", headers=PERSON)

    assert page.status_code == 404
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert '<h1 class="h1">Not found</h1>' in page.text
    assert "There is nothing at this address." in page.text
    assert "Check the address" in page.text


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/nowhere", "*/*"),
        ("/nowhere", "application/json"),
        ("/api/v1/nowhere", PERSON["Accept"]),
    ],
)
def test_a_program_gets_the_document(client: TestClient, path: str, accept: str) -> None:
    answer = client.get(path, headers={"Accept": accept})

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not-found"


def test_who_is_not_signed_in_is_led_there_and_back(client: TestClient) -> None:
    answer = client.get("/profile?a=b&c=d", headers=PERSON, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fprofile%3Fa%3Db%26c%3Dd"


def test_a_refused_method_still_says_which_there_are(client: TestClient) -> None:
    page = client.get("/sign-out", headers=PERSON)

    assert (page.status_code, page.headers["allow"]) == (405, "POST")


def test_a_refusal_lists_all_that_is_wrong_and_lets_no_markup_through(
    broken: TestClient,
) -> None:
    page = broken.get("/refuses", headers=PERSON)

    assert page.status_code == 422
    assert "The title &lt;i&gt;cannot&lt;/i&gt; be." in page.text
    assert "title: &lt;b&gt;Longer&lt;/b&gt; than it may be." in page.text
    assert "Shorten it." in page.text


def test_a_failure_of_ours_is_a_page_with_the_number_of_the_request(
    broken: TestClient,
) -> None:
    page = broken.get("/fails", headers=PERSON)

    assert page.status_code == 500
    assert len(page.headers["x-request-id"]) == 32
    assert "canary" not in page.text


@pytest.mark.parametrize(
    ("error", "does"),
    [
        (NotPermitted("a"), "Ask someone whose role includes it"),
        (ConfirmFirst("a"), 'href="/confirm?next=/here%3Fa%3Db"'),
        (NotFound("a"), "Check the address."),
        (Conflict("a"), "it shows how things stand now, and what is possible"),
        (TransitionNotAllowed("a"), "which steps are open"),
        (CallNotOpen("a"), "choose an open call"),
        (Stale("a"), "What you wrote is still in the page before this one"),
        (PreconditionRequired("a"), "What you wrote is still in the page before this one"),
        (TooLarge("a"), "Shorten the texts"),
        (Unprocessable("a"), "correct what is listed above"),
        (Unprocessable("a", remedy="Shorten it."), "Shorten it."),
        (TooMany("a", retry_after=70), "Wait 70 seconds, and try again."),
        (Failure("a"), "tell the staff of the incubator this number"),
        (Unavailable("a", retry_after=7), "Wait 7 seconds, and try again."),
        (ReadOnly("a"), "You can still read everything."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, AppError) else "",
)
def test_each_kind_of_refusal_tells_a_person_what_to_do_and_leads_there(
    error: AppError, does: str
) -> None:
    app = FastAPI()
    app.state.settings = Settings()
    problems.install(app)
    refusals.install(app)

    @app.post("/sent")
    def refuse() -> None:
        raise error

    came = {**PERSON, "Referer": "http://testserver/here?a=b"}
    page = TestClient(app, raise_server_exceptions=False).post("/sent", headers=came)

    assert page.status_code == error.status
    assert f'<h1 class="h1">{error.title}</h1>' in page.text
    assert does in page.text
    # Words for programs: names of headers and fields.
    assert "`" not in page.text
    assert "ETag" not in page.text
    assert isinstance(error, ConfirmFirst) or 'href="/here?a=b"' in page.text


@pytest.mark.parametrize(
    ("referer", "leads"),
    [
        ("http://testserver/here", True),
        ("https://elsewhere.example/here", False),
        ("javascript:alert(1)", False),
        ("http://[127.0.0.1:8000/here", False),
        ("http://testserver//elsewhere.example", False),
        ("", False),
    ],
)
def test_a_refusal_leads_back_to_a_page_of_ours_alone(
    broken: TestClient, referer: str, leads: bool
) -> None:
    page = broken.post("/refuses", headers={**PERSON, "Referer": referer})

    assert ("Open the page again" in page.text) == leads


def test_what_may_be_asked_again_has_a_link_to_itself(broken: TestClient) -> None:
    page = broken.get("/fails?a=<b>", headers=PERSON)

    assert 'href="/fails?a=%3Cb%3E">Try again</a>' in page.text


def test_no_page_has_a_script_or_a_style_of_its_own(client: TestClient) -> None:
    for path in ("/sign-in", "/reset", "/nowhere"):
        text = client.get(path, headers=PERSON).text

        assert text.count("<script") == text.count('<script src="/static/') == 1
        assert "<style" not in text
        assert "style=" not in text


def test_every_page_and_every_refusal_has_the_frame_of_its_reader(
    session: Session, enter: Enter
) -> None:
    browser = enter(a_person(session, Role.MEMBER, name="Ann Other"))

    frames = {}
    for path in ("/profile", "/profile/tokens", "/sign-in", "/reset", "/nowhere", "/sign-out"):
        page = browser.get(path).text
        frames[path] = (
            '<a href="/profile">Ann Other</a>' in page,
            re.findall(r'<li><a href="([^"]*)"', page),
            re.findall(r'href="([^"]*)" aria-current="page"', page),
        )

    paths = ["/tasks", "/submissions", "/matches", "/organisation", "/calls", "/notices"]
    paths += ["/register"]
    own = ["/profile", "/profile/password", "/profile/sessions", "/profile/letters"]
    own += ["/my-questions", "/profile/tokens", "/webhooks"]
    assert frames == {
        "/profile": (True, paths + own, ["/profile"]),
        "/profile/tokens": (True, paths + own, ["/profile/tokens"]),
        "/sign-in": (True, paths, []),
        "/reset": (True, paths, []),
        "/nowhere": (True, paths, []),
        "/sign-out": (True, paths, []),
    }


def test_who_is_not_signed_in_sees_what_is_public_and_no_name(browser: TestClient) -> None:
    for path in ("/sign-in", "/nowhere"):
        page = browser.get(path).text

        places = ["/", "/calls", "/notices", "/register", "/how-the-ranking-works"]
        assert re.findall(r'<li><a href="([^"]*)"', page) == places
        assert "/sign-out" not in page


def test_a_refusal_is_shown_while_the_database_does_not_answer(
    browser: TestClient, app: FastAPI, tmp_path: Path
) -> None:
    app.state.database = connect(f"sqlite:///{tmp_path / 'gone' / 'x.db'}")
    browser.cookies.set("__Host-counterpart", "a cookie that cannot be looked up")

    page = browser.get("/nowhere")

    assert page.status_code == 404
    assert '<h1 class="h1">Not found</h1>' in page.text


def test_whatever_fails_in_the_frame_leaves_the_refusal_whole(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise ValueError("canary")

    monkeypatch.setattr(layout, "recognise", fail)

    page = browser.get("/nowhere")

    assert page.status_code == 404
    assert '<h1 class="h1">Not found</h1>' in page.text
    assert "canary" not in page.text


def test_who_is_not_signed_in_and_posts_gets_back_what_they_wrote(browser: TestClient) -> None:
    page = browser.post("/profile/tokens", data={"name": "<nightly>", "password": "hush"})

    assert page.status_code == 401
    assert "Sign in, and do this again." in page.text
    assert 'href="/sign-in" target="_blank"' in page.text
    assert '<form method="post" action="/profile/tokens">' in page.text
    assert '<input type="hidden" name="name" value="&lt;nightly&gt;">' in page.text
    assert "hush" not in page.text


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"a=b", "text/plain"),
        (b"a=" + b"x" * refusals.LONGEST_FORM, "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(300)), "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_form_of_ours_is_not_shown_again(
    browser: TestClient, body: bytes, kind: str
) -> None:
    page = browser.post("/profile/tokens", content=body, headers={"Content-Type": kind})

    assert page.status_code in {401, 413}
    assert "Send it again" not in page.text


def test_errors_within_content_are_named_and_linked_to_their_fields() -> None:
    errors = (FieldError("/content/problem", "It is too long."),)
    template = layout.environment_of("en").from_string(
        '{% from "components/forms.html" import summary %}'
        '{{ summary(form, {"content.problem": "The problem"}) }}'
    )

    text = template.render(form=Form(errors=errors))

    assert '<a href="#content.problem">The problem: It is too long.</a>' in text
