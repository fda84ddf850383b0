"""Every route says whom it lets in; an application with one that does not is not built."""

import re

import pytest
from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, admitted
from app.core.http.access import (
    declarations,
    needs,
    public,
    require_declared,
    signed_in,
    within,
)
from app.core.http.routing import require_one_way


def test_every_route_is_declared_those_of_the_description_too(app: FastAPI) -> None:
    """`app.routes` hides included routers: a test that looks there alone sees nothing."""
    known = declarations(app)
    described = {
        (path, method.upper())
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    }

    assert len(described) > 35
    assert described <= set(known)
    assert [place for place, said in known.items() if said is None] == []
    assert {place for place, said in known.items() if said and said.access == "public"} >= {
        ("/livez", "GET"),
        ("/docs", "GET"),
        ("/openapi.json", "GET"),
        ("/static", "*"),
    }


def test_the_description_says_whom_each_operation_lets_in(app: FastAPI) -> None:
    run = app.openapi()["paths"]["/api/v1/match-runs"]["get"]
    read = app.openapi()["paths"]["/api/v1/challenges/{challenge_id}"]["get"]

    assert (run["x-access"], run["x-action"]) == ("needs", ["run:read"])
    assert run["description"].endswith("Needs `run:read`.")
    assert (read["x-access"], read["x-action"]) == (
        "within",
        ["submission:read", "draft:read"],
    )


def test_the_description_tells_of_tags_and_of_answers_that_need_not_be_sent(
    app: FastAPI,
) -> None:
    read = app.openapi()["paths"]["/api/v1/me"]["get"]
    created = app.openapi()["paths"]["/api/v1/challenges"]["post"]

    assert set(read["responses"]) == {"200", "304", "401", "429", "503"}
    assert [p["name"] for p in read["parameters"]] == ["If-None-Match"]
    assert "ETag" in read["responses"]["200"]["headers"]
    assert "ETag" in created["responses"]["201"]["headers"]
    assert "304" not in created["responses"]


def test_the_description_tells_what_a_key_and_a_dry_run_may_be_answered(app: FastAPI) -> None:
    """Fuzzing found both: a key that was used for something else, and a thing not made."""
    done_once = [
        operation["responses"]
        for methods in app.openapi()["paths"].values()
        for operation in methods.values()
        if any(p["name"] == "dry_run" for p in operation.get("parameters", []))
    ]
    created = app.openapi()["paths"]["/api/v1/challenges"]["post"]["responses"]

    assert len(done_once) > 10
    assert [sorted(a) for a in done_once if "422" not in a] == []
    assert [sorted(a) for a in done_once if "200" not in a] == []
    assert created["200"]["content"] == created["201"]["content"]


def with_a_route(*, declared: bool, asks: bool) -> FastAPI:
    """An application whose only route hides in a router of a router."""
    app = FastAPI(openapi_url=None)
    inner, outer = APIRouter(), APIRouter(prefix="/api")

    def unasked() -> None: ...

    def asked(actor: ActorDep) -> None: ...

    endpoint = asked if asks else unasked
    inner.add_api_route("/things", endpoint, methods=["POST"])
    if declared:
        needs(Action.RUN_READ)(endpoint)
    outer.include_router(inner)
    app.include_router(outer)
    return app


def test_a_route_that_says_nothing_is_found_however_deep() -> None:
    with pytest.raises(RuntimeError, match="POST /api/things has no declaration"):
        require_declared(with_a_route(declared=False, asks=True), admitted)


def test_a_declaration_that_nobody_checks_is_found() -> None:
    said = "POST /api/things declares what nobody checks: it has neither ActorDep nor PageDep"
    with pytest.raises(RuntimeError, match=re.escape(said)):
        require_declared(with_a_route(declared=True, asks=False), admitted)


def test_a_route_that_says_what_it_checks_is_let_be() -> None:
    require_declared(with_a_route(declared=True, asks=True), admitted)


def test_a_folder_of_files_is_a_route_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    app = FastAPI(openapi_url=None)
    app.mount("/files", StaticFiles(directory=tmp_path_factory.mktemp("files")))

    with pytest.raises(RuntimeError, match=r"\* /files has no declaration"):
        require_declared(app, admitted)


def test_a_route_of_the_interface_that_answers_in_its_own_way_is_found(app: FastAPI) -> None:
    """It would forget the answer to a key, and do a dry run in earnest."""
    other = FastAPI(openapi_url=None)
    router = APIRouter(prefix="/api/v1")
    router.add_api_route("/things", lambda: None)
    other.include_router(router)

    with pytest.raises(
        RuntimeError, match="These routes need route_class=Route: /api/v1/things"
    ):
        require_one_way(other)
    require_one_way(app)


def test_each_kind_of_access_has_its_sentence() -> None:
    def endpoint() -> None: ...

    app = FastAPI(openapi_url=None)
    app.add_api_route("/", endpoint)
    said = []
    for declare in (public, signed_in, needs(Action.RUN_READ), within(Action.RUN_READ)):
        declare(endpoint)
        said += [d.sentence for d in declarations(app).values() if d]

    assert said == [
        "Open to everybody.",
        "For everybody who is signed in.",
        "Needs `run:read`.",
        "Within the reach of `run:read`.",
    ]
