"""Answers that anybody may have: shared caches keep them, and other sites read them."""

from types import MappingProxyType
from typing import Final

from fastapi import Request, Response

from app.core.base.entity_tags import tag_of
from app.core.http.etags import is_known

HEADERS: Final = MappingProxyType(
    {
        # What is withdrawn is gone from caches as soon as that.
        "Cache-Control": "public, max-age=300",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "ETag",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
)


def open_answer(request: Request, body: bytes, media_type: str) -> Response:
    """Return an answer with its tag, or say that the asker has it already.

    Both say the same about caches and other sites: a browser looks at either.
    """
    tag = tag_of(body)
    headers = {**HEADERS, "ETag": tag}
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def following(request: Request, cursor: str | None) -> str | None:
    """Return the address of the next page of a list; None on its last one."""
    if not cursor:
        return None
    url = request.url.include_query_params(cursor=cursor)
    return f"{url.path}?{url.query}"
