"""Tokens say who is asking; organisations are seen by their own and by staff."""

from datetime import timedelta
from uuid import uuid4

import pytest
from pydantic import ValidationError
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import OPERATOR, Actor, Role
from app.accounts import service
from app.accounts.lifecycle import UserState
from app.accounts.models import Membership, Token, User
from app.core.base.clock import now
from app.core.base.errors import Conflict, NotFound, NotPermitted
from app.organisations.models import Organisation
from app.organisations.schemas import OrganisationDraft, UserDraft
from app.organisations.service import people
from tests.conftest import SignIn
from tests.factories import a_token, a_user, an_organisation, organisation_of

ORGANISATION = OrganisationDraft(name="Ministry of Water", country="NL")


def draft(email: str = "ann@example.org", role: Role = Role.ADMIN) -> UserDraft:
    return UserDraft(email=email, name="Ann", role=role, organisation=ORGANISATION)


def test_a_person_reads_who_they_are(session: Session, as_user: SignIn) -> None:
    organisation = an_organisation(session, name="Ministry of Rivers", level="central")
    user = a_user(session, organisation_id=organisation.id, name="Ann", email="ann@example.org")
    session.add(Membership(user_id=user.id, organisation_id=organisation.id, role=Role.AUDITOR))
    client = as_user(user)
    shown = {
        "id": str(organisation.id),
        "name": "Ministry of Rivers",
        "country": "FR",
        "subdivision": None,
        "level": "central",
    }

    assert client.get("/api/v1/me").json() == {
        "id": str(user.id),
        "name": "Ann",
        "email": "ann@example.org",
        "language": None,
        "zone": None,
        "memberships": [
            {"role": "auditor", "organisation": shown},
            {"role": "member", "organisation": shown},
        ],
    }


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer cpt_unknown"},
        {"Authorization": "Basic YW5uOmFubg=="},
        {"Authorization": "Bearer "},
    ],
)
def test_who_names_nobody_known_is_asked_to_sign_in(
    client: TestClient, headers: dict[str, str]
) -> None:
    answer = client.get("/api/v1/me", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "not-signed-in"


def test_a_token_that_has_ended_is_like_one_that_never_was(
    session: Session, client: TestClient
) -> None:
    user = a_user(session)
    ended = a_token(session, user, expires_at=now() - timedelta(seconds=1))
    revoked = a_token(session, user, revoked_at=now())
    session.commit()

    answers = [
        client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).json()
        for secret in (ended, revoked, "cpt_never")
    ]

    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["status"] == 401


@pytest.mark.parametrize("state", [UserState.DEACTIVATED, UserState.ERASED])
def test_a_token_of_somebody_who_has_left_is_like_one_that_never_was(
    session: Session, as_user: SignIn, state: UserState
) -> None:
    """Whatever became of the token itself."""
    user = a_user(session)
    client = as_user(user)
    before = client.get("/api/v1/me").status_code

    session.get_one(User, user.id).state = state
    session.commit()

    assert (before, client.get("/api/v1/me").status_code) == (200, 401)


def test_a_role_taken_away_counts_at_the_next_request(
    session: Session, as_user: SignIn
) -> None:
    user = a_user(session, Role.STAFF)
    client = as_user(user)
    before = client.get("/api/v1/match-runs").status_code

    membership = session.exec(select(Membership)).one()
    membership.role = Role.MEMBER
    session.commit()

    assert (before, client.get("/api/v1/match-runs").status_code) == (200, 403)


def test_only_the_hash_of_a_token_is_kept(session: Session) -> None:
    people.add_user(session, OPERATOR, draft())

    secret = service.issue_token(
        session, OPERATOR, "ANN@example.org", name="laptop", lifetime=timedelta(days=1)
    )

    token = session.exec(select(Token)).one()
    assert secret.startswith("cpt_")
    assert len(secret) == len("cpt_") + 43
    assert secret not in str(token.model_dump())
    assert repr(token) == f"Token({token.id})"
    assert service.authenticate(session, secret).roles == {
        Role.ADMIN: frozenset({session.exec(select(Organisation.id)).one()})
    }


