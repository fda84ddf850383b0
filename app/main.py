"""Puts the application together: wiring only."""

import logging
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import Final

from fastapi import APIRouter, FastAPI

from app.accounts.api import router as accounts
from app.accounts.dependencies import DOOR, admitted
from app.accounts.pages import router as pages
from app.accounts.service import purging
from app.core import idempotency, jobs, openapi, outbox, problems, routing, web
from app.core.database import Database, connect, transaction
from app.core.declaring import require_declared
from app.core.docs_page import mount_docs
from app.core.errors import AppError
from app.core.headers import SecureHeaders
from app.core.limits import BodyLimit, RequestLimit
from app.core.logging import RequestLog, configure
from app.core.metrics import Measured, Metrics
from app.core.origin import SameSite
from app.insights.api import router as insights
from app.matchmaking.api import router as matchmaking
from app.matchmaking.jobs import handlers
from app.operating import router as operating
from app.programmes.api import router as programmes
from app.settings import Settings
from app.submissions.api import challenges, solutions
from app.themes.api import router as themes

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.5
"""How long an idle worker waits before it looks for jobs again."""

SWEEP_SECONDS: Final = 3600
"""How often a worker forgets what is kept for a time only."""

DESCRIPTION: Final = """
The matchmaking service of a government-to-government innovation incubator.

Governments submit **challenges**, teams that have solved something like it register
**solutions**, a **run** ranks the solutions for every challenge and explains why, and the
staff decide. Authorize with a bearer token; each role sees what it may.
Every refusal is a problem document that says what to do.
"""


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    """Return the application.

    Parameters
    ----------
    settings : Settings
    database : Database, optional
        An open one; without it the application opens the one of the settings.
    """
    database = replace(database or connect(settings.database_url), read_only=settings.read_only)
    app = FastAPI(
        title="Counterpart",
        version=version("counterpart"),
        summary="Matches governments' challenges with governments' experience.",
        description=DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.database = database
    app.state.settings = settings
    app.add_middleware(SameSite)
    # The last one added is the first to see a request: a body is awaited without a place.
    app.add_middleware(RequestLimit, limit=settings.limit_concurrency, spared="/livez")
    app.add_middleware(
        BodyLimit, limit=settings.max_body_bytes, seconds=settings.max_body_seconds
    )
    app.state.metrics = Metrics()
    app.add_middleware(RequestLog)
    app.add_middleware(Measured, metrics=app.state.metrics)
    app.add_middleware(SecureHeaders)
    problems.install(app)
    routing.install(app, DOOR)
    web.install(app)
    openapi.complete(app)
    mount_docs(app)
    api = APIRouter(prefix="/api/v1")
    for router in (accounts, themes, programmes, challenges, solutions, matchmaking, insights):
        api.include_router(router)
    app.include_router(api)
    app.include_router(pages)
    app.include_router(operating)
    require_declared(app, admitted)
    routing.require_one_way(app)
    return app


def from_environment() -> FastAPI:
    """Return the application as the environment sets it: what each of several workers does."""
    settings = Settings()
    configure(settings.log_level)
    return create_app(settings)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    stop = threading.Event()
    worker = threading.Thread(
        target=work, args=(app.state.database, settings, stop), name="worker"
    )
    works = settings.embedded_worker and not settings.read_only
    if works:
        worker.start()
    yield
    stop.set()
    if works:
        worker.join()
    app.state.database.dispose()


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
    """Forget what is kept for a time only, people who left among it."""
    with transaction(database) as session:
        idempotency.purge(session)
        removed = purging.purge(session, settings)
    if removed.people:
        log.info("people erased", extra={"people": removed.people})


def work(database: Database, settings: Settings, stop: threading.Event) -> None:
    """Carry out jobs and send letters until told to stop; a failing database is waited for."""
    sweep_at = 0.0
    while not stop.is_set():
        try:
            if time.monotonic() >= sweep_at:
                # Set first: a sweep that fails must not keep the jobs waiting.
                sweep_at = time.monotonic() + SWEEP_SECONDS
                _sweep(database, settings)
            worked = work_once(database, settings)
        except AppError as error:
            log.warning("worker waits", extra={"reason": error.code})
            worked = False
        except Exception:  # the worker must outlive what nobody has foreseen
            log.exception("worker stumbled")
            worked = False
        if not worked:
            stop.wait(POLL_SECONDS)
