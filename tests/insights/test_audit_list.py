"""The record of who did what is read by those who look after it, and by staff in part."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.attachments.content import FileKind
from app.attachments.models import Attachment
from app.core.base.clock import now
from app.core.storage import audit
from app.submissions.lifecycle import State
from tests.conftest import SignIn
from tests.factories import a_challenge, a_user

ADDRESS = "/api/v1/audit"


WITHOUT_FILES = ("draft", "submitted", "call", "user")


def a_file(session: Session, submission_id: UUID) -> UUID:
    row = Attachment(
        submission_id=submission_id, name="a.pdf", kind=FileKind.PDF, size=1, sha256="0" * 64
    )
    session.add(row)
    session.flush()
    return row.id


@pytest.fixture
def done(session: Session) -> Mapping[str, UUID]:
    """What was done, oldest first, by what it was done to."""
    subjects = {
        "draft": a_challenge(session).id,
        "submitted": a_challenge(session, state=State.SUBMITTED).id,
        "call": uuid4(),
        "user": uuid4(),
    }
    subjects |= {
        f"file of {one}": a_file(session, subjects[one]) for one in ("draft", "submitted")
    }
    for name, subject in subjects.items():
        kind = "challenge" if name in {"draft", "submitted"} else name.partition(" ")[0]
        kind = {"file": "attachment"}.get(kind, kind)
        audit.record(session, uuid4(), f"touch-{name}", kind, subject, reason="Why?")
    session.commit()
    return subjects


def actions(client: TestClient, query: str = "sort=number") -> list[str]:
    answer = client.get(f"{ADDRESS}?{query}")
    assert answer.status_code == 200, answer.text
    return [item["action"].removeprefix("touch-") for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.AUDITOR, [*WITHOUT_FILES, "file of draft", "file of submitted"]),
        (Role.ADMIN, [*WITHOUT_FILES, "file of draft", "file of submitted"]),
        (Role.STAFF, ["submitted", "call", "file of submitted"]),
        (Role.LEAD, ["submitted", "call", "file of submitted"]),
    ],
)
def test_each_role_reads_what_was_done_to_what_it_may_see(
    session: Session,
    as_user: SignIn,
    done: Mapping[str, UUID],
    role: Role,
    seen: list[str],
) -> None:
    assert actions(as_user(a_user(session, role))) == seen


@pytest.mark.parametrize("role", [Role.MEMBER, Role.REVIEWER, Role.ADVISOR])
def test_others_read_none_of_it(session: Session, as_user: SignIn, role: Role) -> None:
    answer = as_user(a_user(session, role)).get(ADDRESS)

    assert (answer.status_code, answer.json()["code"]) == (403, "not-permitted")


def test_an_event_is_shown_whole_so_that_its_hash_can_be_checked(
    session: Session, as_user: SignIn, done: Mapping[str, UUID]
) -> None:
    auditor = as_user(a_user(session, Role.AUDITOR))

    [event] = auditor.get(f"{ADDRESS}?action=touch-user").json()["items"]

    told: dict[str, Any] = event | {"at": "", "actor_id": ""}
    assert sorted(event["facts"]["reason"]) == ["id", "sha256"]
    assert "Why?" not in str(event["facts"])
    assert told == {
        "number": 4,
        "at": "",
        "actor_id": "",
        "action": "touch-user",
        "subject_kind": "user",
        "subject_id": str(done["user"]),
        "facts": event["facts"],
        "reason": "Why?",
        "previous": auditor.get(f"{ADDRESS}?sort=number").json()["items"][2]["digest"],
        "digest": event["digest"],
    }


def test_events_are_found_by_who_what_and_when(
    session: Session, as_user: SignIn, done: Mapping[str, UUID]
) -> None:
    auditor = as_user(a_user(session, Role.AUDITOR))
    by_whom = auditor.get(f"{ADDRESS}?action=touch-call").json()["items"][0]["actor_id"]
    later = (now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    assert actions(auditor, f"actor={by_whom}") == ["call"]
    assert actions(auditor, "kind=challenge&kind=user") == ["user", "submitted", "draft"]
    assert actions(auditor, f"subject={done['draft']}&subject={done['call']}") == [
        "call",
        "draft",
    ]
    assert actions(auditor, f"since={later}") == []
    assert len(actions(auditor, f"until={later}")) == 6
    for query in (
        "since=yesterday",
        "since=2026-01-01",
        "since=0",
        "since=1e9",
        "actor=ann",
        "colour=red",
    ):
        assert auditor.get(f"{ADDRESS}?{query}").status_code == 400
