"""The headers `If-Match` and `If-None-Match`: which state somebody has seen (RFC 9110)."""

from typing import Annotated

from fastapi import Depends, Header, Request

from app.core.base.entity_tags import ANYTHING, Expected, names
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


def is_known(request: Request, tag: str) -> bool:
    """Tell whether the asker has the answer of this tag already."""
    header = request.headers.get("if-none-match")
    # Here a weak comparison is meant: a proxy may have weakened the tag that it handed on.
    return header is not None and names(header.replace("W/", ""), tag)
