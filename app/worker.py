"""The worker: jobs, letters and webhooks, deadlines, and a sweep every hour."""

import logging
import threading
import time
from collections.abc import Mapping
from typing import Final

from app.access.policy import OPERATOR
from app.accounts import jobs as accounts
from app.conversations.service import waiting
from app.core.base.errors import AppError
from app.core.storage import idempotency_keys, jobs, outbox
from app.core.storage.database import Database, transaction
from app.insights import digest
from app.matches.service import deadlines, withdrawals
from app.matchmaking import jobs as matchmaking
from app.operations import retention
from app.reviews.service import letters as review_letters
from app.settings import Settings
from app.submissions.service import reminders, taken_back
from app.webhooks import jobs as webhooks

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.5
"""How long an idle worker waits before it looks for jobs again."""

SETTLE_SECONDS: Final = 60
"""How often a worker looks for what a deadline has changed."""

SWEEP_SECONDS: Final = 3600
"""How often a worker forgets what is kept for a time only."""


def handlers(settings: Settings) -> Mapping[str, jobs.Handler]:
    """Return how each kind of job is done, gathered from the features."""
    return {**accounts.handlers(settings), **matchmaking.handlers(settings)}


def work_once(database: Database, settings: Settings) -> bool:
    """Carry out one job, or send one letter; tell whether anything waited."""
    if jobs.run_next(database, handlers(settings), lease=settings.job_lease):
        return True
    server = _mail_server(settings)
    return server is not None and outbox.send_next(database, server)


def _mail_server(settings: Settings) -> outbox.MailServer | None:
    """Return where letters go; None if they wait to be read by staff."""
    if settings.smtp_host is None:
        return None
    password = settings.smtp_password
    return outbox.MailServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.mail_from,
        settings.smtp_user,
        password.get_secret_value() if password else None,
    )


def _sweep(database: Database, settings: Settings) -> None:
    """Forget what is kept for a time only, people who left among it, and remind reviewers."""
    with transaction(database) as session:
        idempotency_keys.purge(session)
        removed = retention.purge(session, settings)
        reminded = review_letters.remind(session)
    if removed.people:
        log.info("people erased", extra={"people": removed.people})
    if reminded:
        log.info("reviewers reminded", extra={"letters": reminded})


def _remind(database: Database, settings: Settings) -> None:
    """Write the letters that a date asks for, some at a time, so that nobody waits long."""
    while True:
        with transaction(database) as session:
            reminded = reminders.remind(session)
        if not reminded:
            break
        log.info("reminders written", extra={"submissions": reminded})
    more = True
    while more:
        with transaction(database) as session:
            sides, more = waiting.remind(session, settings.public_url)
        if sides:
            log.info("told of what waits in rooms", extra={"sides": sides})
    with transaction(database) as session:
        written = digest.write_digests(session)
    if written:
        log.info("digests written", extra={"letters": written})


def _settle(database: Database) -> None:
    """Do what a date has brought: restore what was taken back, end and lapse offers, remind."""
    with transaction(database) as session:
        restored = taken_back.restore(session)
    if restored:
        log.info("submissions restored", extra={"submissions": restored})
    with transaction(database) as session:
        ended = withdrawals.settle(session, OPERATOR)
        lapsed = deadlines.lapse(session)
        reminded = deadlines.remind(session)
    if ended or lapsed or reminded:
        counts = {"ended": ended, "lapsed": lapsed, "reminded": reminded}
        log.info("offers settled", extra=counts)


def work(database: Database, settings: Settings, stop: threading.Event) -> None:
    """Carry out jobs, send letters and webhooks until told to stop.

    A failing database is waited for.
    """
    for warning in settings.warnings:
        log.warning("settings are not safe", extra={"reason": warning})
    courier = threading.Thread(
        target=webhooks.carry, args=(database, settings, stop), name="courier"
    )
    courier.start()
    try:
        _work(database, settings, stop)
    finally:
        courier.join()


def _work(database: Database, settings: Settings, stop: threading.Event) -> None:
    sweep_at = settle_at = 0.0
    while not stop.is_set():
        try:
            if time.monotonic() >= sweep_at:
                # Set first: a sweep that fails must not keep the jobs waiting.
                sweep_at = time.monotonic() + SWEEP_SECONDS
                _sweep(database, settings)
                _remind(database, settings)
            if time.monotonic() >= settle_at:
                settle_at = time.monotonic() + SETTLE_SECONDS
                _settle(database)
            worked = work_once(database, settings)
        except AppError as error:
            log.warning("worker waits", extra={"reason": error.code})
            worked = False
        except Exception:  # the worker must outlive what nobody has foreseen
            log.exception("worker stumbled")
            worked = False
        if not worked:
            stop.wait(POLL_SECONDS)
