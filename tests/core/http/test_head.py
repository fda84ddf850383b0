"""HEAD answers what GET does, without the content."""

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from tests.conftest import SignIn
from tests.factories import a_programme, a_user

# What is another in each answer.
OWN = {"x-request-id", "date"}


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/livez",
        "/readyz",
        "/docs",
        "/openapi.json",
        "/api/v1/programmes",
        "/api/v1/programmes?format=csv",
        "/api/v1/challenges",
        "/nowhere",
    ],
)
def test_head_answers_what_get_does_without_the_content(
    session: Session, as_user: SignIn, address: str
) -> None:
    a_programme(session)
    client: TestClient = as_user(a_user(session, Role.STAFF))

    got, head = client.get(address), client.head(address)

    assert (head.status_code, head.content) == (got.status_code, b"")
    shown = [{k: v for k, v in a.headers.items() if k not in OWN} for a in (got, head)]
    assert shown[0] == shown[1]


def test_what_only_takes_a_post_answers_no_head(session: Session, as_user: SignIn) -> None:
    assert as_user(a_user(session)).head("/api/v1/verdicts/nothing/undo").status_code == 405
