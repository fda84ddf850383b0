"""Whatever stands at whichever place of a body, a query or a form, the answer says what to do.

Bodies are made from the description: every field, those that may be absent and those within
others. So a new field is tried too, and so is a new page with a form.
"""

import copy
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

import pytest
from _pytest.mark import ParameterSet
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx2 import Response

from app.access.policy import Role
from app.core.http.content_limits import FIELDS, PARAMETERS, VALUES
from app.core.storage.pagination import MOST_VALUES
from tests.test_bounds import schema_of_form
from tests.test_hostile import VALUES as HOSTILE
from tests.test_hostile import headers, require_answered, require_problem, taking_bodies
from tests.world import World

Place = tuple[int | str, ...]

PATTERNS: Final = {
    "^[a-z]{2,3}$": "en",
    "^[a-z-]+:[A-Za-z0-9-]+$": "practice:open-source",
    "^[a-z0-9][a-z0-9-]{1,59}$": "another",
}
FORMATS: Final = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "date-time": "2026-01-01T00:00:00Z",
    "email": "zoe@example.org",
}
WHOLE: Final = {
    "change_programme": "create_programme",
    "change_call": "create_call",
    "change_challenge": "replace_challenge",
    "change_solution": "replace_solution",
    "change_practice": "replace_practice",
    "change_decision": "replace_decision",
    "change_notice": "replace_notice",
    "change_webhook": "create_webhook",
}
"""Of a patch the description says nothing: what it changes has these fields."""
FIXED: Final = {"change_webhook": ("scope", "organisation_id", "programme_id")}
"""But for these, which stay as they were made."""
MANY: Final = 5_000
STORED_OTHERWISE: Final = {
    *("NUL", "no UTF-8", "half a character", "no character", "turned letters"),
    *("400 digits", "a number", "an instant before all", "an instant"),
}
"""What one database keeps and another one does not."""


def kinds(values: Iterable[str]) -> list[ParameterSet]:
    """Return what is tried; on PostgreSQL only what databases keep differently."""
    one = pytest.mark.one_database
    return [
        pytest.param(kind, marks=() if kind in STORED_OTHERWISE else one) for kind in values
    ]


