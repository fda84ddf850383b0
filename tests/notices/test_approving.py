"""The team approves what staff have written, and a lead publishes it."""

from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage.outbox import Letter
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import SignIn
from tests.factories import a_notice, a_text, a_user, organisation_of


@pytest.fixture
def sides(session: Session, as_user: SignIn) -> dict[str, TestClient]:
    """The team behind a notice, a member of staff and a lead."""
    member = a_user(session)
    a_notice(session, organisation_id=organisation_of(session, member))
    clients = {"team": as_user(member), "other": as_user(a_user(session))}
    for role in (Role.STAFF, Role.LEAD):
        clients[role] = as_user(a_user(session, role))
    return clients


def take(sides: dict[str, TestClient], who: str, step: str, **body: Any) -> Any:
    code = sides[Role.STAFF].get("/api/v1/notices").json()["items"][0]["code"]
    return sides[who].post(f"/api/v1/notices/{code}/steps/{step}", json=body)


def test_from_draft_to_published_by_three_people(
    session: Session, sides: dict[str, TestClient]
) -> None:
    told = [
        take(sides, who, step).json()
        for who, step in (
            (Role.STAFF, "propose"),
            ("team", "approve"),
            (Role.LEAD, "publish"),
        )
    ]

    assert [one["state"] for one in told] == ["proposed", "approved", "published"]
    assert [one["published_at"] is None for one in told] == [True, True, False]


def test_a_team_asks_for_changes_and_staff_read_why(sides: dict[str, TestClient]) -> None:
    take(sides, Role.STAFF, "propose")

    back = take(sides, "team", "ask-for-changes", reason="Leave out the office.")
    staff_read = sides[Role.STAFF].get(f"/api/v1/notices/{back.json()['code']}").json()
    again = take(sides, Role.STAFF, "propose")

    assert (staff_read["state"], staff_read["message"]) == ("draft", "Leave out the office.")
    assert (again.json()["state"], again.json()["message"]) == ("proposed", "")


def test_a_reason_that_says_nothing_is_none(sides: dict[str, TestClient]) -> None:
    take(sides, Role.STAFF, "propose")

    refused = take(sides, "team", "ask-for-changes", reason="  ")

    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"pointer": "/reason", "detail": "Give a reason. The other side will read it."}
    ]


@pytest.mark.parametrize(
    ("who", "step", "status"),
    [
        (Role.STAFF, "approve", 403),
        (Role.LEAD, "approve", 403),
        ("other", "approve", 404),
        (Role.STAFF, "publish", 403),
        ("team", "publish", 403),
        ("team", "revise", 403),
        ("team", "propose", 403),
    ],
)
def test_nobody_takes_the_part_of_another(
    session: Session, sides: dict[str, TestClient], who: str, step: str, status: int
) -> None:
    notice = session.exec(select(PublicNotice)).one()
    notice.state = NoticeState.PROPOSED if step == "approve" else NoticeState.APPROVED
    session.commit()

    assert take(sides, who, step).status_code == status


@pytest.mark.parametrize("who", ["team", Role.LEAD])
def test_a_team_and_a_lead_withdraw_what_is_public(
    session: Session, sides: dict[str, TestClient], who: str
) -> None:
    notice = session.exec(select(PublicNotice)).one()
    a_notice(session)
    notice.state, notice.published_at = NoticeState.PUBLISHED, notice.created_at
    session.commit()

    told = take(sides, who, "withdraw", reason="The law has changed.").json()

    assert (told["state"], told["message"]) == ("withdrawn", "The law has changed.")


def test_staff_alone_withdraw_nothing(session: Session, sides: dict[str, TestClient]) -> None:
    notice = session.exec(select(PublicNotice)).one()
    notice.state, notice.published_at = NoticeState.PUBLISHED, notice.created_at
    session.commit()

    assert take(sides, Role.STAFF, "withdraw", reason="Hm.").status_code == 403


def test_an_approval_is_given_to_what_was_read(
    session: Session, sides: dict[str, TestClient]
) -> None:
    code = take(sides, Role.STAFF, "propose").json()["code"]
    address = f"/api/v1/notices/{code}"
    tag = sides["team"].get(address).headers["etag"]
    take(sides, Role.STAFF, "revise")
    sides[Role.STAFF].patch(
        address, json={"texts": [a_text(title="Something else")]}, headers={"If-Match": "*"}
    )
    take(sides, Role.STAFF, "propose")

    refused = sides["team"].post(f"{address}/steps/approve", headers={"If-Match": tag})

    assert refused.status_code == 412


def test_a_challenge_that_is_no_longer_selected_is_not_published(
    session: Session, sides: dict[str, TestClient]
) -> None:
    notice = session.exec(select(PublicNotice)).one()
    notice.state = NoticeState.APPROVED
    session.get_one(Submission, notice.challenge_id).state = State.WITHDRAWN
    session.commit()

    refused = take(sides, Role.LEAD, "publish")

    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "The challenge is not selected at present.",
    )


def test_the_people_of_the_team_get_a_letter_when_it_is_their_turn(
    session: Session, sides: dict[str, TestClient]
) -> None:
    for who, step in (
        (Role.STAFF, "propose"),
        ("team", "approve"),
        (Role.LEAD, "publish"),
        (Role.LEAD, "withdraw"),
    ):
        take(sides, who, step, reason="The law has changed.")

    notice = session.exec(select(PublicNotice)).one()
    letters = session.exec(select(Letter)).all()
    assert [letter.subject for letter in letters] == [
        f"Please read the public notice of {notice.code}",
        f"The public notice of {notice.code} is published",
        f"The public notice of {notice.code} is withdrawn",
    ]
    assert len({letter.recipient for letter in letters}) == 1
    assert "The law has changed." in letters[-1].body


def test_a_team_that_withdraws_writes_itself_no_letter(
    session: Session, sides: dict[str, TestClient]
) -> None:
    notice = session.exec(select(PublicNotice)).one()
    notice.state, notice.published_at = NoticeState.PUBLISHED, notice.created_at
    session.commit()

    take(sides, "team", "withdraw", reason="We changed our minds.")

    assert session.exec(select(Letter)).all() == []


def test_the_steps_say_who_can_take_them(sides: dict[str, TestClient]) -> None:
    code = take(sides, Role.STAFF, "propose").json()["code"]

    open_to = {
        who: [
            step["name"]
            for step in client.get(f"/api/v1/notices/{code}/steps").json().get("steps", [])
            if step["open"]
        ]
        for who, client in sides.items()
    }

    assert open_to == {
        "team": ["approve"],
        "other": [],
        Role.STAFF: ["revise"],
        Role.LEAD: ["revise"],
    }
