"""The columns of a table: which there are for a schema, what they are called, what they show.

A schema says in the metadata of its types what people read instead of what programs do:

* `Names` stands for an identifier by what it names, in one column or more;
* `InWords` turns a value into a sentence.

Identifiers themselves are shown where they are asked for by name, and only there.
"""

import types
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.core.base.errors import BadQuery
from app.core.base.messages import Message

Named = Mapping[Hashable, Sequence[str]]
"""What identifiers name: their parts, such as code and title, by identifier."""


class Names:
    """In the metadata of an identifier: the columns of what it names.

    Parameters
    ----------
    kind : str
        What is named, such as `organisation`.
    *columns : str
        A column for each part of the name, such as `organisation` and `country`.
    """

    def __init__(self, kind: str, *columns: str) -> None:
        self.kind = kind
        self.columns = columns


class InWords:
    """In the metadata of a type: how a table says its values.

    Parameters
    ----------
    say : callable of (value, names)
    """

    def __init__(self, say: Callable[[Any, Named], str]) -> None:
        self.say = say


class Aside:
    """In the metadata of a field: shown only where it is asked for by name."""


class Only:
    """In the metadata of a nested field: which of its parts are shown without being named."""

    def __init__(self, *parts: str) -> None:
        self.parts = parts


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    key : str
        What `columns=` names, such as `challenge.title`.
    heading : str
        What people read above it.
    path : tuple of str
        Where the value is in a row.
    names : Names or None
        Of which kind the identifier is that stands there.
    part : int
        Which part of its name is shown.
    words : InWords or None
        How the value is said.
    is_instant : bool
        Whether it shows instants, whose zone belongs into its heading.
    is_shown : bool
        Whether it is there without being asked for.
    """

    key: str
    heading: str
    path: tuple[str, ...]
    names: Names | None = None
    part: int = 0
    words: InWords | None = None
    is_instant: bool = False
    is_shown: bool = True

    def value(self, row: BaseModel) -> Any:
        """Return what stands in a row; None where a part of it is missing."""
        value: Any = row
        for name in self.path:
            value = None if value is None else getattr(value, name)
        return value


def columns_of(schema: type[BaseModel]) -> list[Column]:
    """Return all columns of a schema; a nested one gives `challenge.title` and so on."""
    return list(_columns(schema, ()))


def chosen_columns(schema: type[BaseModel], keys: str | None) -> list[Column]:
    """Return the columns that are named, in that order; without names those for everybody.

    Raises
    ------
    BadQuery
        If a name is not known, or there twice.
    """
    columns = columns_of(schema)
    if keys is None:
        return [column for column in columns if column.is_shown]
    known = {column.key: column for column in columns}
    names = [key.strip() for key in keys.split(",")]
    wrong = [name for name in names if name not in known or names.count(name) > 1]
    if wrong:
        raise BadQuery(
            Message("There is no such column, or it is named twice: {name}.", name=wrong[0]),
            remedy=Message("Name some of: {columns}.", columns=", ".join(known)),
        )
    return [known[name] for name in names]


def _columns(schema: type[BaseModel], path: tuple[str, ...]) -> Iterator[Column]:
    for name, field in schema.model_fields.items():
        here = (*path, name)
        marks = list(marks_of(field))
        aside = any(isinstance(mark, Aside) for mark in marks)
        found = _columns_of_field(field, here, marks)
        only = next((mark.parts for mark in marks if isinstance(mark, Only)), None)
        for column in found:
            part = column.key.removeprefix(f"{key_of(here)}.").partition(".")[0]
            is_hidden = aside or (only is not None and part not in only)
            yield replace(column, is_shown=False) if is_hidden else column


def _columns_of_field(
    field: FieldInfo, path: tuple[str, ...], marks: Sequence[Any]
) -> Iterator[Column]:
    words = next((mark for mark in marks if isinstance(mark, InWords)), None)
    names = next((mark for mark in marks if isinstance(mark, Names)), None)
    nested = model_in(field.annotation)
    if names:
        keys = [(*path[:-1], name) for name in names.columns]
        for part, key in enumerate(keys):
            yield Column(key_of(key), _heading(key), path, names, part)
        if path not in keys:
            yield Column(key_of(path), _heading(path), path, is_shown=False)
    elif nested and words is None:
        yield from _columns(nested, path)
    else:
        yield Column(
            key_of(path),
            field.title or _heading(path),
            path,
            words=words,
            is_instant=_may_be(datetime, field.annotation),
            is_shown=not _may_be(UUID, field.annotation),
        )


def key_of(path: Sequence[str]) -> str:
    """Return what `columns=` calls the value at a place."""
    return ".".join(path)


def marks_of(field: FieldInfo) -> Iterator[Any]:
    """Yield the metadata of a field, and of the types that it may have."""
    yield from field.metadata
    yield from _marks_in(field.annotation)


def _marks_in(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        yield from get_args(annotation)[1:]
    if get_origin(annotation) in {Annotated, Union, types.UnionType, list}:
        for part in get_args(annotation):
            yield from _marks_in(part)


def _heading(path: Sequence[str]) -> str:
    # The content of a submission is what the table is about.
    words = " ".join(path[1:] if path[0] == "content" else path).replace("_", " ")
    return words[:1].upper() + words[1:]


def model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that a field holds, if it holds one; not one among several."""
    if get_origin(annotation) is Annotated:
        return model_in(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return model_in(kinds[0]) if len(kinds) == 1 else None
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return annotation if is_model else None


def _may_be(kind: type, annotation: Any) -> bool:
    return annotation is kind or any(_may_be(kind, part) for part in get_args(annotation))
