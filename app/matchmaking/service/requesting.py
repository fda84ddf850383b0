"""Asking for a run: its inputs are frozen in the transaction that queues its job."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app import policy
from app.accounts.models import Organisation
from app.core import audit, jobs
from app.core.codes import next_code
from app.core.errors import Conflict, FieldError, Unprocessable
from app.matchmaking.models import MatchRun
from app.matchmaking.schemas import NewRun, RunSettings
from app.policy import Action, Actor
from app.programmes.models import Programme
from app.settings import Settings
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission

JOB = "matchmaking.run"


def request_run(session: Session, actor: Actor, new: NewRun, settings: Settings) -> MatchRun:
    """Queue a run over what is selected in a programme now.

    Raises
    ------
    NotPermitted
        If the actor may not start runs.
    Unprocessable
        If there is no such programme.
    Conflict
        If no challenge or no solution of the programme is selected.
    """
    policy.require(actor, Action.RUN_START)
    programme = session.get(Programme, new.programme_id)
    if programme is None:
        error = FieldError("/programme_id", "There is no such programme.")
        raise Unprocessable("The programme is not known.", errors=[error])
    chosen = _settings(programme, new, settings)
    challenges = _frozen(session, programme.id, Kind.CHALLENGE)
    solutions = _frozen(session, programme.id, Kind.SOLUTION)
    run = MatchRun(
        programme_id=programme.id,
        code=next_code(session, "RUN"),
        requested_by=actor.user_id,
        settings=chosen.model_dump(),
        challenges=challenges,
        solutions=solutions,
        n_challenges=len(challenges),
        n_solutions=len(solutions),
        digest=digest(chosen, challenges, solutions),
    )
    job = jobs.enqueue(session, JOB, requested_by=actor.user_id, run_id=str(run.id))
    run.job_id = job.id
    session.add(run)
    session.flush()
    audit.record(session, actor.user_id, "request", "run", run.id, digest=run.digest)
    return run


def _settings(programme: Programme, new: NewRun, settings: Settings) -> RunSettings:
    weight = settings.text_weight if new.text_weight is None else new.text_weight
    return RunSettings(
        top=new.top or settings.shortlist_size,
        text_weight=weight,
        providers_min=programme.providers_min,
        providers_max=programme.providers_max,
        working_language=programme.working_language,
    )


def _frozen(session: Session, programme_id: UUID, kind: Kind) -> list[dict[str, Any]]:
    """Return what is selected, as records of the exchange format, in the order of codes."""
    statement = (
        select(Submission, Organisation)
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .where(
            Submission.programme_id == programme_id,
            Submission.kind == kind,
            Submission.state == State.SELECTED,
        )
        .order_by(col(Submission.code))
    )
    records = [_record(row, owner) for row, owner in session.exec(statement)]
    if not records:
        raise Conflict(
            f"No {kind} of this programme is selected.",
            remedy=f"Select at least one {kind} first.",
        )
    return records


def _record(row: Submission, organisation: Organisation) -> dict[str, Any]:
    told = {name: value for name, value in row.content.items() if value != ""}
    return {
        "id": row.code,
        "title": row.title,
        "organisation": organisation.name,
        "country": [organisation.country],
        "language": row.language,
        "summary": row.summary,
        "themes": sorted(row.themes),
        **told,
    }


def digest(
    settings: RunSettings,
    challenges: Sequence[dict[str, Any]],
    solutions: Sequence[dict[str, Any]],
) -> str:
    """Return the SHA-256 of what a run's answer depends on, as hexadecimal digits."""
    everything = [settings.model_dump(), list(challenges), list(solutions)]
    canonical = json.dumps(everything, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
