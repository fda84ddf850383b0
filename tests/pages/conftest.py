"""The browser without a window of the accounts, and people in it who need no authenticator."""

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from tests.accounts.conftest import browser, enter, open_browser, settings
from tests.factories import a_token, a_user

__all__ = ["browser", "enter", "open_browser", "settings"]


def as_role(session: Session, browser: TestClient, role: Role) -> TestClient:
    """Somebody in a role with a token: it reads pages as a browser does."""
    browser.headers["Authorization"] = f"Bearer {a_token(session, a_user(session, role))}"
    session.commit()
    return browser


@pytest.fixture
def staff(session: Session, browser: TestClient) -> TestClient:
    return as_role(session, browser, Role.STAFF)


@pytest.fixture
def lead(session: Session, browser: TestClient) -> TestClient:
    return as_role(session, browser, Role.LEAD)


@pytest.fixture
def auditor(session: Session, browser: TestClient) -> TestClient:
    return as_role(session, browser, Role.AUDITOR)


@pytest.fixture
def admin(session: Session, browser: TestClient) -> TestClient:
    return as_role(session, browser, Role.ADMIN)
