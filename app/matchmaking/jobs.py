"""Background work of matchmaking: unpack the arguments, call the service."""

from collections.abc import Mapping
from time import monotonic
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from app.access.policy import Action
from app.core.storage.jobs import Handler, Store, Ticket
from app.matchmaking.service import computation
from app.matchmaking.service.run_requests import JOB
from app.settings import Settings

_SECONDS_BETWEEN_REPORTS: Final = 0.5


def handlers(settings: Settings) -> Mapping[str, Handler]:
    """Return how each kind of job is done in a process of these settings."""

    def compute(ticket: Ticket) -> Store:
        return run(ticket, settings)

    handler = Handler(
        compute=compute,
        give_up=computation.give_up,
        result=_result,
        scopes=frozenset({Action.RUN_START, Action.RUN_READ}),
    )
    return MappingProxyType({JOB: handler})


def _result(arguments: Mapping[str, Any]) -> str:
    return f"/api/v1/match-runs/{arguments['run_id']}"


def run(ticket: Ticket, settings: Settings) -> Store:
    """Carry out the run that was asked for; what is returned stores its result."""
    run_id = UUID(ticket.arguments["run_id"])
    with ticket.transaction() as (session, _):
        inputs = computation.start(session, run_id)
    ticket.report(0, len(inputs.challenges))
    result = computation.compute(inputs, _now_and_then(ticket.report), settings)

    def store(session: Session) -> None:
        computation.store(session, run_id, result)

    return store


def _now_and_then(report: computation.Report) -> computation.Report:
    """Return a report that is made twice a second at most, and when all is done."""
    last = monotonic()

    def seldom(done: int, total: int) -> None:
        nonlocal last
        if done == total or monotonic() - last >= _SECONDS_BETWEEN_REPORTS:
            last = monotonic()
            report(done, total)

    return seldom
