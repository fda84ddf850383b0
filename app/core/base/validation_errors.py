"""Pydantic's errors as ours: a JSON pointer and a sentence each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic_core import ErrorDetails, PydanticCustomError

from app.core.base.errors import FieldError
from app.core.base.messages import Message

LONGEST_NAME = 200
"""How many characters of a name that nobody knows an answer repeats."""
UNENCODABLE: Final = "The text holds a character that cannot be encoded."
_LENGTHS: Final = {"too_short", "string_too_short", "too_long", "string_too_long"}


def field_errors(details: Sequence[ErrorDetails], *, skip: int = 0) -> list[FieldError]:
    """Turn pydantic's errors into ours: a JSON pointer and a sentence each.

    Parameters
    ----------
    details : sequence of pydantic's error details
    skip : int
        How many leading parts of the location name no part of the content.
    """
    errors = (
        FieldError(
            pointer_to(_place(detail)[skip:]) or "/",
            _sentence(detail),
        )
        for detail in details
    )
    # Each once: a body that two dependencies of a route take is checked for both.
    return list(dict.fromkeys(errors))


def _place(detail: ErrorDetails) -> tuple[int | str, ...]:
    # Where a body ends to be JSON is a number of characters, and no part of its content.
    return detail["loc"][:-1] if detail["type"] == "json_invalid" else detail["loc"]


def head_of(detail: ErrorDetails) -> int | str | None:
    """Return the first part of the place of an error; None for what is wrong with the whole."""
    return next(iter(detail["loc"]), None)


def pointer_to(parts: Sequence[int | str]) -> str:
    """Return a JSON pointer (RFC 6901) to a part of the content; empty for the whole."""
    return "".join(f"/{_escaped(part)}" for part in parts)


def _escaped(part: int | str) -> str:
    # Cut, so that no answer grows with what was sent.
    return str(part)[:LONGEST_NAME].replace("~", "~0").replace("/", "~1")


def _sentence(detail: ErrorDetails) -> str:
    match detail["type"]:
        case "extra_forbidden":
            return "This field is not known; remove it or check its spelling."
        case "missing" if detail["loc"] == ("body",):
            return "Send a JSON object as the body."
        case "missing":
            return "This field is required."
        case "json_invalid":
            return Message("The body is not valid JSON: {error}.", error=detail["ctx"]["error"])
        case "mendable":
            return Message("{problem} {remedy}", **detail["ctx"])
        case "model_attributes_type":
            return "Send a JSON object, with the header `Content-Type: application/json`."
        case "string_unicode":
            return UNENCODABLE
        case _:
            return wrong_length(detail) or detail["msg"].removeprefix("Value error, ")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a field of a table wants, in the metadata of its type; completes "Give ..."."""

    text: str


def wrong_length(details: ErrorDetails) -> str | None:
    """Say how long a text is and may be, if that is what is wrong with it.

    Pydantic counts "items" where a validator of ours stands before the bound.
    """
    if details["type"] not in _LENGTHS or not isinstance(details["input"], str):
        return None
    length, bounds = len(details["input"].strip()), details["ctx"]
    if least := bounds.get("min_length"):
        return Message(
            "It has {length:,} characters; the minimum is {least:,}.",
            length=length,
            least=least,
        )
    most = bounds["max_length"]
    return Message(
        "It has {length:,} characters; the maximum is {most:,}.", length=length, most=most
    )


def mendable(problem: str, remedy: str) -> PydanticCustomError:
    """Return an error for a validator to raise, with what to do about it."""
    return PydanticCustomError(
        "mendable", "{problem} {remedy}", {"problem": problem, "remedy": remedy}
    )
