"""Staff import a file: all faults, then a preview, and nothing stored before the button."""

import json
import re
from html import unescape
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage.audit import AuditEvent
from app.core.storage.reference_numbers import Counter
from app.organisations.models import Organisation
from app.pages.uploads import FRAME
from app.programmes.lifecycle import CallState
from app.programmes.models import Call, Programme
from app.settings import Settings
from app.submissions.models import Submission
from tests.factories import a_call, themes
from tests.pages.conftest import as_role
from tests.submissions.test_import import FLOODS


@pytest.fixture
def staff(session: Session, browser: TestClient) -> TestClient:
    themes(session)
    return as_role(session, browser, Role.STAFF)


@pytest.fixture
def call(session: Session) -> Call:
    made = a_call(session)
    session.commit()
    return made


def place_of(session: Session, call: Call) -> str:
    of = session.get_one(Programme, call.programme_id)
    return f"/programmes/{of.code}/calls/{call.code}/import"


def lines(*records: dict[str, Any]) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def sent(content: bytes, name: str = "floods.jsonl") -> dict[str, Any]:
    return {"files": {"file": (name, content)}}


def kept(page: str) -> dict[str, str]:
    """What the browser keeps of a file that was looked through."""
    found = re.findall(r'name="(name|content)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def stored(session: Session) -> tuple[int, int, int]:
    session.rollback()
    tables = (Submission, Organisation, Counter)
    submissions, organisations, counters = (
        len(session.exec(select(table)).all()) for table in tables
    )
    return submissions, organisations, counters


def test_a_file_is_shown_before_it_is_stored(
    session: Session, staff: TestClient, call: Call
) -> None:
    place = place_of(session, call)
    before = stored(session)
    events = len(session.exec(select(AuditEvent)).all())

    preview = staff.post(place, **sent(lines(FLOODS)))
    after = stored(session)
    silent = len(session.exec(select(AuditEvent)).all())
    done = staff.post(f"{place}/store", data=kept(preview.text))

    assert (preview.status_code, after, silent) == (200, before, events)
    assert "Nothing is stored yet." in preview.text
    assert "Early flood warnings" in preview.text
    assert "Ministry of Water" in preview.text
    assert done.headers["location"].endswith("/challenges?done=imported")
    made = session.exec(select(Submission)).one()
    assert (made.external_id, made.title) == ("C-1", "Early flood warnings")


def test_a_file_that_comes_again_changes_what_it_names_and_says_so_before(
    session: Session, staff: TestClient, call: Call
) -> None:
    place = place_of(session, call)
    first = staff.post(place, **sent(lines(FLOODS)))
    staff.post(f"{place}/store", data=kept(first.text))

    same = staff.post(place, **sent(lines(FLOODS)))
    twice = staff.post(f"{place}/store", data=kept(first.text))
    other = staff.post(place, **sent(lines(FLOODS | {"title": "Floods, told in time"})))
    staff.post(f"{place}/store", data=kept(other.text))

    assert "it would change nothing" in same.text
    assert "Store it" not in same.text
    assert twice.status_code == 303
    assert "1 is changed" in other.text
    session.rollback()
    assert session.exec(select(Submission)).one().title == "Floods, told in time"


def test_all_faults_are_listed_cell_by_cell_and_nothing_is_stored(
    session: Session, staff: TestClient, call: Call
) -> None:
    place = place_of(session, call)
    wrong = [FLOODS | {"country": ["XX"]}, FLOODS | {"id": "C-2", "title": ""}]

    page = staff.post(place, **sent(lines(*wrong)))

    rows = re.findall(
        r'<tr><td class="num">(\d+)</td><td class="nowrap">[^<]*</td><td>([^<]*)</td>',
        page.text,
    )
    assert page.status_code == 422
    assert ("1", "country, item 1") in rows
    assert ("2", "title") in rows
    assert "Nothing was stored." in page.text
    assert 'name="content"' not in page.text
    assert stored(session)[0] == 0


def test_what_is_stored_is_looked_at_again(
    session: Session, staff: TestClient, call: Call
) -> None:
    place = place_of(session, call)
    preview = staff.post(place, **sent(lines(FLOODS)))
    session.add(Organisation(name="MINISTRY of Water", country="NL"))
    session.commit()

    refused = staff.post(f"{place}/store", data=kept(preview.text))

    assert refused.status_code == 422
    assert "reads like" in refused.text
    assert stored(session)[0] == 0


@pytest.mark.parametrize(
    ("request_of", "sentence"),
    [
        ({"data": {"other": "x"}}, "Choose a file."),
        (sent(b"", name=""), "Choose a file."),
        (sent(b"{}", name="floods.exe"), "does not end with .csv"),
        (sent(b"\x00\x01\x02", name="floods.xlsx"), "1 fault in the file."),
        (sent(b"id,title\n", name="../../etc/floods.csv"), "The file holds no record."),
    ],
)
def test_what_is_no_table_is_refused_kindly(
    session: Session,
    staff: TestClient,
    call: Call,
    request_of: dict[str, Any],
    sentence: str,
) -> None:
    page = staff.post(place_of(session, call), **request_of)

    assert page.status_code == 422
    assert sentence in unescape(page.text)
    assert "/etc/" not in page.text


def test_a_file_that_could_not_come_a_second_time_is_refused_at_once(
    session: Session, staff: TestClient, call: Call, settings: Settings
) -> None:
    most = (settings.max_body_bytes - FRAME) * 3 // 4
    record = FLOODS | {"notes": "x"}
    large = lines(record) + b" " * (most - len(lines(record)) + 1)

    page = staff.post(place_of(session, call), **sent(large))

    assert page.status_code == 422
    assert "Split it." in page.text


@pytest.mark.parametrize("content", ["", "not base64!", "é"])
def test_what_the_browser_has_not_kept_is_asked_for_again(
    session: Session, staff: TestClient, call: Call, content: str
) -> None:
    data = {"name": "floods.jsonl", "content": content}

    page = staff.post(f"{place_of(session, call)}/store", data=data)

    assert page.status_code == 422
    assert stored(session)[0] == 0


def test_a_draft_takes_in_nothing(session: Session, staff: TestClient) -> None:
    call = a_call(session, state=CallState.DRAFT)
    session.commit()
    place = place_of(session, call)

    page = staff.get(place)
    answer = staff.post(place, **sent(lines(FLOODS)))

    assert "Only a published call takes in a file." in page.text
    assert answer.status_code == 409
    assert stored(session)[0] == 0
