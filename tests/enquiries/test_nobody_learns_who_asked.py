"""Whoever reads whatever there is to read, nobody but the asker learns who asked."""

import json
import logging
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.models import User
from app.core.base.clock import now
from app.core.base.logging import JsonFormatter
from app.core.storage.audit import AuditEvent
from app.core.storage.outbox import Letter
from app.enquiries import service
from app.enquiries.lifecycle import EnquiryState
from app.enquiries.models import Enquiry
from app.notices.models import PublicNotice
from app.organisations.service import offboarding
from tests.conftest import SignIn
from tests.enquiries.people import a_published_challenge, an_enquiry
from tests.factories import a_user, organisation_of

NAME = "Zenobia Quill"
ADDRESS = "zenobia.quill@example.org"


@pytest.fixture
def asker(session: Session) -> User:
    return a_user(session, name=NAME, email=ADDRESS)


@pytest.fixture
def notice(session: Session) -> PublicNotice:
    member = a_user(session)
    found = a_published_challenge(session, organisation_id=organisation_of(session, member))
    session.commit()
    return found


@pytest.fixture
def asked(
    session: Session, notice: PublicNotice, asker: User, as_user: SignIn
) -> tuple[TestClient, str]:
    """Somebody who has asked, was answered, and has withdrawn another question."""
    client = as_user(asker)
    told = {"notice_id": notice.code, "language": "en", "body": "By radio?"}
    first, second = (client.post("/api/v1/enquiries", json=told).json()["id"] for _ in range(2))
    client.post(f"/api/v1/enquiries/{second}/steps/withdraw")
    return client, first


def about(notice: PublicNotice, enquiry: str) -> list[str]:
    """All that tells of questions, or of people."""
    lists = ("enquiries", "outbox", "audit", "notices", "me/tasks", "webhooks", "me/enquiries")
    return [
        *(f"/api/v1/{name}" for name in lists),
        *(f"/api/v1/enquiries?format={kind}" for kind in ("csv", "xlsx", "jsonl")),
        f"/api/v1/enquiries/{enquiry}",
        f"/api/v1/enquiries/{enquiry}/steps",
        f"/api/v1/audit?subject={enquiry}",
        f"/public/v1/notices/{notice.code}",
        f"/public/v1/notices/{notice.code}/questions",
        f"/notices/{notice.code}",
        f"/notices/{notice.code}/ask",
        f"/submissions/{notice.code}/questions",
        "/my-questions",
        "/audit",
        "/letters",
    ]


def test_nobody_who_reads_all_there_is_finds_who_asked(
    session: Session,
    notice: PublicNotice,
    asker: User,
    asked: tuple[TestClient, str],
    as_user: SignIn,
) -> None:
    """But for users, whom leads and administrators see, whatever they have asked."""
    member = session.exec(
        select(User).where(User.id != asker.id).order_by(col(User.created_at))
    ).first()
    assert member is not None
    team = as_user(member)
    answer = {"answer": "Yes.", "language": "en"}
    team.post(f"/api/v1/enquiries/{asked[1]}/steps/answer", json=answer)
    told = (NAME, ADDRESS, str(asker.id), asker.id.hex)

    for client in (team, *(as_user(a_user(session, role)) for role in Role)):
        for address in about(notice, asked[1]):
            read = client.get(address)

            assert not [word for word in told if word in read.text], address


def test_the_record_tells_that_somebody_asked_and_of_nobody_who(
    session: Session, asked: tuple[TestClient, str], asker: User
) -> None:
    events = session.exec(
        select(AuditEvent)
        .where(AuditEvent.subject_kind == "enquiry")
        .order_by(col(AuditEvent.id))
    ).all()

    assert [(one.action, one.actor_id, one.facts["actor"]) for one in events] == [
        ("ask", None, "not named"),
        ("ask", None, "not named"),
        ("withdraw", None, "not named"),
    ]
    assert str(asker.id) not in json.dumps([one.facts for one in events])


