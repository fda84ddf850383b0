"""A worker is killed in mid-run: no half result is left, and the next one finishes."""

import os
import signal
from uuid import UUID

import pytest
from sqlmodel import Session, col, func, select

from app.access.policy import OPERATOR
from app.core.base.clock import now
from app.core.storage.database import Database, reading
from app.core.storage.jobs import Job, JobState, state_of
from app.matchmaking.lifecycle import RunState
from app.matchmaking.models import MatchRun, Suggestion
from app.matchmaking.schemas.runs import NewRun
from app.matchmaking.service import run_requests
from app.programmes.lifecycle import CallKind
from app.settings import Settings
from app.submissions.lifecycle import State
from app.submissions.schemas import ChallengeContent, SolutionContent
from tests.factories import a_call, a_challenge, a_programme, a_solution, an_organisation
from tests.processes import counterpart, finished, until

pytestmark = pytest.mark.server

N_CHALLENGES, N_SOLUTIONS = 160, 30
"""So many that computing takes seconds after its start was told, on any machine."""
SUBJECTS = ("flood", "forest", "school", "harbour", "clinic", "archive", "library", "bridge")
DOINGS = ("warning", "repair", "planning", "budget", "permit", "inspection", "mapping")


def text(number: int) -> str:
    return " ".join(
        f"The {SUBJECTS[(number + i) % 8]} needs {DOINGS[(number * i) % 7]} number {i}."
        for i in range(12)
    )


def a_large_programme(session: Session) -> UUID:
    programme = a_programme(session)
    owners = [an_organisation(session, country=country).id for country in ("FR", "IT")]
    calls = [a_call(session, kind, programme_id=programme.id).id for kind in CallKind]
    for number in range(N_CHALLENGES):
        content = ChallengeContent(problem=text(number), outcome="It works.").model_dump()
        a_challenge(
            session,
            call_id=calls[0],
            organisation_id=owners[0],
            state=State.SELECTED,
            content=content,
        )
    for number in range(N_SOLUTIONS):
        content = SolutionContent(experience=text(number * 3), capacity=20).model_dump()
        a_solution(
            session,
            call_id=calls[1],
            organisation_id=owners[1],
            state=State.SELECTED,
            content=content,
        )
    return programme.id


def test_a_killed_worker_leaves_no_half_result_and_the_next_one_completes_the_run(
    session: Session, database: Database, url: str, settings: Settings
) -> None:
    asked = NewRun(programme_id=a_large_programme(session))
    run = run_requests.request_run(session, OPERATOR, asked, settings)
    run_id, job_id = run.id, run.job_id
    session.commit()
    environment = {"COUNTERPART_DATABASE_URL": url, "COUNTERPART_JOB_LEASE_SECONDS": "1"}

    def job() -> Job:
        with reading(database) as looking:
            return looking.get_one(Job, job_id)

    def found() -> tuple[RunState, int]:
        with reading(database) as looking:
            lines = select(func.count()).where(col(Suggestion.run_id) == run_id)
            return looking.get_one(MatchRun, run_id).state, looking.exec(lines).one()

    worker = counterpart("work", **environment)
    try:
        until(lambda: job().total > 0)  # inputs are read, and the computing begins
        os.kill(worker.pid, signal.SIGKILL)
    finally:
        worker.kill()
        finished(worker)
    half_way, left = job(), found()

    until(lambda: (job().leased_until or now()) < now())
    until(
        lambda: (
            finished(counterpart("work", "--once", **environment))[0] == 0
            and state_of(job()) is JobState.DONE
        )
    )

    assert worker.returncode == -signal.SIGKILL
    assert (state_of(half_way), half_way.total) == (JobState.RUNNING, N_CHALLENGES)
    assert left == (RunState.RUNNING, 0)
    assert found() == (RunState.COMPLETE, N_CHALLENGES * 10)
    assert job().attempts == 2
