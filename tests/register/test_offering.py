"""A team offers at any time what it has done, and staff list it or say why not."""

from typing import Any

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.access.policy import Action, Actor, Role
from app.accounts.models import Membership
from app.core.base.errors import Conflict
from app.core.storage.outbox import Letter
from app.core.storage.reference_numbers import Counter
from app.events.models import Event
from app.insights.schemas import TaskKind
from app.programmes.lifecycle import CallKind
from app.register import service
from app.register.lifecycle import PracticeState
from app.register.models import Practice
from app.register.schemas import PracticeStepTaken
from app.register.service import MOST_PRACTICES
from tests.conftest import SignIn
from tests.factories import (
    THEMES,
    a_call,
    a_practice,
    a_user,
    an_organisation,
    organisation_of,
    themes,
)

NEW: dict[str, Any] = {
    "title": "One counter for people who move",
    "summary": "A city tells fourteen offices by one form.",
    "text": "People tell the city once.",
    "results": "Nine of ten forms are done in a day.",
    "language": "en",
    "works_in": ["en", "fr"],
    "themes": THEMES,
    "sources": ["https://city.example.org/move", "Yearly report 2025"],
    "source_date": "2026-03-01",
}


@pytest.fixture
def team(session: Session, as_user: SignIn) -> TestClient:
    themes(session)
    return as_user(a_user(session))


@pytest.fixture
def staff(session: Session, as_user: SignIn) -> TestClient:
    return as_user(a_user(session, Role.STAFF))


def step(client: TestClient, key: object, name: str, reason: str = "") -> Any:
    return client.post(f"/api/v1/practices/{key}/steps/{name}", json={"reason": reason})


def written(client: TestClient, code: str) -> Any:
    headers = {"If-Match": "*"}
    return client.put(f"/api/v1/practices/{code}", json=NEW, headers=headers)


def listed(client: TestClient) -> dict[str, str]:
    items = client.get("/public/v1/practices").json()["items"]
    return {item["code"]: item["title"] for item in items}


def letters(session: Session) -> list[tuple[str, str]]:
    """The letters and the event of each, the earliest first."""
    found = session.exec(
        select(Letter.subject, Event.kind)
        .join(Event, col(Event.id) == col(Letter.event_id))
        .order_by(col(Letter.created_at))
    )
    return [(subject, str(kind)) for subject, kind in found]


def test_a_practice_is_offered_and_listed_without_any_call(
    session: Session, team: TestClient, staff: TestClient, client: TestClient
) -> None:
    made = team.post("/api/v1/practices", json=NEW)
    code = made.json()["code"]
    before = listed(client)

    states = [step(team, code, "offer"), step(staff, code, "list")]

    assert (made.status_code, before) == (201, {})
    assert made.headers["location"] == f"/api/v1/practices/{made.json()['id']}"
    assert [answer.json()["state"] for answer in states] == ["offered", "listed"]
    assert listed(client) == {code: NEW["title"]}
    assert letters(session) == [
        (f"Your practice {code} stands in the register", "practice.listed")
    ]


def test_a_draft_is_its_teams_alone_and_staff_read_what_is_offered(
    session: Session, team: TestClient, staff: TestClient, as_user: SignIn
) -> None:
    colleague = as_user(a_user(session))
    code = team.post("/api/v1/practices", json=NEW).json()["code"]
    address = f"/api/v1/practices/{code}"
    as_draft = [client.get(address).status_code for client in (team, staff, colleague)]
    step(team, code, "offer")

    assert as_draft == [200, 404, 404]
    assert [client.get(address).status_code for client in (team, staff, colleague)] == [
        *(200, 200, 404)
    ]
    step(team, code, "withdraw")
    assert [client.get(address).status_code for client in (team, staff)] == [200, 404]


