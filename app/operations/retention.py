"""What is removed by itself, so that nothing is kept longer than it is needed."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, delete

from app.accounts.models import OneTimeLink, Token
from app.accounts.service import browser_sessions, known_browsers, one_time_links
from app.advice.service import advisors
from app.attachments.service import keeping as attachments
from app.conversations.service import keeping as conversations
from app.core.base.clock import now
from app.core.storage import jobs, outbox, rate_limits
from app.enquiries import service as enquiries
from app.events import service as events
from app.interests import service as interests
from app.notifications.service import telling
from app.organisations.service import offboarding
from app.reviews.service import reviewers
from app.settings import Settings
from app.teams.service import comments, support
from app.webhooks.service import delivering as webhooks


@dataclass(frozen=True, slots=True)
class Removed:
    """How many of each were removed; people are erased."""

    people: int
    letters: int
    sessions: int
    links: int
    tokens: int
    counts: int
    files: int
    threads: int
    rooms: int
    events: int
    webhooks: int


def purge(session: Session, settings: Settings) -> Removed:
    """Erase people after the retention time, and remove what has ended."""
    at = now()
    retention = timedelta(days=settings.retention_days)
    known_browsers.purge(session)
    jobs.purge(session, one_time_links.SEND_RESET, at - timedelta(days=1))
    telling.purge(session, at - timedelta(days=settings.letter_days))
    links = session.execute(delete(OneTimeLink).where(col(OneTimeLink.ends_at) < at))
    tokens = session.execute(delete(Token).where(col(Token.expires_at) < at - retention))
    people = offboarding.erase_forgotten(session, retention)
    reviewers.forget_erased(session)
    advisors.forget_erased(session)
    threads = comments.forget(session, at - retention)
    support.forget(session, at - retention)
    interests.forget(session, retention)
    enquiries.forget(session, at - retention)
    rooms = conversations.forget(session, at - retention)
    return Removed(
        people=people,
        letters=outbox.purge(session, at - timedelta(days=settings.letter_days)),
        sessions=browser_sessions.purge(session, settings.session_idle),
        links=int(getattr(links, "rowcount", 0)),
        tokens=int(getattr(tokens, "rowcount", 0)),
        counts=rate_limits.purge(session, at - timedelta(days=1)),
        files=attachments.purge(session, at) + conversations.purge_files(session, at),
        threads=threads,
        rooms=rooms,
        events=events.purge(session, at - timedelta(days=settings.event_days)),
        webhooks=webhooks.purge(session, at - timedelta(days=settings.letter_days)),
    )
