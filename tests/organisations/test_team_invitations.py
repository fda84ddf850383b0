"""Staff invite teams: a new organisation, its people as members, and nobody else."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.access.policy import TEAM_ROLES, Role
from app.accounts.lifecycle import UserState
from app.accounts.models import Membership, OneTimeLink, User
from app.core.storage.audit import AuditEvent
from app.core.storage.outbox import Letter
from app.organisations.models import Organisation
from app.organisations.service.people import JOINING
from tests.conftest import SignIn
from tests.factories import a_token, a_user, organisation_of

TEAM = {"name": "Ministry of Water", "country": "NL"}
ZOE = {"email": "zoe@example.org", "name": "Zoe", "role": "member", "organisation": TEAM}
INVITERS = [Role.STAFF, Role.LEAD]


@pytest.fixture(params=INVITERS)
def desk(request: pytest.FixtureRequest, session: Session) -> User:
    """Somebody of the staff of the incubator."""
    return a_user(session, request.param)


@pytest.fixture
def staff(desk: User, as_user: SignIn) -> TestClient:
    return as_user(desk)


def wide(email: str) -> str:
    """Return an address in the wide letters of an Asian keyboard."""
    return email.translate({letter: letter + 0xFEE0 for letter in range(0x61, 0x7B)})


def of_the_team(session: Session, name: str = TEAM["name"]) -> dict[str, str]:
    """Return what names the organisation of a team that is there."""
    found = session.exec(select(Organisation).where(Organisation.name == name)).one()
    return {"name": found.name, "country": found.country}


def recipients(session: Session, subject: str) -> list[str]:
    return list(session.exec(select(Letter.recipient).where(Letter.subject == subject)))


def test_staff_invite_a_team_that_is_new(
    session: Session, staff: TestClient, desk: User
) -> None:
    invited = staff.post("/api/v1/users", json=ZOE)

    zoe = session.exec(select(User).where(User.email == ZOE["email"])).one()
    held = session.exec(select(Membership).where(Membership.user_id == zoe.id)).one()
    team = session.exec(select(Organisation).where(Organisation.name == TEAM["name"])).one()
    assert invited.status_code == 201, invited.text
    assert invited.json()["memberships"] == [
        {"id": str(held.id), "organisation_id": str(team.id), "role": "member"}
    ]
    assert zoe.state is UserState.INVITED
    assert recipients(session, "Your invitation to Counterpart") == [ZOE["email"]]
    events = session.exec(select(AuditEvent).where(AuditEvent.actor_id == desk.id)).all()
    assert [(event.action, event.subject_kind) for event in events] == [
        ("add", "organisation"),
        ("add", "user"),
    ]


@pytest.mark.parametrize("role", [role for role in Role if role not in TEAM_ROLES])
def test_staff_invite_nobody_who_may_do_more_than_a_team(
    session: Session, staff: TestClient, role: Role
) -> None:
    answer = staff.post("/api/v1/users", json=ZOE | {"role": role})

    assert (answer.status_code, answer.json()["code"]) == (403, "not-permitted")
    assert session.exec(select(User).where(User.email == ZOE["email"])).first() is None
    assert session.exec(select(Letter)).all() == []
    named = select(Organisation).where(Organisation.name == TEAM["name"])
    assert session.exec(named).first() is None


@pytest.mark.parametrize("spelling", [str, " {} ".format, str.upper, wide])
def test_staff_give_no_role_to_somebody_who_has_an_account_and_not_to_themselves(
    session: Session, staff: TestClient, desk: User, spelling: Callable[[str], str]
) -> None:
    other = a_user(session, Role.MEMBER)
    session.commit()
    before = len(session.exec(select(Membership)).all())

    answers = [
        staff.post("/api/v1/users", json=ZOE | {"email": spelling(user.email)})
        for user in (desk, other)
    ]

    assert {answer.status_code for answer in answers} <= {409, 422}
    assert len(session.exec(select(Membership)).all()) == before
    assert session.exec(select(Letter)).all() == []


def test_the_people_of_a_team_hear_that_staff_invite_somebody_into_it(
    session: Session, staff: TestClient
) -> None:
    """A second address of one of the staff would otherwise read drafts in silence."""
    ann = a_user(session, email="ann@example.org")
    team = organisation_of(session, ann)
    for email, state, role in (
        ("bob@example.org", UserState.ACTIVE, Role.MEMBER),
        ("left@example.org", UserState.DEACTIVATED, Role.MEMBER),
        ("reviewer@example.org", UserState.ACTIVE, Role.REVIEWER),
    ):
        a_user(session, role, email=email, state=state, organisation_id=team)
    a_user(session, email="elsewhere@example.org")
    session.commit()
    name = session.get_one(Organisation, team).name

    answers = [
        staff.post(
            "/api/v1/users",
            json=ZOE | {"email": email, "organisation": of_the_team(session, name)},
        )
        for email in ("zoe@example.org", "zora@example.org")
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert sorted(recipients(session, JOINING)) == ["ann@example.org", "bob@example.org"]
    letter = session.exec(select(Letter).where(Letter.subject == JOINING)).first()
    assert letter is not None
    assert not {"Zoe", "zoe@example.org", name} & set(letter.body.split())


# --- who waits, and another letter ---


def waiting(session: Session, email: str, role: Role = Role.MEMBER, **more: Any) -> User:
    user = a_user(session, role, email=email, state=UserState.INVITED, **more)
    session.commit()
    return user


def emails(answer: Any) -> list[str]:
    return [item["email"] for item in answer.json()["items"]]


def test_staff_list_the_people_of_teams_who_wait_and_nobody_else(
    session: Session, staff: TestClient, as_user: SignIn
) -> None:
    zoe = waiting(session, "zoe@example.org")
    a_user(session, email="active@example.org")
    a_user(session, email="left@example.org", state=UserState.DEACTIVATED)
    waiting(session, "boss@example.org", Role.ADMIN)
    both = waiting(session, "both@example.org")
    session.add(
        Membership(
            user_id=both.id, organisation_id=organisation_of(session, zoe), role=Role.REVIEWER
        )
    )
    session.commit()
    admin = as_user(a_user(session, Role.ADMIN))
    team = {"organisation": str(organisation_of(session, zoe))}

    assert emails(staff.get("/api/v1/invitations")) == ["zoe@example.org"]
    assert emails(staff.get("/api/v1/invitations", params=team)) == ["zoe@example.org"]
    assert sorted(emails(admin.get("/api/v1/invitations"))) == [
        "boss@example.org",
        "both@example.org",
        "zoe@example.org",
    ]
    assert "code=" not in staff.get("/api/v1/invitations").text


def test_staff_invite_again_who_waits_to_join_a_team(
    session: Session, staff: TestClient
) -> None:
    zoe = waiting(session, "zoe@example.org")

    answers = [staff.post(f"/api/v1/users/{zoe.id}/invitation") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert len(session.exec(select(OneTimeLink)).all()) == 1


@pytest.mark.parametrize("state", list(UserState))
@pytest.mark.parametrize("role", list(Role))
def test_the_desk_reads_who_waits_to_join_a_team_and_nobody_else(
    session: Session, as_user: SignIn, role: Role, state: UserState
) -> None:
    user = a_user(session, role, state=state)
    session.commit()
    desk, member = as_user(a_user(session, Role.STAFF)), as_user(a_user(session))

    answers = [client.get(f"/api/v1/users/{user.id}") for client in (desk, member)]

    may = role in TEAM_ROLES and state is UserState.INVITED
    assert [answer.status_code for answer in answers] == [200 if may else 404, 404]


@pytest.mark.parametrize("state", list(UserState))
@pytest.mark.parametrize("role", list(Role))
def test_staff_write_a_link_to_nobody_who_does_not_wait_to_join_a_team(
    session: Session, staff: TestClient, role: Role, state: UserState
) -> None:
    user = a_user(session, role, state=state)
    session.commit()

    answer = staff.post(f"/api/v1/users/{user.id}/invitation")

    may = role in TEAM_ROLES and state is UserState.INVITED
    assert answer.status_code == (204 if may else 404)
    assert len(session.exec(select(OneTimeLink)).all()) == may


def test_who_gets_another_role_while_waiting_is_out_of_the_reach_of_staff(
    session: Session, staff: TestClient, as_user: SignIn
) -> None:
    zoe = waiting(session, "zoe@example.org")
    admin = as_user(a_user(session, Role.ADMIN))
    draft = {"organisation_id": str(organisation_of(session, zoe)), "role": "staff"}
    assert admin.post(f"/api/v1/users/{zoe.id}/memberships", json=draft).status_code == 201

    answer = staff.post(f"/api/v1/users/{zoe.id}/invitation")

    assert (answer.status_code, emails(staff.get("/api/v1/invitations"))) == (404, [])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "memberships", {"role": "member"}),
        ("DELETE", "memberships/{membership}", None),
        ("DELETE", "second-factor", None),
        ("GET", "sessions", None),
        ("DELETE", "sessions", None),
        ("POST", "hand-over", {"to": "{me}"}),
        ("POST", "steps/deactivate", {}),
        ("POST", "steps/reactivate", {}),
        ("POST", "steps/erase", {}),
    ],
)
def test_staff_touch_the_account_of_somebody_whom_they_have_invited_in_no_other_way(
    session: Session, staff: TestClient, desk: User, method: str, path: str, body: Any
) -> None:
    made = staff.post("/api/v1/users", json=ZOE).json()
    held = made["memberships"][0]
    if body == {"role": "member"}:
        body = body | {"organisation_id": held["organisation_id"]}
    if body == {"to": "{me}"}:
        body = {"to": str(desk.id)}
    address = f"/api/v1/users/{made['id']}/{path.format(membership=held['id'])}"

    answer = staff.request(method, address, json=body)

    assert answer.status_code == 403, answer.text
    zoe = session.get_one(User, UUID(made["id"]))
    assert zoe.state is UserState.INVITED
    roles = session.exec(select(Membership.role).where(col(Membership.user_id) == zoe.id))
    assert list(roles) == [Role.MEMBER]


def test_a_token_that_only_invites_teams_does_so_and_no_more(
    session: Session, staff: TestClient, as_user: SignIn
) -> None:
    admin = a_user(session, Role.ADMIN)
    secret = a_token(session, admin, scopes=["team:invite"])
    session.commit()
    narrow = {"Authorization": f"Bearer {secret}"}

    as_member = staff.post("/api/v1/users", json=ZOE, headers=narrow)
    as_admin = staff.post(
        "/api/v1/users",
        json=ZOE | {"email": "zora@example.org", "role": "admin"},
        headers=narrow,
    )

    assert [as_member.status_code, as_admin.status_code] == [201, 403]
