"""All table classes, so that importing this fills the metadata."""

from app.accounts import models as accounts
from app.core import audit, codes, idempotency, jobs, outbox, throttle
from app.matchmaking import models as matchmaking
from app.programmes import models as programmes
from app.submissions import models as submissions
from app.themes import models as themes

__all__ = [
    "accounts",
    "audit",
    "codes",
    "idempotency",
    "jobs",
    "matchmaking",
    "outbox",
    "programmes",
    "submissions",
    "themes",
    "throttle",
]
