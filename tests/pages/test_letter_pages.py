"""Which letters people get, and what staff write in those of a call."""

import re

from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.notifications.models import LetterTemplate
from app.programmes.models import Call, Programme
from app.submissions.lifecycle import State
from tests.accounts.conftest import Enter
from tests.factories import a_call, a_challenge, a_person


def letters_of(session: Session, call: Call) -> str:
    programme = session.get_one(Programme, call.programme_id)
    return f"/programmes/{programme.code}/calls/{call.code}/letters"


def offered(page: str) -> list[tuple[str, bool]]:
    boxes = re.findall(r'<input[^>]*name="wanted"[^>]*>', page)
    return [
        (found.group(1), " checked" in box)
        for box in boxes
        if (found := re.search(r'value="(\w+)"', box))
    ]


def test_a_member_of_a_team_chooses_among_its_letters_and_sees_which_always_come(
    session: Session, enter: Enter
) -> None:
    person = a_person(session)
    member = enter(person)

    before = member.get("/profile/letters").text
    answer = member.post("/profile/letters", data={"wanted": ["answer_soon"]})
    after = member.get(answer.headers["location"]).text
    wrong = member.post("/profile/letters", data={"wanted": ["nothing"]})

    kinds = ["received", "complete_soon", "invited", "closes_soon", "answer_soon"]
    assert offered(before) == [(kind, True) for kind in kinds]
    assert offered(after) == [(kind, kind == "answer_soon") for kind in kinds]
    assert "Staff need more information about a submission" in before
    assert "Saved. We write to you as you have chosen." in after
    assert wrong.status_code == 422
    session.refresh(person)
    refused = ["closes_soon", "complete_soon", "invited", "received"]
    assert person.unwanted_letters == refused


def test_staff_choose_their_digest_and_nothing_of_teams(session: Session, enter: Enter) -> None:
    page = enter(a_person(session, Role.STAFF)).get("/profile/letters").text

    assert offered(page) == [("digest", True)]
    assert "Staff need more information" not in page


def test_who_is_in_no_team_and_not_of_the_staff_is_told_what_comes(
    session: Session, enter: Enter
) -> None:
    page = enter(a_person(session, Role.AUDITOR)).get("/profile/letters").text

    assert offered(page) == []
    assert "You get letters only when something by which you sign in has changed." in page


def test_staff_write_the_letters_on_the_way_and_leads_those_of_decisions(
    session: Session, staff: TestClient
) -> None:
    call = a_call(session)
    challenge = a_challenge(session, call_id=call.id, state=State.SUBMITTED)
    session.commit()
    place = letters_of(session, call)
    text = {"subject": "On {code}", "body": "Please tell us more:\n{reason}"}

    looked = staff.post(f"{place}/returned/en", data=text | {"act": "look"}).text
    saved = staff.post(f"{place}/returned/en", data=text | {"act": "save"})
    body = {"subject": "On {code}", "body": "{feedback} {answer}", "act": "save"}
    refused = staff.post(f"{place}/selected/en", data=body)
    listed = staff.get(place).text
    of_nobody = staff.get(f"{place}/digest/en")

    assert f"On {challenge.code}" in looked
    assert "(what you ask the team for)" in looked
    assert (saved.status_code, refused.status_code) == (303, 403)
    assert "Staff need more information about a submission" in listed
    assert of_nobody.status_code == 404
    rows = session.exec(select(LetterTemplate)).all()
    assert [(row.kind, row.language) for row in rows] == [("returned", "en")]


def test_before_anything_is_sent_to_a_call_a_letter_is_shown_for_nothing(
    session: Session, staff: TestClient
) -> None:
    call = a_call(session)
    session.commit()

    page = staff.get(f"{letters_of(session, call)}/received/en").text

    assert "Nothing was sent to this call yet: there is nothing to show it for." in page
