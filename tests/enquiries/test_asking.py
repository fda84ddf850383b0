"""Somebody asks about a published challenge, its team answers, and everybody reads both."""

from typing import Any

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.models import Membership, User
from app.core.storage.outbox import Letter
from app.enquiries.lifecycle import EnquiryState
from app.enquiries.models import Enquiry
from app.enquiries.service import MOST_IN_A_DAY
from app.events.models import Event
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.programmes.lifecycle import CallState
from app.programmes.models import Call
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import SignIn
from tests.enquiries.people import a_published_challenge, an_enquiry
from tests.factories import a_notice, a_user, organisation_of

SIGNED = "Yes, if what they send is signed."


@pytest.fixture
def member(session: Session) -> User:
    """Somebody of the team behind the challenge."""
    return a_user(session)


@pytest.fixture
def notice(session: Session, member: User) -> PublicNotice:
    found = a_published_challenge(session, organisation_id=organisation_of(session, member))
    session.commit()
    return found


@pytest.fixture
def clients(
    session: Session, notice: PublicNotice, member: User, as_user: SignIn
) -> dict[str, TestClient]:
    """Who asks, somebody else, the team, staff."""
    return {
        "team": as_user(member),
        "asker": as_user(a_user(session)),
        "other": as_user(a_user(session)),
        "staff": as_user(a_user(session, Role.STAFF)),
    }


def ask(client: TestClient, notice: PublicNotice, body: str = "By radio?") -> Any:
    told = {"notice_id": notice.code, "language": "en", "body": body}
    return client.post("/api/v1/enquiries", json=told)


def step(client: TestClient, enquiry: str, name: str, **said: str) -> Any:
    return client.post(f"/api/v1/enquiries/{enquiry}/steps/{name}", json=said)


def public(client: TestClient, notice: PublicNotice) -> Any:
    return client.get(f"/public/v1/notices/{notice.code}/questions").json()


def test_a_question_is_public_with_its_answer_and_not_before(
    clients: dict[str, TestClient], notice: PublicNotice
) -> None:
    asked = ask(clients["asker"], notice)
    before = public(clients["other"], notice)
    answered = step(clients["team"], asked.json()["id"], "answer", answer=SIGNED, language="en")
    after = public(clients["other"], notice)

    assert asked.status_code == 201
    assert (before["takes_questions"], before["questions"]) == (True, [])
    assert after["questions"] == [
        {
            "number": 1,
            "language": "en",
            "question": "By radio?",
            "edited": False,
            "answer": SIGNED,
            "answer_language": "en",
            "answered_at": answered.json()["answered_at"],
            "corrected_at": None,
        }
    ]


def test_an_answer_is_corrected_and_everybody_reads_when(
    clients: dict[str, TestClient], notice: PublicNotice
) -> None:
    key = ask(clients["asker"], notice).json()["id"]
    step(clients["team"], key, "answer", answer="Yes.", language="en")

    corrected = step(clients["team"], key, "correct", answer="Non.", language="fr").json()
    shown = public(clients["other"], notice)["questions"][0]

    assert (shown["answer"], shown["answer_language"]) == ("Non.", "fr")
    assert shown["corrected_at"] == corrected["corrected_at"] is not None
    assert shown["answered_at"] == corrected["answered_at"] < corrected["corrected_at"]