def made(node: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """Return a value as a schema describes it, with all that it may hold."""
    if "$ref" in node:
        return made(schemas[node["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in node:
        return made(node["anyOf"][0], schemas)
    if "enum" in node or node.get("default"):
        return node.get("enum", [node.get("default")])[0]
    if "properties" in node:
        return {name: made(part, schemas) for name, part in node["properties"].items()}
    if "items" in node:
        return [made(node["items"], schemas)]
    return plain(node)


def plain(node: dict[str, Any]) -> Any:
    if node.get("type") in {"integer", "number", "boolean"}:
        return node.get("minimum", 1) if node["type"] != "boolean" else True
    by_form = PATTERNS.get(node.get("pattern", ""), "Early warning of floods")
    return FORMATS.get(node.get("format", ""), by_form)


def laid_over(below: Any, above: Any) -> Any:
    """Return a body with what an example says in place of what was made up."""
    if isinstance(below, dict) and isinstance(above, dict):
        return below | {name: laid_over(below.get(name), part) for name, part in above.items()}
    return above


def filled(world: World, operation: str) -> Any:
    """Return a body in which nothing that the operation knows is absent."""
    document = world.client.get("/openapi.json").json()
    method, path = world.operations[WHOLE.get(operation, operation)]
    content = document["paths"][path][method]["requestBody"]["content"]
    body = made(content["application/json"]["schema"], document["components"]["schemas"])
    for name in FIXED.get(operation, ()):
        del body[name]
    return laid_over(body, world.bodies.get(operation, {}))


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Yield each place of a body, however deep; that of the whole is the first."""
    yield place
    if not isinstance(value, dict | list):
        return
    for name, part in enumerate(value) if isinstance(value, list) else value.items():
        yield from places(part, (*place, name))


def at(body: Any, place: Place) -> Any:
    for name in place:
        body = body[name]
    return body


def with_value(body: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    changed = copy.deepcopy(body)
    at(changed, place[:-1])[place[-1]] = value
    return changed


def without(body: Any, place: Place) -> Any:
    changed = copy.deepcopy(body)
    del at(changed, place[:-1])[place[-1]]
    return changed


def ask(world: World, operation: str, method: str, address: str, body: Any) -> Response:
    sent = json.dumps(body).encode()
    return world.client.request(
        method, address, content=sent, headers=headers(world, operation)
    )


def test_a_filled_body_has_fields_within_fields_and_none_that_is_not_known(
    world: World,
) -> None:
    deepest = 0
    for operation, method, address in taking_bodies(world):
        body = filled(world, operation)
        answer = ask(world, operation, method, address, body)
        deepest = max(deepest, *(len(place) for place in places(body)))

        assert "not known; remove it" not in answer.text, operation
        assert len(list(places(body))) > 1, operation

    assert deepest >= 3


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("kind", kinds(HOSTILE))
def test_a_value_of_any_kind_at_any_place_is_answered(world: World, kind: str) -> None:
    for operation, method, address in taking_bodies(world):
        body = filled(world, operation)
        for place in places(body):
            spoilt = with_value(body, place, HOSTILE[kind])
            answer = ask(world, operation, method, address, spoilt)
            require_answered(answer, (operation, place, kind))


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.one_database
def test_a_body_that_lacks_any_one_field_is_answered(world: World) -> None:
    for operation, method, address in taking_bodies(world):
        body = filled(world, operation)
        for place in places(body):
            if place:
                answer = ask(world, operation, method, address, without(body, place))
                require_answered(answer, (operation, place))


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.one_database
def test_a_list_or_an_object_of_any_length_at_any_place_is_refused_in_few_words(
    world: World,
) -> None:
    tried = 0
    for operation, method, address in taking_bodies(world):
        body = filled(world, operation)
        for place in places(body):
            tried += refused(world, operation, method, address, body, place, MANY)

    assert tried > 100


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.one_database
def test_a_body_of_more_values_than_any_may_have_is_refused_in_few_words(world: World) -> None:
    """They are counted before anything is looked at, so one place in each body will do."""
    for operation, method, address in taking_bodies(world):
        body = filled(world, operation)
        deepest = max(places(body), key=len)
        for place in {(), deepest}:
            refused(world, operation, method, address, body, place, 2 * VALUES)


def refused(
    world: World,
    operation: str,
    method: str,
    address: str,
    body: Any,
    place: Place,
    count: int,
) -> int:
    """Ask with so many members or items at a place; count how often that was refused."""
    value = at(body, place)
    long: dict[str, Any] = {"members": dict.fromkeys(map(str, range(count)), 1)}
    if isinstance(value, list):
        long |= {"bad items": [{}] * count}
        long |= {"items": value * count} if value else {}
    for what, part in long.items():
        answer = ask(world, operation, method, address, with_value(body, place, part))
        require_problem(answer, (operation, place, what))
        assert answer.status_code in {403, 404, 409, 412, 413, 422}, (operation, place)
        assert len(answer.content) < 20_000, (operation, place, what)
    return len(long)


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.one_database
@pytest.mark.parametrize("times", [MOST_VALUES + 1, PARAMETERS + 1])
def test_any_parameter_any_number_of_times_is_answered(world: World, times: int) -> None:
    lead = {"Authorization": f"Bearer {world.secrets[Role.LEAD]}"}
    tried = 0
    for path, methods in world.client.get("/openapi.json").json()["paths"].items():
        names = [
            parameter["name"]
            for parameter in methods.get("get", {}).get("parameters", [])
            if parameter["in"] == "query"
        ]
        for name in names:
            address = path.format(**world.other)
            answer = world.client.get(f"{address}?{f'{name}=1&' * times}", headers=lead)
            require_answered(answer, (address, name))
            assert len(answer.content) < 100_000
            tried += 1

    assert tried > 50


# --- forms -----------------------------------------------------------------------------

TEXTS: Final = {
    "NUL": "%00",
    "no UTF-8": "%ff",
    "half a character": "%ED%A0%80",
    "100,000 letters": "x" * 100_000,
    "100,000 letters that are escaped": "%C3%A9" * 100_000,
    "turned letters": "abc%E2%80%AEdef",
    "markup": "%3Cscript%3E",
    "an instant": "2026-01-01T00:00:00Z",
    "a number": "9" * 400,
    "nothing": "",
}


def form_routes(world: World) -> list[tuple[str, list[str]]]:
    """Every page that takes a form, with the fields that it knows."""
    app = world.client.app
    assert isinstance(app, FastAPI)
    nobody = "00000000-0000-4000-8000-000000000000"
    of_pages = {
        name: str(world.other.get(f"{name}_id", nobody))
        for name in ("programme", "run", "call")
    }
    names: defaultdict[str, str] = defaultdict(
        lambda: nobody,
        {name: str(value) for name, value in world.other.items()}
        | of_pages
        | {"submission": str(world.other["challenge_id"]), "code": "code"}
        | {"kind": "challenge", "topic": "problem", "step": "withdraw"},
    )
    return [
        (str(route.path).format_map(names), sorted(schema.model_fields))
        for route in iter_route_contexts(app.routes)
        if (schema := schema_of_form(route)) is not None
    ]


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("kind", kinds(TEXTS))
def test_a_text_of_any_kind_in_any_field_of_a_form_is_answered(world: World, kind: str) -> None:
    routes = form_routes(world)

    assert len(routes) >= 8
    for address, fields in routes:
        whole = dict.fromkeys(fields, "abcdef")
        for field in chain(fields, [f"{fields[0]}.0.x", "a" * 2000, kind]):
            answer = post(world, address, whole | {field: TEXTS[kind]})
            require_page(answer, (address, field))


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.one_database
def test_a_form_that_lacks_a_field_or_has_it_many_times_is_answered(world: World) -> None:
    for address, fields in form_routes(world):
        whole = dict.fromkeys(fields, "abcdef")
        for field in fields:
            lacking = post(world, address, {n: v for n, v in whole.items() if n != field})
            often = post(world, address, {field: f"a&{field}=" * (FIELDS - 2)})
            too_often = post(world, address, {field: f"a&{field}=" * FIELDS})

            require_page(lacking, (address, field))
            require_page(often, (address, field))
            assert too_often.status_code in {401, 403, 413, 429}, (address, field)


def require_page(answer: Response, what: object) -> None:
    """Do nothing, or fail on a failure that is not announced."""
    announced = answer.status_code == 503 and "retry-after" in answer.headers
    assert answer.status_code < 500 or announced, (what, answer.status_code)
    assert "Traceback" not in answer.text, what


def post(world: World, address: str, fields: dict[str, str]) -> Response:
    body = "&".join(f"{name}={value}" for name, value in fields.items())
    return world.client.post(
        address,
        content=body.encode(),
        headers={
            "Authorization": f"Bearer {world.secrets[Role.STAFF]}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "text/html",
        },
        follow_redirects=False,
    )
