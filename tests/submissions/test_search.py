"""Lists of submissions: strict filters, cursors that hold still, few queries."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlmodel import Session

from app.access.policy import Role
from app.core.storage.database import Database
from app.submissions.lifecycle import State
from tests.conftest import SignIn
from tests.factories import a_challenge, a_programme, a_user


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The queries that the service sends while the block runs."""
    sent: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            sent.append(statement)

    event.listen(database.reader, "before_cursor_execute", note)
    yield sent
    event.remove(database.reader, "before_cursor_execute", note)


def cursor_of(*values: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def codes(items: list[dict[str, str]]) -> list[str]:
    return [item["code"] for item in items]


def test_pages_follow_one_another_without_gaps_while_rows_are_added(
    session: Session, as_user: SignIn
) -> None:
    programme = a_programme(session)
    for code in ("CH-2020-901", "CH-2020-903", "CH-2020-905"):
        a_challenge(session, programme_id=programme.id, code=code, state=State.SUBMITTED)
    staff = as_user(a_user(session, Role.STAFF))

    first = staff.get("/api/v1/challenges?limit=2")
    for code in ("CH-2020-902", "CH-2020-904"):
        a_challenge(session, programme_id=programme.id, code=code, state=State.SUBMITTED)
    session.commit()
    second = staff.get(first.json()["next"])

    assert codes(first.json()["items"]) == ["CH-2020-901", "CH-2020-903"]
    assert first.headers["link"] == f'<{first.json()["next"]}>; rel="next"'
    assert codes(second.json()["items"]) == ["CH-2020-904", "CH-2020-905"]
    assert second.json()["next"] is None
    assert "link" not in second.headers


def test_lists_are_sorted_as_asked_and_by_key_where_equal(
    session: Session, as_user: SignIn
) -> None:
    for code, title in (("CH-2020-911", "Beta five"), ("CH-2020-912", "Alpha five")):
        a_challenge(session, code=code, title=title, state=State.SUBMITTED)
    a_challenge(session, code="CH-2020-913", title="Beta five", state=State.SUBMITTED)
    staff = as_user(a_user(session, Role.STAFF))

    pages: list[str] = []
    address = "/api/v1/challenges?sort=-title,code&limit=1"
    while address:
        page = staff.get(address).json()
        pages += codes(page["items"])
        address = page["next"]

    assert pages == ["CH-2020-911", "CH-2020-913", "CH-2020-912"]


def test_filters_repeat_as_or_and_add_up_as_and(session: Session, as_user: SignIn) -> None:
    programme = a_programme(session, code="spring")
    in_it = {"programme_id": programme.id}
    one = a_challenge(session, **in_it, state=State.SUBMITTED, title="Floods in spring")
    two = a_challenge(session, **in_it, state=State.SELECTED, title="Fires in spring")
    a_challenge(session, **in_it, state=State.ELIGIBLE)
    a_challenge(session, state=State.SELECTED)
    staff = as_user(a_user(session, Role.STAFF))
    address = "/api/v1/challenges?programme=spring&state=submitted&state=selected"

    assert codes(staff.get(address).json()["items"]) == sorted([one.code, two.code])
    assert codes(staff.get(f"{address}&q=FIRES").json()["items"]) == [two.code]
    assert staff.get(f"{address}&q=100%").json()["items"] == []
    assert codes(staff.get(f"/api/v1/challenges?call={one.call_id}").json()["items"]) == [
        one.code
    ]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("colour=blue", "/colour"),
        ("state=lost", "/state/0"),
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("limit=ten", "/limit"),
        ("call=no_thing", "/call/0"),
        ("q=a%00b", "/q"),
    ],
)
def test_a_parameter_that_is_not_understood_is_refused(
    session: Session, as_user: SignIn, query: str, pointer: str
) -> None:
    answer = as_user(a_user(session, Role.STAFF)).get(f"/api/v1/challenges?{query}")

    assert answer.status_code == 400
    assert answer.json()["code"] == "bad-query"
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("sort", ["colour", "code,code", "code,-code", ",", "-"])
def test_an_unknown_order_is_refused_with_those_that_are_known(
    session: Session, as_user: SignIn, sort: str
) -> None:
    answer = as_user(a_user(session, Role.STAFF)).get(f"/api/v1/challenges?sort={sort}")

    assert answer.status_code == 400
    assert answer.json()["remedy"] == (
        "Sort by one or more of: code, created_at, title, updated_at."
    )


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!",
        "bnVsbA",
        "WzFd",
        "W10",
        "WyJjb2RlIiwgMSwgMl0",
        "WyJjb2RlIiwgImEiLCAibm8iXQ",
        cursor_of("code", "\ud800", str(UUID(int=1))),
        cursor_of("code", "\0", str(UUID(int=1))),
    ],
)
def test_a_cursor_that_is_not_of_this_list_is_refused(
    session: Session, as_user: SignIn, cursor: str
) -> None:
    answer = as_user(a_user(session, Role.STAFF)).get(f"/api/v1/challenges?cursor={cursor}")

    assert answer.status_code == 400
    assert answer.json()["detail"] == "The cursor does not belong to this list."


def test_a_cursor_of_another_order_is_refused(session: Session, as_user: SignIn) -> None:
    for _ in range(2):
        a_challenge(session, state=State.SUBMITTED)
    staff = as_user(a_user(session, Role.STAFF))
    following = staff.get("/api/v1/challenges?limit=1&sort=-created_at").json()["next"]

    assert staff.get(following).status_code == 200
    assert staff.get(following.replace("-created_at", "created_at")).status_code == 400


def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(
    session: Session, as_user: SignIn, database: Database
) -> None:
    staff = as_user(a_user(session, Role.STAFF))
    counts = []
    for added in (1, 2):
        for _ in range(added):
            a_challenge(session, state=State.SUBMITTED)
        session.commit()
        with counted(database) as sent:
            assert staff.get("/api/v1/challenges").status_code == 200
        counts.append(len(sent))

    assert counts == [3, 3]
