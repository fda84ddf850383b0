"""Puts the application together: wiring only."""

import gc
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI

from app.accounts.api import router as accounts
from app.accounts.dependencies import GUARD, admitted
from app.accounts.service.demonstration_links import DemonstrationLinks
from app.advice import api as advice
from app.attachments.api import router as attachments
from app.conversations import api as conversations
from app.core.base.collecting import collect_seldom
from app.core.base.errors import AppError
from app.core.base.logging import configure
from app.core.http import lists, openapi, problems, routing
from app.core.http.access import require_declared
from app.core.http.csrf import SameSite
from app.core.http.docs_page import mount_docs
from app.core.http.forwarding import ForwardedHeaders, Forwarding
from app.core.http.head import HeadAsGet
from app.core.http.metrics import Measured, Metrics
from app.core.http.request_limits import BodyLimit, RequestLimit
from app.core.http.request_log import RequestLog
from app.core.http.security_headers import SecureHeaders
from app.core.http.uploads import AROUND
from app.core.storage.database import Database, connect, reading
from app.core.storage.rate_limits import RequestQuota
from app.decisions.api import releasing
from app.decisions.api import router as decisions
from app.duplicates.api import router as duplicates
from app.enquiries import api as enquiries
from app.enquiries import service as enquiry_service
from app.gaps.api import router as gaps
from app.insights import queries
from app.insights.api import router as insights
from app.interests.api import router as interests
from app.matches.api import offering as offers
from app.matches.api import router as matches
from app.matchmaking.api import router as matchmaking
from app.matchmaking.learning_api import router as learning
from app.notices.api import catalogue
from app.notices.api import router as notices
from app.notifications.api import router as notifications
from app.operations.api import router as operations
from app.operations.health import router as health
from app.organisations.api import router as organisations
from app.pages import layout, refusals
from app.pages.routes import include_pages
from app.programmes.api import open_calls
from app.programmes.api import router as programmes
from app.questions.api import router as questions
from app.register.api import register
from app.register.api import router as practices
from app.reviews import api as reviews
from app.screening import api as screening
from app.settings import Settings
from app.statistics import api as statistics
from app.submissions.api import challenges, solutions
from app.submissions.calls_api import router as late
from app.submissions.form_files_api import router as form_files
from app.teams import api as teams
from app.themes.api import router as themes
from app.webhooks.api import router as webhooks
from app.worker import handlers, work

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
    database = replace(
        database or connect(settings.database_url),
        read_only=settings.read_only,
        page_bytes=settings.max_page_bytes,
        table_bytes=settings.max_table_bytes,
    )
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
    app.state.asked_by = enquiry_service.export
    app.state.settings = settings
    app.state.job_handlers = handlers(settings)
    app.state.demonstration_links = DemonstrationLinks()
    app.add_middleware(HeadAsGet)
    app.add_middleware(SameSite, shown=refusals.as_page)
    # The last one added is the first to see a request: a body is awaited without a place.
    app.add_middleware(
        RequestLimit,
        limit=settings.limit_concurrency,
        spared="/livez",
        shown=refusals.as_bare_page,
    )
    app.add_middleware(
        BodyLimit,
        limit=settings.max_body_bytes,
        seconds=settings.max_body_seconds,
        upload_limit=settings.max_file_bytes + AROUND,
        shown=refusals.as_bare_page,
    )
    app.state.forwarding = Forwarding()
    app.add_middleware(ForwardedHeaders, forwarding=app.state.forwarding)
    app.state.metrics = Metrics()
    app.state.request_quota = RequestQuota(settings.requests_per_minute)
    app.add_middleware(RequestLog)
    app.add_middleware(Measured, metrics=app.state.metrics)
    app.add_middleware(SecureHeaders)
    problems.install(app)
    routing.install(app, GUARD)
    lists.install(app, lists.Words(queries.names_of, queries.zone_of))
    refusals.install(app)
    openapi.complete(app)
    mount_docs(app)
    # none within another: FastAPI would make their routes ready twice, and keep both
    for router in (
        organisations,
        accounts,
        notifications,
        themes,
        programmes,
        questions,
        challenges,
        solutions,
        late,
        form_files,
        attachments,
        teams.router,
        teams.desk,
        reviews.router,
        reviews.conflicting,
        reviews.reviewing,
        reviews.of_call,
        advice.router,
        advice.advisors_router,
        advice.advising_router,
        advice.questions_router,
        decisions,
        releasing,
        notices,
        enquiries.router,
        practices,
        interests,
        matchmaking,
        learning,
        matches,
        offers,
        conversations.router,
        duplicates,
        gaps,
        screening.router,
        screening.of_call,
        screening.adding,
        screening.of_submission,
        webhooks,
        insights,
        statistics.router,
        operations,
    ):
        app.include_router(router, prefix="/api/v1")
    app.include_router(catalogue)
    app.include_router(enquiries.catalogue)
    app.include_router(register)
    app.include_router(statistics.open_router)
    app.include_router(open_calls)
    include_pages(app)
    app.include_router(health)
    require_declared(app, admitted, layout.page_for)
    routing.require_one_way(app)
    return app


def from_environment() -> FastAPI:
    """Return the application as the environment sets it: what each of several workers does."""
    settings = Settings()
    configure(settings.log_level)
    return settled(create_app(settings))


def settled(app: FastAPI) -> FastAPI:
    """Return an application for which this process lives, and keep what it has loaded for good.

    The collector of garbage looks through everything again and again; what stays until the
    process ends it need not look at (`gc.freeze` in Python's documentation).
    """
    gc.freeze()
    collect_seldom()
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    stop = threading.Event()
    worker = threading.Thread(
        target=work, args=(app.state.database, settings, stop), name="worker"
    )
    # A service that runs is connected, so that nobody changes its tables under it.
    with suppress(AppError), reading(app.state.database) as session:
        session.connection()
    works = settings.embedded_worker and not settings.read_only
    if works:
        worker.start()
    yield
    stop.set()
    if works:
        worker.join()
    app.state.database.dispose()
