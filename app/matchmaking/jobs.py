"""Background work of matchmaking: unpack the arguments, call the service."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlmodel import Session

from app.core.jobs import Handler, Store, Ticket
from app.matchmaking.service import computing
from app.matchmaking.service.requesting import JOB


def run(ticket: Ticket) -> Store:
    """Carry out the run that was asked for; what is returned stores its result."""
    run_id = UUID(ticket.arguments["run_id"])
    with ticket.transaction() as (session, _):
        inputs = computing.start(session, run_id)
    result = computing.compute(inputs, ticket.report)

    def store(session: Session) -> None:
        computing.store(session, run_id, result)

    return store


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {JOB: Handler(compute=run, give_up=computing.give_up)}
)