def test_a_new_text_takes_the_place_of_what_is_listed_once_staff_agree(
    session: Session, team: TestClient, staff: TestClient, client: TestClient
) -> None:
    code = team.post("/api/v1/practices", json=NEW).json()["code"]
    step(team, code, "offer")
    step(staff, code, "list")
    step(team, code, "revise")
    address = f"/api/v1/practices/{code}"
    tag = team.get(address).headers["etag"]
    patch = {"title": "Two counters for people who move"}
    team.patch(address, json=patch, headers={"If-Match": tag})

    while_written = listed(client), staff.get(address).json()["title"]
    step(team, code, "offer")
    while_offered = listed(client), staff.get(address).json()["title"]
    step(staff, code, "list")

    assert while_written == ({code: NEW["title"]}, NEW["title"])
    assert while_offered == ({code: NEW["title"]}, patch["title"])
    assert listed(client) == {code: patch["title"]}


def test_staff_read_no_draft_in_a_list_or_a_table_either(
    session: Session, team: TestClient, staff: TestClient
) -> None:
    code = team.post("/api/v1/practices", json=NEW).json()["code"]
    step(team, code, "offer")
    step(staff, code, "list")
    step(team, code, "revise")
    address = f"/api/v1/practices/{code}"
    tag = team.get(address).headers["etag"]
    team.patch(address, json={"title": "canary draft"}, headers={"If-Match": tag})

    for form in ("json", "csv"):
        text = staff.get(f"/api/v1/practices?format={form}").text

        assert "canary" not in text
        assert NEW["title"] in text
    assert "canary" not in staff.get("/api/v1/audit?format=csv").text


@pytest.mark.parametrize(
    ("name", "state", "subject", "kind"),
    [
        ("ask-for-changes", "draft", "Please change your practice {}", "practice.returned"),
        ("decline", "declined", "Your practice {} is not listed", "practice.declined"),
    ],
)
def test_a_team_reads_why_it_is_not_listed_and_can_offer_it_again(
    session: Session,
    team: TestClient,
    staff: TestClient,
    client: TestClient,
    name: str,
    state: str,
    subject: str,
    kind: str,
) -> None:
    code = team.post("/api/v1/practices", json=NEW).json()["code"]
    step(team, code, "offer")

    step(staff, code, name, "Please tell since when it runs.")

    read = team.get(f"/api/v1/practices/{code}").json()
    assert (read["state"], read["message"]) == (state, "Please tell since when it runs.")
    assert letters(session) == [(subject.format(code), kind)]
    body = session.exec(select(Letter.body)).one()
    assert "Please tell since when it runs." in body
    assert listed(client) == {}
    if state == "declined":
        step(team, code, "revise")
    assert step(team, code, "offer").json()["message"] == ""


def test_what_is_withdrawn_or_removed_is_gone_from_the_register(
    session: Session, team: TestClient, staff: TestClient, client: TestClient
) -> None:
    codes = [team.post("/api/v1/practices", json=NEW).json()["code"] for _ in range(2)]
    for code in codes:
        step(team, code, "offer")
        step(staff, code, "list")
    step(team, codes[1], "revise")  # staff remove what is listed meanwhile, too

    step(team, codes[0], "withdraw")
    removed = step(staff, codes[1], "remove", "It names a person.")

    assert removed.status_code == 200
    assert listed(client) == {}
    assert [client.get(f"/public/v1/practices/{code}").status_code for code in codes] == [
        *(404, 404)
    ]
    assert letters(session)[-1][1] == "practice.removed"


def test_nobody_of_another_team_writes_or_moves_it_and_staff_do_not_write(
    session: Session, team: TestClient, staff: TestClient, as_user: SignIn
) -> None:
    other = as_user(a_user(session))
    code = team.post("/api/v1/practices", json=NEW).json()["code"]
    step(team, code, "offer")
    step(staff, code, "list")

    assert [written(who, code).status_code for who in (other, staff)] == [404, 403]
    for who, status in ((other, 404), (staff, 403)):
        assert step(who, code, "withdraw").status_code == status
        assert step(who, code, "revise").status_code == status
    assert step(team, code, "remove", "No.").status_code == 403
    assert staff.post("/api/v1/practices", json=NEW).status_code == 403


