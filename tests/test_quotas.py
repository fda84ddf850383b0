"""What one person or team may take of the service: rows and bytes, drafts, requests."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.models import Membership, User
from app.core.base.errors import TooMany
from app.core.storage.database import Database, transaction
from app.core.storage.pagination import size_of
from app.core.storage.rate_limits import Attempt, RequestQuota
from app.submissions.content import LONGEST
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.schemas import ChallengeContent
from tests.conftest import SignIn, statements_of
from tests.factories import a_call, a_challenge, a_programme, a_user, organisation_of, themes

LIST = "/api/v1/challenges?sort=created_at&limit=200"


def long_challenges(session: Session, count: int) -> list[Submission]:
    """Challenges of 60 kB each, most of it in letters of two bytes."""
    programme = a_programme(session)
    content = ChallengeContent(problem="é" * LONGEST, tried="x" * LONGEST).model_dump()
    rows = [
        a_challenge(session, programme_id=programme.id, state=State.SUBMITTED, content=content)
        for _ in range(count)
    ]
    session.commit()
    return rows


def small(client: TestClient, database: Database, page_bytes: int = 200_000) -> None:
    """Let the answers of a client end at few bytes."""
    app = client.app
    assert isinstance(app, FastAPI)
    app.state.database = replace(database, page_bytes=page_bytes, table_bytes=400_000)


def pages(client: TestClient, address: str | None) -> Iterator[list[str]]:
    while address:
        answer = client.get(address).json()
        yield [item["code"] for item in answer["items"]]
        address = answer["next"]


def test_a_page_ends_at_so_many_bytes_and_the_next_one_goes_on(
    session: Session, as_user: SignIn, database: Database
) -> None:
    rows = long_challenges(session, 10)
    staff = as_user(a_user(session, Role.STAFF))
    small(staff, database)

    found = list(pages(staff, LIST))

    assert [len(page) for page in found] == [3, 3, 3, 1]
    assert [code for page in found for code in page] == [row.code for row in rows]


def test_a_table_is_read_so_many_bytes_at_a_time_and_holds_all_rows(
    session: Session, as_user: SignIn, database: Database
) -> None:
    rows = long_challenges(session, 8)
    staff = as_user(a_user(session, Role.STAFF))
    small(staff, database)

    statements = statements_of(database)
    answer = staff.get(f"{LIST.partition('?')[0]}?format=csv")

    table = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert [row["Code"] for row in table] == [row.code for row in rows]
    assert "link" not in answer.headers
    assert len([s for s in statements if "submission.kind =" in s]) > 1


def test_a_row_that_is_larger_than_a_page_is_a_page(
    session: Session, as_user: SignIn, database: Database
) -> None:
    long_challenges(session, 2)
    staff = as_user(a_user(session, Role.STAFF))
    small(staff, database, page_bytes=1)

    assert [len(page) for page in pages(staff, LIST)] == [1, 1]


def test_what_is_beyond_a_page_never_comes_into_memory(
    session: Session, as_user: SignIn, database: Database
) -> None:
    long_challenges(session, 60)
    staff = as_user(a_user(session, Role.STAFF))
    small(staff, database)
    loaded: list[object] = []

    def note(row: object, _: object) -> None:
        loaded.append(row)

    event.listen(Submission, "load", note)
    staff.get(LIST)
    event.remove(Submission, "load", note)

    assert 3 < len(loaded) <= 20


@pytest.mark.parametrize(
    ("value", "bytes_"),
    [("abc", 3), ("é", 2), ({"a": "é"}, 10), (["a", {"c": "d"}], 15), (None, 24)],
)
def test_a_row_is_weighed_by_what_is_written_of_it(value: object, bytes_: int) -> None:
    assert size_of(value) == bytes_


def test_a_team_begins_as_many_drafts_in_a_call_as_it_may(
    session: Session, as_user: SignIn
) -> None:
    themes(session)
    call, other = a_call(session), a_call(session)
    member, colleague, stranger = (a_user(session) for _ in range(3))
    share_team(session, member, colleague)
    clients = [as_user(person) for person in (member, colleague, stranger)]
    app = clients[0].app
    assert isinstance(app, FastAPI)
    app.state.settings = app.state.settings.model_copy(update={"max_drafts": 2})

    def begin(client: TestClient, call_id: object) -> int:
        body = {"call_id": str(call_id), "title": "Early warning", "content": {}}
        body["organisation_id"] = str(teams[client])
        return client.post("/api/v1/challenges", json=body).status_code

    team = organisation_of(session, member)
    teams = {
        clients[0]: team,
        clients[1]: team,
        clients[2]: organisation_of(session, stranger),
    }
    mine, colleagues, strangers = clients

    assert [begin(mine, call.id), begin(colleagues, call.id)] == [201, 201]
    assert [begin(mine, call.id), begin(colleagues, call.id)] == [409, 409]
    assert [begin(mine, other.id), begin(strangers, call.id)] == [201, 201]
    answer = mine.post(
        "/api/v1/challenges",
        json={"call_id": str(call.id), "title": "Early warning", "content": {}},
    )
    assert answer.json()["detail"] == "Your team has 2 submissions in this call, the maximum."


def share_team(session: Session, member: User, colleague: User) -> None:
    session.add(
        Membership(
            user_id=colleague.id,
            organisation_id=organisation_of(session, member),
            role=Role.MEMBER,
        )
    )
    session.commit()


# --- requests --------------------------------------------------------------------------


def passed(quota: RequestQuota, database: Database, person: str = "ann") -> bool:
    try:
        quota.count(database, person)
    except TooMany:
        return False
    return True


def test_a_person_who_asks_too_often_is_told_when_to_go_on(
    session: Session, as_user: SignIn
) -> None:
    ann, bob = (as_user(a_user(session)) for _ in range(2))
    app = ann.app
    assert isinstance(app, FastAPI)
    before, app.state.request_quota = app.state.request_quota, RequestQuota(3)

    try:
        answers = [ann.get("/api/v1/me") for _ in range(5)]
        others = bob.get("/api/v1/me")
        public = ann.get("/livez")
    finally:
        app.state.request_quota = before

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[3].json()["code"] == "too-many"
    assert answers[3].json()["detail"] == "You sent too many requests in a short time."
    assert 1 <= int(answers[3].headers["retry-after"]) <= 60
    assert [others.status_code, public.status_code] == [200, 200]


def test_all_processes_count_together(database: Database) -> None:
    processes = [RequestQuota(20) for _ in range(2)]

    let_in = [passed(processes[number % 2], database) for number in range(40)]

    assert sum(let_in) == 20


def test_a_request_costs_a_row_only_now_and_then(database: Database, session: Session) -> None:
    quota = RequestQuota(1000)

    statements = statements_of(database)
    assert all(passed(quota, database) for _ in range(200))

    assert len([text for text in statements if "attempt" in text]) == 4
    assert [row.tries for row in session.exec(select(Attempt))] == [200]


def test_where_nothing_can_be_written_each_process_counts_for_itself(
    database: Database,
) -> None:
    quota = RequestQuota(20)
    read_only = replace(database, read_only=True)

    assert sum(passed(quota, read_only) for _ in range(40)) == 20


def test_a_new_minute_brings_new_requests(database: Database, session: Session) -> None:
    quota = RequestQuota(2)
    assert [passed(quota, database) for _ in range(3)] == [True, True, False]

    with transaction(database) as writing:
        row = writing.exec(select(Attempt)).one()
        row.since -= timedelta(minutes=2)
    quota._people.clear()  # a minute later nothing of it is known in memory either

    assert passed(quota, database)


def test_who_was_here_long_ago_is_forgotten(database: Database) -> None:
    quota = RequestQuota(1000)
    for number in range(RequestQuota._MOST_PEOPLE + 1):
        passed(quota, database, f"person {number}")
    for seen in quota._people.values():
        seen.began -= timedelta(minutes=2)

    passed(quota, database)

    assert list(quota._people) == ["ann"]
