"""A form without a connection as a team sees it: downloading it, and bringing it back."""

import re
from typing import Any

from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from app.submissions.service import form_files
from tests.pages.conftest import as_role
from tests.pages.test_review_pages import as_person, told
from tests.submissions.test_form_files import (
    EN,
    FILLED,
    a_member,
    asking,
    filled,
    handed_out,
    of_team,
)

Sent = dict[str, tuple[str, bytes]]


def sent(content: bytes, name: str = "form.xlsx") -> Sent:
    return {"file": (name, content)}


def kept(page: Any) -> dict[str, str]:
    """What the browser has kept of a file."""
    return {
        name: re.findall(rf'name="{name}" value="([^"]*)"', page.text)[0]
        for name in ("name", "content")
    }


def test_a_team_downloads_a_form_and_brings_it_back_as_a_draft(
    session: Session, browser: TestClient
) -> None:
    call, actor = asking(session), a_member(session)
    as_person(session, browser, actor)
    content = filled(handed_out(session, call), FILLED)

    page = browser.get("/form-files")
    form = browser.get(f"/api/v1/calls/{call.id}/form-file?language=fr")
    preview = browser.post("/form-files", files=sent(content))
    before = session.exec(select(Submission)).all()
    stored = browser.post("/form-files/store", data=kept(preview))

    assert f"/api/v1/calls/{call.id}/form-file?language=en" in page.text
    assert form.headers["content-disposition"].endswith('-version-1.xlsx"')
    assert "Early warning of floods" in told(preview)
    assert "Nothing is written yet." in told(preview)
    assert before == []
    session.expire_all()
    (made,) = session.exec(select(Submission)).all()
    assert stored.headers["location"] == f"/submissions/{made.code}?done=form-taken"


def test_faults_stand_in_a_table_with_their_cells(
    session: Session, browser: TestClient
) -> None:
    call, actor = asking(session), a_member(session)
    as_person(session, browser, actor)
    wrong = filled(handed_out(session, call), FILLED | {"answers.cities": "many"})

    page = browser.post("/form-files", files=sent(wrong))
    late = browser.post("/form-files/store", data={"name": "f.xlsx", "content": "UEs="})
    none, odd = browser.post("/form-files"), browser.post("/form-files/store", data={})

    assert page.status_code == late.status_code == none.status_code == odd.status_code == 422
    assert re.search(r"Form!C\d+ How many cities\?", told(page))
    assert "Choose a file." in told(none)


def test_where_a_colleague_was_quicker_both_versions_are_shown(
    session: Session, browser: TestClient
) -> None:
    call, actor = asking(session), a_member(session)
    draft = of_team(session, actor, call)
    _, content = form_files.hand_out_filled(
        session, actor, Kind.CHALLENGE, draft.code, EN, as_json=False
    )
    draft.title = "A title of a colleague"
    as_person(session, browser, actor)
    mine = filled(content, {"title": "My own title"})

    preview = browser.post("/form-files", files=sent(mine))
    refused = browser.post("/form-files/store", data=kept(preview))
    stored = browser.post("/form-files/store", data=kept(preview) | {"is_mine": "true"})
    again = browser.post("/form-files", files=sent(mine))

    for page in (preview, refused):
        assert "A title of a colleague" in told(page)
        assert "My own title" in told(page)
        assert "Changed meanwhile" in told(page)
    assert (preview.status_code, refused.status_code) == (200, 412)
    assert stored.headers["location"] == f"/submissions/{draft.code}?done=form-taken"
    assert "it would change nothing" in told(again)


def test_programs_look_first_and_write_then(session: Session, browser: TestClient) -> None:
    call, actor = asking(session), a_member(session)
    as_person(session, browser, actor)
    name, content = form_files.hand_out(session, call, EN, as_json=True)
    body = {"name": name, "content": "e30="}

    form = browser.get(f"/api/v1/calls/{call.id}/form-file?format=json")
    bad = browser.post("/api/v1/form-files", json=body)
    odd = browser.post("/api/v1/form-files", json=body | {"content": "*"})

    assert form.content == content
    assert (bad.status_code, bad.json()["code"]) == (422, "faulty-table")
    assert [one["pointer"] for one in odd.json()["errors"]] == ["/content"]


def test_only_teams_fill_forms_in(session: Session, browser: TestClient) -> None:
    as_role(session, browser, Role.STAFF)

    body = {"name": "form.json", "content": "e30="}
    assert browser.get("/form-files").status_code == 403
    assert browser.post("/api/v1/form-files", json=body).status_code == 403
    assert browser.post("/form-files/store", data=body).status_code == 403
