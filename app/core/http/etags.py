"""The header `If-Match`: on which state a change is based (RFC 9110)."""

from typing import Annotated

from fastapi import Depends, Header

from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import PreconditionRequired

_IfMatch = Annotated[
    str | None,
    Header(description="The `ETag` of what you have read, in its quotes.", max_length=1000),
]


def expected(if_match: _IfMatch = None) -> Expected:
    """Return the state that a change is based on.

    Raises
    ------
    PreconditionRequired
        If the request names none.
    """
    if if_match is None:
        raise PreconditionRequired("A change must name the state that it is based on.")
    return Expected(if_match)


ExpectedDep = Annotated[Expected, Depends(expected)]
"""For routes that change a thing: `If-Match`, without which they refuse (428)."""


def expected_if_stated(if_match: _IfMatch = None) -> Expected:
    """Return the state that a step is based on; any, where the request names none."""
    return ANYTHING if if_match is None else Expected(if_match)


ExpectedIfStatedDep = Annotated[Expected, Depends(expected_if_stated)]
"""For routes that take a step: its table guards them, and `If-Match` if it is stated."""
