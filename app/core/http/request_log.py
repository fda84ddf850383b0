"""Gives each request an identifier, and logs how it was answered."""

import logging
import time
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.base.logging import actor_id, request_id

log = logging.getLogger(__name__)


class RequestLog:
    """Give each request an identifier, and log how it was answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request and write its line."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Never reset: each request has a context of its own, and the answer to an
        # unexpected failure is made outside of this middleware.
        request_id.set(uuid4().hex)
        actor_id.set(None)
        began, status = time.perf_counter(), 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", []),
                    (b"x-request-id", str(request_id.get()).encode()),
                ]
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            # The path only: a query may hold what somebody searched for.
            facts = {"method": scope["method"], "path": scope["path"], "status": status}
            spent = round((time.perf_counter() - began) * 1000, 1)
            log.info("request answered", extra=facts | {"milliseconds": spent})
