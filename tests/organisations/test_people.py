"""Users and their roles: who sees whom, who changes what, and that somebody administers."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.lifecycle import UserState
from app.accounts.models import Membership, User
from app.organisations.models import Organisation
from tests.conftest import SignIn
from tests.factories import a_user, an_organisation, organisation_of

DRAFT = {"name": "Ministry of Water", "country": "NL"}


def names(answer: Any) -> list[str]:
    return [item["name"] for item in answer.json()["items"]]


def admins(session: Session) -> int:
    session.expire_all()
    statement = (
        select(Membership.user_id)
        .join(User)
        .where(Membership.role == Role.ADMIN, User.state == UserState.ACTIVE)
    )
    return len(set(session.exec(statement)))


def membership_of(session: Session, user: User) -> UUID:
    return session.exec(select(Membership.id).where(Membership.user_id == user.id)).one()


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.MEMBER, ["Ann", "Me"]),
        (Role.REVIEWER, 403),
        (Role.ADVISOR, 403),
        (Role.STAFF, 403),
        (Role.AUDITOR, 403),
        (Role.LEAD, ["Ann", "Me", "Zoe"]),
        (Role.ADMIN, ["Ann", "Me", "Zoe"]),
    ],
)
def test_each_role_sees_whom_it_may_in_the_list_and_one_by_one(
    session: Session, as_user: SignIn, role: Role, seen: list[str] | int
) -> None:
    team = an_organisation(session).id
    people = {
        "Ann": a_user(session, name="Ann", organisation_id=team),
        "Zoe": a_user(session, name="Zoe"),
    }
    client = as_user(a_user(session, role, name="Me", organisation_id=team))

    listed = client.get("/api/v1/users")

    if isinstance(seen, int):
        assert listed.status_code == seen
        seen = []
    else:
        assert names(listed) == seen
    for name, user in people.items():
        status = client.get(f"/api/v1/users/{user.id}").status_code
        assert status == (200 if name in seen else 404), name


def test_a_user_out_of_reach_looks_like_none(session: Session, as_user: SignIn) -> None:
    other, client = a_user(session), as_user(a_user(session))

    hidden = client.get(f"/api/v1/users/{other.id}")
    absent = client.get(f"/api/v1/users/{uuid4()}")

    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "detail": "", "instance": ""} == {
        **absent.json(),
        "detail": "",
        "instance": "",
    }


def test_the_list_is_filtered_and_costs_the_same_for_more_people(
    session: Session, as_user: SignIn
) -> None:
    team = an_organisation(session)
    client = as_user(a_user(session, Role.ADMIN, name="Me"))
    a_user(session, name="Ann", organisation_id=team.id)
    a_user(session, name="Bob", organisation_id=team.id, state=UserState.INVITED)
    session.commit()

    by_state = client.get("/api/v1/users", params={"state": "invited"})
    by_team = client.get("/api/v1/users", params={"organisation": str(team.id)})

    assert names(by_state) == ["Bob"]
    assert names(by_team) == ["Ann", "Bob"]
    (bob,) = by_state.json()["items"]
    assert bob["memberships"] == [
        {"id": bob["memberships"][0]["id"], "organisation_id": str(team.id), "role": "member"}
    ]
    assert client.get("/api/v1/users", params={"email": "x"}).status_code == 400


def test_a_role_is_given_and_taken_away(session: Session, as_user: SignIn) -> None:
    client = as_user(a_user(session, Role.ADMIN))
    user = a_user(session)
    session.commit()
    address = f"/api/v1/users/{user.id}/memberships"
    draft = {"organisation_id": str(organisation_of(session, user)), "role": "reviewer"}

    made = client.post(address, json=draft)
    twice = client.post(address, json=draft)
    (reviewer,) = [m for m in made.json()["memberships"] if m["role"] == "reviewer"]
    gone = [client.delete(f"{address}/{reviewer['id']}").status_code for _ in range(2)]

    assert [made.status_code, twice.status_code, *gone] == [201, 409, 204, 404]
    after = client.get(f"/api/v1/users/{user.id}").json()["memberships"]
    assert [m["role"] for m in after] == ["member"]


def test_the_only_administrator_cannot_be_demoted_or_deactivated(
    session: Session, as_user: SignIn
) -> None:
    admin = a_user(session, Role.ADMIN)
    a_user(session, Role.ADMIN, state=UserState.DEACTIVATED)
    a_user(session, Role.ADMIN, state=UserState.INVITED)
    client = as_user(admin)
    address = f"/api/v1/users/{admin.id}"

    demoted = client.delete(f"{address}/memberships/{membership_of(session, admin)}")
    deactivated = client.post(f"{address}/steps/deactivate", json={"leave_empty": True})
    offered = client.get(f"{address}/steps").json()["steps"]

    assert (demoted.status_code, deactivated.status_code) == (409, 409)
    assert demoted.json()["remedy"] == "Make someone else an administrator first."
    assert [(step["name"], step["open"]) for step in offered] == [("deactivate", False)]
    assert admins(session) == 1


@pytest.mark.parametrize("how", ["demote", "deactivate", "both"])
def test_of_two_administrators_who_remove_each_other_at_once_one_stays(
    session: Session, as_user: SignIn, how: str
) -> None:
    people = [a_user(session, Role.ADMIN) for _ in range(2)]
    clients = [as_user(user) for user in people]
    memberships = [membership_of(session, user) for user in people]
    start = Barrier(2)

    def remove(client: TestClient, other: int) -> int:
        address = f"/api/v1/users/{people[other].id}"
        start.wait()
        if how == "demote" or (how == "both" and other):
            return client.delete(f"{address}/memberships/{memberships[other]}").status_code
        return client.post(f"{address}/steps/deactivate", json={}).status_code

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(remove, clients, [1, 0]))

    assert admins(session) == 1
    assert len([status for status in statuses if status < 300]) == 1, statuses
    assert all(status in {200, 204, 401, 403, 404, 409} for status in statuses), statuses


def test_one_of_two_administrators_may_go(session: Session, as_user: SignIn) -> None:
    one, other = (a_user(session, Role.ADMIN) for _ in range(2))
    client = as_user(one)

    gone = client.post(f"/api/v1/users/{other.id}/steps/deactivate", json={})

    assert (gone.status_code, admins(session)) == (200, 1)


def test_an_administrator_in_two_organisations_may_leave_one(
    session: Session, as_user: SignIn
) -> None:
    admin = a_user(session, Role.ADMIN)
    extra = Membership(
        user_id=admin.id, organisation_id=an_organisation(session).id, role=Role.ADMIN
    )
    session.add(extra)
    client = as_user(admin)

    answer = client.delete(f"/api/v1/users/{admin.id}/memberships/{extra.id}")

    assert (answer.status_code, admins(session)) == (204, 1)


# --- organisations ---


ANY = {"If-Match": "*"}


@pytest.mark.parametrize("role", list(Role))
def test_staff_leads_and_administrators_look_after_organisations(
    session: Session, as_user: SignIn, role: Role
) -> None:
    client = as_user(a_user(session, role))

    status = client.post("/api/v1/organisations", json=DRAFT).status_code

    assert status == (201 if role in {Role.STAFF, Role.LEAD, Role.ADMIN} else 403)


def test_an_organisation_is_changed_as_a_whole(session: Session, as_user: SignIn) -> None:
    client = as_user(a_user(session, Role.STAFF))
    made = client.post("/api/v1/organisations", json=DRAFT | {"subdivision": "NL-ZH"}).json()
    address = f"/api/v1/organisations/{made['id']}"

    changed = client.put(address, json=DRAFT | {"level": "central"}, headers=ANY)
    same_name = client.post("/api/v1/organisations", json=DRAFT)
    other = client.post("/api/v1/organisations", json=DRAFT | {"country": "BE"}).json()
    taken = client.put(f"/api/v1/organisations/{other['id']}", json=DRAFT, headers=ANY)

    assert changed.json() == {
        "id": made["id"],
        "name": "Ministry of Water",
        "country": "NL",
        "subdivision": None,
        "level": "central",
    }
    assert (same_name.status_code, taken.status_code) == (409, 409)
    assert client.put(address, json=DRAFT).status_code == 428
    assert client.put(address, json=DRAFT, headers={"If-Match": '"old"'}).status_code == 412
    assert session.get_one(Organisation, UUID(made["id"])).level == "central"


def test_a_member_reads_its_organisation_and_changes_nothing_of_it(
    session: Session, as_user: SignIn
) -> None:
    user, elsewhere = a_user(session), an_organisation(session).id
    client = as_user(user)

    own = client.put(f"/api/v1/organisations/{organisation_of(session, user)}", json=DRAFT)
    other = client.put(f"/api/v1/organisations/{elsewhere}", json=DRAFT)

    assert (own.status_code, other.status_code) == (403, 403)
