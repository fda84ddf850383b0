"""Names of organisations that read alike are found and told, and never made one in silence."""

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.organisations.models import Organisation
from tests.conftest import SignIn
from tests.factories import a_user, an_organisation

ADDRESS = "/api/v1/organisations"
NAME = "Ministère de l'Eau"
ALIKE = [
    "MINISTÈRE DE L'EAU",
    "Ministe\u0300re de l\u2019Eau",
    "Ministère  de  l'eau",
    "\uff2dinistère de l'Eau",
]


@pytest.fixture
def staff(session: Session, as_user: SignIn) -> TestClient:
    an_organisation(session, name=NAME, country="FR")
    return as_user(a_user(session, Role.STAFF))


@pytest.mark.parametrize("name", [NAME, *ALIKE])
def test_a_second_one_that_reads_the_same_is_refused_with_the_first(
    session: Session, staff: TestClient, name: str
) -> None:
    answer = staff.post(ADDRESS, json={"name": name, "country": "FR"})

    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        f"There is an organisation {NAME} in FR already.",
    )


@pytest.mark.parametrize("name", ALIKE)
def test_a_person_is_not_added_to_one_that_only_reads_the_same(
    session: Session, as_user: SignIn, staff: TestClient, name: str
) -> None:
    admin = as_user(a_user(session, Role.ADMIN))
    before = len(session.exec(select(Organisation)).all())
    ann = {"email": "ann@example.org", "name": "Ann", "role": "member"}

    answer = admin.post(
        "/api/v1/users", json={**ann, "organisation": {"name": name, "country": "FR"}}
    )

    is_the_same = name == "Ministe\u0300re de l'Eau"
    assert answer.status_code == (201 if is_the_same else 409)
    assert len(session.exec(select(Organisation)).all()) == before


def test_another_country_has_its_own(staff: TestClient) -> None:
    assert staff.post(ADDRESS, json={"name": NAME.upper(), "country": "BE"}).status_code == 201


def test_one_keeps_its_name_in_another_spelling_and_takes_no_other(
    session: Session, staff: TestClient
) -> None:
    other = staff.post(ADDRESS, json={"name": "Agence de l'Eau", "country": "FR"})
    address = f"{ADDRESS}/{other.json()['id']}"
    tag = {"If-Match": "*"}

    respelt = staff.put(address, json={"name": "AGENCE DE L'EAU", "country": "FR"}, headers=tag)
    taken = staff.put(address, json={"name": ALIKE[0], "country": "FR"}, headers=tag)

    assert (respelt.status_code, respelt.json()["name"]) == (200, "AGENCE DE L'EAU")
    assert taken.status_code == 409
