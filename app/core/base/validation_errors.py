"""Pydantic's errors as ours: a JSON pointer and a sentence each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic_core import ErrorDetails, PydanticCustomError

from app.core.base.errors import FieldError
from app.core.base.messages import Message

LONGEST_NAME = 200
"""How many characters of a name that nobody knows an answer repeats."""
UNENCODABLE: Final = Message("The text holds a character that cannot be encoded.")
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


_NO_DAY: Final = Message("Write year, month and day, such as 2027-06-01.")
_NO_INSTANT: Final = Message(
    "It is no date and time that exists. Write it in full, hours from 00 to 23, such as "
    "2026-11-21T10:00:00Z."
)
_NO_WHOLE_NUMBER: Final = Message("It is not a whole number; write digits alone, such as 12.")
_NO_NUMBER: Final = Message("It is not a number; write digits and a point, such as 0.6.")
_NO_LIST: Final = Message("Send a list here, even of one item.")
_NO_OBJECT: Final = Message("Send an object with named fields here.")
_NO_CHOICE: Final = Message("It is none of the values that are possible here: {expected}.")
_NO_KEY: Final = Message("It is no key, such as 0c9e3e5e-3a43-4f07-a3b9-0f7d5a3f0d11.")
_TEMPLATES: Final[Mapping[str, Message]] = {
    "extra_forbidden": Message("This field is not known; remove it or check its spelling."),
    "missing": Message("This field is required."),
    "model_attributes_type": Message(
        "Send a JSON object, with the header `Content-Type: application/json`."
    ),
    "string_type": Message("Send text here."),
    "bytes_type": Message("Send a file here."),
    "string_unicode": UNENCODABLE,
    "string_pattern_mismatch": Message("It is not written as it has to be: {pattern}"),
    "int_type": _NO_WHOLE_NUMBER,
    "int_parsing": _NO_WHOLE_NUMBER,
    "int_parsing_size": _NO_WHOLE_NUMBER,
    "int_from_float": _NO_WHOLE_NUMBER,
    "float_type": _NO_NUMBER,
    "float_parsing": _NO_NUMBER,
    "finite_number": _NO_NUMBER,
    "bool_type": Message("Send true or false here."),
    "bool_parsing": Message("Send true or false here."),
    "greater_than": Message("It must be more than {gt}."),
    "greater_than_equal": Message("It must be at least {ge}."),
    "less_than": Message("It must be less than {lt}."),
    "less_than_equal": Message("It must be at most {le}."),
    "list_type": _NO_LIST,
    "tuple_type": _NO_LIST,
    "set_type": _NO_LIST,
    "frozen_set_type": _NO_LIST,
    "too_short": Message("It has {actual_length} items; the minimum is {min_length}."),
    "too_long": Message("It has too many items; the maximum is {max_length}."),
    "dict_type": _NO_OBJECT,
    "mapping_type": _NO_OBJECT,
    "model_type": _NO_OBJECT,
    "enum": _NO_CHOICE,
    "literal_error": _NO_CHOICE,
    "uuid_type": _NO_KEY,
    "uuid_parsing": _NO_KEY,
    "date_type": _NO_DAY,
    "date_parsing": _NO_DAY,
    "date_from_datetime_parsing": _NO_DAY,
    "date_from_datetime_inexact": _NO_DAY,
    "datetime_type": _NO_INSTANT,
    "datetime_parsing": _NO_INSTANT,
    "datetime_from_date_parsing": _NO_INSTANT,
    "datetime_object_invalid": _NO_INSTANT,
    "timezone_aware": Message(
        "Say in which zone: end it with Z, or with an offset such as +01:00."
    ),
    "none_required": Message("Leave this out, or send null."),
    "path_type": Message("Give the path of a file or folder."),
}
"""Our words for the errors of pydantic; the names in braces are those of its context."""

_NO_ADDRESS: Final = "value is not a valid email address"


JSON_FAULTS: Final = (
    Message("Expecting value"),
    Message("Expecting property name enclosed in double quotes"),
    Message("Expecting ',' delimiter"),
    Message("Expecting ':' delimiter"),
    Message("Extra data"),
    Message("Unterminated string starting at"),
    Message("Invalid control character at"),
    Message("Invalid \\escape"),
    Message("Invalid \\uXXXX escape"),
    Message("An object has two members of one name"),
)
"""What the reader of JSON says of a text that is none, and what `bodies` adds to it."""


def sentence_of(detail: ErrorDetails) -> str:
    """Say in our words what is wrong."""
    match detail["type"]:
        case "missing" if detail["loc"] == ("body",):
            return Message("Send a JSON object as the body.")
        case "json_invalid":
            error = Message.of(detail["ctx"]["error"])
            return Message("The body is not valid JSON: {error}.", error=error)
        case "mendable":
            return Message("{problem} {remedy}", **detail["ctx"])
        case _:
            return wrong_length(detail) or _in_our_words(detail)


def _in_our_words(detail: ErrorDetails) -> str:
    template, values = _TEMPLATES.get(detail["type"]), detail.get("ctx", {})
    if "expected" in values:
        values = {"expected": _choices(values["expected"])}
    if template is not None:
        return Message(template, **values) if "{" in template else template
    if detail["msg"].startswith(_NO_ADDRESS):
        return Message("It is no email address, such as ann@example.org.")
    return own_words(detail)


def _choices(listed: str) -> str:
    """Return what pydantic lists as `'a', 'b' or 'c'`, so that the `or` can be translated."""
    before, either, last = listed.rpartition(" or ")
    return Message("{one} or {other}", one=before, other=last) if either else listed


def own_words(detail: ErrorDetails) -> str:
    """Return what a validator of ours has said, as the message that it was."""
    error = detail.get("ctx", {}).get("error")
    said = error.args[0] if isinstance(error, ValueError) and error.args else None
    return said if isinstance(said, Message) else detail["msg"].removeprefix("Value error, ")


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
    if length == 0 and bounds.get("min_length") == 1:
        return Message("Write something.")
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
        "mendable",
        "{problem} {remedy}",
        {"problem": Message.of(problem), "remedy": Message.of(remedy)},
    )
