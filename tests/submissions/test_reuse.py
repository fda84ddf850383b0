"""A draft begins with the answers of an earlier submission, and says which are still those."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.models import User
from app.core.storage.audit import AuditEvent
from app.programmes.lifecycle import CallKind
from app.submissions.content import LONGEST, ChallengeFields, SolutionFields
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.schemas import MOST_ANSWERS
from app.themes.models import Theme
from tests.conftest import SignIn
from tests.factories import (
    THEMES,
    a_call,
    a_challenge,
    a_solution,
    a_token,
    a_user,
    organisation_of,
    themes,
)

HANDED_IN = datetime(2025, 5, 3, 10, tzinfo=UTC)
PROBLEM = {"answer": "content.problem", "submission": "CH-2025-007"}


@pytest.fixture
def member(session: Session) -> User:
    themes(session)
    return a_user(session, Role.MEMBER)


@pytest.fixture
def owner(session: Session, member: User) -> UUID:
    return organisation_of(session, member)


@pytest.fixture
def earlier(session: Session, owner: UUID) -> Submission:
    return a_challenge(
        session,
        organisation_id=owner,
        code="CH-2025-007",
        state=State.NOT_SELECTED,
        submitted_at=HANDED_IN,
        language="fr",
        summary="It floods.",
    )


@pytest.fixture
def team(as_user: SignIn, session: Session, member: User) -> TestClient:
    session.commit()
    return as_user(member)


def begun(team: TestClient, session: Session, kind: str = "challenge", **said: Any) -> Any:
    call = a_call(session, CallKind(f"{kind}s"))
    session.commit()
    body = {"call_id": str(call.id), "title": "Floods once more", "content": {}, **said}
    return team.post(f"/api/v1/{kind}s", json=body)


def reused(team: TestClient, made: Any, kind: str = "challenge") -> Any:
    return team.get(f"/api/v1/{kind}s/{made.json()['code']}/reused").json()


def names(found: Any) -> list[str]:
    return [one["answer"] for one in found["answers"]]


def test_a_draft_begins_with_the_answers_of_an_earlier_one_and_says_so(
    session: Session, team: TestClient, earlier: Submission
) -> None:
    made = begun(team, session, like=earlier.code)

    found = made.json()
    assert made.status_code == 201
    assert (found["title"], found["language"], found["summary"], found["themes"]) == (
        *("Floods once more", "fr", "It floods."),
        list(THEMES),
    )
    assert found["content"] == earlier.content
    told = reused(team, made)
    assert names(told) == [
        *("language", "summary", "themes", "content.problem", "content.outcome")
    ]
    assert told["answers"][3] == PROBLEM | {"written_at": "2025-05-03T10:00:00Z"}
    assert told["left_out"] == []


def test_an_answer_that_is_given_counts_and_is_nobodys_but_its_own(
    session: Session, team: TestClient, earlier: Submission
) -> None:
    given: dict[str, Any] = {
        "summary": "New.",
        "content": {"problem": "It floods each spring."},
    }

    made = begun(team, session, like=earlier.code, **given)

    found = made.json()
    assert (found["summary"], found["content"]["problem"]) == (
        "New.",
        "It floods each spring.",
    )
    assert found["content"]["outcome"] == earlier.content["outcome"]
    assert names(reused(team, made)) == ["language", "themes", "content.outcome"]


def test_an_answer_is_of_the_earlier_one_until_it_is_changed(
    session: Session, team: TestClient, earlier: Submission
) -> None:
    made = begun(team, session, like=earlier.code)
    place = f"/api/v1/challenges/{made.json()['code']}"
    before = names(reused(team, made))

    team.patch(
        place,
        json={"content": {"problem": "Another one."}, "summary": None},
        headers={"If-Match": made.headers["etag"]},
    )

    assert {*before} - {*names(reused(team, made))} == {"content.problem", "summary"}


def test_what_no_longer_fits_is_left_out_and_said_until_the_answer_is_changed(
    session: Session, team: TestClient, earlier: Submission
) -> None:
    gone, kept = THEMES[0], [*THEMES[1:]]
    session.exec(select(Theme).where(Theme.key == gone)).one().retired_at = HANDED_IN
    earlier.content = earlier.content | {"problem": "x" * (LONGEST + 1)}
    session.commit()

    made = begun(team, session, like=earlier.code)

    told = reused(team, made)
    assert (made.json()["themes"], made.json()["content"]["problem"]) == (kept, "")
    assert told["left_out"] == [
        {"answer": "themes", "themes": [gone], "submission": earlier.code},
        PROBLEM | {"themes": []},
    ]
    assert "content.problem" not in names(told)
    team.patch(
        f"/api/v1/challenges/{made.json()['code']}",
        json={"content": {"problem": "Shorter."}},
        headers={"If-Match": made.headers["etag"]},
    )
    assert [one["answer"] for one in reused(team, made)["left_out"]] == ["themes"]


def test_a_solution_takes_over_how_many_challenges_it_takes_on_none_as_well(
    session: Session, team: TestClient, owner: UUID
) -> None:
    content = {"experience": "Sensors.", "capacity": 0}
    earlier = a_solution(session, organisation_id=owner, content=content)

    made = begun(team, session, "solution", like=str(earlier.id))
    other = begun(team, session, "solution", like=earlier.code, content={"capacity": 3})

    assert made.json()["content"]["capacity"] == 0
    assert other.json()["content"]["capacity"] == 3
    assert "content.capacity" in names(reused(team, made, "solution"))
    assert "content.capacity" not in names(reused(team, other, "solution"))


def test_of_a_draft_the_last_change_is_told(
    session: Session, team: TestClient, owner: UUID
) -> None:
    earlier = a_challenge(session, organisation_id=owner)
    session.commit()
    changed = earlier.updated_at.isoformat().replace("+00:00", "Z")

    made = begun(team, session, like=earlier.code)

    assert {one["written_at"] for one in reused(team, made)["answers"]} == {changed}


@pytest.mark.parametrize("what", ["of another team", "of another kind", "absent"])
def test_nothing_but_ones_own_of_the_same_kind_is_taken_and_all_else_looks_absent(
    session: Session, team: TestClient, owner: UUID, what: str
) -> None:
    codes = {
        "of another team": a_challenge(session).code,
        "of another kind": a_solution(session, organisation_id=owner).code,
        "absent": "CH-1999-001",
    }

    refused = begun(team, session, like=codes[what])

    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        [
            {
                "pointer": "/like",
                "detail": f"Your organisation has no challenge {codes[what]}.",
            }
        ],
    )


def test_a_token_that_reads_no_drafts_takes_nothing_over(
    session: Session, client: TestClient, member: User, earlier: Submission
) -> None:
    secret = a_token(session, member, scopes=["draft:write"])
    client.headers["Authorization"] = f"Bearer {secret}"

    refused = begun(client, session, like=earlier.code)

    assert refused.status_code == 422


def test_staff_read_the_answers_and_not_from_where_they_are(
    session: Session, team: TestClient, as_user: SignIn, earlier: Submission
) -> None:
    made = begun(team, session, like=earlier.code)
    row = session.exec(select(Submission).where(Submission.code == made.json()["code"])).one()
    row.state, row.submitted_at = State.SUBMITTED, HANDED_IN
    session.commit()
    staff = as_user(a_user(session, Role.STAFF))

    read = staff.get(f"/api/v1/challenges/{row.code}")
    refused = staff.get(f"/api/v1/challenges/{row.code}/reused")

    assert read.status_code == 200
    assert earlier.code not in read.text
    assert refused.status_code == 403


def test_a_submission_that_began_with_nothing_has_nothing_from_elsewhere(
    session: Session, team: TestClient
) -> None:
    made = begun(team, session)

    told = reused(team, made)
    assert (told["answers"], told["left_out"]) == ([], [])
    assert told["meter"] == {
        "asked": 9,
        "answered": 1,
        "reused": 0,
        "minutes": 1,
        "minutes_spared": 0,
    }


def test_beginning_like_another_one_is_recorded_once(
    session: Session, team: TestClient, earlier: Submission
) -> None:
    begun(team, session, like=earlier.code)

    events = session.exec(
        select(AuditEvent.action).where(AuditEvent.subject_kind == "challenge")
    )
    assert [*events] == ["create"]


def test_no_kind_has_more_answers_than_are_told() -> None:
    for fields in (ChallengeFields, SolutionFields):
        assert len(fields.model_fields) + len(("language", "summary", "themes")) <= MOST_ANSWERS


def test_the_meter_counts_what_was_not_told_again_and_the_minutes_that_it_spares(
    session: Session, team: TestClient, earlier: Submission
) -> None:
    earlier.content = earlier.content | {"problem": " ".join(["It floods."] * 95)}
    session.commit()

    made = begun(team, session, like=earlier.code)

    meter = reused(team, made)["meter"]
    assert (meter["asked"], meter["answered"], meter["reused"]) == (9, 5, 4)
    # 190 words take ten minutes to write and one to read again; the others take one more
    assert meter["minutes_spared"] == 10
    changed = {"content": {"problem": "Another one."}}
    tag = team.get(f"/api/v1/challenges/{made.json()['code']}").headers["etag"]
    patched = team.patch(
        f"/api/v1/challenges/{made.json()['code']}", json=changed, headers={"If-Match": tag}
    )
    assert patched.status_code == 200
    after = reused(team, made)["meter"]
    assert (after["reused"], after["minutes_spared"]) == (3, 0)


def test_staff_read_what_a_call_has_asked_of_its_teams_and_spared_them(
    as_user: SignIn, team: TestClient, session: Session, earlier: Submission
) -> None:
    call = a_call(session)
    session.commit()
    body = {"call_id": str(call.id), "title": "Floods once more", "content": {}}
    like = team.post("/api/v1/challenges", json={**body, "like": earlier.code}).json()
    afresh = team.post("/api/v1/challenges", json=body).json()
    draft = team.post("/api/v1/challenges", json=body).json()
    own = {
        one["code"]: team.get(f"/api/v1/challenges/{one['code']}/reused").json()["meter"]
        for one in (like, afresh, draft)
    }
    for one in (like, afresh):
        session.get_one(Submission, UUID(one["id"])).sqlmodel_update(
            {"state": State.SUBMITTED, "submitted_at": HANDED_IN}
        )
    session.commit()

    found = as_user(a_user(session, Role.STAFF)).get(f"/api/v1/calls/{call.id}/meter").json()

    first, second = own[like["code"]], own[afresh["code"]]
    assert first["reused"] > 0
    assert first["minutes_spared"] > 0
    assert found == {
        "submissions": 2,
        "begun_from_earlier": 1,
        "questions": max(first["asked"], second["asked"]),
        "answers": max(first["answered"], second["answered"]),
        "minutes": max(first["minutes"], second["minutes"]),
        "minutes_in_all": first["minutes"] + second["minutes"],
        "answers_in_all": first["answered"] + second["answered"],
        "reused": first["reused"],
        "minutes_spared": first["minutes_spared"],
    }


def test_a_call_to_which_nothing_was_sent_has_asked_nothing_of_anybody(
    as_user: SignIn, session: Session
) -> None:
    call = a_call(session)
    session.commit()

    found = as_user(a_user(session, Role.STAFF)).get(f"/api/v1/calls/{call.id}/meter").json()

    assert set(found.values()) == {0}
