"""Everything that is sent or answered has an end: lists, texts, objects, errors.

The description of the interface is walked, and the schemas of forms and files beside it,
so that a new field has its bound or is named here with the reason why it has none.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from inspect import getclosurevars
from typing import Any, Final

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx2 import Response
from pydantic import BaseModel
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.service.credentials import require_strong
from app.core.http.access import with_dependencies
from app.core.http.content_limits import DEPTH, FIELDS, PARAMETERS, VALUES
from app.core.http.problems import LONGEST_DETAIL, MOST_ERRORS
from app.submissions.records import ChallengeRecord, SolutionRecord
from app.themes.schemas import ThemeDraft
from tests.test_hostile import headers, taking_bodies
from tests.world import World

Node = dict[str, Any]

AS_LARGE_AS_THE_RUN: Final = "one for each challenge or pair of the run"
AS_LONG_AS_THE_TEXT: Final = "found in texts, which are bounded themselves"
ALL_OF_A_PERSON: Final = "people are owed all that is stored about them"
FEW_BY_THEIR_KIND: Final = "one for each kind of condition, or for each that gives way"
ENDLESS: Final = {
    **dict.fromkeys(
        (
            *("AssignmentRead.pairs", "AssignmentRead.fairness", "WholeRead.pairs"),
            *("WholeRead.fairness", "WholeRead.chosen", "LossRead.fairness"),
            *("WhatIfRead.chosen", "WhatIfRead.added", "WhatIfRead.removed"),
            "WhatIfRead.withdrawn",
            *("RankingRead.lists", "AssignmentRead.shortfalls", "WholeRead.shortfalls"),
            *("AssignmentRead.warnings", "WholeRead.warnings"),
            *("AssignmentRead.untold", "WholeRead.untold"),
            *("AssignmentRead.unread", "WholeRead.unread"),
        ),
        AS_LARGE_AS_THE_RUN,
    ),
    **dict.fromkeys(
        (
            *("AssignmentRead.relaxations", "WholeRead.relaxations"),
            *("RelaxationRead.changes", "ShortfallRead.would_serve"),
        ),
        FEW_BY_THEIR_KIND,
    ),
    **dict.fromkeys(
        (
            *("SuggestionRead.contributions", "PreviewLineRead.contributions"),
            *("ContributionRead.words", "PassageRead.marks", "MarkedRead.marks"),
            "ChangeRead.words",
        ),
        AS_LONG_AS_THE_TEXT,
    ),
    **dict.fromkeys(
        (
            *("MeRead.memberships", "UserRead.memberships", "PersonExport.memberships"),
            *("PersonExport.identities", "PersonExport.tokens", "PersonExport.sessions"),
            *("PersonExport.letters", "PersonExport.events", "PersonExport.collaborations"),
            *("Ended.tokens", "UserMoved.memberships", "PersonExport.known_browsers"),
            "PersonExport.enquiries",
        ),
        ALL_OF_A_PERSON,
    ),
    **dict.fromkeys(
        ("AuditRead.facts", "RunRead.versions", "ThemeRead.labels", "ThemeRead.definitions"),
        "written by the service, and never sent to it",
    ),
}
"""Members of answers that have no bound of their own, each with the reason."""


def test_whatever_is_sent_has_an_end(app: FastAPI) -> None:
    described = {f"schema {name}": node for name, node in sent_schemas(app)}
    described |= {f"form {schema.__name__}": form_schema(schema) for schema in forms(app)}
    described |= {
        f"record {schema.__name__}": form_schema(schema)
        for schema in (ChallengeRecord, SolutionRecord, ThemeDraft)
    }

    assert len(described) > 35
    assert [
        f"{name}{place}" for name, node in described.items() for place in open_in(node)
    ] == []


def test_every_parameter_that_is_a_list_has_an_end(app: FastAPI) -> None:
    lists = [
        (path, parameter["name"], place)
        for path, methods in app.openapi()["paths"].items()
        for operation in methods.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query"
        for place in open_in(parameter["schema"])
    ]

    assert lists == []


def test_whatever_is_answered_has_an_end_or_a_reason_for_none(app: FastAPI) -> None:
    schemas = app.openapi()["components"]["schemas"]
    sent = {name for name, _ in sent_schemas(app)}
    found = {
        f"{name}.{member}"
        for name, schema in schemas.items()
        if name not in sent
        for member, node in schema.get("properties", {}).items()
        for _ in open_in(node, texts=False)
    }

    assert found == set(ENDLESS)


@pytest.mark.parametrize(
    "planted",
    [
        {"type": "array", "items": {"type": "integer"}},
        {"anyOf": [{"type": "array", "maxItems": 3, "items": {"type": "string"}}]},
        {"type": "string", "pattern": "^[a-z]+$"},
        {"type": "object", "additionalProperties": {"type": "integer"}},
    ],
)
def test_a_planted_place_without_an_end_is_found(planted: Node) -> None:
    assert len(list(open_in(planted))) == 1


def sent_schemas(app: FastAPI) -> Iterator[tuple[str, Node]]:
    """Yield what bodies are made of."""
    document = app.openapi()
    schemas = document["components"]["schemas"]
    names: set[str] = set()
    waiting = [
        operation["requestBody"]
        for methods in document["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
    ]
    while waiting:
        found = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(waiting.pop())))
        waiting += [schemas[name] for name in found - names]
        names |= found
    yield from ((name, schemas[name]) for name in sorted(names))


def forms(app: FastAPI) -> list[type[BaseModel]]:
    """The schemas of the forms of all pages."""
    found = {schema_of_form(route) for route in iter_route_contexts(app.routes)} - {None}
    assert len(found) >= 8
    return sorted((s for s in found if s), key=lambda schema: schema.__name__)


def schema_of_form(route: Any) -> type[BaseModel] | None:
    """The schema of the form that a route takes; None if it takes none."""
    dependant = getattr(route.original_route, "dependant", None)
    for part in with_dependencies(dependant) if dependant else ():
        call: Any = part.call
        if getattr(call, "__qualname__", "").startswith("form_of."):
            understood = getclosurevars(call).nonlocals["understood"]
            schema: type[BaseModel] = getclosurevars(understood).nonlocals["schema"]
            return schema
    return None


def form_schema(schema: type[BaseModel]) -> Node:
    return schema.model_json_schema()


def open_in(node: Any, place: str = "", *, texts: bool = True) -> Iterator[str]:
    """Yield the places of a schema at which there may be any number of things."""
    if isinstance(node, dict) and is_endless(node, texts=texts):
        yield place
    named: Iterable[tuple[object, Any]] = enumerate(node) if isinstance(node, list) else ()
    if isinstance(node, dict):
        named = ((n, p) for n, p in node.items() if n not in {"examples", "default"})
    for name, part in named:
        yield from open_in(part, f"{place}/{name}", texts=texts)


def is_endless(node: Node, *, texts: bool) -> bool:
    match node.get("type"):
        case "array":
            return "maxItems" not in node
        case "object":
            return not {"properties", "maxProperties"} & set(node)
        case "string":
            return texts and not has_an_end(node)
    return False


def has_an_end(text: Node) -> bool:
    """Tell whether a text is bounded: by its length, by words to choose from, by its form."""
    pattern = text.get("pattern", "*")
    return bool({"maxLength", "format", "enum", "const"} & set(text)) or not re.search(
        r"[*+]|\{\d+,\}", pattern
    )


# --- bodies ----------------------------------------------------------------------------

MANY: Final[dict[str, bytes]] = {
    "bad items": b'{"scopes": [' + b",".join([b"1"] * 400_000) + b"]}",
    "bad items in every list": b'{"scopes": [' + b",".join([b'"x"'] * 200_000) + b"]}",
    "lists in a list": b"[" + b",".join([b"[]"] * 300_000) + b"]",
    "members that nobody knows": json.dumps(dict.fromkeys(map(str, range(70_000)), 1)).encode(),
    "members of members": json.dumps(
        {"content": dict.fromkeys(map(str, range(70_000)), 1)}
    ).encode(),
    "texts without a comma": b'"x" ' * 240_000,
    "escaped quotes": b'{"title": "' + rb"\"," * 300_000 + b'"}',
    "a quote that nobody closes": b'{"title": "' + rb"\"\\" * 200_000,
    "levels": b'{"a":' * (DEPTH + 1) + b"1" + b"}" * (DEPTH + 1),
    "levels of lists": b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1),
    "brackets that close nothing": b"]" * 900_000,
}


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("kind", MANY)
def test_a_body_of_many_things_is_refused_in_few_words(world: World, kind: str) -> None:
    for operation, method, address in taking_bodies(world):
        answer = world.client.request(
            method, address, content=MANY[kind], headers=headers(world, operation)
        )

        assert answer.status_code in {403, 413, 422}, (operation, answer.text[:300])
        assert len(answer.content) < 20_000, operation


@pytest.mark.parametrize(
    "kind", [*("bad items", "members that nobody knows"), "lists in a list", "levels"]
)
def test_what_says_too_much_is_refused_before_anybody_reads_it(
    world: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    monkeypatch.setattr(json, "loads", lambda text, **_: read.append(text))

    answer = create_token(world, MANY[kind])

    assert (answer.status_code, read) == (422 if kind == "levels" else 413, [])


def test_a_body_at_the_bounds_is_read(world: World) -> None:
    values = json.dumps({"scopes": [1] * (VALUES - 4), "name": "a,b,[]", "days": 1}).encode()
    nested = b'{"scopes":' + b"[" * (DEPTH - 1) + b"]" * (DEPTH - 1) + b"}"
    commas = json.dumps({"name": "," * 2 * VALUES, "scopes": ["run:read"]}).encode()

    answers = [create_token(world, body) for body in (values, nested, commas)]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert answers[0].json()["errors"][0]["pointer"] == "/scopes"
    assert answers[2].json()["errors"] == [
        {"pointer": "/name", "detail": "It has 20,000 characters; the maximum is 200."}
    ]


def test_of_many_errors_the_first_are_listed_and_the_others_counted(world: World) -> None:
    unknown = dict.fromkeys((f"field {number}" for number in range(1234)), 1)
    sent = {"name": "another", "scopes": ["run:read"]} | unknown

    problem = create_token(world, json.dumps(sent).encode()).json()

    assert len(problem["errors"]) == MOST_ERRORS
    assert problem["detail"] == (
        "The content cannot be accepted. `errors` lists the first 50; there are 1,184 more."
    )


def test_an_error_that_quotes_what_was_sent_is_cut(world: World) -> None:
    sent = {"code": "another", "title": "Another one", "zone": "x" * 99, "n" * 5000: 1}
    lead = {"Authorization": f"Bearer {world.secrets[Role.LEAD]}"}

    answer = world.client.post("/api/v1/programmes?dry_run=true", json=sent, headers=lead)

    assert len(answer.json()["errors"]) == 2
    assert all(len(error["detail"]) <= LONGEST_DETAIL for error in answer.json()["errors"])
    assert len(answer.content) < 2000


def test_a_query_of_many_parameters_is_refused_in_few_words(world: World) -> None:
    lead = {"Authorization": f"Bearer {world.secrets[Role.LEAD]}"}
    unknown = "&".join(f"x{number}=1" for number in range(PARAMETERS))

    many = world.client.get(f"/api/v1/calls?{unknown}&limit=1", headers=lead)
    fewer = world.client.get(f"/api/v1/calls?{unknown}", headers=lead)
    filters = world.client.get("/api/v1/calls?" + "programme=x&" * 101, headers=lead)

    assert many.json()["detail"] == "The query has more than 500 parameters."
    assert len(fewer.json()["errors"]) == MOST_ERRORS
    assert len(fewer.content) < 20_000
    assert filters.status_code == 400


def create_token(world: World, body: bytes) -> Response:
    return world.client.post(
        "/api/v1/tokens", content=body, headers=headers(world, "create_token")
    )


def test_a_form_of_many_fields_or_of_another_kind_is_refused_unread(client: TestClient) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    many = client.post("/sign-in", content=b"a=1&" * FIELDS, headers=kind)
    long = client.post("/sign-in", content=b"email=" + b"%41" * 300_000, headers=kind)
    parts = client.post("/sign-in", files={"email": b"x" * 900_000})

    assert [many.status_code, long.status_code, parts.status_code] == [413, 403, 415]


def test_a_password_of_odd_signs_is_judged_by_its_beginning() -> None:
    """Of 72 of them every way to read them as letters was tried: two seconds of a core."""
    password = "4@8({[<3691!|$5+7%2" * 4
    require_strong(password, known=["Ann"])  # loads the lists of words
    calls: list[str] = []

    sys.setprofile(lambda _, event, __: calls.append(event) if event == "call" else None)
    try:
        require_strong(password, known=["Ann", "ann@example.org"])
    finally:
        sys.setprofile(None)

    assert len(calls) < 20_000
