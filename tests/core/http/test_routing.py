"""What a route of the interface does and says without being told, from its method alone."""

from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI, Query
from pydantic import BaseModel
from starlette.testclient import TestClient

from app.access.policy import Action
from app.core.base.errors import Conflict
from app.core.http.access import needs, public, within
from app.core.http.etags import ExpectedDep, ExpectedIfStatedDep
from app.core.http.idempotency import key_required, once_of, without_key
from app.core.http.openapi import responses
from app.core.http.routing import Route


class Draft(BaseModel):
    title: str


def list_things(q: Annotated[str, Query()] = "") -> None: ...


def read_thing(thing_id: int) -> None: ...


def create_thing(draft: Draft) -> None: ...


def ask_about_things(draft: Draft) -> None: ...


def change_thing(thing_id: int, expected: ExpectedDep, draft: Draft) -> None: ...


def take_step(thing_id: int, expected: ExpectedIfStatedDep) -> None: ...


def delete_thing(thing_id: int) -> None: ...


def refusals(app: FastAPI) -> dict[str, list[str]]:
    """The codes of all refusals that the description of each operation names."""
    return {
        operation["operationId"]: sorted(
            code
            for answer in operation["responses"].values()
            for content in answer.get("content", {}).values()
            for code in content.get("examples", {})
        )
        for methods in app.openapi()["paths"].values()
        for operation in methods.values()
    }


def test_the_usual_refusals_follow_from_method_and_declaration() -> None:
    app = FastAPI(generate_unique_id_function=lambda route: route.name)
    router = APIRouter(route_class=Route)
    router.get("/things", responses=responses(Conflict))(needs(Action.RUN_READ)(list_things))
    router.get("/things/{thing_id}")(within(Action.RUN_READ)(read_thing))
    router.post("/things")(needs(Action.RUN_START)(create_thing))
    router.post("/questions")(public(without_key(ask_about_things)))
    router.put("/things/{thing_id}")(needs(Action.RUN_START)(change_thing))
    router.post("/things/{thing_id}/steps")(needs(Action.RUN_START)(take_step))
    router.delete("/things/{thing_id}")(within(Action.RUN_START)(delete_thing))
    app.include_router(router)

    known, body = ["not-signed-in", "too-many", "unavailable"], ["too-large", "unprocessable"]
    permitted, kind = ["not-permitted", *known], ["unsupported-media"]
    change = ["bad-query", "conflict", *permitted]
    once = ["idempotency-key-required", "unprocessable"]
    assert refusals(app) == {
        "list_things": sorted(["bad-query", "conflict", *permitted]),
        "read_thing": sorted(["not-found", *known]),
        "create_thing": sorted({*change, *body, *kind, *once}),
        "ask_about_things": sorted(["bad-query", "conflict", "unavailable", *body, *kind]),
        "change_thing": sorted(
            ["not-found", "precondition-required", "stale", *change, *body, *kind]
        ),
        "take_step": sorted({"not-found", "stale", *change, *once}),
        "delete_thing": sorted(["not-found", *change]),
    }


def test_a_change_that_does_not_ask_on_what_it_is_based_does_not_start() -> None:
    def replace_thing(draft: Draft) -> None: ...

    router = APIRouter(route_class=Route)

    with pytest.raises(RuntimeError, match="/things: a change says on which state it is based"):
        router.put("/things")(needs(Action.RUN_START)(replace_thing))


def test_a_post_is_done_once_unless_it_says_otherwise() -> None:
    def unmarked() -> None: ...

    def marked() -> None: ...

    assert once_of(unmarked) is not None
    assert once_of(key_required("submit")(unmarked)) == once_of(unmarked)
    assert once_of(without_key(marked)) is None


def test_a_public_route_answers_whoever_asks() -> None:
    app = FastAPI()
    router = APIRouter(route_class=Route)
    router.get("/things")(public(list_things))
    app.include_router(router)
    client = TestClient(app)

    assert client.get("/things").status_code == 200
    assert client.get("/things?q=a").status_code == 200
