"""How far a job is, is told to who asked for it, by what they present."""

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage import jobs
from app.matchmaking.service.run_requests import JOB
from tests.factories import a_token, a_user


@pytest.mark.parametrize(
    ("name", "scopes", "status"),
    [
        (JOB, None, 200),
        (JOB, ["run:start"], 200),
        (JOB, ["run:read"], 200),
        (JOB, ["job:read"], 200),
        (JOB, ["draft:read"], 404),
        (JOB, [], 404),
        ("other", ["run:start"], 404),
        ("other", ["job:read"], 200),
        ("other", None, 200),
    ],
)
@pytest.mark.parametrize("role", [Role.STAFF, Role.MEMBER])
def test_a_token_reads_the_jobs_of_its_person_with_a_scope_that_belongs_to_them(
    session: Session,
    client: TestClient,
    role: Role,
    name: str,
    scopes: list[str] | None,
    status: int,
) -> None:
    user = a_user(session, role)
    job = jobs.enqueue(session, name, requested_by=user.id, run_id="none")
    bearer = {"Authorization": f"Bearer {a_token(session, user, scopes=scopes)}"}
    session.commit()

    assert client.get(f"/api/v1/jobs/{job.id}", headers=bearer).status_code == status
