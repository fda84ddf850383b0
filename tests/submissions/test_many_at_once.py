"""Many teams write at the same moment: all are served, each with a code of its own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest
from sqlmodel import Session

from tests.conftest import SignIn
from tests.factories import a_call, a_token, a_user
from tests.processes import free_port, served

pytestmark = pytest.mark.server

CROWD, READERS = 60, 20
"""Together more than the threads that a server has."""
PATIENCE = 25
"""Seconds of a client; a server whose threads wait for one another gives up after thirty."""
TEAMS = 24
"""More than the connections that a pool has."""


def test_a_crowd_that_writes_leaves_readers_and_the_health_check_their_turn(
    session: Session, url: str
) -> None:
    call_id = str(a_call(session).id)
    secrets = [a_token(session, a_user(session)) for _ in range(CROWD)]
    session.commit()
    start = Barrier(CROWD + READERS, timeout=PATIENCE)

    def ask(number: int) -> int:
        headers = {"Authorization": f"Bearer {secrets[number % CROWD]}"}
        with httpx.Client(base_url=base, headers=headers, timeout=PATIENCE) as client:
            start.wait()
            if number < CROWD:
                body = {"call_id": call_id, "title": f"Challenge {number}", "content": {}}
                return client.post("/api/v1/challenges", json=body).status_code
            answers = [client.get("/api/v1/calls"), client.get("/livez")]
            return max(answer.status_code for answer in answers)

    environment = {"COUNTERPART_DATABASE_URL": url, "COUNTERPART_LOG_LEVEL": "ERROR"}
    with (
        served("serve", port=free_port(), **environment) as base,
        ThreadPoolExecutor(CROWD + READERS) as pool,
    ):
        statuses = list(pool.map(ask, range(CROWD + READERS)))

    assert statuses == [201] * CROWD + [200] * READERS


def test_more_teams_than_connections_submit_at_once(session: Session, as_user: SignIn) -> None:
    call_id = str(a_call(session).id)
    clients = [as_user(a_user(session)) for _ in range(TEAMS)]
    start = Barrier(TEAMS, timeout=PATIENCE)

    def create(number: int) -> tuple[int, str]:
        start.wait()
        body = {"call_id": call_id, "title": f"Challenge {number}", "content": {}}
        answer = clients[number].post("/api/v1/challenges", json=body)
        return answer.status_code, answer.json()["code"]

    with ThreadPoolExecutor(TEAMS) as pool:
        answers = list(pool.map(create, range(TEAMS)))

    codes = sorted(code for _, code in answers)
    assert {status for status, _ in answers} == {201}
    assert [code[-3:] for code in codes] == [f"{n:03}" for n in range(1, TEAMS + 1)]
