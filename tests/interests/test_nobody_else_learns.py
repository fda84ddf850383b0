"""Whatever a side says, nobody but its own team and the staff reads another answer for it.

Everything that the others may read is read twice: before anything was said, and after.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage.database import Database
from app.interests.models import Interest
from app.notices.lifecycle import NoticeState
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from tests.conftest import SignIn
from tests.factories import a_notice, a_token, a_user
from tests.interests.telling import said
from tests.matchmaking.test_run import a_small_programme, work

OTHERS = (Role.REVIEWER, Role.ADVISOR, Role.ADMIN, Role.MEMBER)


@pytest.fixture
def pool(session: Session) -> tuple[Submission, list[Submission]]:
    """A published challenge, and three solutions of which one is of its country."""
    _, challenge, solutions = a_small_programme(session)
    a_notice(session, challenge=challenge, state=NoticeState.PUBLISHED)
    session.commit()
    return challenge, solutions


def a_run_of(staff: TestClient, database: Database, challenge: Submission, **more: Any) -> str:
    asked = staff.post(
        "/api/v1/match-runs", json={"programme_id": str(challenge.programme_id), **more}
    )
    assert asked.status_code == 202
    assert work(database) == 1
    return str(asked.json()["code"])


def about(run: str, challenge: str, solution: str) -> Iterator[tuple[str, str, Any]]:
    """All questions about a run, by method, address and body."""
    of = f"/api/v1/match-runs/{run}"
    for name in ("", "/suggestions", "/ranking", "/assignment", "/regret", "/frontier"):
        yield "get", of + name, None
    yield "get", f"{of}/suggestions?assigned=true", None
    yield "get", f"{of}/suggestions?format=csv", None
    yield "get", f"{of}/suggestions/{challenge}/{solution}", None
    yield "post", f"{of}/what-if", {}
    yield "post", f"{of}/what-if", {"interest_weight": 1}
    yield "get", f"{of}/fairness", None


def answers(client: TestClient, run: str, *pair: str) -> list[tuple[str, int, str]]:
    """What somebody is told about a run, without what differs from run to run."""
    found = []
    for method, address, body in about(run, *pair):
        answer = client.request(method, address, json=body)
        asked = f"{method} {address.replace(run, 'run')} {body}"
        found.append((asked, answer.status_code, of_any_run(answer.text.replace(run, "run"))))
    return found


def of_any_run(text: str) -> str:
    """Return an answer without the keys and instants, which each run has of its own."""
    own = r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d[T ][\d:.]+Z?|\"job_id\":\d+"
    return re.sub(own, "x", text)


@pytest.mark.parametrize("weight", [0, 1])
def test_an_advisor_is_answered_as_though_nobody_had_said_anything(
    session: Session,
    database: Database,
    as_user: SignIn,
    pool: tuple[Submission, list[Submission]],
    weight: float,
) -> None:
    challenge, (italian, spanish, _) = pool
    staff, advisor = (
        as_user(a_user(session, Role.STAFF)),
        as_user(a_user(session, Role.ADVISOR)),
    )
    pair = (challenge.code, italian.code)
    before = a_run_of(staff, database, challenge, interest_weight=weight)
    silent = answers(advisor, before, *pair)
    staff_silent = answers(staff, before, *pair)

    said(session, challenge, italian, Kind.CHALLENGE, "cannot")
    said(session, challenge, spanish, Kind.SOLUTION, "very")
    session.commit()
    after = a_run_of(staff, database, challenge, interest_weight=weight)

    assert answers(advisor, after, *pair) == silent
    assert [status for _, status, _ in silent] == [200] * len(silent)
    assert answers(staff, after, *pair) != staff_silent


def test_a_token_of_the_staff_that_may_not_read_interests_reads_none(
    session: Session,
    database: Database,
    as_user: SignIn,
    client: TestClient,
    pool: tuple[Submission, list[Submission]],
) -> None:
    challenge, (italian, _, _) = pool
    user = a_user(session, Role.STAFF)
    narrow = {"Authorization": f"Bearer {a_token(session, user, scopes=['run:read'])}"}
    session.commit()
    said(session, challenge, italian, Kind.CHALLENGE, "cannot")
    session.commit()
    run = a_run_of(as_user(user), database, challenge)

    (first, *_) = client.get(f"/api/v1/match-runs/{run}/suggestions", headers=narrow).json()[
        "items"
    ]
    listed = client.get("/api/v1/interests", headers=narrow)

    assert (first["interests"], first["assigned"]) == (None, True)
    assert listed.json()["items"] == []


@pytest.mark.parametrize("side", Kind)
def test_the_other_side_and_all_others_read_the_same_before_and_after(
    session: Session,
    as_user: SignIn,
    pool: tuple[Submission, list[Submission]],
    side: Kind,
) -> None:
    challenge, (italian, spanish, _) = pool
    teller, other = (challenge, italian) if side is Kind.CHALLENGE else (italian, challenge)
    readers = [
        as_user(a_user(session, organisation_id=row.organisation_id))
        for row in (other, spanish)
    ]
    readers += [as_user(a_user(session, role)) for role in OTHERS]
    addresses = [
        "/api/v1/me/tasks",
        "/api/v1/challenges",
        "/api/v1/solutions",
        "/api/v1/interests",
        "/api/v1/matches",
        "/api/v1/notices",
        "/public/v1/notices",
        *(f"/api/v1/challenges/{row.code}" for row in (challenge,)),
        *(f"/api/v1/solutions/{row.code}" for row in (italian, spanish)),
        *(f"/api/v1/submissions/{row.code}/interests" for row in (challenge, italian, spanish)),
        f"/api/v1/submissions/{other.code}/interests/{teller.code}",
        f"/api/v1/submissions/{teller.code}/interests/{other.code}",
    ]

    def read() -> list[Any]:
        told = [(client.get(address), address) for client in readers for address in addresses]
        return [(a, one.status_code, one.text, one.headers.get("etag")) for one, a in told]

    before = read()
    row = said(session, challenge, italian, side, "cannot", reason="They are rivals.")
    session.commit()
    after = read()

    assert after == before
    assert session.get(Interest, row.id) is not None
    assert "rivals" not in str(after)
