"""A change says on which state it is based, and may be of a part only."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.base.entity_tags import names
from app.programmes.lifecycle import CallState
from app.submissions.lifecycle import State
from tests.conftest import SignIn
from tests.factories import (
    a_call,
    a_challenge,
    a_programme,
    a_run,
    a_solution,
    a_suggestion,
    a_user,
    an_organisation,
    organisation_of,
    themes,
)

ANY = {"If-Match": "*"}


@pytest.fixture
def mine(session: Session, as_user: SignIn) -> tuple[TestClient, str]:
    """A team, and the address of its draft."""
    themes(session)
    member = a_user(session)
    challenge = a_challenge(session, organisation_id=organisation_of(session, member))
    return as_user(member), f"/api/v1/challenges/{challenge.id}"


# --- tags --------------------------------------------------------------------------------


def test_each_single_thing_has_a_tag_and_is_not_sent_twice(
    session: Session, as_user: SignIn
) -> None:
    suggestion = a_suggestion(session, a_run(session))
    programme = a_programme(session)
    things = {
        "organisations": an_organisation(session).id,
        "programmes": programme.id,
        "calls": a_call(session, programme_id=programme.id).id,
        "challenges": suggestion.challenge_id,
        "solutions": suggestion.solution_id,
        "match-runs": suggestion.run_id,
        f"match-runs/{suggestion.run_id}/suggestions/{suggestion.challenge_id}": (
            suggestion.solution_id
        ),
    }
    staff = as_user(a_user(session, Role.STAFF))

    for kind, number in things.items():
        read = staff.get(f"/api/v1/{kind}/{number}")
        tag = read.headers["etag"]
        known = [
            staff.get(f"/api/v1/{kind}/{number}", headers={"If-None-Match": said})
            for said in (tag, f'"other", {tag}', f"W/{tag}", "*")
        ]
        other = staff.get(f"/api/v1/{kind}/{number}", headers={"If-None-Match": '"other"'})

        assert read.status_code == 200, kind
        assert tag.startswith('"')
        assert [(k.status_code, k.content, k.headers["etag"]) for k in known] == [
            (304, b"", tag)
        ] * 4
        assert (other.status_code, other.headers["etag"]) == (200, tag)


def test_a_tag_names_a_state_exactly_and_a_weak_one_does_not() -> None:
    assert names('"a"', '"a"')
    assert names('"b" , "a"', '"a"')
    assert names(" * ", '"a"')
    assert not names('W/"a"', '"a"')
    assert not names("a", '"a"')
    assert not names("", '"a"')


def test_a_change_needs_the_tag_of_what_was_read(mine: tuple[TestClient, str]) -> None:
    client, address = mine
    first = client.get(address)

    bare = client.patch(address, json={"title": "A second title"})
    done = client.patch(
        address, json={"title": "A second title"}, headers={"If-Match": first.headers["etag"]}
    )
    late = client.patch(
        address, json={"title": "A third title"}, headers={"If-Match": first.headers["etag"]}
    )

    assert (bare.status_code, bare.json()["code"]) == (428, "precondition-required")
    assert (done.status_code, done.json()["title"]) == (200, "A second title")
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    assert late.headers["etag"] == done.headers["etag"] == client.get(address).headers["etag"]
    assert done.json()["version"] == first.json()["version"] + 1


def test_of_eight_who_change_what_they_have_read_one_wins(
    mine: tuple[TestClient, str],
) -> None:
    client, address = mine
    read = {"If-Match": client.get(address).headers["etag"]}
    start = Barrier(8)

    def change(number: int) -> int:
        start.wait()
        body = {"title": f"Title number {number}"}
        return client.patch(address, json=body, headers=read).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(change, range(8)))

    assert statuses[0] == 200
    assert set(statuses[1:]) <= {409, 412}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("said", [None, '"guessed"', "*"])
def test_a_tag_leaks_nothing_about_what_is_hidden(
    session: Session, as_user: SignIn, method: str, said: str | None
) -> None:
    hidden = a_challenge(session)
    stranger = as_user(a_user(session))
    headers = {"If-Match": said} if said else {}
    body = {"title": "Another title", "content": {}}

    answers = [
        stranger.request(method, f"/api/v1/challenges/{key}", json=body, headers=headers)
        for key in (hidden.id, uuid4())
    ]

    assert [answer.status_code for answer in answers] == [404 if said else 428] * 2
    assert all("etag" not in answer.headers for answer in answers)


# --- merge patches -----------------------------------------------------------------------


def test_a_patch_changes_what_it_names_and_nothing_else(mine: tuple[TestClient, str]) -> None:
    client, address = mine
    before = client.get(address).json()
    patch = {"summary": "In short.", "content": {"tried": "Sirens.", "outcome": None}}

    after = client.patch(
        address,
        json=patch,
        headers=ANY | {"Content-Type": "application/merge-patch+json"},
    )

    assert after.status_code == 200
    assert after.json() == before | {
        "summary": "In short.",
        "content": before["content"] | {"tried": "Sirens.", "outcome": ""},
        "version": before["version"] + 1,
        "updated_at": after.json()["updated_at"],
    }


@pytest.mark.parametrize(
    ("patch", "pointers"),
    [
        ({"colour": "red", "content": {"a/b": 1}}, ["/colour", "/content/a~1b"]),
        ({"colour": None}, ["/colour"]),
        ({"state": "selected", "version": 9, "organisation_id": str(UUID(int=7))}, None),
        ({"title": None}, ["/title"]),
        ({"title": "x", "themes": "practice:open-source"}, ["/title", "/themes"]),
        ({"themes": ["practice:no-such"]}, ["/themes/0"]),
        ({"content": None}, ["/content"]),
        ({"content": []}, ["/content"]),
        ({"content": {"problem": {"deep": {"deeper": 1}}}}, ["/content/problem"]),
    ],
)
def test_a_patch_whose_whole_cannot_be_taken_is_refused(
    mine: tuple[TestClient, str], patch: dict[str, Any], pointers: list[str] | None
) -> None:
    client, address = mine
    before = client.get(address).json()

    answer = client.patch(address, json=patch, headers=ANY)

    assert (answer.status_code, answer.json()["code"]) == (422, "unprocessable")
    found = [error["pointer"] for error in answer.json()["errors"]]
    assert sorted(found) == sorted(pointers or [f"/{name}" for name in patch])
    assert client.get(address).json() == before


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"3", b"null", b"", b'{"title": NaN}'])
def test_what_is_no_patch_is_refused(mine: tuple[TestClient, str], body: bytes) -> None:
    client, address = mine

    answer = client.patch(
        address, content=body, headers=ANY | {"Content-Type": "application/json"}
    )

    assert answer.status_code == 422


def test_a_submission_that_is_not_being_written_takes_no_patch(
    session: Session, as_user: SignIn
) -> None:
    member = a_user(session)
    solution = a_solution(
        session, organisation_id=organisation_of(session, member), state=State.SUBMITTED
    )
    client, address = as_user(member), f"/api/v1/solutions/{solution.id}"

    answer = client.patch(address, json={"title": "Another title"}, headers=ANY)

    assert (answer.status_code, answer.json()["code"]) == (409, "step-not-allowed")


def test_staff_change_a_programme(session: Session, as_user: SignIn) -> None:
    other = a_programme(session, code="taken")
    programme = a_programme(session)
    staff, address = as_user(a_user(session, Role.STAFF)), f"/api/v1/programmes/{programme.id}"
    before = staff.get(address).json()

    done = staff.patch(address, json={"providers": {"max": 3}, "notes": "Hm."}, headers=ANY)
    taken = staff.patch(address, json={"code": other.code}, headers=ANY)
    wrong = staff.patch(address, json={"providers": {"min": 4}}, headers=ANY)
    barred = as_user(a_user(session)).patch(address, json={}, headers=ANY)

    assert done.json() == before | {"providers_max": 3, "notes": "Hm.", "version": 2}
    assert [a.status_code for a in (taken, wrong, barred)] == [409, 422, 403]


def test_a_call_is_changed_by_staff_and_once_published_by_its_lead(
    session: Session, as_user: SignIn
) -> None:
    call = a_call(session, state=CallState.DRAFT)
    a_call(session, programme_id=call.programme_id, code="taken")
    staff, lead = (as_user(a_user(session, role)) for role in (Role.STAFF, Role.LEAD))
    address = f"/api/v1/calls/{call.id}"
    later = datetime(2101, 1, 1, tzinfo=UTC).isoformat()

    drafted = staff.patch(address, json={"title": "Another title"}, headers=ANY)
    taken = staff.patch(address, json={"code": "taken"}, headers=ANY)
    moved = staff.patch(address, json={"kind": "solutions"}, headers=ANY)
    lead.post(f"{address}/steps/publish")
    barred = staff.patch(address, json={"closes_at": later}, headers=ANY)
    longer = lead.patch(address, json={"closes_at": later}, headers=ANY)
    lead.post(f"{address}/steps/cancel")
    over = lead.patch(address, json={"notes": "Too late."}, headers=ANY)

    assert (drafted.status_code, drafted.json()["title"]) == (200, "Another title")
    assert [a.status_code for a in (taken, moved, barred, over)] == [409, 422, 403, 409]
    assert moved.json()["errors"][0]["pointer"] == "/kind"
    assert longer.json()["closes_at"] == "2101-01-01T00:00:00Z"


def test_a_call_has_another_tag_when_the_clock_has_moved_it(
    session: Session, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = a_call(session, closes_at=datetime(2030, 1, 1, tzinfo=UTC))
    client, address = as_user(a_user(session)), f"/api/v1/calls/{call.id}"
    before = client.get(address)
    call.closes_at = call.ends_at = datetime(2025, 1, 1, tzinfo=UTC)
    session.commit()

    after = client.get(address, headers={"If-None-Match": before.headers["etag"]})

    assert (before.json()["phase"], after.json()["phase"]) == ("open", "closed")
