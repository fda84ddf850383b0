"""Steps that people take with a run: cancel it, or have it computed again."""

from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.lifecycle import Offer
from app.access.policy import Actor
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.core.storage import audit, jobs
from app.matchmaking.lifecycle import RUN_STEPS, RunState
from app.matchmaking.models import MatchRun
from app.matchmaking.service import queries
from app.matchmaking.service.run_requests import JOB


def take(
    session: Session, actor: Actor, key: UUID | str, name: str, expected: Expected = ANYTHING
) -> MatchRun:
    """Cancel a run, or queue it once more with its frozen inputs.

    Raises
    ------
    NotFound
        If there is no such step, or the actor may not know of the run.
    NotPermitted
        If the actor may not start runs.
    Stale
        If the run is no longer as expected.
    Conflict
        If the step does not start from here, or the run has just ended.
    """
    step = RUN_STEPS.step(name)
    run = queries.run(session, actor, key)
    policy.require(actor, step.action)
    expected.require(queries.describe(run, actor))
    before = run.state
    after = RUN_STEPS.advance(before, step, None)
    if after is RunState.CANCELLED:
        _end_job(session, run)
        run.finished_at = now()
    else:
        job = jobs.enqueue(session, JOB, requested_by=actor.user_id, run_id=str(run.id))
        run.job_id, run.finished_at = job.id, None
    run.state = after
    session.flush()
    audit.record(session, actor.user_id, name, "run", run.id, before=before, after=after)
    return run


def offers(session: Session, actor: Actor, key: UUID | str) -> tuple[RunState, list[Offer]]:
    """Return where a run stands, and every step from there that people take."""
    run = queries.run(session, actor, key)
    return run.state, RUN_STEPS.offers(actor, None, run.state, None)


def _end_job(session: Session, run: MatchRun) -> None:
    if run.job_id is not None and not jobs.cancel(session, run.job_id):
        raise Conflict(Message("The run {run} has just ended.", run=run.code))
