"""Where somebody tries from: what is counted as one place."""

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.accounts.dependencies import place_of
from app.accounts.service.sign_in_flow import OF_ONE
from tests.factories import PASSWORD, a_person


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:3:3:4:5:6", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_tries_are_counted_by_what_one_subscriber_has(host: str, place: str) -> None:
    assert place_of(host) == place


def test_another_address_of_the_same_network_is_no_other_place(
    session: Session, browser: TestClient
) -> None:
    a_person(session, email="ann@example.org")
    session.commit()
    guess = {"email": "ann@example.org", "password": "a guess"}

    answers = [
        TestClient(browser.app, "https://testserver", client=(f"2001:db8::{number:x}", 1)).post(
            "/sign-in", data=guess
        )
        for number in range(11)
    ]

    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


def test_one_place_alone_locks_nobody_out(session: Session, browser: TestClient) -> None:
    a_person(session, email="ann@example.org")
    session.commit()
    near, far = (
        TestClient(browser.app, "https://testserver", client=(host, 1), follow_redirects=False)
        for host in ("192.0.2.1", "192.0.2.2")
    )

    for _ in range(OF_ONE.most + 5):
        near.post("/sign-in", data={"email": "ann@example.org", "password": "a guess"})
    answer = far.post("/sign-in", data={"email": "ann@example.org", "password": PASSWORD})

    assert answer.status_code == 303
