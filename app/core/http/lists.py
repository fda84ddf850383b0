"""Lists: strict parameters, and cursors that hold still while rows are added.

A cursor names the last row that was seen by its sort values and its key, so the
next page begins behind it whatever was inserted before (keyset pagination).
"""

import json
import logging
from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field

from app.core.storage.pagination import MOST_ROWS, Page
from app.core.tables import exporting
from app.core.tables.exporting import Format

log = logging.getLogger(__name__)

Row = TypeVar("Row")
Read = TypeVar("Read", bound=BaseModel)


class ListOf(BaseModel, Generic[Read]):
    """One page of a list, and the address of the next one."""

    items: list[Read] = Field(max_length=MOST_ROWS)
    next: str | None = Field(description="Address of the next page; null on the last.")


class _Answer:
    """Shapes a page for its readers, with the address of the next one."""

    def __init__(self, request: Request, response: Response) -> None:
        self._request = request
        self._response = response

    def __call__(self, found: Page[Row], schema: type[Read]) -> ListOf[Read]:
        """Return the page in the form of its readers: as JSON, or as a table."""
        following = self._next(found)
        items = [schema.model_validate(row, from_attributes=True) for row in found.rows]
        kind = Format(self._request.query_params.get("format", Format.JSON))
        if kind is not Format.JSON:
            return self._table(schema, items, kind)  # type: ignore[return-value]  # -- FastAPI hands a response on as it is
        # Of the kind that it holds: of several forms of a list the reader's own is described.
        kind_of_list: type[ListOf[Read]] = ListOf[schema]  # type: ignore[valid-type]  # -- known only now
        return kind_of_list(items=items, next=following)

    def written(self, found: Page[str]) -> Response:
        """Return a page whose items are JSON already, as JSON."""
        following = json.dumps(self._next(found))
        text = f'{{"items":[{",".join(found.rows)}],"next":{following}}}'
        headers = dict(self._response.headers)
        return Response(text, headers=headers, media_type=exporting.MEDIA[Format.JSON])

    def _next(self, found: Page[Any]) -> str | None:
        """Return the address of the next page, if there is one, and name it in the headers."""
        self._response.headers["Vary"] = "Accept"
        if not found.cursor:
            return None
        url = self._request.url.include_query_params(cursor=found.cursor)
        following = f"{url.path}?{url.query}"
        self._response.headers["Link"] = f'<{following}>; rel="next"'
        return following

    def _table(self, schema: type[Read], items: Sequence[Read], kind: Format) -> Response:
        name = self._request.url.path.rpartition("/")[2]
        facts = {"path": self._request.url.path, "kind": str(kind), "rows": len(items)}
        log.info("table exported", extra=facts)
        headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
        headers |= self._response.headers
        return Response(
            exporting.table(schema, items, kind),
            headers=headers,
            media_type=exporting.MEDIA[kind],
        )


AnswerDep = Annotated[_Answer, Depends()]
