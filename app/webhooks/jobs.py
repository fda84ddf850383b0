"""The courier: spreads what happens, and delivers to several receivers at the same time."""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from app.core.base.errors import AppError
from app.core.storage.database import Database
from app.settings import Settings
from app.webhooks.sending import TOTAL_SECONDS, Resolver, resolved
from app.webhooks.service import delivering, spreading

log = logging.getLogger(__name__)

PLACES: Final = 8
"""Deliveries that one worker has on their way; one owner takes one of them."""
POLL_SECONDS: Final = 0.5
"""How long an idle courier waits before it looks again."""


def carry(
    database: Database,
    settings: Settings,
    stop: threading.Event,
    resolve: Resolver = resolved,
    seconds: float = TOTAL_SECONDS,
) -> None:
    """Spread and deliver until told to stop; what is on its way then is waited for.

    Beside the thread that does jobs and sends letters, so that no receiver keeps those waiting.
    """
    turns = delivering.Turns()
    with ThreadPoolExecutor(PLACES, "webhooks") as places:
        going = set[Future[None]]()
        while not stop.is_set():
            going = {one for one in going if not one.done()}
            try:
                worked = delivering.end_lost(database) + spreading.spread(database) > 0
                free = len(going) < PLACES
                claimed = delivering.claim(database, turns) if free else None
            except AppError as error:
                log.warning("courier waits", extra={"reason": error.code})
                worked, claimed = False, None
            except Exception:  # the courier must outlive what nobody has foreseen
                log.exception("courier stumbled")
                worked, claimed = False, None
            if claimed is not None:
                going.add(
                    places.submit(_deliver, database, settings, claimed, resolve, seconds)
                )
            elif not worked:
                stop.wait(POLL_SECONDS)


def _deliver(
    database: Database,
    settings: Settings,
    claimed: delivering.Claimed,
    resolve: Resolver,
    seconds: float,
) -> None:
    """Deliver what was claimed; where its end cannot be stored, another attempt does."""
    try:
        delivering.deliver(database, settings, claimed, resolve, seconds=seconds)
    except Exception:
        log.exception("delivery not stored", extra={"delivery_id": str(claimed.delivery_id)})
