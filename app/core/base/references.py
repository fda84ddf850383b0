"""What people and programs name a thing by: its key, or the code that people know it by."""

import re
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import PlainValidator, WithJsonSchema

from app.core.base.messages import Message
from app.core.base.text import comparable, printable

LONGEST: Final = 60
"""Characters of a code."""

_KEY: Final = re.compile(r"[0-9a-f]{8}(-?)(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}", re.IGNORECASE)
_CODE: Final = re.compile(rf"[a-z0-9][a-z0-9-]{{1,{LONGEST - 1}}}")
# Given out by the service, in capitals; codes that people choose are in small letters.
_COUNTED: Final = re.compile(r"[a-z]{2,3}-[0-9]{4}-[0-9]{3,9}")


def is_key(text: str) -> bool:
    """Tell whether a text is read as a key, and so can be the code of nothing."""
    return _KEY.fullmatch(text) is not None


def reference(given: object) -> UUID | str:
    """Return what was meant: a key, or a code as it is written out.

    Case, width and kinds of hyphens make no difference.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> reference("ch\u20112026\u2011001")
    'CH-2026-001'
    """
    if isinstance(given, UUID):
        return given
    written = given if isinstance(given, str) and len(given) <= LONGEST else ""
    if is_key(written):
        return UUID(written)
    code = comparable(printable(written))
    if _CODE.fullmatch(code) is None:
        raise ValueError(Message("Write an identifier or a code, such as CH-2026-001."))
    return code.upper() if _COUNTED.fullmatch(code) else code


_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [
        {"type": "string", "format": "uuid"},
        {
            "type": "string",
            "pattern": f"^[A-Za-z0-9][A-Za-z0-9-]{{1,{LONGEST - 1}}}$",
            "maxLength": LONGEST,
        },
    ],
    "description": "Its identifier or its code, such as CH-2026-001.",
}

Reference = Annotated[UUID | str, PlainValidator(reference), WithJsonSchema(_SCHEMA)]
"""A key, or a code as it is written out; which thing it names is the feature's to find."""
