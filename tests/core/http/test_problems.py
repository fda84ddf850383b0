"""Whatever is sent, the answer is a problem document that says what to do."""

import gzip
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4

import anyio
import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlmodel import Session, select
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from app.access.policy import Role
from app.core.http import problems
from app.core.http.request_limits import BodyLimit
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database
from app.main import create_app
from app.programmes.models import Call, Programme
from app.settings import Settings
from app.submissions.models import Submission
from tests.conftest import SignIn, a_client
from tests.factories import a_call, a_challenge, a_user, organisation_of, themes

MEMBERS = ["type", "title", "status", "detail", "instance", "code", "remedy", "errors"]
JSON = {"Content-Type": "application/json"}
ADDRESS = "/api/v1/challenges"

NOBODY = UUID(int=7)


@pytest.fixture
def member(session: Session, as_user: SignIn) -> TestClient:
    """Somebody who may write challenges; a failure of the service is an answer too."""
    themes(session)
    a_call(session, code="open-call")
    return _unraised(as_user(a_user(session)))


@pytest.fixture
def lead(session: Session, as_user: SignIn) -> TestClient:
    return _unraised(as_user(a_user(session, Role.LEAD)))


def _unraised(client: TestClient) -> TestClient:
    return a_client(client.app, client.headers, failing=True)


def problem_in(answer: Any) -> dict[str, Any]:
    """The document of an answer that must be one, whole."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.headers["x-request-id"]) == 32
    body: dict[str, Any] = answer.json()
    assert list(body) == MEMBERS
    assert body["status"] == answer.status_code
    assert body["type"] == f"urn:counterpart:problem:{body['code']}"
    assert body["detail"]
    assert body["remedy"]
    return body


def draft(**changes: Any) -> bytes:
    """A draft as JSON; the identifier of its call is nobody's."""
    whole = {"call_id": str(NOBODY), "title": "Early warning", "content": {}}
    return json.dumps(whole | changes).encode()


OBJECT_WANTED = "Send a JSON object, with the header `Content-Type: application/json`."
UNREADABLE = "The body could not be read as JSON."
UNKNOWN = "This field is not known; remove it or check its spelling."
HALF = "The text holds a character that cannot be encoded."
CONTROL = "remove the control characters; use plain text (the first is {})"


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (b'{"title": ', [("/", "The body is not valid JSON: Expecting value.")]),
        (b"nonsense", [("/", "The body is not valid JSON: Expecting value.")]),
        (b"", [("/", "Send a JSON object as the body.")]),
        (b"[]", [("/", OBJECT_WANTED)]),
        (b"null", [("/", OBJECT_WANTED)]),
        (b'"text"', [("/", OBJECT_WANTED)]),
        (draft(title="half \ud800 of it"), [("/title", HALF)]),
        (draft(title="with \0 in it"), [("/title", CONTROL.format("U+0000, character 6"))]),
        (draft(title=float("nan")), [("/title", "Send text here.")]),
        (draft(title=float("inf")), [("/title", "Send text here.")]),
        (draft(**{"\ud800": 1}), [("/", HALF)]),
        (draft(content={"problem": "\udfff"}), [("/content/problem", HALF)]),
        (
            draft(content={"problem": "\x1b[31m"}),
            [("/content/problem", CONTROL.format("U+001B, character 1"))],
        ),
        (
            draft(content={"problem": "x" * 200_000}),
            [("/content/problem", "It has 200,000 characters; the maximum is 20,000.")],
        ),
        (
            draft(colour="red", content={"a/b~c": 1}),
            [
                (
                    "/content/a~1b~0c",
                    UNKNOWN,
                ),
                ("/colour", UNKNOWN),
            ],
        ),
        (
            b"{}",
            [
                (f"/{name}", "This field is required.")
                for name in ("title", "content", "call_id")
            ],
        ),
    ],
)
def test_a_body_that_cannot_be_taken_is_refused_with_all_that_is_wrong(
    session: Session, member: TestClient, body: bytes, errors: list[tuple[str, str]]
) -> None:
    answer = member.post(ADDRESS, content=body, headers=JSON)

    problem = problem_in(answer)
    assert (problem["status"], problem["code"]) == (422, "unprocessable")
    assert problem["detail"] == "The content cannot be accepted."
    found = [(e["pointer"], e["detail"]) for e in problem["errors"]]
    assert sorted(found) == sorted(errors)
    assert session.exec(select(Submission)).all() == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"title": ' + b"1" * 5000 + b"}",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"title": "\xff\xfe"}',
    ],
    ids=["a number of 5,000 digits", "half a ladder", "lists", "objects", "not UTF-8"],
)
def test_a_body_that_cannot_even_be_read_is_refused(member: TestClient, body: bytes) -> None:
    problem = problem_in(member.post(ADDRESS, content=body, headers=JSON))

    assert (problem["status"], problem["detail"], problem["errors"]) == (422, UNREADABLE, [])


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_body_of_another_kind_is_refused(member: TestClient, kind: str) -> None:
    answer = member.post(ADDRESS, content=draft(), headers={"Content-Type": kind})

    problem = problem_in(answer)
    assert (problem["status"], problem["code"]) == (415, "unsupported-media")
    assert problem["remedy"] == "Send it with the header `Content-Type: application/json`."


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "gzip, gzip"])
def test_a_compressed_body_is_refused_unopened(member: TestClient, coding: str) -> None:
    bomb = gzip.compress(b" " * 900_000)

    answer = member.post(ADDRESS, content=bomb, headers=JSON | {"Content-Encoding": coding})

    assert problem_in(answer)["status"] == 415


