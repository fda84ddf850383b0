"""How columns of JSON are written and read: by compiled code, and without blanks.

A run of the real kind stores thousands of lines with their reasons, and a page of them reads
some; with the functions of the standard library that takes several times as long.
"""

from types import MappingProxyType
from typing import Any, Final

from pydantic_core import from_json, to_json


class Written(str):
    """A value that is written as JSON already; it is stored as it stands."""

    __slots__ = ()


def written(value: Any) -> Written:
    """Write a value as a column of JSON holds it; instants and keys as their texts."""
    return value if isinstance(value, Written) else Written(to_json(value).decode())


BY_ENGINE: Final = MappingProxyType(
    {"json_serializer": written, "json_deserializer": from_json}
)
"""What an engine is created with."""
