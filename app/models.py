"""All table classes, so that importing this fills the metadata."""

from app.accounts import models as accounts
from app.advice import models as advice
from app.attachments import models as attachments
from app.conversations import models as conversations
from app.core.storage import (
    audit,
    idempotency_keys,
    jobs,
    outbox,
    rate_limits,
    reference_numbers,
)
from app.decisions import models as decisions
from app.enquiries import models as enquiries
from app.events import models as events
from app.gaps import models as gaps
from app.interests import models as interests
from app.matches import models as matches
from app.matchmaking import models as matchmaking
from app.notices import models as notices
from app.notifications import models as notifications
from app.organisations import models as organisations
from app.programmes import models as programmes
from app.questions import models as questions
from app.register import models as register
from app.reviews import models as reviews
from app.screening import models as screening
from app.submissions import models as submissions
from app.teams import models as teams
from app.themes import models as themes
from app.webhooks import models as webhooks

__all__ = [
    "accounts",
    "advice",
    "attachments",
    "audit",
    "conversations",
    "decisions",
    "enquiries",
    "events",
    "gaps",
    "idempotency_keys",
    "interests",
    "jobs",
    "matches",
    "matchmaking",
    "notices",
    "notifications",
    "organisations",
    "outbox",
    "programmes",
    "questions",
    "rate_limits",
    "reference_numbers",
    "register",
    "reviews",
    "screening",
    "submissions",
    "teams",
    "themes",
    "webhooks",
]
