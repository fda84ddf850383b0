"""Calls: drafted, published, and open or closed by the clock alone."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from sqlmodel import Session

from app.access.policy import OPERATOR, Role
from app.core.base.errors import TransitionNotAllowed
from app.programmes import service
from app.programmes.lifecycle import LIFE, CallState, Phase, phase
from app.programmes.models import Call
from app.programmes.schemas import CallQuery
from tests.conftest import SignIn
from tests.factories import a_call, a_programme, a_user

OPENS, CLOSES = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
ENDS = CLOSES + timedelta(minutes=30)
TICK = timedelta(microseconds=1)
DRAFT = {
    "kind": "challenges",
    "code": "spring-challenges",
    "title": "Call for challenges",
    "opens_at": "2026-03-29T01:30:00+01:00",
    "closes_at": "2026-10-25T02:30:00+02:00",
    "zone": "Europe/Paris",
}


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (OPENS - TICK, Phase.SCHEDULED),
        (OPENS, Phase.OPEN),
        (CLOSES - TICK, Phase.OPEN),
        (CLOSES, Phase.GRACE),
        (ENDS - TICK, Phase.GRACE),
        (ENDS, Phase.CLOSED),
    ],
)
def test_a_published_call_is_open_from_its_first_instant_to_before_its_last(
    session: Session, monkeypatch: pytest.MonkeyPatch, at: datetime, expected: Phase
) -> None:
    call = a_call(session, opens_at=OPENS, closes_at=CLOSES, ends_at=ENDS)
    monkeypatch.setattr(service, "now", lambda: at)

    listed = {
        wanted: [c.id for c in service.calls(session, OPERATOR, CallQuery(phase=[wanted])).rows]
        for wanted in Phase
    }

    assert phase(call, at) is service.describe(OPERATOR, call).phase is expected
    assert listed == {wanted: [call.id] if wanted is expected else [] for wanted in Phase}


@pytest.mark.parametrize("state", [CallState.DRAFT, CallState.CANCELLED])
def test_a_call_that_is_not_published_is_never_open(
    session: Session, monkeypatch: pytest.MonkeyPatch, state: CallState
) -> None:
    call = a_call(session, opens_at=OPENS, closes_at=CLOSES, state=state)
    monkeypatch.setattr(service, "now", lambda: OPENS)

    assert service.describe(OPERATOR, call).phase is Phase(state)
    assert service.calls(session, OPERATOR, CallQuery(phase=[Phase.OPEN])).rows == []
    found = service.calls(session, OPERATOR, CallQuery(phase=[Phase(state)])).rows
    assert [c.id for c in found] == [call.id]


@pytest.mark.parametrize(("state", "name"), list(product(CallState, LIFE.steps)))
def test_a_step_of_a_call_leads_where_the_table_says(state: CallState, name: str) -> None:
    allowed = {
        ("draft", "publish"): "published",
        ("published", "cancel"): "cancelled",
    }

    if (state, name) in allowed:
        assert LIFE.advance(state, LIFE.step(name), None) == allowed[state, name]
    else:
        with pytest.raises(TransitionNotAllowed):
            LIFE.advance(state, LIFE.step(name), None)


def test_staff_draft_a_call_and_a_lead_publishes_it(session: Session, as_user: SignIn) -> None:
    staff, lead = (as_user(a_user(session, role)) for role in (Role.STAFF, Role.LEAD))
    member = as_user(a_user(session))
    programme = staff.post(
        "/api/v1/programmes",
        json={"code": "spring", "title": "Spring edition", "zone": "Europe/Paris"},
    )
    drafted = staff.post("/api/v1/calls", json=DRAFT | {"programme_id": programme.json()["id"]})
    address = f"/api/v1/calls/{drafted.json()['id']}"
    hidden = member.get(address)
    refused = staff.post(f"{address}/steps/publish")
    steps = staff.get(f"{address}/steps")
    published = lead.post(f"{address}/steps/publish")

    assert programme.status_code == drafted.status_code == 201
    assert drafted.json() == {
        "id": drafted.json()["id"],
        **DRAFT,
        "programme_id": programme.json()["id"],
        "opens_at": "2026-03-29T00:30:00Z",
        "closes_at": "2026-10-25T00:30:00Z",
        "opens_local": "2026-03-29T01:30:00+01:00",
        "closes_local": "2026-10-25T02:30:00+02:00",
        "ends_at": "2026-10-25T00:30:00Z",
        "ends_local": "2026-10-25T02:30:00+02:00",
        "promised": [],
        "state": "draft",
        "phase": "draft",
        "notes": "",
        "version": 1,
    }
    assert hidden.status_code == 404
    assert refused.status_code == 403
    assert steps.json()["steps"][0] == {
        "name": "publish",
        "label": "Publish the call",
        "target": "published",
        "open": False,
        "reason": "Your roles do not include call:publish here.",
        "missing": [],
    }
    assert published.json()["state"] == "published"
    for_everybody = published.json()
    del for_everybody["notes"]
    assert member.get(address).json() == for_everybody
    assert [
        c["code"] for c in member.get("/api/v1/calls?programme=spring").json()["items"]
    ] == ["spring-challenges"]


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"closes_at": "2026-03-01T00:00:00Z"}, ["/"]),
        ({"closes_at": "2026-10-25T02:30:00"}, ["/closes_at"]),
        ({"zone": "Paris"}, ["/zone"]),
        ({"code": "Spring!"}, ["/code"]),
        ({"kind": "problems"}, ["/kind"]),
        ({"state": "published"}, ["/state"]),
        ({"title": ""}, ["/title"]),
    ],
)
def test_a_call_that_is_not_sound_is_refused(
    session: Session, as_user: SignIn, change: dict[str, str], pointers: list[str]
) -> None:
    body = DRAFT | {"programme_id": str(a_programme(session).id)} | change

    answer = as_user(a_user(session, Role.STAFF)).post("/api/v1/calls", json=body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers
    assert session.get(Call, uuid4()) is None


def test_a_code_is_given_once(session: Session, as_user: SignIn) -> None:
    staff = as_user(a_user(session, Role.STAFF))
    body = {"code": "spring", "title": "Spring edition"}
    programme = staff.post("/api/v1/programmes", json=body).json()
    call = DRAFT | {"programme_id": programme["id"]}
    staff.post("/api/v1/calls", json=call)

    again = [
        staff.post("/api/v1/programmes", json=body),
        staff.post("/api/v1/calls", json=call),
    ]

    assert [a.status_code for a in again] == [409, 409]
    assert [a.json()["detail"] for a in again] == [
        "There is a programme with the code spring already.",
        "The programme has a call spring-challenges already.",
    ]


def test_a_call_needs_a_programme_and_a_permission(session: Session, as_user: SignIn) -> None:
    body = DRAFT | {"programme_id": str(uuid4())}

    assert (
        as_user(a_user(session, Role.STAFF)).post("/api/v1/calls", json=body).status_code == 422
    )
    assert as_user(a_user(session)).post("/api/v1/calls", json=body).status_code == 403
    programme = {"code": "spring", "title": "Spring edition"}
    answer = as_user(a_user(session)).post("/api/v1/programmes", json=programme)
    assert answer.status_code == 403


def test_programmes_are_read_by_everybody(session: Session, as_user: SignIn) -> None:
    programme = a_programme(session, code="spring", title="Spring edition")
    a_programme(session, code="autumn")
    client = as_user(a_user(session, Role.REVIEWER))

    listed = client.get("/api/v1/programmes?code=spring").json()["items"]

    assert [item["title"] for item in listed] == ["Spring edition"]
    assert client.get(f"/api/v1/programmes/{programme.id}").json() == listed[0]
    assert client.get(f"/api/v1/programmes/{uuid4()}").status_code == 404


@pytest.mark.parametrize(
    "providers", [{"min": 3, "max": 2}, {"min": -1}, {"max": 0}, {"most": 2}]
)
def test_a_programme_wants_a_sound_number_of_providers(
    session: Session, as_user: SignIn, providers: dict[str, int]
) -> None:
    body = {"code": "spring", "title": "Spring edition", "providers": providers}

    answer = as_user(a_user(session, Role.STAFF)).post("/api/v1/programmes", json=body)

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("closes_at", "zone", "detail"),
    [
        (
            "2027-07-01T00:00:00+01:00",
            "Europe/Paris",
            "the offset +01:00 is not that of Europe/Paris at this time, which is +02:00; "
            "write 2027-07-01T00:00:00+02:00 or 2027-07-01T01:00:00+02:00",
        ),
        (
            "2027-07-01T24:00:00Z",
            "Europe/Paris",
            "It is no date and time that exists. Write it in full, hours from 00 to 23, such "
            "as 2026-11-21T10:00:00Z.",
        ),
        (
            "2027-07-01T23:00:00",
            "Europe/Paris",
            "Say in which zone: end it with Z, or with an offset such as +01:00.",
        ),
    ],
)
def test_an_instant_is_announced_at_the_hour_that_is_written(
    session: Session, as_user: SignIn, closes_at: str, zone: str, detail: str
) -> None:
    programme = a_programme(session)
    session.commit()
    new = {
        "programme_id": str(programme.id),
        "kind": "challenges",
        "code": "a-call",
        "title": "Call for challenges",
        "opens_at": "2027-01-01T00:00:00+01:00",
        "closes_at": closes_at,
        "zone": zone,
    }

    answer = as_user(a_user(session, Role.LEAD)).post("/api/v1/calls", json=new)

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/closes_at", "detail": detail}]
