"""Staff write a notice beside the challenge, and its team approves it."""

import re
from html import unescape
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.submissions.lifecycle import State
from tests.accounts.conftest import Enter
from tests.conftest import SignIn
from tests.factories import (
    THEMES,
    a_challenge,
    a_notice,
    a_person,
    a_text,
    a_user,
    organisation_of,
    themes,
)


def hidden(page: str, name: str = "expected") -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return unescape(found[1])


# --- written by staff --------------------------------------------------------------------


def test_a_notice_is_begun_from_the_page_of_a_selected_challenge(
    session: Session, staff: TestClient
) -> None:
    challenge = a_challenge(session, state=State.SELECTED)
    session.commit()
    place = f"/submissions/{challenge.code}"

    offered = staff.get(place).text
    answer = staff.post(f"{place}/notice")

    assert f'action="{place}/notice"' in offered
    assert answer.headers["location"] == f"{place}/notice/write?done=notice-begun"
    form = staff.get(answer.headers["location"]).text
    assert "Nothing is public yet." in form
    assert form.count("Our river floods twice a year.") == 2  # to be changed, and beside it


def test_a_notice_is_written_in_a_second_language_and_loses_it_again(
    session: Session, staff: TestClient
) -> None:
    themes(session)
    notice = a_notice(session)
    session.commit()
    place = f"/submissions/{notice.code}/notice/write"
    texts = [a_text(summary="Floods."), a_text("fr", title="Crues soudaines")]

    def save(**more: str) -> Any:
        fields = {f"texts.{n}.{k}": v for n, text in enumerate(texts) for k, v in text.items()}
        expected = hidden(staff.get(place).text)
        return staff.post(
            place, data={"expected": expected, "themes": THEMES, **fields, **more}
        )

    answer = save(names_country="true")
    session.refresh(notice)
    written = (notice.texts, notice.names_country, notice.names_organisation)
    texts[1] |= dict.fromkeys(("title", "problem", "outcome"), "")
    save()
    session.refresh(notice)

    assert answer.headers["location"] == (
        f"/submissions/{notice.code}/notice?done=notice-written"
    )
    assert written == (
        [a_text(summary="Floods."), a_text("fr", title="Crues soudaines")],
        True,
        False,
    )
    assert [text["language"] for text in notice.texts] == ["en"]
    assert notice.names_country is False


def test_what_is_wrong_is_said_at_its_row_although_one_before_it_was_left_out(
    session: Session, staff: TestClient
) -> None:
    notice = a_notice(session, texts=[a_text(), a_text("fr"), a_text("pt")])
    session.commit()
    place = f"/submissions/{notice.code}/notice/write"
    texts = [a_text(), {"language": "fr"}, a_text("pt") | {"title": "x" * 201}]
    fields = {f"texts.{n}.{k}": v for n, text in enumerate(texts) for k, v in text.items()}

    answer = staff.post(place, data={"expected": "*", "names_organisation": "true", **fields})

    assert answer.status_code == 422
    assert 'id="texts.2.title-wrong"' in answer.text
    assert 'id="names_organisation-wrong"' in answer.text
    session.refresh(notice)
    assert notice.version == 1


def test_of_two_who_write_at_once_the_second_sees_both_versions(
    session: Session, staff: TestClient
) -> None:
    notice = a_notice(session)
    session.commit()
    place = f"/submissions/{notice.code}/notice/write"
    expected = hidden(staff.get(place).text)
    titles = ("Rivers that warn us", "Rivers that warn you")

    answers = [
        staff.post(
            place,
            data={
                "expected": expected,
                **{f"texts.0.{k}": v for k, v in a_text(title=title).items()},
            },
        )
        for title in titles
    ]

    assert [answer.status_code for answer in answers] == [303, 412]
    assert all(title in answers[1].text for title in titles)


def test_the_list_shows_what_is_written_and_what_could_be(
    session: Session, staff: TestClient
) -> None:
    notice = a_notice(session, message="Leave out the office.")
    waiting = a_challenge(session, programme_id=notice.programme_id, state=State.SELECTED)
    unselected = a_challenge(session, programme_id=notice.programme_id, state=State.ELIGIBLE)
    session.commit()

    page = staff.get(f"/programmes/{notice.programme_id}/notices").text

    assert f'href="/submissions/{notice.code}/notice"' in page
    assert "The team asks for changes" in page
    assert f'action="/submissions/{waiting.code}/notice"' in page
    assert unselected.code not in page


