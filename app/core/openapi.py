"""What the interface says of its refusals in its own description (OpenAPI)."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from app.core.errors import AppError, FieldError
from app.core.problems import MEDIA_TYPE, Problem, body_of


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


def _example(kind: type[AppError]) -> dict[str, Any]:
    errors = [FieldError("/title", "This field is required.")] if kind.status == 422 else []
    return body_of("/api/v1/...", kind("What is wrong, in a sentence.", errors=errors))


def complete(app: FastAPI) -> None:
    """Add the schema of a problem, and take out the refusal that the framework assumes.

    FastAPI describes a 422 of its own for each route that takes a parameter; ours
    are 400 for a query, 404 for a path, and 422 for a body, all as problems.
    """
    described = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = described()
            for operation in _operations(document):
                operation["summary"] = operation["description"].partition(".")[0]
                if "HTTPValidationError" in str(operation["responses"].get("422")):
                    del operation["responses"]["422"]
            schemas = document["components"]["schemas"]
            for assumed in ("HTTPValidationError", "ValidationError"):
                schemas.pop(assumed, None)
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= problem.pop("$defs") | {"Problem": problem}
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # -- FastAPI's own way to extend it


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()
