"""A team says how much it would like to work with each of the other side, for staff alone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.core.base.clock import now
from app.core.storage.audit import AuditEvent
from app.interests import service
from app.interests.models import Interest
from app.interests.scale import InterestWord
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from tests.conftest import SignIn
from tests.factories import (
    a_challenge,
    a_notice,
    a_programme,
    a_solution,
    a_user,
    organisation_of,
)
from tests.interests.telling import asked_about, said


@dataclass
class Sides:
    """A challenge that is published, a solution, and who is signed in for each."""

    session: Session
    challenge: Submission
    solution: Submission
    owner: TestClient
    provider: TestClient
    staff: TestClient
    provider_user: User
    sign_in: SignIn

    def address(self, own: Submission, other: Submission) -> str:
        return f"/api/v1/submissions/{own.code}/interests/{other.code}"

    def tell(self, client: TestClient, own: Submission, other: Submission, **body: Any) -> Any:
        """Say it, based on what was read just before."""
        address = self.address(own, other)
        tag = client.get(address).headers.get("etag", '"none"')
        return client.put(address, json={"value": "very", **body}, headers={"If-Match": tag})


@pytest.fixture
def sides(session: Session, as_user: SignIn) -> Sides:
    programme = a_programme(session)
    owner, provider = a_user(session), a_user(session)
    common = {"programme_id": programme.id, "state": State.SELECTED}
    challenge = a_challenge(session, **common, organisation_id=organisation_of(session, owner))
    a_notice(session, challenge=challenge, state=NoticeState.PUBLISHED)
    solution = a_solution(
        session, **common, organisation_id=organisation_of(session, provider), summary="Sirens."
    )
    session.commit()
    return Sides(
        session,
        challenge,
        solution,
        as_user(owner),
        as_user(provider),
        as_user(a_user(session, Role.STAFF)),
        provider,
        as_user,
    )


def test_a_team_says_it_of_a_published_challenge_changes_it_and_takes_it_back(
    sides: Sides,
) -> None:
    address = sides.address(sides.solution, sides.challenge)

    first = sides.tell(sides.provider, sides.solution, sides.challenge, reason="Same rivers.")
    second = sides.tell(sides.provider, sides.solution, sides.challenge, value="rather_not")
    read = sides.provider.get(address).json()
    gone = sides.provider.delete(address)

    assert (first.status_code, first.json()["value"], first.json()["reason"]) == (
        200,
        "very",
        "Same rivers.",
    )
    assert (second.json()["value"], second.json()["reason"]) == ("rather_not", "")
    assert read == second.json()
    assert read["counterpart"] | {"id": ""} == {
        "id": "",
        "code": sides.challenge.code,
        "title": "Early flood warnings",
        "language": "en",
        "summary": "",
        "organisation": None,
        "country": None,
    }
    assert gone.status_code == 204
    assert sides.provider.get(address).json()["value"] is None
    assert sides.session.exec(select(Interest)).all() == []
    assert sides.provider.delete(address).status_code == 409


def test_a_change_that_is_based_on_something_older_is_refused(sides: Sides) -> None:
    address = sides.address(sides.solution, sides.challenge)
    tag = sides.provider.get(address).headers["etag"]
    sides.tell(sides.provider, sides.solution, sides.challenge)

    late = sides.provider.put(address, json={"value": "open"}, headers={"If-Match": tag})
    unsaid = sides.provider.put(address, json={"value": "open"})

    assert (late.status_code, unsaid.status_code) == (412, 428)
    assert sides.provider.get(address).json()["value"] == "very"


@pytest.mark.parametrize(
    "body", [{}, {"value": "perhaps"}, {"value": "open", "reason": "x" * 501}]
)
def test_what_is_none_of_the_five_words_is_refused(sides: Sides, body: dict[str, Any]) -> None:
    address = sides.address(sides.solution, sides.challenge)

    refused = sides.provider.put(address, json=body, headers={"If-Match": "*"})

    assert refused.status_code == 422
    assert sides.session.exec(select(Interest)).all() == []


def test_of_a_challenge_that_is_not_public_nothing_can_be_said_and_nothing_is_told(
    sides: Sides,
) -> None:
    notice = sides.session.exec(select(PublicNotice)).one()
    notice.state = NoticeState.APPROVED
    elsewhere = a_notice(sides.session, state=NoticeState.PUBLISHED)
    sides.session.commit()
    hidden, foreign, absent = (
        sides.provider.get(f"/api/v1/submissions/{sides.solution.code}/interests/{code}")
        for code in (sides.challenge.code, elsewhere.code, "CH-1999-001")
    )

    told = [
        (one.status_code, one.json()["detail"].rpartition(" ")[0])
        for one in (hidden, foreign, absent)
    ]
    assert told == [(404, "There is nothing to say of")] * 3
    listed = sides.provider.get(f"/api/v1/submissions/{sides.solution.code}/interests")
    assert listed.json() == {"interests": []}


def test_of_a_challenge_of_its_own_a_team_says_nothing(sides: Sides) -> None:
    sides.challenge.organisation_id = sides.solution.organisation_id
    notice = sides.session.exec(select(PublicNotice)).one()
    notice.organisation_id = sides.solution.organisation_id
    sides.session.commit()

    refused = sides.tell(sides.provider, sides.solution, sides.challenge)

    assert refused.status_code == 404


def test_an_owner_says_it_of_the_solutions_that_staff_have_shown_and_of_no_other(
    sides: Sides,
) -> None:
    before = sides.tell(sides.owner, sides.challenge, sides.solution)
    asked = sides.staff.post(
        "/api/v1/interests",
        json={"challenge_id": sides.challenge.code, "solutions": [sides.solution.code]},
    )
    again = sides.staff.post(
        "/api/v1/interests",
        json={"challenge_id": sides.challenge.code, "solutions": [sides.solution.code]},
    )
    tasks = sides.owner.get("/api/v1/me/tasks").json()["tasks"]
    (shown,) = sides.owner.get(f"/api/v1/submissions/{sides.challenge.code}/interests").json()[
        "interests"
    ]
    told = sides.tell(sides.owner, sides.challenge, sides.solution, value="cannot")

    assert before.status_code == 404
    assert asked.json() == {
        "challenge": sides.challenge.code,
        "asked": 1,
        "solutions": [sides.solution.code],
    }
    assert again.json() | {"asked": 1} == asked.json()
    assert [(t["what"], t["code"], t["count"]) for t in tasks if t["what"] == "tell"] == [
        ("tell", sides.challenge.code, 1)
    ]
    assert {*shown["counterpart"]} == {
        *("id", "code", "title", "language", "summary", "organisation", "country")
    }
    assert (shown["counterpart"]["summary"], shown["value"]) == ("Sirens.", None)
    assert told.json()["value"] == "cannot"
    left = sides.owner.get("/api/v1/me/tasks").json()["tasks"]
    assert [task for task in left if task["what"] == "tell"] == []


def test_what_an_owner_takes_back_is_asked_again(sides: Sides) -> None:
    asked_about(sides.session, sides.challenge, sides.solution)
    sides.session.commit()
    sides.tell(sides.owner, sides.challenge, sides.solution, reason="They wrote to us.")

    sides.owner.delete(sides.address(sides.challenge, sides.solution))

    sides.session.expire_all()
    row = sides.session.exec(select(Interest)).one()
    assert (row.value, row.reason, row.told_by, row.told_at) == (None, "", None, None)
    assert row.asked_at is not None
    listed = sides.owner.get("/api/v1/me/tasks").json()["tasks"]
    assert [task["what"] for task in listed if task["what"] == "tell"] == ["tell"]


def test_a_solution_that_left_is_not_shown_any_more_and_what_staff_decide_changes_nothing(
    sides: Sides,
) -> None:
    asked_about(sides.session, sides.challenge, sides.solution)

    def shown(state: State) -> tuple[int, int]:
        sides.solution.state = state
        sides.session.commit()
        listed = sides.owner.get(f"/api/v1/submissions/{sides.challenge.code}/interests")
        tasks = sides.owner.get("/api/v1/me/tasks").json()["tasks"]
        return len(listed.json()["interests"]), sum(t["what"] == "tell" for t in tasks)

    sides.solution.answer_by = now()
    stays = {state: shown(state) for state in State if state is not State.DRAFT}

    assert {state for state, found in stays.items() if found == (0, 0)} == {
        State.WITHDRAWN,
        State.DECLINED,
    }
    assert set(stays.values()) == {(0, 0), (1, 1)}


def test_what_was_said_can_be_taken_back_when_its_notice_is_public_no_more(
    sides: Sides,
) -> None:
    sides.tell(sides.provider, sides.solution, sides.challenge, value="cannot")
    notice = sides.session.exec(select(PublicNotice)).one()
    notice.state = NoticeState.WITHDRAWN
    sides.session.commit()
    address = sides.address(sides.solution, sides.challenge)

    listed = sides.provider.get(f"/api/v1/submissions/{sides.solution.code}/interests").json()
    read = sides.provider.get(address).json()
    gone = sides.provider.delete(address)

    code = sides.challenge.code
    assert read["value"] == "cannot"
    assert (read["counterpart"]["title"], read["counterpart"]["summary"]) == (code, "")
    assert read in listed["interests"]
    assert gone.status_code == 204
    assert sides.provider.get(address).status_code == 404


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("not looked at yet", lambda sides: setattr(sides.solution, "state", State.SUBMITTED)),
        (
            "of one team",
            lambda sides: setattr(
                sides.solution, "organisation_id", sides.challenge.organisation_id
            ),
        ),
        ("of another kind", lambda sides: setattr(sides.solution, "kind", Kind.CHALLENGE)),
    ],
)
def test_staff_show_what_was_found_eligible_of_another_team_alone(
    sides: Sides, name: str, change: Callable[[Sides], None]
) -> None:
    change(sides)
    sides.session.commit()

    refused = sides.staff.post(
        "/api/v1/interests",
        json={"challenge_id": sides.challenge.code, "solutions": [sides.solution.code]},
    )

    assert refused.status_code == 422, name
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/solutions/0"]
    assert sides.session.exec(select(Interest)).all() == []


def test_nothing_is_said_for_what_has_left_or_was_never_sent(sides: Sides) -> None:
    told = []
    for state in (State.WITHDRAWN, State.INELIGIBLE, State.DRAFT):
        sides.solution.state = state
        if state is State.DRAFT:
            sides.solution.submitted_at = None
        sides.session.commit()
        told.append(sides.tell(sides.provider, sides.solution, sides.challenge).status_code)

    assert told == [409, 409, 409]
    assert sides.session.exec(select(Interest)).all() == []


def test_staff_read_all_of_it_filtered_and_as_a_table(sides: Sides) -> None:
    asked_about(sides.session, sides.challenge, sides.solution)
    other = a_solution(
        sides.session, programme_id=sides.challenge.programme_id, state=State.SELECTED
    )
    said(sides.session, sides.challenge, other, Kind.SOLUTION, "cannot", reason="We merge.")
    sides.session.commit()

    everything = sides.staff.get("/api/v1/interests").json()["items"]
    pages = sides.staff.get("/api/v1/interests?limit=1").json()
    refused = sides.staff.get("/api/v1/interests?value=cannot").json()["items"]
    of_solution = sides.staff.get(f"/api/v1/interests?submission={sides.solution.code}").json()
    by_owner = sides.staff.get("/api/v1/interests?side=challenge").json()["items"]
    table = sides.staff.get("/api/v1/interests?format=csv").text

    assert len(everything) == 2
    assert (len(pages["items"]), pages["next"] is not None) == (1, True)
    assert [(one["solution"], one["reason"]) for one in refused] == [(other.code, "We merge.")]
    assert [one["solution"] for one in of_solution["items"]] == [sides.solution.code]
    assert [one["value"] for one in by_owner] == [None]
    assert "We merge." in table
    assert sides.challenge.code in table


def test_the_record_says_that_something_was_said_and_neither_what_nor_of_whom(
    sides: Sides,
) -> None:
    sides.tell(
        sides.provider, sides.solution, sides.challenge, value="cannot", reason="Rivals."
    )

    events = sides.session.exec(
        select(AuditEvent).where(AuditEvent.subject_kind == service.SUBJECT)
    ).all()

    assert [(event.action, event.facts) for event in events] == [("tell", {})]


def test_a_reason_goes_with_who_wrote_it_and_has_its_time(sides: Sides) -> None:
    sides.tell(sides.provider, sides.solution, sides.challenge, reason="Ann knows them.")
    other = a_challenge(
        sides.session, programme_id=sides.solution.programme_id, state=State.SELECTED
    )
    long_ago = now() - timedelta(days=400)
    said(
        sides.session,
        other,
        sides.solution,
        Kind.SOLUTION,
        "open",
        reason="Old.",
        told_at=long_ago,
    )
    sides.session.commit()
    kept = service.forget(sides.session, timedelta(days=500))
    sides.provider_user.state = UserState.ERASED
    sides.session.flush()

    emptied = service.forget(sides.session, timedelta(days=300))

    sides.session.expire_all()
    rows = sides.session.exec(select(Interest)).all()
    assert (kept, emptied) == (0, 1)
    assert {(row.value, row.reason, row.told_by) for row in rows} == {
        (InterestWord.VERY, "", None),
        (InterestWord.OPEN, "", None),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": None, "asked_at": None},
        {"value": InterestWord.OPEN, "told_at": None},
        {"value": None, "told_at": None, "asked_at": now(), "reason": "x"},
    ],
)
def test_the_database_holds_nothing_that_was_neither_said_nor_asked(
    sides: Sides, wrong: dict[str, Any]
) -> None:
    row = said(sides.session, sides.challenge, sides.solution, Kind.SOLUTION, "open")
    sides.session.commit()

    row.sqlmodel_update(wrong)

    with pytest.raises(IntegrityError):
        sides.session.flush()