@pytest.mark.parametrize(
    "body",
    [b'{"title": "Early warning", "title": "Late warning"}', b'{"content": {"a": 1, "a": 2}}'],
)
def test_a_body_that_says_a_thing_twice_is_refused(member: TestClient, body: bytes) -> None:
    problem = problem_in(member.post(ADDRESS, content=body, headers=JSON))

    said = "The body is not valid JSON: An object has two members of one name."
    assert problem["errors"] == [{"pointer": "/", "detail": said}]


def test_a_number_that_is_none_is_no_weight(lead: TestClient) -> None:
    for said in (b"NaN", b"Infinity", b"-Infinity", b"1e999"):
        body = b'{"programme_id": "%b", "text_weight": %b}' % (str(uuid4()).encode(), said)

        problem = problem_in(lead.post("/api/v1/match-runs", content=body, headers=JSON))

        assert problem["status"] == 422
        assert [e["pointer"] for e in problem["errors"]] == ["/text_weight"]


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_above_the_limit_is_refused_whether_announced_or_not(
    member: TestClient, announced: bool
) -> None:
    def pieces() -> Iterator[bytes]:
        yield from [b" " * 10_000] * 101

    body: Any = b" " * 1_000_001 if announced else pieces()
    answer = member.post(ADDRESS, content=body, headers=JSON)

    assert ("content-length" in answer.request.headers) is announced
    assert problem_in(answer) == {
        "type": "urn:counterpart:problem:too-large",
        "title": "Too large",
        "status": 413,
        "detail": "The body has more than 1000 kB.",
        "instance": ADDRESS,
        "code": "too-large",
        "remedy": "Shorten the texts, and link to documents instead of pasting them.",
        "errors": [],
    }


def test_a_body_just_below_the_limit_is_read(member: TestClient) -> None:
    body = draft().ljust(1_000_000)

    problem = problem_in(member.post(ADDRESS, content=body, headers=JSON))

    assert problem["errors"][0]["pointer"] == "/call_id"


def test_half_a_body_is_never_taken_for_a_whole_one() -> None:
    """Anyone who hangs up in the middle of a reason has not taken the step without one."""
    reached: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope)

    async def send(message: Message) -> None:
        reached.append(dict(message))

    async def arrives() -> AsyncIterator[Message]:
        yield {"type": "http.request", "body": b"", "more_body": True}
        yield {"type": "http.disconnect"}

    messages = arrives()
    limited = BodyLimit(app, limit=1000, seconds=30)

    async def ask() -> None:
        await limited({"type": "http", "path": "/"}, lambda: anext(messages), send)

    anyio.run(ask)

    assert reached == []


# --- addresses ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/api/v1/nothing",
        "/api/v2/challenges",
        "/api/v1/challenges/42",
        "/api/v1/challenges/%00",
        "/api/v1/challenges/CH-2024-1",
        "/api/v1/challenges/' OR 1=1 --",
        "/api/v1/programmes/nonsense",
        "/api/v1/jobs/x",
        "/api/v1/jobs/0",
        "/api/v1/jobs/99999999999999999999999",
        "/static/../pyproject.toml",
        "/static/%2e%2e/%2e%2e/pyproject.toml",
        f"/api/v1/match-runs/{NOBODY}/suggestions",
        f"/api/v1/match-runs/{NOBODY}/suggestions/x/y",
    ],
)
def test_an_address_that_names_nothing_is_not_found(lead: TestClient, path: str) -> None:
    problem = problem_in(lead.get(path))

    assert (problem["status"], problem["code"]) == (404, "not-found")


