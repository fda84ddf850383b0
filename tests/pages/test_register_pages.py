"""The register by pages: everybody browses it, a team offers, staff look at what waits."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.programmes.lifecycle import CallKind
from app.register.lifecycle import PracticeState
from app.register.models import Practice
from app.submissions.models import Submission
from tests.conftest import SignIn
from tests.factories import THEMES, a_call, a_practice, a_user, organisation_of, themes

WRITTEN: dict[str, Any] = {
    "title": "One counter for people who move",
    "summary": "A city tells fourteen offices by one form.",
    "text": "People tell the city once.",
    "language": "en",
    "works_in": ["en", "fr"],
    "themes": THEMES,
    "sources": "https://city.example.org/move\n\nYearly report 2025\n",
    "source_date": "2026-03-01",
}


def expected_of(page: str) -> str:
    """The tag that stands in the form of a page."""
    return page.split('name="expected" value="')[1].split('"')[0].replace("&#34;", '"')


def test_everybody_browses_the_register_and_reads_date_and_source(
    session: Session, client: TestClient
) -> None:
    themes(session)
    practice = a_practice(
        session,
        state=PracticeState.LISTED,
        sources=["https://city.example.org/move", "javascript:alert(1)"],
    )
    a_practice(session, state=PracticeState.OFFERED, title="Not listed yet")
    session.commit()

    shown = client.get("/register?q=counter").text
    page = client.get(f"/register/{practice.code}").text

    assert f'href="/register/{practice.code}"' in shown
    assert "Not listed yet" not in client.get("/register").text
    assert "No practice in the register is like that." in client.get("/register?q=zebra").text
    for told in ("Offered on", "In the register since", "Date of the information", "Not known"):
        assert told in page
    assert '<a class="link" href="https://city.example.org/move"' in page
    assert 'href="javascript:' not in page
    assert "The organisation itself" in page


def test_an_empty_register_says_how_to_begin_it(client: TestClient) -> None:
    assert "No practice stands in the register yet." in client.get("/register").text


def test_a_team_writes_offers_and_staff_list_by_pages(
    session: Session, as_user: SignIn, client: TestClient
) -> None:
    themes(session)
    team, staff = as_user(a_user(session)), as_user(a_user(session, Role.STAFF))

    made = team.post("/practices", data=WRITTEN, follow_redirects=False)
    place = made.headers["location"].partition("?")[0]
    for who, step in ((team, "offer"), (staff, "list")):
        page = who.get(f"{place}/steps/{step}").text
        said = {"expected": expected_of(page)}
        moved = who.post(f"{place}/steps/{step}", data=said, follow_redirects=False)
        assert (moved.status_code, moved.headers["location"]) == (
            303,
            f"{place}?done=practice-{step}",
        )

    practice = session.exec(select(Practice)).one()
    assert practice.state is PracticeState.LISTED
    assert practice.sources == ["https://city.example.org/move", "Yearly report 2025"]
    assert (practice.source_date, practice.works_in) == (date(2026, 3, 1), ["en", "fr"])
    assert WRITTEN["title"] in client.get("/register").text


@pytest.mark.parametrize(
    ("field", "written", "told"),
    [
        ("source_date", "yesterday", "Date of the information"),
        ("themes", ["practice:nothing"], "Themes"),
        ("sources", "x", "Sources"),
        ("language", "English", "Language of the text"),
        ("title", "x" * 300, "Title"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(
    session: Session, as_user: SignIn, field: str, written: object, told: str
) -> None:
    themes(session)
    team = as_user(a_user(session))

    answer = team.post("/practices", data=WRITTEN | {field: written})

    assert answer.status_code == 422
    assert f'<a href="#{field}">{told}: ' in answer.text
    assert session.exec(select(Practice)).first() is None


def test_of_two_who_write_at_once_the_second_sees_both_texts(
    session: Session, as_user: SignIn
) -> None:
    themes(session)
    user = a_user(session)
    practice = a_practice(session, organisation_id=organisation_of(session, user))
    team = as_user(user)
    place = f"/practices/{practice.code}/write"
    expected = expected_of(team.get(place).text)

    first = team.post(place, data=WRITTEN | {"expected": expected}, follow_redirects=False)
    second = team.post(
        place, data=WRITTEN | {"expected": expected, "title": "Two counters for all"}
    )

    assert (first.status_code, second.status_code) == (303, 412)
    assert "Two counters for all" in second.text
    assert "Somebody has changed this while you wrote." in second.text


def test_staff_who_ask_for_changes_come_back_to_the_list_since_a_draft_is_the_teams(
    session: Session, as_user: SignIn
) -> None:
    practice = a_practice(session, state=PracticeState.OFFERED)
    staff = as_user(a_user(session, Role.STAFF))
    place = f"/practices/{practice.code}/steps/ask-for-changes"
    said = {"expected": expected_of(staff.get(place).text)}

    silent = staff.post(place, data=said)
    moved = staff.post(place, data=said | {"reason": "Since when?"}, follow_redirects=False)

    assert "Give a reason. The team will read it." in silent.text
    assert moved.headers["location"] == "/practices?done=practice-ask-for-changes"
    assert practice.code not in staff.get("/practices").text


def test_staff_see_what_waits_and_a_team_its_own(session: Session, as_user: SignIn) -> None:
    user = a_user(session)
    own = a_practice(session, organisation_id=organisation_of(session, user))
    other = a_practice(session, state=PracticeState.OFFERED)
    team, staff = as_user(user), as_user(a_user(session, Role.STAFF))

    lists = [client.get("/practices?state=").text for client in (team, staff)]

    assert [(own.code in text, other.code in text) for text in lists] == [
        (True, False),
        (False, True),
    ]
    assert "1 practice waits for you." in lists[1]


def test_a_listed_practice_becomes_a_draft_of_a_solution_by_a_button(
    session: Session, as_user: SignIn
) -> None:
    user = a_user(session)
    practice = a_practice(
        session,
        organisation_id=organisation_of(session, user),
        state=PracticeState.LISTED,
    )
    call = a_call(session, CallKind.SOLUTIONS)
    team = as_user(user)

    page = team.get(f"/practices/{practice.code}").text
    made = team.post(
        f"/practices/{practice.code}/solution",
        data={"call_id": str(call.id)},
        follow_redirects=False,
    )

    assert f'<option value="{call.id}">' in page
    solution = session.exec(select(Submission)).one()
    assert made.headers["location"] == f"/submissions/{solution.code}"
    assert solution.content["experience"] == practice.text
