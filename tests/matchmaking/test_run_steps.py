"""Staff cancel a run, or have one that failed computed again."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import OPERATOR, Role
from app.core.storage import jobs
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database
from app.core.storage.jobs import Handler, Store, Ticket
from app.matchmaking.jobs import handlers
from app.matchmaking.lifecycle import RUN_STEPS, RunState
from app.matchmaking.models import MatchRun
from app.matchmaking.service import queries
from app.settings import Settings
from tests.conftest import SignIn
from tests.factories import a_run, a_user
from tests.matchmaking.test_run import LEASE, PLAIN, a_small_programme, stored, work


@pytest.fixture
def staff(session: Session, as_user: SignIn) -> TestClient:
    return as_user(a_user(session, Role.STAFF))


def asked(session: Session, staff: TestClient) -> str:
    programme, *_ = a_small_programme(session)
    run = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)}).json()
    return f"/api/v1/match-runs/{run['id']}"


def test_a_run_that_waits_is_cancelled_and_never_computed(
    session: Session, staff: TestClient, database: Database
) -> None:
    run = asked(session, staff)

    cancelled = staff.post(f"{run}/steps/cancel")

    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    job = staff.get(f"/api/v1/jobs/{cancelled.json()['job_id']}").json()
    assert job["state"] == "cancelled"
    assert work(database) == 0
    assert stored(session) == 0
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "cancel")).one()
    assert event.facts == {"before": "queued", "after": "cancelled"}


def test_a_run_that_is_being_computed_is_cancelled_and_its_result_dropped(
    session: Session, staff: TestClient, database: Database
) -> None:
    run = asked(session, staff)
    (name, real), *_ = handlers(PLAIN).items()

    def cancelled_meanwhile(ticket: Ticket) -> Store:
        store = real.compute(ticket)
        assert staff.post(f"{run}/steps/cancel").status_code == 200
        return store

    jobs.run_next(database, {name: Handler(cancelled_meanwhile, real.give_up)}, lease=LEASE)

    assert staff.get(run).json()["state"] == "cancelled"
    assert stored(session) == 0
    assert work(database) == 0


def test_a_cancelled_run_is_computed_again_from_the_same_inputs(
    session: Session, staff: TestClient, database: Database
) -> None:
    run = asked(session, staff)
    before = staff.post(f"{run}/steps/cancel").json()

    again = staff.post(f"{run}/steps/retry").json()
    work(database)

    assert (again["state"], again["finished_at"]) == ("queued", None)
    assert again["job_id"] != before["job_id"]
    done = staff.get(run).json()
    assert (done["state"], done["digest"]) == ("complete", before["digest"])
    assert stored(session) == 2


def test_a_failed_run_is_computed_again(
    session: Session, staff: TestClient, database: Database
) -> None:
    run = asked(session, staff)
    (name, real), *_ = handlers(PLAIN).items()

    def fails(ticket: Ticket) -> Store:
        raise OSError("disk full")

    failing: Mapping[str, Handler] = {name: Handler(fails, real.give_up)}
    while staff.get(run).json()["state"] != "failed":
        jobs.run_next(database, failing, lease=LEASE)
        session.exec(select(jobs.Job)).one().leased_until = None
        session.commit()

    assert staff.post(f"{run}/steps/retry").status_code == 200
    work(database)

    assert staff.get(run).json()["state"] == "complete"


EVERY_PAIR = [(state, step) for state in RunState for step in RUN_STEPS.steps]
ALLOWED = {
    (RunState.QUEUED, "cancel"),
    (RunState.RUNNING, "cancel"),
    (RunState.FAILED, "retry"),
    (RunState.CANCELLED, "retry"),
}


@pytest.mark.parametrize(("state", "step"), EVERY_PAIR)
def test_a_step_starts_where_the_table_says_and_nowhere_else(
    session: Session, staff: TestClient, state: RunState, step: str
) -> None:
    run = a_run(session, state=state)
    session.commit()
    address = f"/api/v1/match-runs/{run.id}/steps"

    offered = {one["name"]: one["open"] for one in staff.get(address).json()["steps"]}
    taken = staff.post(f"{address}/{step}")

    assert offered.get(step, False) is ((state, step) in ALLOWED)
    assert taken.status_code == (200 if (state, step) in ALLOWED else 409)


def test_a_run_whose_job_has_just_ended_is_not_cancelled(
    session: Session, staff: TestClient, database: Database
) -> None:
    run = asked(session, staff)
    job = session.exec(select(jobs.Job)).one()
    job.finished_at = job.created_at
    session.commit()

    refused = staff.post(f"{run}/steps/cancel")

    assert refused.status_code == 409
    assert refused.json()["detail"].endswith("has just ended.")
    assert staff.get(run).json()["state"] == "queued"


@pytest.mark.parametrize(("role", "status"), [(Role.ADVISOR, 403), (Role.MEMBER, 403)])
def test_who_may_not_start_runs_takes_no_step(
    session: Session, as_user: SignIn, staff: TestClient, role: Role, status: int
) -> None:
    run = asked(session, staff)

    refused = as_user(a_user(session, role)).post(f"{run}/steps/cancel")

    assert refused.status_code == status
    assert staff.post(f"{run}/steps/dance").status_code == 404


def test_a_cancelled_run_is_not_the_latest_one(
    session: Session, database: Database, settings: Settings
) -> None:
    kept = a_run(session)
    a_run(session, programme_id=kept.programme_id, state=RunState.CANCELLED)
    session.commit()

    found: Any = queries.latest_run(session, OPERATOR, kept.programme_id)

    assert found == session.get_one(MatchRun, kept.id)
