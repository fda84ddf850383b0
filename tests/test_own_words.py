"""Whatever is wrong is said in our own words, and not in those of a library."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.core.base.validation_errors import sentence_of
from app.main import create_app

# How the sentences of pydantic and of what it asks begin.
THEIRS = (
    *("Input should", "String should", "List should", "Value should", "Dictionary should"),
    *("Tuple should", "Set should", "Frozenset should", "Object ", "Unable to", "UUID "),
    *("Field required", "Extra inputs", "value is not", "Datetime should", "Data should"),
)
WRONG: tuple[Any, ...] = (
    *(None, "", " ", "x", "x" * 100_000, "2027-13-01T00:00:00Z", "2027-01-01T00:00:00"),
    *("2027-01-01", "\ud800", "a@b", "ann@", "1_0", "1.5", "-1", "99999999999999999999"),
    *(True, -1, 0, 1.5, 10**30, float("nan"), float("inf")),
    *([], [None], ["x"] * 2_000, [[]], {}, {"x": 1}, {"": None}),
)


def schemas(of: type[BaseModel] = BaseModel) -> Iterator[type[BaseModel]]:
    """Every schema of the service, once."""
    for schema in of.__subclasses__():
        if schema.__module__.startswith("app."):
            yield schema
        yield from schemas(schema)


def errors_of(schema: type[BaseModel], values: Any) -> list[ErrorDetails]:
    try:
        schema.model_validate(values)
    except ValidationError as error:
        return error.errors()
    except (AttributeError, TypeError):
        # what only our own code makes is never sent
        return []
    return []


def test_no_message_of_a_library_reaches_anybody() -> None:
    create_app  # noqa: B018 -- loads every feature with its schemas
    known = {schema for schema in schemas() if not getattr(schema, "__parameters__", ())}
    assert len(known) > 60

    details = [
        detail
        for schema in known
        for value in WRONG
        for values in (value, *({name: value} for name in schema.model_fields))
        for detail in errors_of(schema, values)
    ]

    said = {(detail["type"], sentence_of(detail)) for detail in details}
    assert {kind for kind, _ in said} > {"missing", "string_type", "literal_error"}
    assert {pair for pair in said if pair[1].startswith(THEIRS)} == set()


@pytest.mark.parametrize(
    ("kind", "context", "sentence"),
    [
        ("greater_than_equal", {"ge": 3}, "It must be at least 3."),
        (
            "enum",
            {"expected": "'a' or 'b'"},
            "It is none of the values that are possible here: 'a' or 'b'.",
        ),
        ("too_long", {"max_length": 5}, "It has too many items; the maximum is 5."),
    ],
)
def test_what_is_possible_is_named(kind: str, context: dict[str, Any], sentence: str) -> None:
    detail = ErrorDetails(type=kind, loc=("x",), msg="Theirs.", input=[], ctx=context)

    assert sentence_of(detail) == sentence
