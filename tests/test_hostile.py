"""Whatever is sent to whichever route, the answer is a problem that says what to do.

Every operation of the description is tried, so that a new one is tried too. Nothing here
may be answered with 500, nor with a trace of what went wrong inside.
"""

import ast
import json
from collections.abc import Iterator
from re import _parser
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response

from app.access.policy import Role
from tests.processes import ROOT
from tests.world import UNTRIED, World

DEEP = 100_000
RAW: dict[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"text"',
    "a number": b"1e999",
    "no number": b"NaN",
    "half an object": b'{"title": ',
    "a ladder": b"[" * DEEP + b"]" * DEEP,
    "objects in objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "half a ladder": b"[" * DEEP,
    "a number of 5,000 digits": b'{"title": ' + b"7" * 5000 + b"}",
    "a name twice": b'{"title": "a", "title": "b"}',
    "not UTF-8": b'{"title": "\xff\xfe"}',
    "UTF-16": '{"title": "x"}'.encode("utf-16"),
    "a surrogate as a name": rb'{"\ud800": 1}',
    "NUL outside of texts": b'{"title": "x"}\0',
    "a name of 900 kB": b'{"' + b"n" * 900_000 + b'": 1}',
}
VALUES: dict[str, Any] = {
    "null": None,
    "400 digits": 10**400,
    "no number": float("nan"),
    "half a character": "\ud800",
    "NUL": "a\0b",
    "turned letters": "abc\u202edef",
    "no character": "a\uffffb",
    "100,000 letters": "x" * 100_000,
    "lists in lists": [[[[]]]],
    "an object": {"a": {"b": None}},
    "an instant before all": "0001-01-01T00:00:00+14:00",
    "a path": "../../../etc/passwd",
    "a command": "'; DROP TABLE submission; --",
}
QUERIES = ["", "%00", "%ED%A0%80", "NaN", "9" * 400, "x" * 5000]
NAMES = ["%00", "%ff", "..%2f..", "x" * 3000, "9" * 400, "-1", "%E2%80%AE", "null", "%25"]


@pytest.fixture
def lead(world: World) -> dict[str, str]:
    """Who may write the most; members write drafts."""
    return {"Authorization": f"Bearer {world.secrets[Role.LEAD]}"}


def headers(world: World, operation: str) -> dict[str, str]:
    """Let the operation come as far as it can, so that its inside is tried as well."""
    teams = ("create_", "replace_", "change_", "take_")
    writes = operation.startswith(teams) and "challenge" in operation
    writes |= operation.startswith(teams) and "solution" in operation
    people = ("invite_user", "add_membership", "hand_over", "take_user_step")
    who = Role.REVIEWER if operation == "replace_review" else Role.LEAD
    who = Role.MEMBER if writes else Role.ADMIN if operation in people else who
    who = Role.MEMBER if operation == "create_from_form_file" else who
    who = Role.MEMBER if operation.endswith(("_webhook", "_delivery")) else who
    advising = ("create_board_declaration", "create_advice", "create_board_question")
    who = Role.ADVISOR if operation in advising else who
    together = ("add_collaborator", "create_thread", "add_team_comment", "change_team_comment")
    who = Role.MEMBER if operation in (*together, "take_thread_step", "add_support") else who
    talking = (
        *("_conversation_step", "_conversation_read", "_message", "_meeting"),
        *("_meeting_step", "_agreed_task", "_agreed_task_step", "_room_file_step"),
        "tell_interest",
    )
    who = Role.MEMBER if operation.endswith(talking) else who
    offering = ("_practice", "_practice_step", "_of_practice", "create_enquiry")
    who = Role.MEMBER if operation.endswith(offering) else who
    return {
        "Authorization": f"Bearer {world.secrets[who]}",
        "Idempotency-Key": uuid4().hex,
        "If-Match": "*",
        "Content-Type": "application/json",
    }


def taking_bodies(world: World) -> Iterator[tuple[str, str, str]]:
    described = world.client.get("/openapi.json").json()["paths"]
    for operation, (method, path) in world.operations.items():
        # What brings a file is no JSON: see tests/attachments.
        body = described[path][method].get("requestBody", {})
        if "multipart/form-data" not in body.get("content", {"multipart/form-data"}):
            # what staff do is done to what a team has sent
            own = {} if operation.startswith("add_themes") else world.own[Role.MEMBER]
            names = {**world.other, **own, "step": "withdraw"}
            names["review_id"] = world.own[Role.REVIEWER]["review_id"]
            for name in ("consultation_id", "item_id"):
                names[name] = world.own[Role.ADVISOR][name]
            address = path.format(**names)
            tried = method == "post" and operation not in UNTRIED
            yield operation, method, f"{address}{'?dry_run=true' if tried else ''}"


def require_problem(answer: Response, what: object) -> None:
    """Do nothing, or fail on an answer that is no refusal in our form."""
    assert 400 <= answer.status_code < 500, (what, answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json", what
    problem = answer.json()
    assert problem["detail"], what
    assert problem["remedy"], what
    assert "Traceback" not in answer.text, what
    assert len(answer.content) < 100_000, what


def require_answered(answer: Response, what: object) -> None:
    """Do nothing, or fail on an answer that is neither granted nor a refusal."""
    if answer.status_code >= 300:
        require_problem(answer, what)


@pytest.mark.slow
@pytest.mark.parametrize("kind", RAW)
def test_a_body_that_is_no_request_is_refused_by_every_route(world: World, kind: str) -> None:
    taking = list(taking_bodies(world))

    assert len(taking) >= 12
    for operation, method, address in taking:
        if kind == "nothing" and "/steps/" in address:
            continue  # a step may be taken without a word
        answer = world.client.request(
            method, address, content=RAW[kind], headers=headers(world, operation)
        )
        require_problem(answer, (operation, kind))


@pytest.mark.slow
@pytest.mark.parametrize("kind", VALUES)
def test_a_value_of_any_kind_in_any_field_is_answered(world: World, kind: str) -> None:
    for operation, method, address in taking_bodies(world):
        whole = world.bodies.get(operation, {"reason": "Why not?"})
        for name in whole:
            body = json.dumps(whole | {name: VALUES[kind]}).encode()
            answer = world.client.request(
                method, address, content=body, headers=headers(world, operation)
            )
            require_answered(answer, (operation, name, kind))


def test_a_field_that_is_not_known_is_refused_by_every_route(world: World) -> None:
    """Nobody assigns an owner, a state or a version by naming it."""
    names = ("id", "state", "version", "score", "decided_by", "created_at", "__proto__")

    for operation, method, address in taking_bodies(world):
        whole = world.bodies.get(operation, {}) | dict.fromkeys(names, 1)
        answer = world.client.request(
            method, address, json=whole, headers=headers(world, operation)
        )
        pointers = [error["pointer"] for error in answer.json()["errors"]]

        assert answer.status_code == 422, operation
        assert sorted(pointers) == sorted(f"/{name}" for name in names), operation


def lists(world: World) -> dict[str, list[str]]:
    """Every list, with the parameters that it knows."""
    described = world.client.get("/openapi.json").json()["paths"]
    return {
        path.format(**world.other): [
            p["name"] for p in methods["get"]["parameters"] if p["in"] == "query"
        ]
        for path, methods in described.items()
        if "/ListOf_" in str(methods.get("get", {}).get("responses", {}).get("200"))
    }


@pytest.mark.slow
@pytest.mark.parametrize("value", QUERIES)
def test_any_value_of_any_parameter_of_a_list_is_answered(
    world: World, lead: dict[str, str], value: str
) -> None:
    for address, names in lists(world).items():
        for name in names:
            answer = world.client.get(f"{address}?{name}={value}", headers=lead)
            require_answered(answer, (address, name, value))


@pytest.mark.parametrize(
    "cursor",
    [
        "W10",  # []
        "W251bGxd",  # [null]
        "eyJhIjoxfQ",  # an object
        "WyItbnVtYmVyIiwxZTk5OSwxXQ",  # a number that is none
        "WyItbnVtYmVyIiw5OTk5OTk5OTk5OTk5OTk5OTk5OTk5LDFd",
        "W" * 1999,
        "////",
        "=",
    ],
)
def test_a_cursor_that_is_none_of_this_list_is_refused(
    world: World, lead: dict[str, str], cursor: str
) -> None:
    admin = {"Authorization": f"Bearer {world.secrets[Role.ADMIN]}"}
    for address in lists(world):
        who = admin if address.startswith("/api/v1/users/") else lead
        answer = world.client.get(f"{address}?cursor={cursor}", headers=who)

        assert answer.status_code == 400, address


@pytest.mark.parametrize("value", NAMES)
def test_any_name_in_an_address_is_answered(
    world: World, lead: dict[str, str], value: str
) -> None:
    for operation, (method, path) in world.operations.items():
        names = dict.fromkeys((*world.other, "step"), value)
        if "{" not in path:
            continue
        answer = world.client.request(
            method,
            path.format(**names),
            headers=headers(world, operation) | lead,
            json=world.bodies.get(operation),
        )
        require_problem(answer, (operation, value))


@pytest.mark.parametrize(
    "said",
    [
        {"Accept": "text/csv;q=" + "9" * 4000},
        {"Accept": "," * 8000},
        {"If-None-Match": ",".join(['"x"'] * 2000)},
        {"If-None-Match": "W/" * 4000},
        {"Idempotency-Key": "x" * 5000},
        {"Content-Type": "application/json; charset=" + "x" * 5000},
        {"X-Forwarded-For": "1.1.1.1, " * 500},
        {"Range": "bytes=0-18446744073709551616"},
        {"Prefer": "wait=" + "9" * 400},
    ],
)
def test_any_header_is_answered(
    world: World, lead: dict[str, str], said: dict[str, str]
) -> None:
    for address in ("/api/v1/programmes", "/readyz", "/static/docs.js"):
        answer = world.client.get(address, headers=lead | said)
        assert answer.status_code < 500, (address, said)
    answer = world.client.post("/api/v1/programmes", json={}, headers=lead | said)
    require_problem(answer, said)


@pytest.mark.slow
def test_no_pattern_is_slow_on_a_text_made_for_it(world: World, lead: dict[str, str]) -> None:
    """A pattern that tries every way would take hours; that none does is the next test."""
    slow = [
        "a-" * 30_000 + "!",
        "%_" * 100,
        "0" * 50_000 + "x",
        "(" * 20_000,
        " " * 90_000 + "x",
    ]

    for text in slow:
        for name in ("code", "title", "zone", "working_language"):
            body = {"code": "another", "title": "Another one"} | {name: text}
            answer = world.client.post(
                "/api/v1/programmes?dry_run=true", json=body, headers=lead
            )
            assert answer.status_code in {200, 422}, (name, text[:5])
        found = world.client.get("/api/v1/challenges", params={"q": text[:200]}, headers=lead)
        assert found.status_code == 200
        sorted_by = {"sort": text[:100]}
        assert world.client.get("/api/v1/programmes", params=sorted_by, headers=lead).is_error


def test_no_pattern_repeats_a_repetition() -> None:
    """That is what makes a pattern try every way: each letter doubles the time."""
    found = [pattern for folder in ("app", "matching") for pattern in patterns_in(folder)]

    assert len(found) > 20
    assert [pattern for pattern in found if tries_every_way(pattern)] == []


@pytest.mark.parametrize("planted", ["(a+)+b", "^(?:[a-z]+-?)*$", r"(\s*x?)*y", "((ab)*c?)+"])
def test_a_planted_repetition_of_a_repetition_is_found(planted: str) -> None:
    assert tries_every_way(planted)


@pytest.mark.parametrize("neighbour", ["^[a-z]+-[a-z]+$", "(?:ab?c)+", "(a{1,3}b)*", r"\d+\s*"])
def test_a_repetition_beside_another_is_none(neighbour: str) -> None:
    assert not tries_every_way(neighbour)


def patterns_in(folder: str) -> Iterator[str]:
    """Yield each pattern that is written out: given to `re`, or to a field as its pattern."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                given = [word.value for word in node.keywords if word.arg == "pattern"]
                if ast.unparse(node.func).startswith("re."):
                    given += node.args[:1]
                for one in given:
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield one.value


def tries_every_way(pattern: str) -> bool:
    """Tell whether something that repeats without end holds another such thing."""
    return any(
        _is_endless(operator, what) and any(_is_endless(*inner) for inner in _within(what))
        for operator, what in _within(_parser.parse(pattern))
    )


def _is_endless(operator: object, what: Any) -> bool:
    return str(operator) in {"MAX_REPEAT", "MIN_REPEAT"} and what[1] == _parser.MAXREPEAT


def _within(part: Any) -> Iterator[tuple[object, Any]]:
    """Yield each operator of a pattern with its operands, however deep."""
    if isinstance(part, _parser.SubPattern):
        for operator, what in part:
            yield operator, what
            yield from _within(what)
    elif isinstance(part, list | tuple):
        for one in part:
            yield from _within(one)
