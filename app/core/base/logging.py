"""One JSON line for each event: a constant phrase, and facts in `extra`.

No personal data and no free text of a submission: identifiers, counts, states.
"""

import json
import logging
from contextvars import ContextVar
from typing import Any

from app.core.base.clock import now

log = logging.getLogger(__name__)

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
actor_id: ContextVar[str | None] = ContextVar("actor_id", default=None)
"""Who asks, by the key of the person; known from where the request has shown it."""

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
        if actor := actor_id.get():
            line["actor"] = actor
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
