"""Who runs the service learns that a proxy is not named: then all its visitors count as one."""

import logging
from typing import Any

import pytest
from starlette.testclient import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.core.http import forwarding
from app.core.http.forwarding import ForwardedHeaders, Forwarding
from app.operations import migrating

READY = {"status": "ready", "schema": migrating.needed()}
WARNED = READY | {"warnings": [forwarding.WARNING]}


@pytest.fixture
def fresh(client: TestClient) -> TestClient:
    """A service that has seen no forwarded headers yet."""
    client.app.state.forwarding.__init__()  # type: ignore[attr-defined]  # -- it is a FastAPI
    return client


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_headers_that_nobody_believes_are_shown_where_readiness_is_asked_and_logged_once(
    fresh: TestClient, header: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    before = fresh.get("/readyz").json()

    for _ in range(3):
        fresh.get("/livez", headers={header: "203.0.113.7"})

    after = fresh.get("/readyz")
    lines = [r for r in caplog.records if r.message == "forwarded headers not believed"]
    assert (before, after.status_code, after.json()) == (READY, 200, WARNED)
    assert len(lines) == 1
    assert "203.0.113.7" not in str(vars(lines[0]))


def test_a_proxy_that_is_named_is_no_reason_to_warn() -> None:
    seen = Forwarding()
    inner: Any = ForwardedHeaders(_answer, seen)
    app: Any = ProxyHeadersMiddleware(inner, trusted_hosts="testclient")
    through = {"X-Forwarded-For": "203.0.113.7, 203.0.113.9"}

    TestClient(app).get("/", headers=through)
    believed = seen.warnings()
    TestClient(inner).get("/", headers=through)

    assert (believed, seen.warnings()) == ([], [forwarding.WARNING])


def test_the_warning_goes_when_the_headers_have_stopped(
    fresh: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh.get("/livez", headers={"X-Forwarded-For": "203.0.113.7"})
    monkeypatch.setattr(forwarding, "SHOWN", 0.0)

    assert fresh.get("/readyz").json() == READY


@pytest.mark.parametrize(
    ("address", "shown"),
    [("10.0.0.9", "10.0.0.9"), ("9.9.9.9", None), ("testclient", None), (None, None)],
)
def test_the_log_names_a_proxy_of_the_own_network_and_no_person(
    address: str | None, shown: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)

    Forwarding().note(address)

    (line,) = caplog.records
    assert vars(line)["proxy"] == shown


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})
