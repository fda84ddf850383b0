"""Whoever signs in hears of it when something changes by which they do."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import OPERATOR, Role
from app.accounts import service as accounts
from app.accounts.service import notices, second_factor
from app.accounts.service.notices import Notice
from app.core.base.clock import now
from app.core.storage.outbox import Letter
from tests.accounts.conftest import Enter
from tests.conftest import SignIn
from tests.factories import PASSWORD, a_person, a_user, an_authenticator

NEW = "quiet lantern orbit mustard"


def told(session: Session) -> list[tuple[str, str]]:
    session.expire_all()
    letters = session.exec(select(Letter).order_by(Letter.created_at))  # type: ignore[arg-type]  # -- a column
    return [(letter.recipient, letter.subject) for letter in letters]


def test_a_password_that_was_changed(session: Session, enter: Enter) -> None:
    user = a_person(session)
    browser = enter(user)

    browser.post("/profile/password", data={"current": PASSWORD, "password": NEW})

    assert told(session) == [(user.email, Notice.PASSWORD)]


def test_an_authenticator_that_was_added_and_a_recovery_code_that_was_used(
    session: Session, enter: Enter, browser: TestClient
) -> None:
    user = a_person(session, Role.STAFF)
    enter(user)
    (spare, *_) = second_factor.new_recovery_codes(session, user.id)
    session.commit()

    browser.post("/sign-in", data={"email": user.email, "password": PASSWORD})
    browser.post("/sign-in/second-factor", data={"code": spare})

    assert told(session) == [(user.email, Notice.RECOVERY_CODE)]


def test_an_authenticator_that_was_removed(session: Session, as_user: SignIn) -> None:
    user = a_person(session, Role.STAFF)
    an_authenticator(session, user)
    admin = as_user(a_user(session, Role.ADMIN))

    admin.delete(f"/api/v1/users/{user.id}/second-factor")

    assert told(session) == [(user.email, Notice.NO_AUTHENTICATOR)]


def test_a_token_that_was_made_by_the_person_or_by_the_operator(
    session: Session, as_user: SignIn
) -> None:
    ann, bob = a_user(session), a_user(session)
    client = as_user(ann)

    client.post("/api/v1/tokens", json={"name": "report", "scopes": ["draft:read"]})
    accounts.issue_token(
        session, OPERATOR, bob.email, name="report", lifetime=timedelta(days=1)
    )
    session.commit()

    assert told(session) == [(ann.email, Notice.TOKEN), (bob.email, Notice.TOKEN)]


def test_many_tokens_fill_no_mailbox(session: Session, as_user: SignIn) -> None:
    client = as_user(a_user(session))
    draft = {"name": "report", "scopes": ["draft:read"]}

    for _ in range(3):
        client.post("/api/v1/tokens", json=draft)
    waiting = len(told(session))
    session.exec(select(Letter)).one().sent_at = now()
    session.commit()
    client.post("/api/v1/tokens", json=draft)

    assert (waiting, len(told(session))) == (1, 2)


@pytest.mark.parametrize("notice", Notice)
def test_no_such_letter_leads_anywhere_or_holds_what_somebody_has_typed(
    session: Session, notice: Notice
) -> None:
    user = a_person(session, name="Ann <b>Other</b>")

    notices.tell(session, user, notice)
    session.flush()

    letter = session.exec(select(Letter)).one()
    assert "Ann" not in letter.subject + letter.body
    assert "://" not in letter.body
    assert not letter.confidential
    assert letter.body.startswith("Hello,\n\n" + notices.WHAT[notice])
