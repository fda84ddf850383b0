"""A link of the demonstration signs in once, from this machine alone."""

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.models import BrowserSession
from app.accounts.service.demonstration_links import DemonstrationLinks
from tests.factories import a_person

HERE = ("127.0.0.1", 50000)


@pytest.fixture
def links(app: FastAPI) -> DemonstrationLinks:
    app.state.demonstration_links = links = DemonstrationLinks()
    return links


def from_place(browser: TestClient, place: tuple[str, int]) -> TestClient:
    return TestClient(
        browser.app,
        base_url="https://testserver",
        headers={"Accept": "text/html"},
        follow_redirects=False,
        client=place,
    )


def test_a_link_signs_in_without_password_and_authenticator_and_works_once(
    session: Session, browser: TestClient, links: DemonstrationLinks
) -> None:
    staff = a_person(session, Role.STAFF, email="staff@demo.example.org")
    session.commit()
    code = links.add(staff.email)
    here = from_place(browser, HERE)

    first = here.get(f"/demonstration?code={code}")
    page = here.get("/tasks")
    second = from_place(browser, HERE).get(f"/demonstration?code={code}")

    assert (first.status_code, first.headers["location"]) == (303, "/tasks")
    assert (page.status_code, second.status_code) == (200, 404)
    assert "This link does not exist or was used." in second.text


@pytest.mark.parametrize("place", [("192.0.2.7", 50000), ("testclient", 50000)])
def test_from_elsewhere_there_is_nothing_and_the_link_still_works_here(
    session: Session, browser: TestClient, links: DemonstrationLinks, place: tuple[str, int]
) -> None:
    person = a_person(session)
    session.commit()
    code = links.add(person.email)

    away = from_place(browser, place).get(f"/demonstration?code={code}")

    assert away.status_code == 404
    assert session.exec(select(BrowserSession)).all() == []
    assert from_place(browser, HERE).get(f"/demonstration?code={code}").status_code == 303


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_through_a_proxy_of_this_machine_there_is_nothing(
    session: Session, browser: TestClient, links: DemonstrationLinks, header: str
) -> None:
    person = a_person(session)
    session.commit()
    code = links.add(person.email)

    answer = from_place(browser, HERE).get(
        f"/demonstration?code={code}", headers={header: "192.0.2.7"}
    )

    assert answer.status_code == 404


def test_a_link_of_somebody_who_is_gone_signs_nobody_in(
    browser: TestClient, links: DemonstrationLinks
) -> None:
    code = links.add("gone@demo.example.org")

    assert from_place(browser, HERE).get(f"/demonstration?code={code}").status_code == 404


def test_a_service_that_is_no_demonstration_has_no_link(app: FastAPI) -> None:
    assert vars(app.state.demonstration_links)["_emails"] == {}