def test_the_team_gets_one_letter_for_what_waits_and_the_asker_one_for_each_answer(
    session: Session, clients: dict[str, TestClient], notice: PublicNotice, member: User
) -> None:
    first, second = (ask(clients["asker"], notice).json()["id"] for _ in range(2))
    for key in (first, second):
        step(clients["team"], key, "answer", answer="Yes.", language="en")
    ask(clients["asker"], notice)

    letters = session.exec(select(Letter).order_by(col(Letter.created_at))).all()
    events = session.exec(select(Event).order_by(col(Event.occurred_at))).all()

    waits = f"A question about your challenge {notice.code} waits"
    answer = f"The answer to your question about {notice.code}"
    assert [(one.subject, one.discreet) for one in letters] == [
        (waits, False),
        (answer, True),
        (answer, True),
        (waits, False),
    ]
    assert [one.user_id == member.id for one in letters] == [True, False, False, True]
    assert [(one.kind, one.user_id is None, one.programme_id is None) for one in events] == [
        ("enquiry.waiting", True, False),
        ("enquiry.answered", False, True),
        ("enquiry.answered", False, True),
        ("enquiry.waiting", True, False),
    ]
    assert not any("radio" in one.body for one in letters)


def test_staff_decline_a_question_and_the_asker_alone_reads_why(
    clients: dict[str, TestClient], notice: PublicNotice
) -> None:
    key = ask(clients["asker"], notice).json()["id"]

    unexplained = step(clients["staff"], key, "decline")
    declined = step(clients["staff"], key, "decline", reason="It is an advertisement.")

    read = {who: clients[who].get(f"/api/v1/enquiries/{key}") for who in clients}
    assert (unexplained.status_code, declined.status_code) == (422, 200)
    assert {who: answer.status_code for who, answer in read.items()} == {
        "team": 200,
        "asker": 200,
        "other": 404,
        "staff": 200,
    }
    assert read["asker"].json()["reason"] == "It is an advertisement."
    assert "advertisement" not in read["team"].text
    assert public(clients["other"], notice)["questions"] == []


def test_what_turns_out_to_be_abuse_is_taken_off_although_it_is_answered(
    clients: dict[str, TestClient], notice: PublicNotice
) -> None:
    key = ask(clients["asker"], notice).json()["id"]
    step(clients["team"], key, "answer", answer="Yes.", language="en")

    step(clients["staff"], key, "decline", reason="It names a person.")

    assert public(clients["other"], notice)["questions"] == []


def test_staff_leave_out_what_names_people_and_nothing_of_it_is_kept(
    session: Session, clients: dict[str, TestClient], notice: PublicNotice
) -> None:
    key = ask(clients["asker"], notice, "I am Ann of Lund. By radio?").json()["id"]
    tag = clients["staff"].get(f"/api/v1/enquiries/{key}").headers["etag"]
    address = f"/api/v1/enquiries/{key}"

    blind = clients["staff"].put(address, json={"body": "By radio?"})
    edited = clients["staff"].put(
        address, json={"body": "By radio?"}, headers={"If-Match": tag}
    )
    late = clients["staff"].put(address, json={"body": "Hm?"}, headers={"If-Match": tag})
    refused = clients["team"].put(address, json={"body": "Hm?"}, headers={"If-Match": "*"})

    assert [one.status_code for one in (blind, edited, late, refused)] == [428, 200, 412, 403]
    step(clients["team"], key, "answer", answer="Yes.", language="en")
    shown = public(clients["other"], notice)["questions"][0]
    assert (shown["question"], shown["edited"]) == ("By radio?", True)
    assert "Lund" not in clients["asker"].get("/api/v1/me/enquiries").text
    session.expire_all()
    assert "Lund" not in session.exec(select(Enquiry.body)).one()


def test_a_question_is_withdrawn_until_it_is_answered_and_its_text_goes(
    clients: dict[str, TestClient], notice: PublicNotice
) -> None:
    first, second = (ask(clients["asker"], notice).json()["id"] for _ in range(2))
    step(clients["team"], second, "answer", answer="Yes.", language="en")

    by_others = [step(clients[who], first, "withdraw").status_code for who in clients]
    answered = step(clients["asker"], second, "withdraw")

    assert by_others == [403, 200, 404, 403]
    assert answered.status_code == 409
    mine = clients["asker"].get("/api/v1/me/enquiries").json()["enquiries"]
    assert sorted((one["number"], one["state"], one["question"]) for one in mine) == [
        (1, "withdrawn", ""),
        (2, "answered", "By radio?"),
    ]