@pytest.mark.parametrize(
    "step",
    ["nothing", "Submit", " submit", "submit%00", "submit%2Fx", "%F0%9F%98%80", "%ED%A0%80"],
)
def test_a_step_of_a_strange_name_is_not_found(
    session: Session, as_user: SignIn, step: str
) -> None:
    team = a_user(session)
    challenge = a_challenge(session, organisation_id=organisation_of(session, team))
    client = _unraised(as_user(team))

    problem = problem_in(client.post(f"{ADDRESS}/{challenge.id}/steps/{step}"))

    assert (problem["status"], problem["code"]) == (404, "not-found")
    assert session.exec(select(AuditEvent)).all() == []


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", ADDRESS, "GET, POST"),
        ("DELETE", f"{ADDRESS}/{NOBODY}", "GET, PUT, PATCH"),
        ("POST", "/api/v1/me", "GET"),
        ("GET", f"{ADDRESS}/{NOBODY}/steps/submit", "POST"),
        ("BREW", "/api/v1/me", "GET"),
        ("POST", "/openapi.json", "GET, HEAD"),
        ("PUT", "/livez", "GET"),
    ],
)
def test_a_method_that_an_address_does_not_take_is_refused_with_those_it_takes(
    lead: TestClient, method: str, path: str, allowed: str
) -> None:
    answer = lead.request(method, path)

    problem = problem_in(answer)
    assert (problem["status"], problem["code"]) == (405, "method-not-allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "limit=0",
        "limit=NaN",
        "limit=99999999999999999999",
        "sort=%00",
        "q=%00",
        "q=%1b",
        "programme=%00",
        "cursor=%00",
        "cursor=W10",
        "state=nonsense",
        "call=4_2",
    ],
)
def test_a_query_that_cannot_be_understood_is_refused(lead: TestClient, query: str) -> None:
    problem = problem_in(lead.get(f"{ADDRESS}?{query}"))

    assert (problem["status"], problem["code"]) == (400, "bad-query")


@pytest.mark.parametrize(
    "path", ["calls?programme", "programmes?code", "match-runs?programme", "matches?programme"]
)
def test_no_list_compares_with_what_a_database_cannot_hold(lead: TestClient, path: str) -> None:
    assert problem_in(lead.get(f"/api/v1/{path}=%00"))["status"] == 400


def test_strange_credentials_sign_nobody_in(lead: TestClient) -> None:
    for said in (b"Bearer \xff\xfe", b"Bearer", b"\xf0", b"Bearer " + b"x" * 10_000):
        answer = lead.get("/api/v1/me", headers=[(b"Authorization", said)])

        assert problem_in(answer)["status"] == 401
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"opens_at": "0001-01-01T00:00:00Z"}, "/opens_at"),
        ({"closes_at": "9999-12-31T23:59:59Z"}, "/closes_at"),
        ({"opens_at": "0001-01-01T00:00:00+14:00"}, "/opens_at"),
        ({"opens_at": -1e20}, "/opens_at"),
        ({"zone": "../../etc/passwd"}, "/zone"),
        ({"zone": "\ud800"}, "/zone"),
        ({"code": "\0"}, "/code"),
    ],
)
def test_instants_and_zones_that_nobody_can_tell_are_refused(
    session: Session, lead: TestClient, changes: dict[str, Any], pointer: str
) -> None:
    call = a_call(session)
    session.commit()
    body = {
        "programme_id": str(call.programme_id),
        "kind": "challenges",
        "code": "a-call",
        "title": "A call for challenges",
        "opens_at": "2026-01-01T00:00:00Z",
        "closes_at": "2026-02-01T00:00:00Z",
        "zone": "America/Los_Angeles",
    }
    sent = json.dumps(body | changes).encode()

    problem = problem_in(lead.post("/api/v1/calls", content=sent, headers=JSON))

    assert problem["status"] == 422
    assert [e["pointer"] for e in problem["errors"]] == [pointer]
    assert session.exec(select(Call.id)).all() == [call.id]


# --- our own failures -----------------------------------------------------------------


@pytest.fixture
def broken(settings: Settings, database: Database) -> FastAPI:
    app = create_app(settings, database)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("the secret of Ann Example")

    return app


def test_an_unexpected_failure_tells_no_details(broken: FastAPI) -> None:
    answer = TestClient(broken, raise_server_exceptions=False).get("/broken?q=Ann")

    assert problem_in(answer) == {
        "type": "urn:counterpart:problem:internal-error",
        "title": "Internal error",
        "status": 500,
        "detail": "Something failed on our side; it has been logged.",
        "instance": "/broken",
        "code": "internal-error",
        "remedy": "Try again. If it happens again, tell the staff the `x-request-id` of this "
        "answer.",
        "errors": [],
    }


def test_every_answer_has_an_identifier_of_its_own(
    session: Session, member: TestClient, broken: FastAPI
) -> None:
    failing = TestClient(broken, raise_server_exceptions=False)
    answers = [
        member.get("/livez"),
        member.get(ADDRESS),
        member.get("/"),
        member.get("/nothing"),
        member.post(ADDRESS, content=b"x"),
        failing.get("/broken"),
        failing.get("/api/v1/me"),
    ]

    identifiers = {answer.headers["x-request-id"] for answer in answers}

    assert len(identifiers) == len(answers)
    assert session.exec(select(Programme.code)).all() != []


def test_what_is_wrong_with_a_request_as_a_whole_is_told_too() -> None:
    """A validator of a whole model names no place, and an answer must not depend on one."""
    app = FastAPI()
    problems.install(app)

    @app.get("/")
    def refuse() -> None:
        raise RequestValidationError(
            [{"type": "value_error", "loc": (), "msg": "Value error, these do not go together"}]
        )

    answer = TestClient(app, raise_server_exceptions=False).get("/")

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/", "detail": "these do not go together"}]
