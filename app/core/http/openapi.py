"""What the interface says of its refusals in its own description (OpenAPI)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.routing import Route

from app.core.base.errors import (
    AppError,
    FieldError,
)
from app.core.http.access import Declaration, declarations, public
from app.core.http.problems import MEDIA_TYPE, Problem, body_of
from app.core.http.resource_locations import Address, made_by
from app.core.tables.exporting import MEDIA, Format

MADE: Final = frozenset({"201", "202"})
"""What answers that something was made, or will be."""

Place = tuple[str, str]


def responses(*kinds: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """Describe refusals, for the `responses` argument of a route or router.

    Returns
    -------
    responses : dict
        By status; kinds that share one are told apart by their examples.
    """
    described: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
        known = described.setdefault(
            kind.status, {"description": kind.title, "content": {MEDIA_TYPE: content}}
        )
        examples = known["content"][MEDIA_TYPE]["examples"]
        examples[kind.code] = {"summary": kind.title, "value": _example(kind)}
    return described


def merged(*described: Mapping[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    """Return descriptions of answers as one; examples of one status stand side by side."""
    found: dict[int | str, dict[str, Any]] = {}
    for status, answer in (pair for some in described for pair in some.items()):
        if status not in found:
            found[status] = answer
            continue
        for media, content in answer.get("content", {}).items():
            known = found[status].setdefault("content", {}).setdefault(media, content)
            known.setdefault("examples", {}).update(content.get("examples", {}))
    return found


def _example(kind: type[AppError]) -> dict[str, Any]:
    errors = [FieldError("/title", "This field is required.")] if kind.status == 422 else []
    return body_of("/api/v1/...", kind("What is wrong, in a sentence.", errors=errors))


def complete(app: FastAPI) -> None:
    """Say what each route asks, add the schema of a problem, take out what is assumed.

    FastAPI describes a 422 of its own for each route that takes a parameter; ours
    are 400 for a query, 404 for a path, and 422 for a body, all as problems.
    """
    described = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = described()
            _describe_operations(document, declarations(app))
            _describe_what_is_made(document, made_by(app))
            _describe_problems(document["components"]["schemas"])
            app.openapi_schema = document
        return app.openapi_schema

    for route in app.routes:
        if isinstance(route, Route) and route.path == app.openapi_url:
            public(route.endpoint)
    app.openapi = openapi  # type: ignore[method-assign]  # -- FastAPI's own way to extend it


def _describe_operations(
    document: dict[str, Any], declarations: Mapping[Place, Declaration | None]
) -> None:
    for place, operation in _operations(document):
        operation["summary"] = operation["description"].partition(".")[0]
        if "HTTPValidationError" in str(operation["responses"].get("422")):
            del operation["responses"]["422"]
        _describe_trying(operation)
        _describe_tables(operation["responses"].get("200", {}).get("content", {}))
        _describe_tags(place[1], operation)
        if declaration := declarations.get(place):
            operation["description"] += f"\n\n{declaration.sentence}"
            operation["x-access"] = declaration.access
            operation["x-action"] = list(declaration.actions)


def _describe_trying(operation: dict[str, Any]) -> None:
    """Say that what is only tried is answered as if it were done, with another status."""
    answers = operation["responses"]
    done = next(
        (answers[status] for status in ("201", "202", "204") if status in answers), None
    )
    if done and any(p["name"] == "dry_run" for p in operation.get("parameters", [])):
        answer = {"description": "What would be, with `dry_run`; nothing was changed."}
        answers["200"] = answer | ({"content": done["content"]} if "content" in done else {})


def _describe_tags(method: str, operation: dict[str, Any]) -> None:
    """Say that an answer has a tag, and that it need not be sent to who has it."""
    text = {"schema": {"type": "string"}}
    for status, answer in operation["responses"].items():
        if int(status) < 300:
            answer.setdefault("headers", {})["ETag"] = {
                "description": "The hash of this answer, for `If-Match` and `If-None-Match`."
            } | text
    if method == "GET":
        operation["responses"]["304"] = {"description": "What you have is what there is."}
        known = {"name": "If-None-Match", "in": "header", "required": False}
        operation.setdefault("parameters", []).append(known | text)


def _describe_what_is_made(document: dict[str, Any], made: Mapping[Place, Address]) -> None:
    """Say where it is read, and link it to whatever takes its key."""
    for place, operation in _operations(document):
        if (address := made.get(place)) is None:
            continue
        for status in MADE.intersection(operation["responses"]):
            answer = operation["responses"][status]
            names = _taking(document, address.key)
            answer["links"] = {name: _link(name, address.key) for name in names}
            if status == "201":
                answer["headers"]["Location"] = {
                    "description": f"Where it is read, by `{address.operation}`.",
                    "schema": {"type": "string", "format": "uri-reference"},
                }


def _taking(document: dict[str, Any], key: str) -> list[str]:
    """Return the operations whose paths name a thing by this key."""
    return [
        operation["operationId"]
        for (path, _), operation in _operations(document)
        if f"{{{key}}}" in path
    ]


def _link(operation: str, key: str) -> dict[str, Any]:
    return {"operationId": operation, "parameters": {key: "$response.body#/id"}}


def _describe_tables(content: dict[str, Any]) -> None:
    """Add the other forms of a list."""
    if "/ListOf_" in str(content.get(MEDIA[Format.JSON])):
        for kind in (Format.CSV, Format.XLSX):
            content[MEDIA[kind]] = {"schema": {"type": "string", "contentEncoding": "binary"}}


def _describe_problems(schemas: dict[str, Any]) -> None:
    for assumed in ("HTTPValidationError", "ValidationError"):
        schemas.pop(assumed, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {"Problem": problem}


def _operations(
    document: dict[str, Any],
) -> Iterator[tuple[Place, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield (path, method.upper()), operation
