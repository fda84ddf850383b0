"""Programmes and calls are named by their codes; one that is not theirs alone is refused."""

from uuid import UUID

import pytest
from sqlmodel import Session

from app.access.policy import Role
from app.programmes.lifecycle import CallState
from app.programmes.models import Programme
from tests.conftest import SignIn
from tests.factories import a_call, a_programme, a_user
from tests.programmes.test_calls import DRAFT


def test_a_call_is_drafted_in_a_programme_by_its_code_and_changed_with_it(
    session: Session, as_user: SignIn
) -> None:
    programme = a_programme(session, code="spring")
    a_programme(session, code="autumn")
    staff = as_user(a_user(session, Role.STAFF))

    drafted = staff.post("/api/v1/calls", json=DRAFT | {"programme_id": "Spring"})
    address, tag = "/api/v1/calls/spring-challenges", {"If-Match": "*"}
    same = staff.patch(address, json={"programme_id": "spring", "notes": "Hm."}, headers=tag)
    moved = staff.patch(address, json={"programme_id": "autumn"}, headers=tag)
    again = staff.post("/api/v1/calls", json=DRAFT | {"programme_id": "spring"})

    assert drafted.status_code == 201
    assert drafted.json()["programme_id"] == str(programme.id)
    assert same.status_code == 200
    assert (same.json()["programme_id"], same.json()["notes"]) == (str(programme.id), "Hm.")
    assert moved.json()["errors"] == [
        {
            "pointer": "/programme_id",
            "detail": "This stays as it was when the call was made.",
        }
    ]
    assert again.status_code == 409


def test_a_code_that_calls_of_two_programmes_have_names_neither(
    session: Session, as_user: SignIn
) -> None:
    calls = [a_call(session, code="challenges") for _ in range(2)]
    codes = [session.get_one(Programme, call.programme_id).code for call in calls]
    member = as_user(a_user(session))
    body = {"title": "Early warning", "content": {}}

    read = member.get("/api/v1/calls/challenges")
    begun = member.post("/api/v1/challenges", json=body | {"call_id": "challenges"})
    by_key = member.post("/api/v1/challenges", json=body | {"call_id": str(calls[1].id)})

    assert read.status_code == 404
    assert read.json()["detail"] == "Calls of several programmes have the code challenges."
    first, second = (f"{call.id} ({code})" for call, code in zip(calls, codes, strict=True))
    assert read.json()["remedy"] == (
        f"Name the one you mean by its identifier: {second}, {first}."
    )
    assert begun.status_code == 422
    assert begun.json()["errors"][0]["pointer"] == "/call_id"
    assert begun.json()["errors"][0]["detail"].startswith(
        "Calls of several programmes have this code; name yours by its identifier. They are "
        f"{second}, {first}."
    )
    assert by_key.json()["call_id"] == str(calls[1].id)


def test_a_call_that_is_hidden_takes_its_code_from_nobody(
    session: Session, as_user: SignIn
) -> None:
    call = a_call(session, code="challenges")
    a_call(session, code="challenges", state=CallState.DRAFT)
    member, staff = as_user(a_user(session)), as_user(a_user(session, Role.STAFF))

    seen, several = (who.get("/api/v1/calls/challenges") for who in (member, staff))

    assert seen.json()["id"] == str(call.id)
    assert several.status_code == 404


def test_the_draft_of_a_call_is_hidden_by_its_code_as_by_its_key(
    session: Session, as_user: SignIn
) -> None:
    a_call(session, code="hidden", state=CallState.DRAFT)
    member = as_user(a_user(session))

    hidden, absent = (member.get(f"/api/v1/calls/{code}") for code in ("hidden", "absent"))

    assert (hidden.status_code, hidden.json()["detail"]) == (404, "There is no call hidden.")
    assert absent.json()["detail"] == "There is no call absent."


@pytest.mark.parametrize("code", [str(UUID(int=7)), UUID(int=7).hex])
def test_a_code_that_looks_like_a_key_is_refused(
    session: Session, as_user: SignIn, code: str
) -> None:
    staff = as_user(a_user(session, Role.STAFF))

    refused = staff.post("/api/v1/programmes", json={"code": code, "title": "Another one"})

    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"pointer": "/code", "detail": "choose a code that does not look like an identifier"}
    ]


def test_a_programme_whose_code_looks_counted_is_found_by_it(
    session: Session, as_user: SignIn
) -> None:
    programme = a_programme(session, code="gov-2027-001")
    member = as_user(a_user(session))

    found = [
        member.get(f"/api/v1/programmes/{code}") for code in ("gov-2027-001", "GOV-2027-001")
    ]

    assert [answer.json()["id"] for answer in found] == [str(programme.id)] * 2


def test_a_call_in_a_programme_that_is_not_there_is_refused_with_the_field(
    session: Session, as_user: SignIn
) -> None:
    staff = as_user(a_user(session, Role.STAFF))

    refused = [
        staff.post("/api/v1/calls", json=DRAFT | {"programme_id": named})
        for named in ("no-such-programme", str(UUID(int=7)))
    ]

    assert [answer.status_code for answer in refused] == [422, 422]
    assert [answer.json()["errors"] for answer in refused] == [
        [{"pointer": "/programme_id", "detail": "There is no such programme."}]
    ] * 2
