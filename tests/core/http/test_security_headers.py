"""Every answer forbids what it does not need, whatever it is."""

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.testclient import TestClient

from app.core.storage.database import Database
from app.main import create_app
from app.settings import Settings
from tests.conftest import SignIn
from tests.factories import a_user

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


@pytest.fixture
def broken(settings: Settings, database: Database) -> FastAPI:
    app = create_app(settings, database)

    @app.get("/broken", include_in_schema=False)
    def broken() -> None:
        raise RuntimeError

    @app.get("/page", include_in_schema=False)
    def page() -> HTMLResponse:
        return HTMLResponse("<p>")

    return app


@pytest.mark.parametrize(
    ("path", "status", "caching"),
    [
        ("/livez", 200, "no-store"),
        ("/api/v1/me", 401, "private, no-cache"),
        ("/api/v1/nothing", 404, "private, no-cache"),
        ("/nothing", 404, "no-store"),
        ("/static/docs.js", 200, "public, no-cache"),
        ("/openapi.json", 200, "no-store"),
        ("/broken", 500, "no-store"),
    ],
)
def test_every_answer_has_its_headers(
    broken: FastAPI, path: str, status: int, caching: str
) -> None:
    answer = TestClient(broken, raise_server_exceptions=False).get(path)

    found = {name: answer.headers[name] for name in EVERYWHERE}
    assert (answer.status_code, found) == (status, EVERYWHERE)
    assert answer.headers["content-security-policy"] == NOTHING
    assert answer.headers["cache-control"] == caching
    assert "strict-transport-security" not in answer.headers


def test_a_refusal_before_the_routes_has_them_as_well(broken: FastAPI) -> None:
    answer = TestClient(broken).post("/api/v1/challenges", content=b" " * 1_000_001)

    assert answer.status_code == 413
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_page_runs_nothing_inline_and_nothing_from_outside(broken: FastAPI) -> None:
    policy = TestClient(broken).get("/page").headers["content-security-policy"]

    assert "unsafe" not in policy
    assert "http" not in policy
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= {
        *policy.split("; ")
    }


def test_a_page_that_says_more_is_left_its_own_policy(broken: FastAPI) -> None:
    answer = TestClient(broken).get("/docs")

    assert "form-action 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_over_https_the_browser_is_told_to_stay_there(broken: FastAPI) -> None:
    answer = TestClient(broken, base_url="https://counterpart.example.org").get("/livez")

    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_where_the_public_address_is_https_browsers_come_back_over_https(
    url: str, database: Database
) -> None:
    """Behind a proxy that speaks TLS the service itself is asked over plain http."""
    public = Settings(
        database_url=url, embedded_worker=False, public_url="https://counterpart.example.org"
    )
    client = TestClient(create_app(public, database))

    answers = [
        client.get("/livez"),
        client.get("/nothing"),
        client.post("/api/v1/challenges", content=b" " * 1_000_001),
    ]

    assert {answer.headers["strict-transport-security"] for answer in answers} == {
        "max-age=31536000"
    }


def test_what_somebody_has_read_is_not_kept_for_others(
    session: Session, as_user: SignIn
) -> None:
    answer = as_user(a_user(session)).get("/api/v1/me")

    assert answer.headers["cache-control"] == "private, no-cache"
