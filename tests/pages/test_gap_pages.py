"""Staff see what a call lacks, read why a team may help, and send it a letter."""

import re
from html import unescape

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.core.storage.outbox import Letter
from app.gaps.forecasting import Silence
from app.gaps.models import CallInvitation
from app.gaps.service import watching
from app.notifications.letter_texts import LetterKind
from app.notifications.models import LetterTemplate
from app.pages.staff.gaps import WHY_SILENT
from app.programmes.lifecycle import CallState
from app.programmes.models import Call, Programme
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.accounts.conftest import Enter
from tests.factories import a_call, a_person, a_programme, a_user
from tests.gaps.people import (
    PENSIONS,
    SENSORS,
    TRAINING,
    a_watched_call,
    after,
    asks,
    tells,
    told_before,
)


def text_of(page: str) -> str:
    """Return what a page says, without markup."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.fixture
def call(session: Session) -> Call:
    return a_watched_call(session)


@pytest.fixture
def challenge(session: Session, call: Call) -> Submission:
    return asks(session, call)


@pytest.fixture
def earlier(session: Session) -> Submission:
    return told_before(session, TRAINING)


@pytest.fixture
def place(session: Session, call: Call) -> str:
    return f"/programmes/{session.get_one(Programme, call.programme_id).code}"


@pytest.fixture
def letter(place: str, call: Call, challenge: Submission, earlier: Submission) -> str:
    """The page of the letter to the team of `earlier`."""
    whom = f"challenge={challenge.code}&solution={earlier.code}"
    return f"{place}/calls/{call.code}/invite?{whom}"


TEXT = {"subject": "About {title}", "body": "Until {until}."}


def test_staff_see_what_each_challenge_has_and_lacks_and_whom_to_invite(
    session: Session,
    staff: TestClient,
    call: Call,
    challenge: Submission,
    earlier: Submission,
    place: str,
    letter: str,
) -> None:
    for _ in range(5):
        tells(session, call, SENSORS, submitted_at=after(call, 0.5))
    asks(session, call, title="Nobody helps", problem="Forms are blue.", outcome="Red forms.")
    session.commit()

    page = staff.get(f"{place}/gaps").text

    said = text_of(page)
    assert "1 challenge has no good solution yet." in said
    assert said.index("Nobody helps") < said.index(challenge.title)
    assert "We want training for volunteers." in said
    assert re.search(r"5 to \d+", said)
    assert "tells of what nobody else does" in said
    assert f'href="{letter.replace("&", "&amp;")}"' in page


def test_without_a_forecast_the_page_says_why_and_shows_no_number(
    session: Session, staff: TestClient, call: Call, challenge: Submission, place: str
) -> None:
    tells(session, call, SENSORS)
    session.commit()

    said = text_of(staff.get(f"{place}/gaps").text)

    assert "Nothing is expected aloud: of fewer than 5 solutions" in said
    assert "not told" in said
    assert not re.search(r"\d to \d", said)


def test_each_reason_for_silence_is_told() -> None:
    assert set(WHY_SILENT) == set(Silence)


def test_a_programme_without_such_a_call_or_without_challenges_says_so(
    session: Session, staff: TestClient, call: Call, place: str
) -> None:
    none = a_programme(session)
    a_call(session, programme_id=none.id)
    session.commit()

    without_call = text_of(staff.get(f"/programmes/{none.code}/gaps").text)
    without_challenges = text_of(staff.get(f"{place}/gaps").text)

    assert "The programme has no call for solutions that is published." in without_call
    assert "No challenge of this programme is selected yet." in without_challenges


def test_of_several_calls_the_open_one_is_shown_until_another_one_is_chosen(
    session: Session, staff: TestClient, call: Call, place: str
) -> None:
    over = a_watched_call(session, over=1.5, programme_id=call.programme_id, title="Long over")
    a_watched_call(
        session, programme_id=call.programme_id, title="Called off", state=CallState.CANCELLED
    )
    session.commit()

    first = staff.get(f"{place}/gaps").text
    chosen = staff.get(f"{place}/gaps?call={over.code}").text
    empty = staff.get(f"{place}/gaps?call=").text
    unknown = staff.get(f"{place}/gaps?call=nothing")

    assert f"<strong>{call.title}</strong>" in first
    assert f"<strong>{call.title}</strong>" in empty
    assert "<strong>Long over</strong>" in chosen
    assert unknown.status_code == 404


def test_more_than_can_be_compared_is_said_on_the_page(
    staff: TestClient,
    session: Session,
    challenge: Submission,
    place: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "MOST_CHALLENGES", 0)
    session.commit()

    answer = staff.get(f"{place}/gaps")

    assert answer.status_code == 200
    assert "at most 0 are compared" in answer.text


def test_the_page_of_the_call_and_the_cockpit_lead_to_it(
    session: Session, staff: TestClient, call: Call, place: str
) -> None:
    asking = a_call(session, programme_id=call.programme_id)
    session.commit()
    link = f'href="{place}/gaps?call={call.code}"'

    assert link in staff.get(f"{place}/calls/{call.code}").text
    assert link in staff.get(place).text
    assert "/gaps?call=" not in staff.get(f"{place}/calls/{asking.code}").text


def test_an_auditor_reads_it_and_invites_nobody(
    session: Session,
    auditor: TestClient,
    challenge: Submission,
    earlier: Submission,
    place: str,
    letter: str,
) -> None:
    session.commit()

    page = auditor.get(f"{place}/gaps")
    refused = [auditor.get(letter), auditor.post(letter, data={**TEXT, "act": "send"})]

    assert earlier.title in page.text
    assert "/invite?" not in page.text
    assert [answer.status_code for answer in refused] == [403, 403]
    assert session.exec(select(Letter)).all() == []


def test_a_team_learns_nothing_of_it(
    session: Session, enter: Enter, challenge: Submission, place: str, letter: str
) -> None:
    team = enter(a_person(session))

    answers = [team.get(f"{place}/gaps"), team.get(letter), team.post(letter, data=TEXT)]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert all(challenge.title not in answer.text for answer in answers)


def test_staff_read_why_the_team_may_help_and_how_the_letter_reads(
    session: Session,
    staff: TestClient,
    call: Call,
    challenge: Submission,
    earlier: Submission,
    letter: str,
) -> None:
    tells(session, call, PENSIONS)
    a_user(session, organisation_id=earlier.organisation_id)
    session.commit()

    said = text_of(staff.get(letter).text)

    assert "nobody else tells of it We want training for volunteers." in said
    assert f'has told us of "{earlier.title}" ({earlier.code})' in said
    assert "1 person of the team gets it, once." in said
    assert "a challenge that is not public yet" in said


def test_a_letter_is_looked_at_as_often_as_one_likes_and_sent_once(
    session: Session,
    staff: TestClient,
    call: Call,
    earlier: Submission,
    place: str,
    letter: str,
) -> None:
    reader = a_user(session, organisation_id=earlier.organisation_id)
    session.commit()

    looked = staff.post(letter, data={**TEXT, "act": "look"})
    assert f"About {earlier.title}" in text_of(looked.text)
    assert session.exec(select(Letter)).all() == []

    sent = staff.post(letter, data={**TEXT, "act": "send"})
    again = staff.post(letter, data={**TEXT, "act": "send"})

    assert sent.headers["location"] == f"{place}/gaps?call={call.code}&done=team-invited"
    assert again.status_code == 409
    assert "was invited to this call before" in text_of(again.text)
    [written] = session.exec(select(Letter)).all()
    assert (written.user_id, written.subject) == (reader.id, f"About {earlier.title}")
    assert "This team was invited to the call." in text_of(staff.get(letter).text)


def test_a_text_that_nobody_changed_goes_to_each_reader_in_their_language(
    session: Session, staff: TestClient, call: Call, earlier: Submission, letter: str
) -> None:
    for spoken in ("en", "fr"):
        a_user(session, organisation_id=earlier.organisation_id, language=spoken)
        session.add(
            LetterTemplate(
                call_id=call.id,
                kind=LetterKind.INVITED,
                language=spoken,
                subject=f"In {spoken}",
                body="{until}\nYours\n",
            )
        )
    session.commit()
    page = staff.get(letter).text
    [subject] = re.findall(r'<input[^>]* name="subject"[^>]* value="([^"]*)"', page)
    [body] = re.findall(r'<textarea[^>]* name="body"[^>]*>([^<]*)<', page)

    staff.post(
        letter, data={"subject": subject, "body": body.replace("\n", "\r\n"), "act": "send"}
    )

    subjects = {one.subject for one in session.exec(select(Letter))}
    assert subjects == {"In en", "In fr"}


def test_what_is_wrong_with_a_text_is_said_and_the_text_stands_there_again(
    session: Session, staff: TestClient, earlier: Submission, letter: str
) -> None:
    a_user(session, organisation_id=earlier.organisation_id)
    session.commit()

    unknown = staff.post(letter, data={"subject": "S", "body": "Dear {you}", "act": "send"})
    empty = staff.post(letter, data={"subject": "", "body": "B", "act": "send"})

    assert (unknown.status_code, empty.status_code) == (422, 422)
    assert "{you} is no field that can stand here." in text_of(unknown.text)
    assert "Dear {you}" in text_of(unknown.text)
    assert session.exec(select(CallInvitation)).all() == []


def test_for_a_team_without_people_there_is_a_text_to_copy_and_a_note_that_it_was_brought(
    session: Session, staff: TestClient, call: Call, place: str, letter: str
) -> None:
    session.commit()
    page = text_of(staff.get(letter).text)

    noted = staff.post(letter, data={**TEXT, "act": "note"})

    assert "Nobody of this team has an account" in page
    assert "Send the letter" not in page
    assert noted.headers["location"] == f"{place}/gaps?call={call.code}&done=team-noted"
    [row] = session.exec(select(CallInvitation)).all()
    assert row.n_letters == 0
    assert "Staff have brought the text themselves." in text_of(staff.get(letter).text)
    assert "Invited on" in staff.get(f"{place}/gaps").text


def test_people_who_do_not_want_such_letters_are_left_alone(
    session: Session, staff: TestClient, earlier: Submission, letter: str
) -> None:
    a_user(
        session,
        organisation_id=earlier.organisation_id,
        unwanted_letters=[LetterKind.INVITED.value],
    )
    session.commit()

    page = text_of(staff.get(letter).text)

    assert "have chosen not to get letters of this kind" in page
    assert "Send the letter" not in page
    assert "I bring the text myself" not in page


def test_the_page_of_a_team_that_cannot_be_invited_is_not_there(
    session: Session, staff: TestClient, call: Call, challenge: Submission, place: str
) -> None:
    draft = told_before(session, state=State.DRAFT)
    own = tells(session, call)
    session.commit()
    of = f"{place}/calls/{call.code}/invite?challenge={challenge.code}&solution="

    statuses = [staff.get(f"{of}{one}").status_code for one in (draft.code, own.code, "SO-1-1")]

    assert statuses == [404, 404, 404]
