"""A reason can be erased from the record: the event stays, and its chain is whole."""

import json
from uuid import uuid4

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage import audit, audit_verification
from app.core.storage.audit import AuditEvent
from app.core.storage.audit_reasons import AuditReason
from app.organisations.service import offboarding
from app.submissions.lifecycle import State
from tests.conftest import SignIn
from tests.factories import a_challenge, a_user

ADDRESS = "/api/v1/audit"
CANARY = "Because Ann Other is ill."


@pytest.fixture
def admin(session: Session, as_user: SignIn) -> TestClient:
    return as_user(a_user(session, Role.ADMIN))


def events(client: TestClient) -> list[dict[str, object]]:
    return list(client.get(f"{ADDRESS}?sort=number").json()["items"])


def test_a_reason_that_staff_give_stands_beside_the_record(
    session: Session, as_user: SignIn, admin: TestClient
) -> None:
    challenge = a_challenge(session, state=State.SUBMITTED)
    staff = as_user(a_user(session, Role.STAFF))

    staff.post(f"/api/v1/challenges/{challenge.id}/steps/return", json={"reason": CANARY})

    event = session.exec(select(AuditEvent).where(AuditEvent.action == "return")).one()
    assert CANARY not in json.dumps(event.facts)
    assert [row.text for row in session.exec(select(AuditReason))] == [CANARY]
    assert events(admin)[-1]["reason"] == CANARY
    assert CANARY not in repr(session.exec(select(AuditReason)).one())


def test_an_administrator_erases_a_reason_and_the_chain_stays_whole(
    session: Session, admin: TestClient
) -> None:
    call = uuid4()
    audit.record(session, None, "cancel", "call", call, reason=CANARY)
    audit.record(session, None, "publish", "call", call)
    session.commit()
    before = audit_verification.verify(session)

    erased = admin.delete(f"{ADDRESS}/1/reason")
    again = admin.delete(f"{ADDRESS}/1/reason")

    session.expire_all()
    assert (erased.status_code, again.status_code) == (204, 204)
    assert session.exec(select(AuditReason)).all() == []
    first, *_, last = events(admin)
    assert (first["action"], first["reason"]) == ("cancel", None)
    assert (last["action"], last["facts"], last["subject_id"]) == (
        *("erase reason", {"number": 1}),
        str(call),
    )
    assert audit_verification.verify(session, before.digest).number == 3


def test_the_reasons_that_a_person_gave_go_with_the_person(
    session: Session, admin: TestClient
) -> None:
    ann, bob = a_user(session, Role.STAFF), a_user(session, Role.STAFF)
    for user in (ann, bob):
        audit.record(session, user.id, "cancel", "call", uuid4(), reason=f"By {user.id}")
    session.commit()
    published = audit_verification.head(session).digest
    address = f"/api/v1/users/{ann.id}/steps"

    admin.post(f"{address}/deactivate", json={"leave_empty": True})
    admin.post(f"{address}/erase", json={})

    session.expire_all()
    assert offboarding.ERASED_NAME in admin.get(f"/api/v1/users/{ann.id}").text
    assert session.exec(select(AuditReason.author_id)).all() == [bob.id]
    assert [event["reason"] for event in events(admin)[:2]] == [None, f"By {bob.id}"]
    assert audit_verification.verify(session, published).number == 4


def test_a_reason_of_an_earlier_version_is_shown_and_cannot_be_erased(
    session: Session, admin: TestClient
) -> None:
    audit.record(session, None, "cancel", "call", uuid4())
    session.commit()
    event = session.exec(select(AuditEvent)).one()
    event.facts = {"reason": "An old one"}
    event.digest = audit.digest_of(event.model_dump(), event.previous)
    head = session.exec(select(audit.AuditHead)).one()
    head.digest = event.digest
    session.commit()

    refused = admin.delete(f"{ADDRESS}/1/reason")

    assert audit_verification.verify(session).number == 1
    assert events(admin)[0]["reason"] == "An old one"
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("number", [0, 1, 2, -1, 10**30])
def test_where_there_is_no_reason_there_is_none_to_erase(
    session: Session, admin: TestClient, number: int
) -> None:
    audit.record(session, None, "publish", "call", uuid4())
    session.commit()

    assert admin.delete(f"{ADDRESS}/{number}/reason").status_code == 404
    assert session.exec(select(col(AuditEvent.action))).all() == ["publish"]


def test_a_person_gets_the_reasons_that_they_gave_and_no_others(
    session: Session, as_user: SignIn
) -> None:
    ann = a_user(session, Role.STAFF)
    for author in (ann.id, uuid4()):
        audit.record(session, author, "grant", "user", ann.id, reason=f"By {author}")
    client = as_user(ann)

    given = client.get("/api/v1/me/export").json()["events"]

    assert [event["reason"] for event in given] == [f"By {ann.id}", None]
