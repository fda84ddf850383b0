"""One JSON line for each event: a constant phrase, and facts in `extra`.

No personal data and no free text of a submission: identifiers, counts, states.
"""

import json
import logging
import time
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.clock import now

log = logging.getLogger(__name__)

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


class JsonFormatter(logging.Formatter):
    """Write a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; facts are whatever `extra` added to the record."""
        line: dict[str, Any] = {
            "at": now().isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        if identifier := request_id.get():
            line["request_id"] = identifier
        line |= {k: v for k, v in vars(record).items() if k not in _STANDARD}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure(level: str = "INFO") -> None:
    """Send every log line of the process to the error stream, as JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("httpx", "httpx2", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


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
