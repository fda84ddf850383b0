"""Carrying a run out: read what is frozen, compute, store everything at once."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.core.clock import now
from app.matchmaking import deferred
from app.matchmaking.lifecycle import RUN_LIFE
from app.matchmaking.models import MatchRun, Suggestion
from app.matchmaking.results import RunInputs, RunResult
from app.matchmaking.schemas.runs import AssignmentRead
from app.matchmaking.service import inputs, ranking
from app.settings import Settings

Report = Callable[[int, int], None]
"""Is told how many challenges of how many are done."""


def start(session: Session, run_id: UUID) -> RunInputs:
    """Mark the run as running and return its frozen inputs."""
    run = session.get_one(MatchRun, run_id)
    run.state = RUN_LIFE.advance(run.state, RUN_LIFE.step("start"), None)
    return inputs.frozen(run)


def compute(frozen: RunInputs, report: Report, settings: Settings) -> RunResult:
    """Rank, explain and assign; the same for the same inputs.

    The settings say on what to rank, and where this process has the sentence encoder that
    the run may name.
    """
    return deferred.carry_out(frozen, report, settings)


def store(session: Session, run_id: UUID, result: RunResult) -> None:
    """Add the suggestions and finish the run, with or without a whole assignment."""
    run = session.get_one(MatchRun, run_id)
    step = "complete" if result.assignment.reason is None else "find-none"
    run.state = RUN_LIFE.advance(run.state, RUN_LIFE.step(step), None)
    run.versions = result.versions
    run.assignment = AssignmentRead(**asdict(result.assignment)).model_dump(mode="json")
    run.finished_at = now()
    codes = {code for line in result.lines for code in (line.challenge, line.solution)}
    keys = inputs.keys_of(session, codes)
    session.add_all(
        Suggestion(
            run_id=run_id,
            challenge_id=keys[line.challenge],
            solution_id=keys[line.solution],
            **line.columns,
        )
        for line in result.lines
    )
    session.flush()
    run.ranking = ranking.document(session, run_id)


def give_up(session: Session, arguments: Mapping[str, Any]) -> None:
    """Fail the run whose job has failed for good."""
    run = session.get_one(MatchRun, UUID(arguments["run_id"]))
    run.state = RUN_LIFE.advance(run.state, RUN_LIFE.step("fail"), None)
    run.finished_at = now()
