"""How far background work is: only what the actor may know of."""

from collections.abc import Mapping

from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage.database import MAX_INTEGER
from app.core.storage.jobs import Handler, Job, state_of
from app.operations.schemas import JobRead


def job(
    session: Session, actor: Actor, job_id: int, handlers: Mapping[str, Handler]
) -> JobRead:
    """Return one job: to the person who asked for it, and to those who may read all.

    Parameters
    ----------
    handlers : mapping of str to Handler
        By the name of a job: they know where its result is read.

    Raises
    ------
    NotFound
        If there is none, or the actor may not know of it.
    """
    found = session.get(Job, job_id) if 0 < job_id <= MAX_INTEGER else None
    handler = handlers.get(found.name) if found else None
    if found is None or not (
        policy.allows(actor, Action.JOB_READ) or _asked_for(actor, found, handler)
    ):
        raise NotFound(Message("There is no job {job_id}.", job_id=job_id))
    return JobRead(
        **found.model_dump(),
        state=state_of(found),
        result=handler.result(found.arguments) if handler else None,
    )


def _asked_for(actor: Actor, job: Job, handler: Handler | None) -> bool:
    """Tell whether it is the actor's own job, and what they present is good for its kind."""
    scopes = {Action.JOB_READ, *(handler.scopes if handler else ())}
    return job.requested_by == actor.user_id and (
        actor.scopes is None or not scopes.isdisjoint(actor.scopes)
    )