def test_the_lines_of_the_log_do_not_name_who_asks_and_those_of_others_do(
    session: Session,
    notice: PublicNotice,
    asker: User,
    as_user: SignIn,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = as_user(asker)
    told = {"notice_id": notice.code, "language": "en", "body": "By radio?"}
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(JsonFormatter().format(record))  # type: ignore[method-assign]  # -- of this one handler
    logging.getLogger("app").addHandler(handler)
    logging.getLogger("app").setLevel(logging.INFO)
    try:
        key = client.post("/api/v1/enquiries", json=told).json()["id"]
        client.get("/api/v1/me/enquiries")
        client.get(f"/api/v1/enquiries/{key}")
        client.get(f"/api/v1/enquiries/{key}/steps")
        client.post(f"/api/v1/enquiries/{key}/steps/withdraw")
        client.get(f"/notices/{notice.code}/ask")
        client.get("/my-questions")
        client.post(f"/notices/{notice.code}/ask", data={"body": "And?", "language": "en"})
        hidden, lines = lines, []
        handler.emit = lambda record: lines.append(JsonFormatter().format(record))  # type: ignore[method-assign]  # -- of this one handler
        client.get("/api/v1/me")
    finally:
        logging.getLogger("app").removeHandler(handler)

    assert len(hidden) >= 8
    assert not [line for line in hidden if str(asker.id) in line]
    assert [line for line in lines if str(asker.id) in line]


def test_a_letter_to_who_asked_is_shown_to_nobody_and_handed_over_by_nobody(
    session: Session, notice: PublicNotice, asker: User, as_user: SignIn
) -> None:
    enquiry = an_enquiry(session, notice, asker)
    session.commit()
    staff = as_user(a_user(session, Role.STAFF))
    staff.post(f"/api/v1/enquiries/{enquiry.id}/steps/decline", json={"reason": "No."})
    letter = session.exec(select(Letter).where(Letter.user_id == asker.id)).one()

    for role in (Role.STAFF, Role.LEAD, Role.ADMIN):
        client = as_user(a_user(session, role))

        assert letter.discreet
        assert client.get("/api/v1/outbox").json()["items"] == []
        assert client.get(f"/api/v1/outbox/{letter.id}").status_code == 404
        assert client.post(f"/api/v1/outbox/{letter.id}/hand-over").status_code == 404


def test_a_person_is_given_what_they_have_asked_and_nobody_else_is(
    session: Session, asked: tuple[TestClient, str], asker: User, notice: PublicNotice
) -> None:
    given = service.export(session, asker.id)
    stranger = a_user(session)

    assert [(one["code"], one["number"], one["question"]) for one in given] == [
        (notice.code, 1, "By radio?"),
        (notice.code, 2, ""),
    ]
    assert service.export(session, stranger.id) == []


def test_who_was_erased_or_asked_long_ago_is_known_to_nobody_any_more(
    session: Session, notice: PublicNotice, asker: User
) -> None:
    erased, present = a_user(session), a_user(session)
    keys = {
        name: an_enquiry(session, notice, who, number=number).id
        for number, (name, who) in enumerate(
            {"erased": erased, "waits": present, "kept": present}.items(), 1
        )
    }
    offboarding._erase(session, None, erased)
    session.commit()

    service.forget(session, now().replace(year=2000))
    known = _askers(session, keys)
    declined = session.get_one(Enquiry, keys["kept"])
    declined.state, declined.reason = EnquiryState.DECLINED, "No."
    session.flush()
    service.forget(session, now())

    assert known == {"erased": None, "waits": present.id, "kept": present.id}
    assert _askers(session, keys) == {"erased": None, "waits": present.id, "kept": None}


def _askers(session: Session, keys: dict[str, UUID]) -> dict[str, Any]:
    session.expire_all()
    return {name: session.get_one(Enquiry, key).asker_id for name, key in keys.items()}
