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
            sentence_of(detail),
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
_NO_WHOLE_NUMBER: Final = "It is not a whole number; write digits alone, such as 12."
_NO_NUMBER: Final = "It is not a number; write digits and a point, such as 0.6."
_NO_LIST: Final = "Send a list here, even of one item."
_NO_OBJECT: Final = "Send an object with named fields here."
_NO_CHOICE: Final = "It is none of the values that are possible here: {expected}."
_NO_KEY: Final = "It is no key, such as 0c9e3e5e-3a43-4f07-a3b9-0f7d5a3f0d11."
_TEMPLATES: Final[Mapping[str, str]] = {
    "extra_forbidden": "This field is not known; remove it or check its spelling.",
    "missing": "This field is required.",
    "model_attributes_type": "Send a JSON object, with the header "
    "`Content-Type: application/json`.",
    "string_type": "Send text here.",
    "string_unicode": UNENCODABLE,
    "string_pattern_mismatch": "It is not written as it has to be: {pattern}",
    "int_type": _NO_WHOLE_NUMBER,
    "int_parsing": _NO_WHOLE_NUMBER,
    "int_parsing_size": _NO_WHOLE_NUMBER,
    "int_from_float": _NO_WHOLE_NUMBER,
    "float_type": _NO_NUMBER,
    "float_parsing": _NO_NUMBER,
    "finite_number": _NO_NUMBER,
    "bool_type": "Send true or false here.",
    "bool_parsing": "Send true or false here.",
    "greater_than": "It must be more than {gt}.",
    "greater_than_equal": "It must be at least {ge}.",
    "less_than": "It must be less than {lt}.",
    "less_than_equal": "It must be at most {le}.",
    "list_type": _NO_LIST,
    "tuple_type": _NO_LIST,
    "set_type": _NO_LIST,
    "frozen_set_type": _NO_LIST,
    "too_short": "It has {actual_length} items; the minimum is {min_length}.",
    "too_long": "It has too many items; the maximum is {max_length}.",
    "dict_type": _NO_OBJECT,
    "mapping_type": _NO_OBJECT,
    "model_type": _NO_OBJECT,
    "enum": _NO_CHOICE,
    "literal_error": _NO_CHOICE,
    "uuid_type": _NO_KEY,
    "uuid_parsing": _NO_KEY,
    "datetime_type": _NO_INSTANT,
    "datetime_parsing": _NO_INSTANT,
    "datetime_from_date_parsing": _NO_INSTANT,
    "datetime_object_invalid": _NO_INSTANT,
    "timezone_aware": "Say in which zone: end it with Z, or with an offset such as +01:00.",
    "none_required": "Leave this out, or send null.",
    "path_type": "Give the path of a file or folder.",
}
"""Our words for the errors of pydantic; the names in braces are those of its context."""

_NO_ADDRESS: Final = "value is not a valid email address"


def sentence_of(detail: ErrorDetails) -> str:
    """Say in our words what is wrong."""
    match detail["type"]:
        case "missing" if detail["loc"] == ("body",):
            return "Send a JSON object as the body."
        case "json_invalid":
            return Message("The body is not valid JSON: {error}.", error=detail["ctx"]["error"])
        case "mendable":
            return Message("{problem} {remedy}", **detail["ctx"])
        case _:
            return wrong_length(detail) or _in_our_words(detail)


def _in_our_words(detail: ErrorDetails) -> str:
    template, values = _TEMPLATES.get(detail["type"]), detail.get("ctx", {})
    if template is not None:
        return Message(template, **values) if "{" in template else template
    if detail["msg"].startswith(_NO_ADDRESS):
        return "It is no email address, such as ann@example.org."
    return detail["msg"].removeprefix("Value error, ")


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
