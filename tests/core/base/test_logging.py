"""The log: one line of JSON for each event, with identifiers and without people."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.base.logging import JsonFormatter, configure
from app.core.storage import jobs
from app.core.storage.database import Database, transaction
from app.core.storage.jobs import Handler, Store, Ticket
from app.core.storage.outbox import Letter
from app.main import create_app
from app.settings import Settings
from tests.conftest import SignIn
from tests.factories import a_call, a_token, a_user, themes

LEASE = timedelta(minutes=1)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged meanwhile, as the service writes it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure("INFO")
    written = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_request_is_one_line_that_says_what_was_answered(
    session: Session, as_user: SignIn, log: io.StringIO
) -> None:
    person = a_user(session)
    client = as_user(person)

    answer = client.get("/api/v1/me")

    [line] = lines(log)
    at, spent = line.pop("at"), line.pop("milliseconds")
    assert line == {
        "level": "INFO",
        "logger": "app.core.http.request_log",
        "event": "request answered",
        "request_id": answer.headers["x-request-id"],
        "actor": str(person.id),
        "method": "GET",
        "path": "/api/v1/me",
        "status": 200,
    }
    assert datetime.fromisoformat(at).tzinfo is not None
    assert 0 < spent < 60_000


def events(log: io.StringIO, event: str) -> list[dict[str, Any]]:
    """The lines of one event, without what every line says."""
    common = {"at", "level", "logger", "event", "request_id"}
    found = [line for line in lines(log) if line["event"] == event]
    return [{n: v for n, v in line.items() if n not in common} for line in found]


def test_nobody_is_named_in_the_line_of_a_request_that_shows_nobody(
    session: Session, as_user: SignIn, log: io.StringIO
) -> None:
    client = as_user(a_user(session))

    client.get("/api/v1/me")
    client.get("/livez")
    client.get("/api/v1/me", headers={"Authorization": "Bearer wrong"})

    assert ["actor" in line for line in events(log, "request answered")] == [True, False, False]


def test_who_is_not_permitted_is_logged_by_key(
    session: Session, as_user: SignIn, log: io.StringIO
) -> None:
    person = a_user(session)
    client = as_user(person)
    actor = {"actor": str(person.id)}

    client.get("/api/v1/audit")
    client.post("/api/v1/programmes", json={"code": "another", "title": "Another one"})
    client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})

    assert events(log, "not permitted") == [
        actor | {"method": "GET", "path": "/api/v1/audit", "code": "not-permitted"},
        actor | {"method": "POST", "path": "/api/v1/programmes", "code": "not-permitted"},
        {"method": "POST", "path": "/sign-out", "code": "cross-site"},
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_who_takes_a_table_along_is_logged_by_key(
    session: Session, as_user: SignIn, log: io.StringIO, kind: str
) -> None:
    person = a_user(session, Role.STAFF)
    client = as_user(person)
    a_call(session)
    session.commit()

    client.get("/api/v1/calls")
    client.get(f"/api/v1/calls?format={kind}")

    assert events(log, "table exported") == [
        {"actor": str(person.id), "path": "/api/v1/calls", "kind": kind, "rows": 1}
    ]


def test_who_reads_the_letters_of_others_is_logged_by_key(
    session: Session, as_user: SignIn, log: io.StringIO
) -> None:
    person, other = a_user(session, Role.ADMIN), a_user(session)
    client = as_user(person)
    letter = Letter(user_id=other.id, recipient=other.email, subject="Hello", body="Well?")
    session.add(letter)
    session.commit()

    client.get("/api/v1/outbox")
    client.get(f"/api/v1/outbox/{letter.id}")
    client.get("/api/v1/outbox?state=sent")

    read = {"actor": str(person.id), "letters": [str(letter.id)]}
    assert events(log, "letters read") == [read, read]
    assert other.email not in log.getvalue()


def test_nothing_that_a_person_sends_or_gets_is_logged(
    session: Session, client: TestClient, log: io.StringIO
) -> None:
    person = a_user(session, name="Ann Example", email="ann@example.org")
    secret = a_token(session, person)
    call = a_call(session)
    themes(session)
    session.commit()
    headers = {"Authorization": f"Bearer {secret}"}
    body = {"call_id": str(call.id), "title": "Confidential", "content": {"problem": "Hush."}}

    statuses = [
        client.get("/api/v1/me", headers=headers).status_code,
        client.get("/api/v1/challenges?q=looked-for", headers=headers).status_code,
        client.get("/api/v1/challenges?looked-for=1", headers=headers).status_code,
        client.post("/api/v1/challenges", json=body, headers=headers).status_code,
        client.post("/api/v1/challenges", json=body | {"x": 1}, headers=headers).status_code,
        client.get("/api/v1/me", headers={"Authorization": "Bearer cpt_wrong"}).status_code,
    ]

    assert [line["status"] for line in lines(log)] == statuses == [200, 200, 400, 201, 422, 401]
    told = log.getvalue()
    for word in ("Ann", "ann@", secret, "cpt_wrong", "looked-for", "Confidential", "Hush"):
        assert word not in told


def test_a_failure_is_logged_with_its_traceback_and_the_identifier_of_the_answer(
    settings: Settings, database: Database, log: io.StringIO
) -> None:
    app: FastAPI = create_app(settings, database)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("no")

    answer = TestClient(app, raise_server_exceptions=False).get("/broken")

    answered, failed = lines(log)
    assert (answered["event"], answered["status"]) == ("request answered", 500)
    assert (failed["level"], failed["event"], failed["path"]) == (
        "ERROR",
        "request failed",
        "/broken",
    )
    assert failed["traceback"].endswith("RuntimeError: no")
    assert answered["request_id"] == failed["request_id"] == answer.headers["x-request-id"]


def test_a_line_break_in_an_address_makes_no_second_line(
    client: TestClient, log: io.StringIO
) -> None:
    client.get("/nothing%0A%7B%22event%22%3A%22forged%22%7D")

    [line] = lines(log)
    assert line["path"] == '/nothing\n{"event":"forged"}'


def test_jobs_are_logged_by_their_identifiers_alone(
    database: Database, log: io.StringIO
) -> None:
    def done(ticket: Ticket) -> Store:
        return lambda _: None

    def failing(ticket: Ticket) -> Store:
        raise OSError("disk full")

    for _ in range(2):
        with transaction(database) as session:
            jobs.enqueue(session, "write", requested_by=None, to="ann@example.org")
    for compute in (done, failing):
        handler = Handler(compute, give_up=lambda *_: None)
        jobs.run_next(database, {"write": handler}, lease=LEASE)

    finished, failed = lines(log)
    assert {key for key in finished if key not in {"at", "level", "logger", "event"}} == {
        "job_id"
    }
    assert {key for key in failed if key not in {"at", "level", "logger", "event"}} == {
        "job_id",
        "traceback",
    }
    assert [finished["event"], failed["event"]] == ["job finished", "job attempt failed"]
    assert "ann@example.org" not in log.getvalue()


def test_what_json_does_not_know_is_written_as_text() -> None:
    record = logging.makeLogRecord({"msg": "seen", "levelname": "INFO", "where": {1, 2}})

    assert json.loads(JsonFormatter().format(record))["where"] == "{1, 2}"
