"""Puts the application together: wiring only."""

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.responses import RedirectResponse

from app.accounts.api import router as accounts
from app.accounts.pages import router as pages
from app.core import jobs, openapi, outbox, problems, web
from app.core.database import Database, connect
from app.core.docs_page import mount_docs
from app.core.errors import AppError
from app.core.limits import BodyLimit
from app.core.logging import RequestLog
from app.core.origin import SameSite
from app.matchmaking.api import router as matchmaking
from app.matchmaking.jobs import handlers
from app.programmes.api import router as programmes
from app.settings import Settings
from app.submissions.api import challenges, solutions
from app.themes.api import router as themes

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.5
"""How long an idle worker waits before it looks for jobs again."""

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
    database = database or connect(settings.database_url)
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
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes)
    app.add_middleware(RequestLog)
    problems.install(app)
    web.install(app)
    openapi.complete(app)
    mount_docs(app)
    api = APIRouter(prefix="/api/v1")
    for router in (accounts, themes, programmes, challenges, solutions, matchmaking):
        api.include_router(router)
    app.include_router(api)
    app.include_router(pages)
    app.include_router(_around)
    return app


_around = APIRouter(include_in_schema=False)


@_around.get("/")
def home() -> RedirectResponse:
    """Lead a visitor to the documentation."""
    return RedirectResponse("/docs")


@_around.get("/livez")
async def livez() -> dict[str, str]:
    """Tell that the process answers, even while every thread of it is busy."""
    return {"status": "alive"}


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    stop = threading.Event()
    worker = threading.Thread(
        target=work, args=(app.state.database, settings, stop), name="worker"
    )
    if settings.embedded_worker:
        worker.start()
    yield
    stop.set()
    if settings.embedded_worker:
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


def work(database: Database, settings: Settings, stop: threading.Event) -> None:
    """Carry out jobs and send letters until told to stop; a failing database is waited for."""
    while not stop.is_set():
        try:
            worked = work_once(database, settings)
        except AppError as error:
            log.warning("worker waits", extra={"reason": error.code})
            worked = False
        except Exception:  # the worker must outlive what nobody has foreseen
            log.exception("worker stumbled")
            worked = False
        if not worked:
            stop.wait(POLL_SECONDS)
