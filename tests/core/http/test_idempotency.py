"""What is sent twice is done once; what is only tried leaves nothing behind."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session, col, select, update
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.models import Membership
from app.core.base.clock import now
from app.core.storage import idempotency_keys
from app.core.storage.audit import AuditEvent
from app.core.storage.idempotency_keys import IdempotencyKey
from app.core.storage.jobs import Job
from app.core.storage.reference_numbers import Counter
from app.programmes.models import Programme
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import SignIn
from tests.factories import (
    a_call,
    a_challenge,
    a_programme,
    a_solution,
    a_token,
    a_user,
    an_organisation,
    organisation_of,
    themes,
)

ADDRESS = "/api/v1/challenges"


@pytest.fixture
def draft(session: Session) -> dict[str, Any]:
    themes(session)
    call_id = str(a_call(session).id)
    session.commit()
    return {"call_id": call_id, "title": "Early warning", "content": {}}


@pytest.fixture
def team(session: Session, as_user: SignIn) -> TestClient:
    return as_user(a_user(session))


def key(value: str = "first") -> dict[str, str]:
    return {"Idempotency-Key": value}


def titles(session: Session) -> list[str]:
    return list(session.exec(select(Submission.title)))


def test_the_same_request_gets_its_first_answer_again(
    session: Session, team: TestClient, draft: dict[str, Any]
) -> None:
    first = team.post(ADDRESS, json=draft, headers=key())
    team.patch(
        f"{ADDRESS}/{first.json()['id']}", json={"title": "Later"}, headers={"If-Match": "*"}
    )

    again = team.post(ADDRESS, json=draft, headers=key())

    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert titles(session) == ["Later"]


def test_an_answer_that_names_an_address_names_it_again(
    session: Session, as_user: SignIn
) -> None:
    programme = a_programme(session)
    for make in (a_challenge, a_solution):
        make(session, programme_id=programme.id, state=State.SELECTED)
    staff, asked = as_user(a_user(session, Role.STAFF)), {"programme_id": str(programme.id)}

    first, again = (
        staff.post("/api/v1/match-runs", json=asked, headers=key()) for _ in range(2)
    )

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.headers["location"] == again.headers["location"]
    assert len(session.exec(select(Job)).all()) == 1


def test_another_request_with_that_key_is_refused(
    session: Session, team: TestClient, draft: dict[str, Any]
) -> None:
    team.post(ADDRESS, json=draft, headers=key())

    others = [
        team.post(ADDRESS, json=draft | {"title": "Late warning"}, headers=key()),
        team.post("/api/v1/solutions", json=draft, headers=key()),
    ]

    assert [(o.status_code, o.json()["code"]) for o in others] == [(422, "unprocessable")] * 2
    assert titles(session) == ["Early warning"]


def test_a_key_belongs_to_one_person(
    session: Session, as_user: SignIn, draft: dict[str, Any]
) -> None:
    clients = [as_user(a_user(session)) for _ in range(2)]

    answers = [client.post(ADDRESS, json=draft, headers=key()) for client in clients]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["id"] for answer in answers}) == 2


def test_what_was_refused_may_be_sent_again_with_its_key(
    session: Session, as_user: SignIn
) -> None:
    member = a_user(session)
    challenge = a_challenge(
        session, organisation_id=organisation_of(session, member), themes=[]
    )
    client, address = as_user(member), f"{ADDRESS}/{challenge.id}/steps/submit"

    refused = client.post(address, headers=key())
    challenge.themes = ["policy-domain:ENVI", "practice:data-sharing"]
    session.commit()
    done = client.post(address, headers=key())
    late = client.post(address, headers=key())

    assert [a.status_code for a in (refused, done, late)] == [422, 200, 200]
    assert late.json()["state"] == "submitted"
    events = session.exec(select(AuditEvent.action)).all()
    assert events == ["submit"]


def test_eight_equal_requests_at_once_make_one_thing(
    session: Session, team: TestClient, draft: dict[str, Any]
) -> None:
    start = Barrier(8)

    def ask(_: int) -> tuple[int, bytes]:
        start.wait()
        answer = team.post(ADDRESS, json=draft, headers=key())
        return answer.status_code, answer.content

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(8)))

    assert [status for status, _ in answers] == [201]
    assert titles(session) == ["Early warning"]


def test_a_key_is_kept_for_a_day_and_then_free(
    session: Session, team: TestClient, draft: dict[str, Any]
) -> None:
    team.post(ADDRESS, json=draft, headers=key())
    for hours, status, stored in ((23, 201, 1), (25, 201, 2)):
        then = now() - timedelta(hours=hours)
        session.execute(update(IdempotencyKey).values(created_at=then))
        session.commit()

        answer = team.post(ADDRESS, json=draft, headers=key())

        assert answer.status_code == status
        assert len(titles(session)) == stored


def test_keys_are_forgotten_when_their_time_is_over(session: Session) -> None:
    for hours in (23, 25):
        session.add(
            IdempotencyKey(
                actor_id=uuid4(),
                key=f"{hours} hours ago",
                fingerprint="0" * 64,
                created_at=now() - timedelta(hours=hours),
            )
        )
    session.flush()

    idempotency_keys.purge(session)

    assert session.exec(select(IdempotencyKey.key)).all() == ["23 hours ago"]


@pytest.mark.parametrize("value", ["", "x" * 201, "schön", "tab\there"])
def test_what_is_no_key_is_refused(
    session: Session, team: TestClient, draft: dict[str, Any], value: str
) -> None:
    answer = team.post(ADDRESS, json=draft, headers={b"Idempotency-Key": value.encode()})

    assert (answer.status_code, answer.json()["code"]) == (400, "bad-query")
    assert titles(session) == []


def test_what_must_not_be_done_twice_by_mistake_wants_a_key(
    session: Session, team: TestClient, as_user: SignIn
) -> None:
    staff = as_user(a_user(session, Role.STAFF))
    for client in (team, staff):
        client.event_hooks = {}
    unkeyed = [
        team.post(f"{ADDRESS}/{uuid4()}/steps/submit"),
        staff.post("/api/v1/match-runs", json={"programme_id": str(uuid4())}),
    ]

    assert [(a.status_code, a.json()["code"]) for a in unkeyed] == [
        (400, "idempotency-key-required")
    ] * 2
    assert team.post(f"{ADDRESS}/{uuid4()}/steps/withdraw").status_code == 404


# --- dry runs ----------------------------------------------------------------------------


def test_a_dry_run_says_what_would_be_and_changes_nothing(
    session: Session, team: TestClient, draft: dict[str, Any]
) -> None:
    tried = team.post(f"{ADDRESS}?dry_run=true", json=draft, headers=key())
    done = team.post(ADDRESS, json=draft, headers=key())

    assert (tried.status_code, tried.headers["dry-run"]) == (200, "true")
    assert {"etag", "location"}.isdisjoint(tried.headers)
    assert tried.json()["code"] == done.json()["code"]  # nobody got the one that was tried
    assert session.exec(select(col(Submission.id))).all() == [uuid4_of(done.json()["id"])]
    assert session.exec(select(Counter.last)).all() == [1, 1]  # of codes, of the team's drafts
    assert [e.subject_id for e in session.exec(select(AuditEvent))] == [
        uuid4_of(done.json()["id"])
    ]


def uuid4_of(text: str) -> Any:
    return type(uuid4())(text)


def test_a_dry_run_of_a_step_tells_all_that_it_lacks(session: Session, as_user: SignIn) -> None:
    member = a_user(session)
    owned = {"organisation_id": organisation_of(session, member)}
    ready, bare = a_challenge(session, **owned), a_challenge(session, **owned, themes=[])
    client = as_user(member)

    tried = [
        client.post(f"{ADDRESS}/{challenge.id}/steps/submit?dry_run=true")
        for challenge in (ready, bare)
    ]

    assert [answer.status_code for answer in tried] == [200, 422]
    assert tried[0].json()["state"] == "submitted"
    assert [error["pointer"] for error in tried[1].json()["errors"]] == ["/themes"] * 2
    session.refresh(ready)
    assert ready.state is State.DRAFT


def test_a_dry_run_is_refused_where_it_would_be_a_real_one(
    session: Session, as_user: SignIn
) -> None:
    """An address that knows no dry run must not do in earnest what was only to be tried."""
    member = a_user(session)
    challenge = a_challenge(session, organisation_id=organisation_of(session, member))
    client, address = as_user(member), f"{ADDRESS}/{challenge.id}?dry_run=true"

    answer = client.patch(address, json={"title": "Changed"}, headers={"If-Match": "*"})

    assert (answer.status_code, answer.json()["code"]) == (400, "bad-query")
    session.refresh(challenge)
    assert challenge.title == "Early flood warnings"


# --- a repetition asks permission as any request does --------------------------------------


def test_a_repetition_is_refused_to_whoever_may_not_do_it_today(
    session: Session, as_user: SignIn, draft: dict[str, Any]
) -> None:
    """Two organisations: what is lost is the one, so the route lets them in all the same."""
    member = a_user(session)
    challenge = a_challenge(session, organisation_id=organisation_of(session, member))
    lost = session.exec(select(Membership).where(Membership.user_id == member.id)).one()
    session.add(
        Membership(
            user_id=member.id, organisation_id=an_organisation(session).id, role=Role.MEMBER
        )
    )
    client, address = as_user(member), f"{ADDRESS}/{challenge.id}/steps/submit"
    first = client.post(address, headers=key())
    session.delete(lost)
    session.commit()

    again = client.post(address, headers=key())

    assert (first.status_code, again.status_code) == (200, 404)
    assert again.json()["code"] == "not-found"
    assert challenge.title not in again.text


def test_a_repetition_by_somebody_with_other_permissions_says_that_it_was_done(
    session: Session, as_user: SignIn, draft: dict[str, Any]
) -> None:
    """What was answered to another role may hold what this one does not read."""
    lead = a_user(session, Role.LEAD)
    client, asked = as_user(lead), {"code": "another", "title": "Another", "notes": "Hm."}
    first = client.post("/api/v1/programmes", json=asked, headers=key())
    (held,) = session.exec(select(Membership).where(Membership.user_id == lead.id))
    held.role = Role.STAFF
    session.commit()

    again = client.post("/api/v1/programmes", json=asked, headers=key())

    assert (first.status_code, again.status_code) == (201, 409)
    assert "Hm." not in again.text
    assert len(session.exec(select(Programme).where(Programme.code == "another")).all()) == 1


def test_a_repetition_changes_nothing_though_it_is_tried(
    session: Session, team: TestClient, draft: dict[str, Any]
) -> None:
    first = team.post(ADDRESS, json=draft, headers=key())
    events = len(session.exec(select(AuditEvent)).all())
    counted = session.exec(select(Counter.last)).all()

    again = [team.post(ADDRESS, json=draft, headers=key()) for _ in range(3)]

    session.expire_all()
    assert {a.content for a in again} == {first.content}
    assert titles(session) == ["Early warning"]
    assert len(session.exec(select(AuditEvent)).all()) == events
    assert session.exec(select(Counter.last)).all() == counted


def test_a_key_belongs_to_the_credential_that_has_used_it(
    session: Session, as_user: SignIn, draft: dict[str, Any]
) -> None:
    member = a_user(session)
    first, second = as_user(member), as_user(member)

    made = first.post(ADDRESS, json=draft, headers=key())
    others = second.post(ADDRESS, json=draft, headers=key())
    again = first.post(ADDRESS, json=draft, headers=key())

    assert (made.status_code, others.status_code) == (201, 422)
    assert made.json()["id"] not in others.text
    assert again.content == made.content
    assert titles(session) == ["Early warning"]


def test_a_narrow_token_gets_no_answer_of_a_wider_one(
    session: Session, as_user: SignIn, draft: dict[str, Any]
) -> None:
    member = a_user(session)
    wide = as_user(member)
    wide.post(ADDRESS, json=draft, headers=key())
    secret = a_token(session, member, scopes=["draft:read"])
    session.commit()
    narrow = {"Authorization": f"Bearer {secret}"}

    again = wide.post(ADDRESS, json=draft, headers=key() | narrow)

    assert (again.status_code, again.json()["code"]) == (403, "not-permitted")


def test_a_key_of_an_earlier_version_gives_no_answer_and_does_nothing_twice(
    session: Session, team: TestClient, draft: dict[str, Any]
) -> None:
    team.post(ADDRESS, json=draft, headers=key())
    session.execute(update(IdempotencyKey).values(credential_id=None, permissions=None))
    session.commit()

    again = team.post(ADDRESS, json=draft, headers=key())

    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert titles(session) == ["Early warning"]
