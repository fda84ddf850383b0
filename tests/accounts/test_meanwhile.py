"""What happens to an account while somebody signs in to it counts."""

from collections.abc import Callable

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from app.accounts.lifecycle import UserState
from app.accounts.models import BrowserSession, Password, User
from app.accounts.schemas import SignInForm
from app.accounts.service import browser_sessions, credentials, sign_in_flow
from app.accounts.service.known_browsers import Browser
from app.core.base.errors import Unprocessable
from app.core.storage.database import Database
from app.settings import Settings
from tests.factories import PASSWORD, a_person


def another_password(session: Session, user: User) -> None:
    credentials.store_password(session, user.id, credentials.hash_password("another one"))
    browser_sessions.end_all(session, user.id)


def an_end(session: Session, user: User) -> None:
    user.state = UserState.DEACTIVATED


@pytest.mark.parametrize("happens", [another_password, an_end])
def test_who_signs_in_while_the_account_changes_stays_out(
    session: Session,
    database: Database,
    settings: Settings,
    happens: Callable[[Session, User], None],
) -> None:
    user = a_person(session, email="ann@example.org")
    session.commit()
    form = SignInForm.model_validate({"email": user.email, "password": PASSWORD})

    @event.listens_for(database.reader, "commit", once=True)
    def _after_the_password_was_looked_up(_: object) -> None:
        happens(session, user)
        session.commit()

    with pytest.raises(Unprocessable, match="or the password is wrong"):
        sign_in_flow.sign_in(database, settings, form, Browser("here"))

    assert session.exec(select(BrowserSession)).all() == []
    hashed = session.exec(select(Password.hashed)).one()
    assert credentials.is_password(hashed, PASSWORD) is (happens is an_end)
