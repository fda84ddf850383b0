"""Numbers that people and programs send: taken where there is no doubt what was meant.

Programming languages read `1_0` as ten and true as one; who writes that has mistyped.
"""

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}(?:\.0*)?")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


def as_whole(given: Any) -> Any:
    """Return what was given, a text as the whole number that its digits are.

    Raises
    ------
    ValueError
        If it is a truth value, or a text that is no whole number without doubt.
    """
    if isinstance(given, bool) or (
        isinstance(given, str) and not _WHOLE.fullmatch(given.strip())
    ):
        raise PydanticCustomError(
            "int_parsing", "It is not a whole number; write digits alone, such as 12."
        )
    return int(given.partition(".")[0]) if isinstance(given, str) else given


def as_decimal(given: Any) -> Any:
    """Return what was given, a text as the number that its digits are.

    Raises
    ------
    ValueError
        If it is a truth value, or a text that is no number without doubt.
    """
    if isinstance(given, bool) or (
        isinstance(given, str) and not _DECIMAL.fullmatch(given.strip())
    ):
        raise PydanticCustomError(
            "float_parsing", "It is not a number; write digits and a point, such as 0.6."
        )
    return float(given) if isinstance(given, str) else given


Whole = Annotated[int, BeforeValidator(as_whole)]
"""A whole number, or digits that are one; no truth value, and no signs between the digits."""

Decimal = Annotated[float, BeforeValidator(as_decimal)]
"""A number, or digits with a point that are one; no truth value."""