def test_somebody_of_the_staff_decides_about_nothing_of_their_own_organisation(
    session: Session, as_user: SignIn
) -> None:
    user = a_user(session, Role.STAFF)
    own = a_practice(
        session, organisation_id=organisation_of(session, user), state=PracticeState.OFFERED
    )
    session.add(
        Membership(
            user_id=user.id,
            organisation_id=organisation_of(session, user),
            role=Role.MEMBER,
        )
    )
    client = as_user(user)

    answer = step(client, own.code, "list")

    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "Your own organisation offers this practice.",
    )


def test_a_narrow_token_does_not_hide_whose_member_its_person_is(
    session: Session,
) -> None:
    practice = a_practice(session, state=PracticeState.OFFERED)
    assert practice.organisation_id is not None
    own = frozenset({practice.organisation_id})
    actor = Actor(
        a_user(session, Role.STAFF).id,
        {Role.STAFF: frozenset(), Role.MEMBER: own},
        scopes=frozenset({Action.PRACTICE_READ, Action.PRACTICE_CURATE}),
    )

    with pytest.raises(Conflict, match="Your own organisation"):
        service.take_step(session, actor, practice.id, "list", PracticeStepTaken())


def test_nobody_offers_in_the_name_of_another_organisation(
    session: Session, team: TestClient
) -> None:
    other = an_organisation(session)
    session.commit()

    answer = team.post("/api/v1/practices", json=NEW | {"organisation_id": str(other.id)})

    assert answer.status_code == 403
    assert session.exec(select(Practice)).first() is None


def test_what_waits_is_a_task_of_the_staff_and_what_comes_back_one_of_the_team(
    session: Session, team: TestClient, staff: TestClient
) -> None:
    codes = [team.post("/api/v1/practices", json=NEW).json()["code"] for _ in range(3)]
    for code in codes[:2]:
        step(team, code, "offer")

    waiting = staff.get("/api/v1/me/tasks").json()["tasks"]
    step(staff, codes[0], "ask-for-changes", "Since when?")

    assert [(task["what"], task["title"], task["count"]) for task in waiting] == [
        (TaskKind.LIST, "Register of practices", 2)
    ]
    tasks = team.get("/api/v1/me/tasks").json()["tasks"]
    assert [(task["what"], task["code"]) for task in tasks] == [(TaskKind.REWRITE, codes[0])]


def test_an_organisation_begins_a_bounded_number(session: Session, as_user: SignIn) -> None:
    themes(session)
    user = a_user(session)
    owner = organisation_of(session, user)
    session.add(Counter(series=f"practices {owner}", last=MOST_PRACTICES - 1))
    session.commit()
    client = as_user(user)

    answers = [client.post("/api/v1/practices", json=NEW) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 409]
    assert len(session.exec(select(Practice)).all()) == 1


def test_a_listed_practice_becomes_a_draft_of_a_solution(
    session: Session, team: TestClient, staff: TestClient
) -> None:
    call = a_call(session, CallKind.SOLUTIONS)
    session.commit()
    code = team.post("/api/v1/practices", json=NEW).json()["code"]
    address, body = f"/api/v1/practices/{code}/solutions", {"call_id": str(call.id)}
    too_early = team.post(address, json=body)
    step(team, code, "offer")
    step(staff, code, "list")

    made = team.post(address, json=body)

    assert (too_early.status_code, made.status_code) == (409, 201)
    solution = made.json()
    assert {name: solution[name] for name in ("title", "language", "themes", "state")} == {
        **{name: NEW[name] for name in ("title", "language", "themes")},
        "state": "draft",
    }
    assert solution["content"]["experience"] == NEW["text"]
    assert solution["content"]["evidence"] == NEW["results"]
    assert made.headers["location"] == f"/api/v1/solutions/{solution['id']}"
