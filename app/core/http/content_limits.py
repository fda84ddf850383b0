"""How much one request may say: looked at before anything makes an error of each part.

Only bytes are counted, at the speed of copying them, so that a body which says too much
costs less than one that is taken.
"""

import json
import re
from itertools import accumulate
from typing import Final

from starlette.exceptions import HTTPException

from app.core.base.errors import BadQuery, FieldError, TooLarge, Unprocessable
from app.core.base.messages import Message
from app.core.base.text import printable, unstorable
from app.core.base.validation_errors import UNENCODABLE, pointer_to

VALUES: Final = 10_000
"""Values in a body of JSON: objects, lists and what is in them."""
DEPTH: Final = 20
"""Objects and lists within one another."""
PARAMETERS: Final = 500
"""Parameters of a query."""
FIELDS: Final = 200
"""Fields of a form."""

_QUOTES: Final = 4 * VALUES
"""Around the name of each value, and around a value that is a text."""
_ESCAPED: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_BRACKETS: Final = b"[]{}"
_NO_BRACKETS: Final = bytes(set(range(256)) - set(_BRACKETS))


def require_small_json(body: bytes) -> None:
    """Do nothing, or refuse a body of JSON that says more than any request needs.

    What is no JSON is let through: the reader finds where it ends to be.

    Raises
    ------
    TooLarge
        If it has more than `VALUES` values.
    HTTPException
        If it has more than `DEPTH` levels: nobody reads that.
    """
    if sum(map(body.count, (b",", b"[", b"{"))) < DEPTH:
        return
    # Between the quotes stand texts, and around them what is counted.
    parts = body.replace(rb"\\", b"").replace(rb"\"", b"").split(b'"', _QUOTES)
    outside = b"".join(parts[:_QUOTES:2])
    brackets = outside.translate(None, delete=_NO_BRACKETS)[: 2 * VALUES]
    if max(accumulate(1 if byte in b"[{" else -1 for byte in brackets), default=0) > DEPTH:
        raise HTTPException(400)  # as the reader does where it is deeper than Python counts
    if len(parts) > _QUOTES or sum(map(outside.count, (b",", b"[", b"{"))) >= VALUES:
        raise TooLarge(
            Message("The body has more than {most:,} values.", most=VALUES),
            remedy="Split it into several requests.",
        )


def require_storable_json(body: bytes) -> None:
    """Do nothing, or refuse texts of any field, and names of any, that no database takes.

    Raises
    ------
    Unprocessable
        With the place of each of them.
    """
    # In JSON both are escaped: NUL as itself is no JSON, and half a character no UTF-8.
    if not _ESCAPED.search(body):
        return
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return  # which its reader finds
    if errors := unstorable_in(value):
        raise Unprocessable("The content cannot be accepted.", errors=errors)


def unstorable_in(value: object) -> list[FieldError]:
    """Return what is wrong with texts that no database takes, as their fields would say it."""
    return [
        FieldError(pointer_to(place) or "/", _sentence(text))
        for place, text in unstorable(value)
    ]


def _sentence(text: str) -> str:
    try:
        text.encode()
        printable(text)
    except UnicodeEncodeError:
        return UNENCODABLE
    except ValueError as error:
        return Message.of(error.args[0])
    return UNENCODABLE


def require_small_query(query: str) -> None:
    """Do nothing, or refuse a query of more than `PARAMETERS` parameters.

    Raises
    ------
    BadQuery
    """
    if query.count("&") >= PARAMETERS:
        raise BadQuery(
            Message("The query has more than {most} parameters.", most=PARAMETERS),
            remedy="Ask for fewer things at a time.",
        )


def require_small_form(body: bytes) -> None:
    """Do nothing, or refuse a form of more than `FIELDS` fields.

    Raises
    ------
    TooLarge
    """
    if body.count(b"&") >= FIELDS:
        raise TooLarge(
            Message("The form has more than {most} fields.", most=FIELDS),
            remedy="Send it from the page of this service.",
        )