def test_staff_let_nobody_ask_any_more_without_knowing_who_did(
    clients: dict[str, TestClient], notice: PublicNotice
) -> None:
    steps = f"/api/v1/notices/{notice.code}/asking/steps"
    before = clients["staff"].get(steps)

    closed = clients["staff"].post(
        f"{steps}/close-asking", headers={"If-Match": before.headers["etag"]}
    )
    again = clients["staff"].post(
        f"{steps}/close-asking", headers={"If-Match": before.headers["etag"]}
    )
    refused = ask(clients["asker"], notice)
    by_team = clients["team"].post(f"{steps}/open-asking")
    opened = clients["staff"].post(f"{steps}/open-asking")

    assert (before.json()["state"], closed.json()["state"]) == ("open", "closed")
    assert (again.status_code, by_team.status_code) == (412, 403)
    assert (refused.status_code, "have closed" in refused.json()["detail"]) == (409, True)
    assert (opened.json()["state"], ask(clients["asker"], notice).status_code) == ("open", 201)


def test_questions_are_bounded_for_each_person_and_challenge(
    session: Session, clients: dict[str, TestClient], notice: PublicNotice
) -> None:
    answers = [ask(clients["asker"], notice).status_code for _ in range(4)]

    assert answers == [201, 201, 201, 409]
    assert ask(clients["other"], notice).status_code == 201


def test_a_person_asks_so_much_in_a_day_about_all_challenges(
    session: Session, clients: dict[str, TestClient], notice: PublicNotice, as_user: SignIn
) -> None:
    asker = a_user(session)
    others = [a_published_challenge(session) for _ in range(MOST_IN_A_DAY)]
    for one in others:
        an_enquiry(session, one, asker, state=EnquiryState.DECLINED)
    client = as_user(asker)

    refused = ask(client, notice)

    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "86400"


@pytest.mark.parametrize("why", ["draft", "not selected", "no call", "own"])
def test_nothing_is_asked_where_nobody_could_answer_or_take_part(
    session: Session, clients: dict[str, TestClient], notice: PublicNotice, why: str
) -> None:
    if why == "draft":
        notice = a_notice(session, state=NoticeState.DRAFT)
    elif why == "not selected":
        session.get_one(Submission, notice.challenge_id).state = State.WITHDRAWN
    elif why == "no call":
        for call in session.exec(select(Call)):
            call.state = CallState.CANCELLED
    session.commit()

    refused = ask(clients["team" if why == "own" else "asker"], notice)

    assert refused.status_code == (409 if why in {"no call", "own"} else 422)
    assert session.exec(select(Enquiry)).all() == []


def test_who_decides_about_questions_asks_none_though_a_member_elsewhere(
    session: Session, notice: PublicNotice, as_user: SignIn
) -> None:
    staff = a_user(session, Role.STAFF)
    session.add(
        Membership(
            user_id=staff.id,
            organisation_id=organisation_of(session, a_user(session)),
            role=Role.MEMBER,
        )
    )
    client = as_user(staff)

    assert ask(client, notice).status_code == 403


def test_what_waits_is_a_task_of_the_team_while_the_challenge_is_public(
    session: Session, clients: dict[str, TestClient], notice: PublicNotice
) -> None:
    ask(clients["asker"], notice)
    ask(clients["other"], notice)

    waits = [one for one in tasks(clients["team"]) if one["what"] == "explain"]
    session.get_one(Submission, notice.challenge_id).state = State.WITHDRAWN
    session.commit()

    assert [(one["code"], one["count"]) for one in waits] == [(notice.code, 2)]
    assert [one for one in tasks(clients["team"]) if one["what"] == "explain"] == []
    assert [one for one in tasks(clients["asker"]) if one["what"] == "explain"] == []


def tasks(client: TestClient) -> Any:
    return client.get("/api/v1/me/tasks").json()["tasks"]
