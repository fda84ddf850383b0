"""Refusals as pages: for people with a browser, with the remedy; programs get the document."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.core.base.errors import FieldError, Unprocessable
from app.core.http import problems
from app.core.http.request_log import RequestLog
from app.pages import layout

PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def broken() -> TestClient:
    """An application that fails and refuses on purpose."""
    app = FastAPI()
    app.add_middleware(RequestLog)
    problems.install(app)
    layout.install(app)

    @app.get("/fails")
    def fail() -> None:
        raise RuntimeError("canary")

    @app.get("/refuses")
    def refuse() -> None:
        errors = [FieldError("/title", "<b>Longer</b> than it may be.")]
        raise Unprocessable("The title <i>cannot</i> be.", errors=errors, remedy="Shorten it.")

    return TestClient(app, raise_server_exceptions=False)


def test_a_person_reads_what_is_wrong_and_what_to_do(client: TestClient) -> None:
    page = client.get("/nowhere", headers=PERSON)

    assert page.status_code == 404
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert '<h1 class="govuk-heading-l">Not found</h1>' in page.text
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


def test_no_page_has_a_script_or_a_style_of_its_own(client: TestClient) -> None:
    for path in ("/sign-in", "/reset", "/nowhere"):
        text = client.get(path, headers=PERSON).text

        assert text.count("<script") == text.count('<script src="/static/') == 1
        assert "<style" not in text
        assert "style=" not in text
