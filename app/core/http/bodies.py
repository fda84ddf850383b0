"""Bodies of JSON: of the right kind, of some size, in texts that can be kept, said once."""

import json
from typing import Any

from fastapi import Request

from app.core.base.errors import UnsupportedMedia
from app.core.base.messages import Message
from app.core.http.content_limits import require_small_json, require_storable_json


def require_body(request: Request, takes: frozenset[str], body: bytes) -> None:
    """Do nothing, or refuse a body that no route reads.

    Parameters
    ----------
    takes : frozenset of str
        The media types that the route reads.

    Raises
    ------
    UnsupportedMedia
        If it is of another kind, or compressed.
    TooLarge
        If it says more than any request needs.
    Unprocessable
        If a text of it cannot be kept.
    """
    _require_kind(request, takes)
    require_small_json(body)
    require_storable_json(body)


def _require_kind(request: Request, takes: frozenset[str]) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in takes:
        raise UnsupportedMedia(
            "This address does not accept bodies of this media type.",
            remedy=Message(
                "Send it with the header `Content-Type: {takes}`.",
                takes=" or ".join(sorted(takes)),
            ),
        )
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMedia("The body is compressed.", remedy="Send it uncompressed.")


class StrictRequest(Request):
    """A request whose JSON says each thing once."""

    async def json(self) -> Any:
        """Return what the body says.

        Raises
        ------
        JSONDecodeError
            If it is no JSON, or an object of it has two members of one name: readers
            disagree which of them counts.
        UnicodeDecodeError
            If it is not in UTF-8: in another coding its values could not be counted.
        """
        text = (await self.body()).decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_each_once)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise json.JSONDecodeError("An object has two members of one name", "", 0)
    return members
