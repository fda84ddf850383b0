"""Pydantic's errors as ours: a JSON pointer and a sentence each."""

from collections.abc import Mapping, Sequence
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


_NO_INSTANT: Final = (
    "It is no date and time that exists. Write it in full, hours from 00 to 23, such as "
    "2026-11-21T10:00:00Z."
)
_SENTENCES: Final[Mapping[str, str]] = {
    "extra_forbidden": "This field is not known; remove it or check its spelling.",
    "missing": "This field is required.",
    "model_attributes_type": "Send a JSON object, with the header "
    "`Content-Type: application/json`.",
    "string_unicode": UNENCODABLE,
    "datetime_parsing": _NO_INSTANT,
    "datetime_from_date_parsing": _NO_INSTANT,
    "datetime_object_invalid": _NO_INSTANT,
    "timezone_aware": "Say in which zone: end it with Z, or with an offset such as +01:00.",
}
"""Our words for errors of pydantic whose sentence needs no value."""


def _sentence(detail: ErrorDetails) -> str:
    match detail["type"]:
        case "missing" if detail["loc"] == ("body",):
            return "Send a JSON object as the body."
        case "json_invalid":
            return Message("The body is not valid JSON: {error}.", error=detail["ctx"]["error"])
        case "mendable":
            return Message("{problem} {remedy}", **detail["ctx"])
        case known if known in _SENTENCES:
            return _SENTENCES[known]
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
