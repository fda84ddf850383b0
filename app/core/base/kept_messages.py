"""Messages that are stored, and read again in the language of whoever reads them.

A finished sentence cannot be translated. In the database a message stands as its template and
its values; in an answer to a program it is a sentence in English.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainSerializer, SerializationInfo, WithJsonSchema

from app.core.base.messages import Message
from app.core.base.schemas import Told

KEEPING: Final[Mapping[str, bool]] = {"keeps messages": True}
"""The context of `model_dump` for what is stored."""


def packed(text: str) -> str | dict[str, Any]:
    """Return a message as JSON holds it; a text that is none as it is."""
    if type(text) is not Message:
        return str(text)
    values = {
        name: packed(value) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    return {"template": text.template, "values": values}


def unpacked(value: Any) -> Any:
    """Return what was packed; anything else, such as a text from earlier, as it is."""
    if not (isinstance(value, Mapping) and value.keys() == {"template", "values"}):
        return value
    values = {name: unpacked(inner) for name, inner in value["values"].items()}
    return Message(value["template"], **values)


def _written(text: str, info: SerializationInfo) -> str | dict[str, Any]:
    return packed(text) if info.context == KEEPING else str(text)


KeptMessage = Annotated[
    Told,
    BeforeValidator(unpacked),
    PlainSerializer(_written),
    WithJsonSchema({"type": "string"}),
]
"""A sentence that keeps its template and its values in the database."""
