"""Background work of accounts: the letter with the way to a new password."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.accounts.service import one_time_links
from app.core.storage.jobs import Handler, Store, Ticket
from app.settings import Settings


def handlers(settings: Settings) -> Mapping[str, Handler]:
    """Return how each kind of job is done in a process of these settings."""

    def compute(ticket: Ticket) -> Store:
        user_id = ticket.arguments["user_id"]

        def store(session: Session) -> None:
            if user_id is not None:
                one_time_links.send_reset(
                    session, UUID(user_id), public_url=settings.public_url
                )

        return store

    return MappingProxyType(
        {one_time_links.SEND_RESET: Handler(compute=compute, give_up=_nothing)}
    )


def _nothing(_: Session, __: Mapping[str, Any]) -> None:
    """Leave it: the person asks again."""
