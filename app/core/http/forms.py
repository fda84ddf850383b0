"""Forms: the same schemas as the interface for programs, filled in by a browser."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from app.core.base.errors import FieldError
from app.core.base.validation_errors import field_errors

Schema = TypeVar("Schema", bound=BaseModel)

MOST_FIELDS: Final = 200


@dataclass(frozen=True, slots=True)
class Form(Generic[Schema]):
    """What was filled in, and what is wrong with it.

    Attributes
    ----------
    value : schema or None
        The content, if all of it can be taken.
    errors : tuple of FieldError
        All that is wrong; each pointer is `/` and the name of a field.
    written : mapping
        The fields as they were written, to be shown again; secrets are left out.
    """

    value: Schema | None = None
    errors: tuple[FieldError, ...] = ()
    written: Mapping[str, str | list[str]] = field(default_factory=dict)

    def message(self, name: str) -> str | None:
        """Return what is wrong with a field; None if nothing is."""
        return next((e.detail for e in self.errors if e.pointer == f"/{name}"), None)

    def refused(self, *errors: FieldError) -> "Form[Schema]":
        """Return the form with what the service found wrong with its content."""
        return replace(self, errors=(*self.errors, *errors))


def form_of(schema: type[Schema]) -> Callable[[Request], Awaitable[Form[Schema]]]:
    """Return the dependency that reads a form of this schema.

    A field that was left empty counts as not given. Of a field that was sent twice the
    last one counts, unless the schema takes a list.
    """

    async def read(request: Request) -> Form[Schema]:
        async with request.form(max_files=0, max_fields=MOST_FIELDS) as sent:
            given = _given(schema, sent)
        written = {name: value for name, value in given.items() if not _is_secret(schema, name)}
        try:
            return Form(schema.model_validate(given), (), written)
        except ValidationError as error:
            # Only the first part of a place: a field is what a person sees.
            errors = field_errors([{**e, "loc": e["loc"][:1]} for e in error.errors()])
            return Form(None, tuple(errors), written)

    return read


def _given(schema: type[BaseModel], sent: FormData) -> dict[str, str | list[str]]:
    given: dict[str, str | list[str]] = {}
    for name, info in schema.model_fields.items():
        values = [value for value in sent.getlist(name) if isinstance(value, str) and value]
        if values:
            many = str(info.annotation).startswith(("list", "frozenset"))
            given[name] = values if many else values[-1]
    return given


def _is_secret(schema: type[BaseModel], name: str) -> bool:
    return "SecretStr" in str(schema.model_fields[name].annotation)