def test_revoking_ends_the_tokens_of_that_name(session: Session) -> None:
    people.add_user(session, OPERATOR, draft())
    for name in ("demo", "demo", "laptop"):
        service.issue_token(
            session, OPERATOR, "ann@example.org", name=name, lifetime=timedelta(days=1)
        )

    assert service.revoke_tokens(session, OPERATOR, name="demo") == 2
    assert service.revoke_tokens(session, OPERATOR, name="demo") == 0
    held = session.exec(select(Token).where(Token.revoked_at == None)).all()  # noqa: E711 -- SQL
    assert [token.name for token in held] == ["laptop"]


def test_a_token_for_somebody_unknown_is_refused(session: Session) -> None:
    with pytest.raises(NotFound) as refusal:
        service.issue_token(
            session, OPERATOR, "bob@example.org", name="x", lifetime=timedelta(days=1)
        )

    assert refusal.value.remedy == "Add the user first, with `counterpart user add`."


def test_one_address_is_one_user_whatever_its_case(session: Session) -> None:
    people.add_user(session, OPERATOR, draft())

    with pytest.raises(Conflict, match=r"ANN@example\.org already"):
        people.add_user(session, OPERATOR, draft("ANN@example.org"))

    assert len(session.exec(select(User)).all()) == 1


def test_an_organisation_is_made_once(session: Session) -> None:
    people.add_user(session, OPERATOR, draft())
    people.add_user(session, OPERATOR, draft("bob@example.org"))

    assert [o.name for o in session.exec(select(Organisation))] == ["Ministry of Water"]


def test_a_role_is_granted_once(session: Session) -> None:
    user = people.add_user(session, OPERATOR, draft())

    for _ in range(2):
        people.grant(session, OPERATOR, user, ORGANISATION, Role.AUDITOR)

    roles = session.exec(select(Membership.role)).all()
    assert sorted(roles) == [Role.ADMIN, Role.AUDITOR]


def test_staff_do_not_look_after_users(session: Session) -> None:
    staff = Actor(uuid4(), {Role.STAFF: frozenset()})
    user = people.add_user(session, OPERATOR, draft())

    with pytest.raises(NotPermitted):
        people.add_user(session, staff, draft("bob@example.org"))
    with pytest.raises(NotPermitted):
        people.grant(session, staff, user, ORGANISATION, Role.LEAD)
    with pytest.raises(NotPermitted):
        service.revoke_tokens(session, staff, name="demo")
    with pytest.raises(NotPermitted):
        service.issue_token(
            session, staff, "ann@example.org", name="x", lifetime=timedelta(days=1)
        )


@pytest.mark.parametrize("country", ["UK", "XX", "France", ""])
def test_a_wrong_country_code_is_refused(country: str) -> None:
    with pytest.raises(ValidationError):
        OrganisationDraft(name="A ministry", country=country)


def test_members_see_their_organisation_and_staff_see_all(
    session: Session, as_user: SignIn
) -> None:
    member = a_user(session)
    own = organisation_of(session, member)
    other = an_organisation(session, country="IT")
    team, staff = as_user(member), as_user(a_user(session, Role.STAFF))

    assert [o["id"] for o in team.get("/api/v1/organisations").json()["items"]] == [str(own)]
    assert team.get(f"/api/v1/organisations/{own}").status_code == 200
    assert team.get(f"/api/v1/organisations/{other.id}").status_code == 404
    italian = staff.get("/api/v1/organisations?country=IT").json()["items"]
    assert [o["id"] for o in italian] == [str(other.id)]
    assert staff.get("/api/v1/organisations?country=UK").status_code == 400


def test_rows_about_people_show_no_personal_data_in_logs(session: Session) -> None:
    user = a_user(session, email="secret@example.org", name="Secret")

    assert repr(user) == f"User({user.id})"
