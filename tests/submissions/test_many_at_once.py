"""Many teams write at the same moment: all are served, each with a code of its own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlmodel import Session

from tests.conftest import SignIn
from tests.factories import a_call, a_user

TEAMS = 24
"""More than the connections that a pool has."""


def test_more_teams_than_connections_submit_at_once(session: Session, as_user: SignIn) -> None:
    call_id = str(a_call(session).id)
    clients = [as_user(a_user(session)) for _ in range(TEAMS)]
    start = Barrier(TEAMS)

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
