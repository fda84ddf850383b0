"""A service that only reads: signed in is who was, and nothing about anybody changes."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi import FastAPI
from sqlmodel import Session, SQLModel, select, update
from starlette.testclient import TestClient

from app.access.policy import OPERATOR
from app.accounts.lifecycle import UserState
from app.accounts.models import BrowserSession, OneTimeLink, User
from app.accounts.service import one_time_links
from app.accounts.service.browser_sessions import TOUCH
from app.core.base.clock import now
from app.core.storage.database import Database
from tests.accounts.conftest import Enter, heading
from tests.factories import PASSWORD, a_person


def contents(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    session.expire_all()
    return {
        table.name: sorted(map(tuple, session.execute(table.select()).all()), key=str)
        for table in SQLModel.metadata.sorted_tables
    }


@pytest.fixture
def stop_writing(app: FastAPI, database: Database) -> Callable[[], None]:
    """What `COUNTERPART_READ_ONLY` does, from here on."""

    def stop() -> None:
        app.state.database = replace(database, read_only=True)

    return stop


def a_link(session: Session, user: User) -> str:
    address = one_time_links.link_for(session, OPERATOR, user, public_url="https://testserver")
    return address.partition("code=")[2]


def test_nobody_signs_in_accepts_or_gets_a_new_password(
    session: Session, browser: TestClient, stop_writing: Callable[[], None]
) -> None:
    ann = a_person(session, email="ann@example.org")
    bob = a_person(session, email="bob@example.org", state=UserState.INVITED)
    new = {"password": "another violet cabinet rowing"}
    tries = {
        "/sign-in": {"email": ann.email, "password": PASSWORD},
        "/reset": {"email": ann.email},
        "/reset/password": {"code": a_link(session, ann), **new},
        "/invitation": {"code": a_link(session, bob), "agreed": "true", **new},
    }
    session.commit()
    before = contents(session)
    stop_writing()

    answers = {path: browser.post(path, data=data) for path, data in tries.items()}

    assert {
        path: (a.status_code, heading(a.text)) for path, a in answers.items()
    } == dict.fromkeys(tries, (503, "Read-only mode"))
    assert contents(session) == before
    assert len(session.exec(select(OneTimeLink)).all()) == 2


def test_who_is_signed_in_goes_on_reading_and_nothing_is_noted(
    session: Session, enter: Enter, stop_writing: Callable[[], None]
) -> None:
    user = a_person(session)
    browser = enter(user)
    session.execute(update(BrowserSession).values(seen_at=now() - 2 * TOUCH))
    session.commit()
    before = contents(session)
    stop_writing()

    answer = browser.get("/profile")

    assert (answer.status_code, heading(answer.text)) == (200, user.name)
    assert contents(session) == before