# --- approved by the team ----------------------------------------------------------------


@pytest.fixture
def owner(session: Session, enter: Enter) -> tuple[TestClient, PublicNotice]:
    """Somebody of the team behind a notice that waits for its approval."""
    user = a_person(session)
    notice = a_notice(
        session, state=NoticeState.PROPOSED, organisation_id=organisation_of(session, user)
    )
    session.commit()
    return enter(user), notice


def test_a_team_finds_its_task_reads_the_notice_and_approves_it(
    session: Session, owner: tuple[TestClient, PublicNotice]
) -> None:
    team, notice = owner
    place = f"/submissions/{notice.code}/notice"

    tasks = team.get("/tasks").text
    shown = team.get(place).text
    asked = team.get(f"{place}/steps/approve").text
    answer = team.post(f"{place}/steps/approve", data={"expected": hidden(asked)})

    assert f'href="{place}"' in tasks
    assert "Nothing of it is public now." in shown
    assert "Our river floods twice a year." in asked
    assert answer.headers["location"] == f"{place}?done=notice-approve"
    assert place not in team.get("/tasks").text
    session.refresh(notice)
    assert notice.state is NoticeState.APPROVED


def test_a_team_that_asks_for_changes_says_why(
    session: Session, owner: tuple[TestClient, PublicNotice]
) -> None:
    team, notice = owner
    place = f"/submissions/{notice.code}/notice/steps/ask-for-changes"
    expected = hidden(team.get(place).text)

    refused = team.post(place, data={"expected": expected})
    taken = team.post(place, data={"expected": expected, "reason": "Leave out the office."})

    assert refused.status_code == 422
    assert "Give a reason. The other side will read it." in refused.text
    assert taken.status_code == 303
    session.refresh(notice)
    assert (notice.state, notice.message) == (NoticeState.DRAFT, "Leave out the office.")


def test_a_text_that_was_changed_meanwhile_is_shown_and_not_approved(
    session: Session, owner: tuple[TestClient, PublicNotice]
) -> None:
    team, notice = owner
    place = f"/submissions/{notice.code}/notice/steps/approve"
    expected = hidden(team.get(place).text)
    notice.texts = [a_text(problem="Something else.")]
    session.commit()

    answer = team.post(place, data={"expected": expected})

    assert answer.status_code == 412
    assert "Something else." in answer.text
    session.refresh(notice)
    assert notice.state is NoticeState.PROPOSED


def test_a_stranger_cannot_tell_a_notice_that_is_not_public_from_none(
    session: Session, enter: Enter
) -> None:
    notice = a_notice(session, state=NoticeState.APPROVED)
    other = enter(a_person(session))
    session.commit()

    told = [
        (answer.status_code, answer.text.replace(code, ""))
        for address in ("/notices/{}", "/submissions/{}/notice")
        for code in (notice.code, "CH-1999-001")
        for answer in [other.get(address.format(code))]
    ]

    assert [status for status, _ in told] == [404] * 4
    for hidden_one, absent in (told[:2], told[2:]):
        number = re.compile(r"[0-9a-f]{32}|[0-9a-f-]{36}")
        assert number.sub("", hidden_one[1]) == number.sub("", absent[1])


def test_staff_find_what_waits_for_them(session: Session, as_user: SignIn) -> None:
    first = a_notice(session, message="Leave out the office.")
    a_notice(session, state=NoticeState.APPROVED, programme_id=first.programme_id)
    session.commit()
    place = f"/programmes/{first.programme_id}"
    readers = {role: as_user(a_user(session, role)) for role in (Role.STAFF, Role.LEAD)}

    found = {
        role: [
            words
            for words in ("Change 1 public notice", "Publish 1 approved notice")
            if words in client.get("/tasks").text and words in client.get(place).text
        ]
        for role, client in readers.items()
    }

    assert found == {
        Role.STAFF: ["Change 1 public notice"],
        Role.LEAD: ["Change 1 public notice", "Publish 1 approved notice"],
    }
    assert session.exec(select(PublicNotice)).all()
