"""What those who run the service ask it: does it live, is it ready, which is it, how is it."""

import hmac
from importlib.metadata import version
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlmodel import Session, col, func, select

from app.core.base.errors import AppError, NotFound, Unavailable
from app.core.http.access import public
from app.core.http.cookies import OWN_MACHINE
from app.core.http.forwarding import Forwarding
from app.core.http.metrics import Metrics
from app.core.storage import audit_verification
from app.core.storage.database import Database, reading
from app.core.storage.jobs import Job, JobState
from app.operations import migrating

router = APIRouter(include_in_schema=False)

FORWARDED: Final = (
    *("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"),
    "via",
)
"""What proxies add to a request."""


@router.get("/livez")
@public
async def livez() -> dict[str, str]:
    """Tell that the process answers, even while every thread of it is busy."""
    return {"status": "alive"}


@router.get("/readyz")
@public
def readyz(request: Request) -> dict[str, str | list[str]]:
    """Tell whether requests can be served: the database answers, and has the shape.

    Beside that stands what whoever runs the service should know, if there is anything.
    """
    try:
        migrating.require_current(request.app.state.database)
    except Unavailable as error:
        # The reason names the database, which is the operator's business alone.
        raise Unavailable("The database does not answer.") from error
    except AppError as error:
        raise Unavailable(error.detail, remedy=error.remedy) from error
    forwarding: Forwarding = request.app.state.forwarding
    warnings = [*forwarding.warnings(), *request.app.state.settings.warnings]
    told: dict[str, str | list[str]] = {"warnings": warnings} if warnings else {}
    return {"status": "ready", "schema": migrating.needed(), **told}


@router.get("/version")
@public
def which() -> dict[str, str]:
    """Tell which version this is, and which shape of the database it needs."""
    return {"version": version("counterpart"), "schema": migrating.needed()}


@router.get("/metrics")
@public
def metrics(request: Request) -> Response:
    """Give figures to who has the token of the settings; without one, to this machine."""
    _require_monitor(request)
    figures: Metrics = request.app.state.metrics
    _look(request.app.state.database, figures)
    return Response(figures.written(), media_type=CONTENT_TYPE_LATEST)


def _require_monitor(request: Request) -> None:
    """Do nothing, or refuse as if there were nothing here."""
    token = request.app.state.settings.metrics_token
    if token is not None:
        expected = f"Bearer {token.get_secret_value()}"
        given = request.headers.get("authorization", "")
        allowed = hmac.compare_digest(given.encode(), expected.encode())
    else:
        allowed = _is_near(request)
    if not allowed:
        raise NotFound("There is nothing at this address.")


def _is_near(request: Request) -> bool:
    """Tell whether a program of this machine asks, for itself.

    A proxy on this machine comes from near too. It may say for whom it asks, or nothing: so
    where people reach the service at another address, nobody is near.
    """
    public = urlsplit(request.app.state.settings.public_url).hostname
    if public not in OWN_MACHINE or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _look(database: Database, figures: Metrics) -> None:
    """Bring what the database knows up to date, if it answers."""
    try:
        with reading(database) as session:
            waiting, running = _jobs(session, claimed=False), _jobs(session, claimed=True)
            events = audit_verification.head(session).number
    except AppError:
        figures.jobs.clear()
        return
    figures.jobs.labels(JobState.QUEUED).set(waiting)
    figures.jobs.labels(JobState.RUNNING).set(running)
    figures.events.set(events)


def _jobs(session: Session, *, claimed: bool) -> int:
    held = col(Job.claim).is_not(None) if claimed else col(Job.claim).is_(None)
    statement = (
        select(func.count()).select_from(Job).where(col(Job.finished_at).is_(None), held)
    )
    return session.exec(statement).one()
