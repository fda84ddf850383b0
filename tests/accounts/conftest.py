"""A browser without a window: it keeps cookies, wants pages, and follows nothing by itself."""

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlmodel import Session
from starlette.testclient import TestClient

from app.accounts.models import User
from app.core.storage.database import Database
from app.settings import Settings
from tests.factories import KEY, PASSWORD, an_authenticator

Enter = Callable[[User], TestClient]


@pytest.fixture
def settings(url: str) -> Settings:
    return Settings(
        database_url=url,
        embedded_worker=False,
        secret_keys=SecretStr(KEY),
        public_url="https://testserver",
    )


@pytest.fixture
def open_browser(
    app: FastAPI, settings: Settings, database: Database
) -> Callable[[], TestClient]:
    app.state.database, app.state.settings = database, settings
    return lambda: TestClient(
        app,
        base_url="https://testserver",
        headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"},
        follow_redirects=False,
    )


@pytest.fixture
def browser(open_browser: Callable[[], TestClient]) -> TestClient:
    return open_browser()


@pytest.fixture
def enter(session: Session, open_browser: Callable[[], TestClient]) -> Enter:
    """A browser in which a person has signed in, with all that the role asks for."""

    def sign_in(user: User) -> TestClient:
        session.commit()
        browser = open_browser()
        answer = browser.post("/sign-in", data={"email": user.email, "password": PASSWORD})
        if answer.headers["location"].startswith("/sign-in/enrolment"):
            totp = an_authenticator(session, user)
            session.commit()
            browser.post("/sign-in", data={"email": user.email, "password": PASSWORD})
            answer = browser.post("/sign-in/second-factor", data={"code": totp.now()})
        assert answer.headers["location"] == "/tasks"
        return browser

    return sign_in


def mistakes(page: str) -> list[str]:
    """What a page says beside its fields."""
    pattern = r'govuk-error-message">\s*<span[^>]*>Error:</span> (.*?)\s*</p>'
    return re.findall(pattern, page, re.DOTALL)


def heading(page: str) -> str:
    (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", page)
    return str(found)
