"""Forms: the same schemas as the interface for programs, filled in by a browser.

A field is named by its place in the schema, with dots: `title`, `content.problem`,
`contacts.0.email`. What is wrong with it has the JSON pointer of the interface:
`/content/problem`.
"""

import re
import types
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import (
    Annotated,
    Any,
    Final,
    Generic,
    TypeGuard,
    TypeVar,
    Union,
    get_args,
    get_origin,
)
from urllib.parse import parse_qs

from fastapi import Request
from pydantic import BaseModel, SecretStr, ValidationError
from starlette.concurrency import run_in_threadpool

from app.core.base.errors import FieldError, UnsupportedMedia
from app.core.base.messages import Message
from app.core.base.validation_errors import field_errors, pointer_to
from app.core.http.content_limits import FIELDS, require_small_form, unstorable_in

Schema = TypeVar("Schema", bound=BaseModel)

MEDIA_TYPE: Final = "application/x-www-form-urlencoded"

_ROW: Final = re.compile(r"0|[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class Form(Generic[Schema]):
    """What was filled in, and what is wrong with it.

    Attributes
    ----------
    value : schema or None
        The content, if all of it can be taken.
    errors : tuple of FieldError
        All that is wrong, each with the JSON pointer of its field.
    written : mapping
        The fields as they were written, by name, to be shown again; secrets are left out.
    """

    value: Schema | None = None
    errors: tuple[FieldError, ...] = ()
    written: Mapping[str, str | list[str]] = field(default_factory=dict)

    def message(self, name: str) -> str | None:
        """Return what is wrong with a field; None if nothing is."""
        pointer = pointer_to(name.split("."))
        return next((e.detail for e in self.errors if e.pointer == pointer), None)

    def rows(self, name: str) -> range:
        """Return the places of the rows of a list that were written."""
        return range(len(_rows(self.written, f"{name}.")))

    def refused(self, *errors: FieldError) -> "Form[Schema]":
        """Return the form with what the service found wrong with its content."""
        return replace(self, errors=(*self.errors, *errors))

    def told(self, say: Callable[[str], str]) -> "Form[Schema]":
        """Return the form with what is wrong said in the language of its reader."""
        errors = tuple(FieldError(e.pointer, say(e.detail)) for e in self.errors)
        return replace(self, errors=errors)


def form_of(schema: type[Schema]) -> Callable[[Request], Awaitable[Form[Schema]]]:
    """Return the dependency that reads a form of this schema.

    A field that was left empty counts as not given, and so does a row of which every field
    is empty. Of a field that was sent twice the last one counts, unless the schema takes a
    list.
    """

    def understood(fields: Mapping[str, list[str]]) -> Form[Schema]:
        written: dict[str, str | list[str]] = {}
        if refused := _unstorable_in(fields):
            return Form(None, refused, written)
        given = _given(schema, fields, "", "", written)
        try:
            return Form(schema.model_validate(given), (), written)
        except ValidationError as error:
            errors = field_errors(
                [{**e, "loc": _field_at(schema, e["loc"])} for e in error.errors()]
            )
            return Form(None, tuple(errors), written)

    async def read(request: Request) -> Form[Schema]:
        body = await request.body()
        if body:
            _require_kind(request)
            require_small_form(body)
        # On a thread: a long text in which every letter is escaped takes its time.
        return await run_in_threadpool(lambda: understood(texts_of(body)))

    return read


def without_empty(given: Any) -> Any:
    """Return what a form asks in an address, without the fields that were left empty."""
    if not isinstance(given, dict):
        return given
    chosen = {
        name: [v.strip() for v in value if v.strip()] if isinstance(value, list) else value
        for name, value in given.items()
    }
    return {name: value for name, value in chosen.items() if value not in ("", [])}


def is_form(request: Request) -> bool:
    """Tell whether a request brings a form of texts: a file is none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == MEDIA_TYPE


def _require_kind(request: Request) -> None:
    if not is_form(request):
        raise UnsupportedMedia(
            "This address takes a form.",
            remedy=Message("Send it with the header `Content-Type: {kind}`.", kind=MEDIA_TYPE),
        )


def _unstorable_in(fields: Mapping[str, list[str]]) -> tuple[FieldError, ...]:
    """Return what is wrong with texts that no database takes, by the pointers of fields."""
    return tuple(
        FieldError(pointer_to(name.split(".")), error.detail)
        for name, values in fields.items()
        for error in unstorable_in([name, *values])
    )


def texts_of(body: bytes) -> dict[str, list[str]]:
    """Return what was sent and is not empty, by name."""
    # Latin-1 on the way: every byte is a letter of it, and what is escaped is UTF-8.
    return parse_qs(body.decode("latin-1"), max_num_fields=FIELDS)


def _given(
    schema: type[BaseModel],
    fields: Mapping[str, list[str]],
    sent_at: str,
    shown_at: str,
    written: dict[str, str | list[str]],
) -> dict[str, Any]:
    """Return the content of a schema, and note what of it can be shown again.

    Parameters
    ----------
    sent_at, shown_at : str
        What the names of its fields begin with, as they were sent and as they are shown: rows
        that were left empty are not shown.
    """
    given: dict[str, Any] = {}
    for name, info in schema.model_fields.items():
        kind, many = _kind_of(info.annotation)
        sent, shown = f"{sent_at}{name}", f"{shown_at}{name}"
        if not _is_model(kind):
            if values := fields.get(sent):
                given[name] = values if many else values[-1]
                if kind is not SecretStr:
                    written[shown] = given[name]
        elif many:
            rows = [
                _given(kind, fields, f"{sent}.{row}.", f"{shown}.{place}.", written)
                for place, row in enumerate(_rows(fields, f"{sent}."))
            ]
            if rows:
                given[name] = rows
        else:
            below = _given(kind, fields, f"{sent}.", f"{shown}.", written)
            if below or info.is_required():
                given[name] = below
    return given


def _rows(fields: Mapping[str, object], prefix: str) -> list[int]:
    """Return the numbers of the rows of which something was sent, in their order."""
    numbers = {
        name.removeprefix(prefix).partition(".")[0]
        for name in fields
        if name.startswith(prefix)
    }
    return sorted(int(number) for number in numbers if _ROW.fullmatch(number))


def _field_at(schema: type[BaseModel], place: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Return the field at which an error is shown; of a list to choose from the list itself."""
    found: list[int | str] = []
    model: type[BaseModel] | None = schema
    many = False
    for part in place:
        if model is None:
            break
        found.append(part)
        if many and isinstance(part, int):
            many = False
            continue
        info = model.model_fields.get(str(part))
        kind, many = _kind_of(info.annotation) if info else (None, False)
        model = kind if _is_model(kind) else None
    return tuple(found)


def _kind_of(annotation: Any) -> tuple[Any, bool]:
    """Return what a field holds, and whether it holds many of it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind_of(arguments[0])
    if origin in {Union, types.UnionType}:
        kinds = [kind for kind in arguments if kind is not type(None)]
        return _kind_of(kinds[0]) if len(kinds) == 1 else (None, False)
    if origin in {list, frozenset, set, tuple}:
        return _kind_of(arguments[0])[0], True
    return annotation, False


def _is_model(kind: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
