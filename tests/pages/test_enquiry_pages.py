"""Asking on pages: a form, the person's own list, the team's answers, and what staff do."""

import re

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.models import User
from app.enquiries.lifecycle import EnquiryState
from app.enquiries.models import Enquiry
from app.notices.models import PublicNotice
from tests.conftest import SignIn
from tests.enquiries.people import NAMING, a_published_challenge, an_enquiry
from tests.factories import a_user, organisation_of

Sides = dict[str, TestClient]


@pytest.fixture
def asker(session: Session) -> User:
    return a_user(session)


@pytest.fixture
def notice(session: Session) -> PublicNotice:
    found = a_published_challenge(session)
    session.commit()
    return found


@pytest.fixture
def sides(session: Session, notice: PublicNotice, asker: User, as_user: SignIn) -> Sides:
    member = a_user(session, organisation_id=notice.organisation_id)
    return {
        "asker": as_user(asker),
        "team": as_user(member),
        "staff": as_user(a_user(session, Role.STAFF)),
    }


def seen(text: str, address: str) -> str:
    """What the form of an address has seen of what it changes."""
    form = re.search(rf'action="{re.escape(address)}".*?name="expected" value="([^"]+)"', text)
    assert form is not None
    return form[1].replace("&#34;", '"')


def test_a_question_is_asked_answered_and_read_by_everybody_without_script(
    session: Session, sides: Sides, notice: PublicNotice, client: TestClient
) -> None:
    place = f"/submissions/{notice.code}/questions"
    before = client.get(f"/notices/{notice.code}").text

    asked = sides["asker"].post(
        f"/notices/{notice.code}/ask",
        data={"body": "Par radio ?", "language": "fr"},
        follow_redirects=True,
    )
    key = session.exec(select(Enquiry.id)).one()
    form = sides["team"].get(place).text
    answered = sides["team"].post(
        f"{place}/{key}/answer",
        data={
            "answer": "Yes.",
            "language": "en",
            "expected": seen(form, f"{place}/{key}/answer"),
        },
        follow_redirects=True,
    )
    after = client.get(f"/notices/{notice.code}").text

    assert "No question is answered yet." in before
    assert f'href="/notices/{notice.code}/ask"' in before
    assert "Sent. The team is told" in asked.text
    assert '<p class="told" lang="fr">Par radio ?</p>' in asked.text
    assert "Answered. Everybody can read it now." in answered.text
    assert "<strong>Par radio ?</strong>" in after
    assert '<div class="text told" lang="en">Yes.</div>' in after


def test_what_is_missing_stands_beside_its_field_and_nothing_written_is_lost(
    session: Session, sides: Sides, notice: PublicNotice, asker: User
) -> None:
    enquiry = an_enquiry(session, notice, asker)
    session.commit()
    place = f"/submissions/{notice.code}/questions"

    empty = sides["asker"].post(
        f"/notices/{notice.code}/ask", data={"body": "", "language": "en"}
    )
    unsaid = sides["team"].post(
        f"{place}/{enquiry.id}/answer",
        data={
            "answer": "Yes, and",
            "language": "",
            "expected": seen(sides["team"].get(place).text, f"{place}/{enquiry.id}/answer"),
        },
    )
    overtaken = sides["team"].post(
        f"{place}/{enquiry.id}/answer",
        data={"answer": "Kept words.", "language": "en", "expected": '"of yesterday"'},
    )

    assert (empty.status_code, 'id="body-wrong"' in empty.text) == (422, True)
    assert (unsaid.status_code, "Say in which language the answer is." in unsaid.text) == (
        422,
        True,
    )
    assert "Yes, and</textarea>" in unsaid.text
    assert (overtaken.status_code, "Kept words.</textarea>" in overtaken.text) == (412, True)


def test_staff_leave_out_decline_and_close_on_one_page_that_names_nobody(
    session: Session, sides: Sides, notice: PublicNotice, asker: User
) -> None:
    enquiry = an_enquiry(session, notice, asker)
    session.commit()
    place = f"/submissions/{notice.code}/questions"
    staff = sides["staff"]

    def send(step: str, **said: str) -> str:
        address = f"{place}/{enquiry.id}/{step}"
        expected = seen(staff.get(place).text, address)
        answer = staff.post(address, data=said | {"expected": expected}, follow_redirects=True)
        return answer.text

    edited = send("edit", body="May sensors send by radio?")
    declined = send("decline", reason="It is an advertisement.")
    asking = f"/submissions/{notice.code}/asking/close-asking"
    closed = staff.post(
        asking, data={"expected": seen(staff.get(place).text, asking)}, follow_redirects=True
    )
    refused = sides["asker"].get(f"/notices/{notice.code}/ask").text
    own = sides["asker"].get("/my-questions").text

    assert "Lund" in NAMING
    assert ("Lund" in edited, "Saved. What stood there" in edited) == (False, True)
    assert "Declined. Who asked gets a letter" in declined
    assert "Closed. Nobody can ask" in closed.text
    assert ("have closed the questions" in refused, "<textarea" in refused) == (True, False)
    assert "It is an advertisement." in own
    assert asker.name not in declined
    assert "advertisement" not in sides["team"].get(place).text


def test_a_person_withdraws_a_question_on_their_own_page(
    session: Session, sides: Sides, notice: PublicNotice, asker: User
) -> None:
    enquiry = an_enquiry(session, notice, asker)
    session.commit()
    address = f"/my-questions/{enquiry.id}/withdraw"

    own = sides["asker"].get("/my-questions").text
    gone = sides["asker"].post(
        address, data={"expected": seen(own, address)}, follow_redirects=True
    )
    by_team = sides["team"].post(address, data={"expected": "x"})

    assert "Withdrawn. Its text is deleted." in gone.text
    assert (
        "Lund"
        not in gone.text + sides["team"].get(f"/submissions/{notice.code}/questions").text
    )
    assert by_team.status_code == 403


def test_a_correction_is_told_on_the_page_with_its_day(
    session: Session, sides: Sides, notice: PublicNotice, asker: User
) -> None:
    enquiry = an_enquiry(session, notice, asker, state=EnquiryState.ANSWERED)
    session.commit()
    place = f"/submissions/{notice.code}/questions"
    address = f"{place}/{enquiry.id}/correct"

    before = sides["team"].get(f"/notices/{notice.code}").text
    sides["team"].post(
        address,
        data={
            "answer": "No.",
            "language": "en",
            "expected": seen(sides["team"].get(place).text, address),
        },
    )
    after = sides["team"].get(f"/notices/{notice.code}").text

    assert ("Answer corrected" in before, "Answer corrected" in after) == (False, True)


def test_who_has_asked_nothing_and_who_is_asked_nothing_read_so(
    sides: Sides, notice: PublicNotice
) -> None:
    assert "You have asked nothing yet." in sides["asker"].get("/my-questions").text
    place = f"/submissions/{notice.code}/questions"
    assert "Nobody has asked anything yet." in sides["team"].get(place).text
    assert sides["asker"].get(place).status_code == 404


def test_the_sheet_holds_what_is_answered(
    session: Session, client: TestClient, notice: PublicNotice, asker: User
) -> None:
    an_enquiry(session, notice, asker, state=EnquiryState.ANSWERED)
    session.commit()
    plain = client.get(f"/notices/{notice.code}/sheet.pdf")

    assert plain.status_code == 200
    assert organisation_of(session, asker) != notice.organisation_id
