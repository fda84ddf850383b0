"""Another password for somebody who is signed in: the old one is asked, the rest signed out."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.accounts.models import BrowserSession, KnownBrowser, Password, User
from app.accounts.service.credentials import require_strong
from app.core.base.errors import Unprocessable
from app.core.storage.audit import AuditEvent
from app.core.storage.outbox import Letter
from tests.accounts.conftest import Enter, heading, mistakes
from tests.conftest import SignIn
from tests.factories import PASSWORD, a_person, a_token

NEW = "quiet lantern orbit mustard"
FORM = {"current": PASSWORD, "password": NEW}
PLACE = "/profile/password"


def signs_in(browser: TestClient, user: User, password: str) -> bool:
    answer = browser.post("/sign-in", data={"email": user.email, "password": password})
    return bool(answer.status_code == 303)


def test_the_old_password_is_asked_and_every_other_browser_is_signed_out(
    session: Session, enter: Enter
) -> None:
    user = a_person(session)
    secret = a_token(session, user)
    other, browser = enter(user), enter(user)

    shown = browser.get(PLACE)
    done = browser.post(PLACE, data=FORM)

    assert heading(shown.text) == "Change your password"
    assert (done.status_code, heading(done.text)) == (200, "Your password is changed")
    assert "We signed you out in 1 other browser." in done.text
    assert browser.get("/api/v1/me").status_code == 200
    assert other.get("/api/v1/me").status_code == 401
    program = {"Authorization": f"Bearer {secret}"}
    assert other.get("/api/v1/me", headers=program).status_code == 200
    assert (signs_in(other, user, PASSWORD), signs_in(other, user, NEW)) == (False, True)
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "change password")).one()
    assert (event.actor_id, event.facts) == (user.id, {"tokens": 0, "sessions": 1})


def test_browsers_that_were_known_are_forgotten_but_the_one_that_goes_on(
    session: Session, enter: Enter
) -> None:
    user = a_person(session)
    enter(user)
    browser = enter(user)
    browser.post("/sign-in", data={"email": user.email, "password": PASSWORD})
    before = len(session.exec(select(KnownBrowser)).all())

    browser.post(PLACE, data=FORM)

    session.expire_all()
    (row,) = session.exec(select(BrowserSession)).all()
    (known,) = session.exec(select(KnownBrowser)).all()
    assert (before, row.known_browser_id) == (2, known.id)


@pytest.mark.parametrize(
    ("wrong", "mistake"),
    [
        ({"current": "not the password"}, "This is not your password."),
        ({"password": PASSWORD}, "This is your password now. Choose another one."),
        ({"password": "password1234"}, "This one is too easy to guess."),
        ({"password": "short"}, "It has 5 characters; the minimum is 12."),
        ({"current": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_changes_nothing_and_stands_at_its_field(
    session: Session, enter: Enter, wrong: dict[str, str], mistake: str
) -> None:
    user = a_person(session)
    browser = enter(user)
    hashed = session.exec(select(Password.hashed)).one()

    page = browser.post(PLACE, data=FORM | wrong)

    assert page.status_code == 422
    assert mistakes(page.text)[0].startswith(mistake)
    assert not [secret for secret in (FORM | wrong).values() if secret and secret in page.text]
    session.expire_all()
    assert session.exec(select(Password.hashed)).one() == hashed
    assert session.exec(select(Letter)).all() == []


def test_the_old_password_cannot_be_guessed_for_long(session: Session, enter: Enter) -> None:
    browser = enter(a_person(session))

    statuses = [
        browser.post(PLACE, data=FORM | {"current": "not the password"}).status_code
        for _ in range(11)
    ]

    assert statuses == [422] * 10 + [429]
    assert browser.post(PLACE, data=FORM).status_code == 429


def test_of_two_who_change_it_at_once_one_does(session: Session, enter: Enter) -> None:
    user = a_person(session)
    browsers = [enter(user), enter(user)]
    words = ["quiet lantern orbit mustard", "gentle anchor violet harvest"]

    with ThreadPoolExecutor(2) as pool:
        statuses = list(
            pool.map(
                lambda pair: pair[0].post(PLACE, data=FORM | {"password": pair[1]}).status_code,
                zip(browsers, words, strict=True),
            )
        )

    assert sorted(statuses) in ([200, 303], [200, 401], [200, 422])


def test_a_token_changes_no_password(session: Session, as_user: SignIn) -> None:
    client = as_user(a_person(session))

    answer = client.post(PLACE, data=FORM)

    assert answer.status_code == 401
    session.expire_all()
    assert session.exec(select(Letter)).all() == []


def test_who_signs_in_with_a_provider_is_told_to_change_it_there(
    session: Session, enter: Enter
) -> None:
    user = a_person(session)
    browser = enter(user)
    for held in session.exec(select(Password).where(Password.user_id == user.id)):
        session.delete(held)
    session.commit()

    page = browser.get(PLACE)
    refused = browser.post(PLACE, data=FORM)

    assert "You sign in with a provider and have no password here." in page.text
    assert '<form method="post" action="/profile/password"' not in page.text
    assert refused.status_code == 422


@pytest.mark.parametrize("stolen", ["sixballed_eightball", "Sixballed_Eightball"])
def test_a_password_that_was_stolen_somewhere_is_refused_though_it_looks_strong(
    stolen: str,
) -> None:
    with pytest.raises(Unprocessable, match="lists of stolen passwords") as refusal:
        require_strong(stolen, known=())

    assert [error.pointer for error in refusal.value.errors] == ["/password"]
    assert stolen not in str(refusal.value.errors)
