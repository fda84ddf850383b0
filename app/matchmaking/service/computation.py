"""Carrying a run out: read what is frozen, compute, store everything at once."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlmodel import Session

from app.core.base.clock import now
from app.core.base.kept_messages import KEEPING
from app.matchmaking import deferred
from app.matchmaking.lifecycle import RUN_LIFE
from app.matchmaking.models import MatchRun, Suggestion
from app.matchmaking.results import RunInputs, RunResult
from app.matchmaking.schemas.runs import AssignmentRead
from app.matchmaking.service import heeding, inputs, ranking_documents
from app.settings import Settings

_LINES_AT_ONCE: Final = 500

Report = Callable[[int, int], None]
"""Is told how many challenges of how many are done."""


def start(session: Session, run_id: UUID) -> RunInputs:
    """Mark the run as running and return its frozen inputs."""
    run = session.get_one(MatchRun, run_id)
    run.state = RUN_LIFE.advance(run.state, RUN_LIFE.step("start"), None)
    return inputs.frozen(run, heeding=True)


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
    whole = asdict(result.assignment)
    read = AssignmentRead.model_validate(
        whole | {"warnings": result.warnings, "untold": result.untold, "unread": result.unread}
    )
    run.assignment = read.model_dump(mode="json", context=KEEPING)
    run.heeding = heeding.stored(result.heeding)
    run.finished_at = now()
    records = (*run.challenges, *run.solutions)
    keys = inputs.keys_of(session, [record["id"] for record in records])
    stored = now()
    lines = iter(result.lines)
    while some := list(islice(lines, _LINES_AT_ONCE)):
        # by the table, and not by its class: half of the time, and no row stays in memory
        session.execute(
            insert(Suggestion.__table__),  # type: ignore[attr-defined]  # -- SQLModel hides it
            [
                {
                    "id": uuid4(),
                    "version": 1,
                    "created_at": stored,
                    "updated_at": stored,
                    "run_id": run_id,
                    "challenge_id": keys[line.challenge],
                    "solution_id": keys[line.solution],
                    **line.columns,
                }
                for line in some
            ],
        )
    session.flush()
    run.ranking = ranking_documents.document(session, run_id)


def give_up(session: Session, arguments: Mapping[str, Any]) -> None:
    """Fail the run whose job has failed for good."""
    run = session.get_one(MatchRun, UUID(arguments["run_id"]))
    run.state = RUN_LIFE.advance(run.state, RUN_LIFE.step("fail"), None)
    run.finished_at = now()
