"""Asking for a run: its inputs are frozen in the transaction that queues its job."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.core.storage import audit, jobs
from app.core.storage.reference_numbers import next_code
from app.interests import queries as interests
from app.matchmaking.models import MatchRun
from app.matchmaking.schemas.runs import NewRun
from app.matchmaking.schemas.settings import RunSettings
from app.matchmaking.service import inputs, pairs_today
from app.programmes.queries import stated_programme
from app.settings import Settings
from app.submissions.lifecycle import Basis, Kind
from app.submissions.service import taken_back

JOB = "matchmaking.run"


def request_run(session: Session, actor: Actor, new: NewRun, settings: Settings) -> MatchRun:
    """Queue a run over what is selected in a programme now, or has come as far as is asked.

    Raises
    ------
    NotPermitted
        If the actor may not start runs.
    Unprocessable
        If there is no such programme.
    Conflict
        If no challenge or no solution of the programme has come so far.
    """
    policy.require(actor, Action.RUN_START)
    programme = stated_programme(session, new.programme_id)
    taken_back.restore(session, programme.id)
    choices = new.model_dump(exclude={"programme_id", "without_rejected"})
    if new.without_rejected:
        choices["rejected"] = pairs_today.rejected(session, programme.id)
    chosen = inputs.chosen(programme, settings, **choices)
    challenges = _frozen(session, programme.id, Kind.CHALLENGE, new.basis)
    solutions = _frozen(session, programme.id, Kind.SOLUTION, new.basis)
    background = inputs.background(session, programme, new.basis)
    said = interests.said_in(
        session, programme.id, [str(one["id"]) for one in (*challenges, *solutions)]
    )
    run = MatchRun(
        programme_id=programme.id,
        code=next_code(session, "RUN"),
        requested_by=actor.user_id,
        settings=chosen.model_dump(),
        record_format=inputs.CURRENT_FORMAT,
        challenges=challenges,
        solutions=solutions,
        background=background,
        interests=[list(one) for one in said],
        n_background=len(background),
        n_challenges=len(challenges),
        n_solutions=len(solutions),
        digest=digest(chosen, challenges, solutions, background),
    )
    job = jobs.enqueue(session, JOB, requested_by=actor.user_id, run_id=str(run.id))
    run.job_id = job.id
    session.add(run)
    session.flush()
    audit.record(session, actor.user_id, "request", "run", run.id, digest=run.digest)
    return run


def _frozen(
    session: Session, programme_id: UUID, kind: Kind, basis: Basis
) -> list[dict[str, Any]]:
    """Return what has come so far, as records of the exchange format, in the order of codes."""
    records = inputs.taken(session, programme_id, kind, basis)
    if not records:
        remedy = (
            Message("Select at least one {kind} first.", kind=kind)
            if basis is Basis.SELECTED
            else Message("Wait until a {kind} has come so far.", kind=kind)
        )
        raise Conflict(
            Message("No {kind} of this programme is {basis}.", kind=kind, basis=basis),
            remedy=remedy,
        )
    return records


def digest(
    settings: RunSettings,
    challenges: Sequence[dict[str, Any]],
    solutions: Sequence[dict[str, Any]],
    background: Sequence[dict[str, Any]] = (),
) -> str:
    """Return the SHA-256 of what a run's answer depends on, as hexadecimal digits."""
    # What runs did before there was a choice leaves no trace: such runs keep their digest.
    chosen = settings.model_dump(exclude_none=True)
    if settings.objective == "total":
        del chosen["objective"]
    if settings.require_all:
        del chosen["require_all"]
    if not settings.rejected:
        del chosen["rejected"]
    if not settings.floor:
        del chosen["floor"]
    if not settings.interest_weight:
        del chosen["interest_weight"]
    if settings.basis is Basis.SELECTED:
        del chosen["basis"]
    everything = [chosen, list(challenges), list(solutions)]
    if background:
        everything.append(list(background))
    canonical = json.dumps(everything, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
