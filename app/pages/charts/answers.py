"""Answering with a chart: drawn when it is sent, and only if the asker has it not."""

from typing import Final

from anyio import to_thread
from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from app.core.http.etags import is_known
from app.core.http.turns import Turns
from app.pages.charts import drawing
from app.pages.charts.drawing import Specification

MEDIA_TYPE: Final = "image/svg+xml"
CACHING: Final = "private, no-cache"
"""Who has read a chart may keep it, and asks again whether it is still the same."""

_DRAWING: Final = Turns("drawing")


class Chart(Response):
    """A chart, drawn when it is sent: the session of its request has been given back by then.

    One is drawn at a time, in some hundredths of a second each.

    Parameters
    ----------
    request : Request
        Who has the chart already, by its tag, is told so, and nothing is drawn.
    specification : mapping
        What is drawn.
    """

    media_type = MEDIA_TYPE

    def __init__(self, request: Request, specification: Specification) -> None:
        tag = drawing.tag(specification)
        self._specification = specification
        self._is_known = is_known(request, tag)
        super().__init__(
            status_code=304 if self._is_known else 200,
            headers={"ETag": tag, "Cache-Control": CACHING, "Vary": "Accept-Language, Cookie"},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Draw it in its turn, and send it."""
        if not self._is_known:
            self.body = await to_thread.run_sync(
                drawing.svg, self._specification, limiter=_DRAWING.limiter(1)
            )
            self.headers["Content-Length"] = str(len(self.body))
        await super().__call__(scope, receive, send)
