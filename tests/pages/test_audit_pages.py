"""The record is searched by person, action, subject and day, and looked through as a whole."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage import audit
from app.core.storage.database import Database
from app.submissions.lifecycle import State
from tests.conftest import statements_of
from tests.factories import a_challenge, a_user
from tests.pages.conftest import as_role


def actions(page: str) -> list[str]:
    return re.findall(r'<th scope="row">([^<]*)</th>', page)


def test_the_record_is_searched_by_person_action_and_subject(
    session: Session, browser: TestClient
) -> None:
    ann = a_user(session, name="Ann of the staff", email="ann@example.org")
    challenge = a_challenge(session, state=State.SUBMITTED)
    audit.record(session, ann.id, "return", "challenge", challenge.id, reason="Since when?")
    audit.record(session, None, "pass", "challenge", challenge.id)
    audit.record(session, ann.id, "update", "organisation", challenge.organisation_id)
    session.commit()
    admin = as_role(session, browser, Role.ADMIN)

    def found(query: str) -> list[str]:
        return actions(admin.get(f"/audit?{query}").text)

    everything = admin.get("/audit").text

    assert actions(everything)[-3:] == ["update", "pass", "return"]
    assert "Ann of the staff" in everything
    assert "the operator" in everything
    assert "Since when?" in everything
    assert found("person=Ann@example.org") == ["update", "return"]
    assert found(f"person={ann.id}&action=return&subject=&since=&until=") == ["return"]
    assert found(f"subject={challenge.code.lower()}") == ["pass", "return"]
    assert found("action=unheard") == []


def test_days_are_those_of_the_reader_and_the_last_one_counts(
    session: Session, browser: TestClient
) -> None:
    challenge = a_challenge(session)
    audit.record(session, None, "pass", "challenge", challenge.id)
    session.commit()
    auditor = as_role(session, browser, Role.AUDITOR)
    today = datetime.now(UTC).date()

    def found(query: str) -> bool:
        return "pass" in actions(auditor.get(f"/audit?{query}").text)

    assert found("since=2020-01-01&until=2099-12-31")
    assert not found("until=2020-01-01")
    assert not found("since=2099-01-01")
    assert found(f"since=2020-01-01&until={today.replace(year=today.year + 1, day=1)}")


@pytest.mark.parametrize(
    "query", ["since=yesterday", "until=9999-12-31", "subject=%3F%3F", "person=nobody@x.org"]
)
def test_a_filter_that_can_name_nothing_says_so(
    session: Session, browser: TestClient, query: str
) -> None:
    page = as_role(session, browser, Role.AUDITOR).get(f"/audit?{query}")

    assert page.status_code == 422
    assert "There is a problem" in page.text


def test_an_address_tells_nothing_to_those_who_know_of_no_users(
    session: Session, browser: TestClient
) -> None:
    a_user(session, email="ann@example.org")
    auditor = as_role(session, browser, Role.AUDITOR)

    there = auditor.get("/audit?person=ann@example.org")
    absent = auditor.get("/audit?person=bob@example.org")

    assert (there.status_code, absent.status_code) == (422, 422)
    assert re.sub("ann(@|%40)", r"bob\1", there.text) == absent.text


def test_staff_read_what_was_done_to_submissions_and_not_to_users(
    session: Session, browser: TestClient
) -> None:
    challenge = a_challenge(session, state=State.SUBMITTED)
    user = a_user(session)
    audit.record(session, None, "pass", "challenge", challenge.id)
    audit.record(session, None, "grant", "user", user.id)
    session.commit()
    staff = as_role(session, browser, Role.STAFF)

    page = staff.get("/audit").text

    assert "pass" in actions(page)
    assert "grant" not in actions(page)
    assert "/audit/verification" not in page


def test_a_long_record_has_pages_that_keep_the_search(
    session: Session, browser: TestClient
) -> None:
    challenge = a_challenge(session)
    for _ in range(51):
        audit.record(session, None, "pass", "challenge", challenge.id)
    session.commit()
    auditor = as_role(session, browser, Role.AUDITOR)

    first = auditor.get("/audit?action=pass").text
    (further,) = re.findall(r'href="([^"]*cursor=[^"]*)" rel="next"', first)
    second = auditor.get(further.replace("&amp;", "&")).text

    assert (len(actions(first)), actions(second)) == (50, ["pass"])


def test_a_page_of_the_record_asks_as_often_for_many_events_as_for_one(
    session: Session, browser: TestClient, database: Database
) -> None:
    auditor = as_role(session, browser, Role.AUDITOR)
    statements = statements_of(database)
    counts = []

    for n in (1, 20):
        for _ in range(n):
            challenge = a_challenge(session, state=State.SUBMITTED)
            audit.record(session, a_user(session).id, "pass", "challenge", challenge.id)
        session.commit()
        asked = len(statements)
        auditor.get("/audit")
        counts.append(len(statements) - asked)

    assert counts[0] == counts[1]


def test_the_verification_says_that_the_record_is_whole_and_where_it_is_not(
    session: Session, browser: TestClient
) -> None:
    challenge = a_challenge(session)
    for action in ("pass", "select"):
        audit.record(session, None, action, "challenge", challenge.id)
    session.commit()
    auditor = as_role(session, browser, Role.AUDITOR)

    whole = auditor.get("/audit/verification").text
    (digest,) = re.findall(r'class="app-secret">([0-9a-f]{64})<', whole)
    kept = auditor.get(f"/audit/verification?head={digest}").text
    other = auditor.get(f"/audit/verification?head={'1' * 64}").text
    session.execute(text("UPDATE audit_event SET action = 'x' WHERE action = 'select'"))
    session.commit()
    broken = auditor.get("/audit/verification").text

    assert "is whole." in whole
    assert "It holds the event whose hash you gave." in kept
    assert "The record is not as it was written." in other
    assert "The record is not as it was written." in broken
    assert "Event 2" in broken
