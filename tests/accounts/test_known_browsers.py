"""A browser that its person has used before is not kept out by tries from elsewhere."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.models import BrowserSession, KnownBrowser
from app.accounts.service import known_browsers
from app.accounts.service.credentials import digest_of
from app.core.base.clock import now
from app.operations import retention
from app.settings import Settings
from tests.accounts.conftest import Enter
from tests.factories import PASSWORD, a_person

ANN = {"email": "ann@example.org", "password": PASSWORD}
WRONG = ANN | {"password": "not the password"}
COOKIE = "__Host-counterpart-known"

Open = Callable[[], TestClient]


def known(session: Session) -> list[KnownBrowser]:
    session.expire_all()
    return list(session.exec(select(KnownBrowser)))


def locked_out(stranger: TestClient, form: dict[str, str] = WRONG) -> None:
    """Somebody guesses until nobody may try any more from there."""
    statuses = [stranger.post("/sign-in", data=form).status_code for _ in range(11)]
    assert statuses[-1] == 429


def test_wrong_passwords_from_elsewhere_keep_nobody_out_of_their_own_browser(
    session: Session, enter: Enter, open_browser: Open
) -> None:
    """All come from one place, as they do behind a proxy that nobody has named."""
    own = enter(a_person(session, email="ann@example.org"))
    own.post("/sign-out")

    locked_out(open_browser())

    new = open_browser().post("/sign-in", data=ANN)
    again = own.post("/sign-in", data=ANN)
    assert (new.status_code, again.status_code) == (429, 303)


def test_a_known_browser_has_a_limit_of_its_own(
    session: Session, enter: Enter, open_browser: Open
) -> None:
    own = enter(a_person(session, email="ann@example.org"))

    statuses = [own.post("/sign-in", data=WRONG).status_code for _ in range(11)]
    elsewhere = open_browser().post("/sign-in", data=ANN)

    assert statuses == [422] * 10 + [429]
    assert elsewhere.status_code == 303


def test_the_cookie_of_one_person_helps_with_no_other_address(
    session: Session, enter: Enter, open_browser: Open
) -> None:
    a_person(session, email="ann@example.org")
    own = enter(a_person(session, email="bob@example.org"))

    locked_out(open_browser())

    assert own.post("/sign-in", data=ANN).status_code == 429


def test_the_cookie_is_out_of_reach_lasts_and_only_its_hash_is_kept(
    session: Session, browser: TestClient
) -> None:
    a_person(session, email="ann@example.org")
    session.commit()

    _, cookie = browser.post("/sign-in", data=ANN).headers.get_list("set-cookie")

    name, _, rest = cookie.partition("=")
    secret, *attributes = rest.split("; ")
    assert name == COOKIE
    assert sorted(attributes) == [
        *("HttpOnly", f"Max-Age={180 * 86400}", "Path=/", "SameSite=lax", "Secure")
    ]
    (row,) = known(session)
    assert row.digest == digest_of(secret)
    assert secret not in str(row.model_dump())
    assert repr(row) == f"KnownBrowser({row.id})"


def test_a_browser_that_is_known_keeps_its_cookie_and_its_row(
    session: Session, enter: Enter
) -> None:
    own = enter(a_person(session, email="ann@example.org"))
    (row,) = known(session)
    row.ends_at = now() + timedelta(days=1)
    session.commit()

    again = own.post("/sign-in", data=ANN)

    assert len(again.headers.get_list("set-cookie")) == 1
    (row,) = known(session)
    assert row.ends_at > now() + timedelta(days=179)


def test_a_password_alone_makes_no_browser_known_where_more_is_asked(
    session: Session, browser: TestClient
) -> None:
    a_person(session, Role.STAFF, email="ann@example.org")
    session.commit()

    browser.post("/sign-in", data=ANN)

    assert known(session) == []
    assert COOKIE not in browser.cookies


def test_a_cookie_that_has_ended_or_that_nobody_gave_out_helps_nobody(
    session: Session, enter: Enter, open_browser: Open
) -> None:
    own = enter(a_person(session, email="ann@example.org"))
    (row,) = known(session)
    row.ends_at = now()
    session.commit()
    made_up = open_browser()
    made_up.cookies.set(COOKIE, "made-up")

    locked_out(open_browser())

    answers = [one.post("/sign-in", data=ANN).status_code for one in (own, made_up)]
    assert answers == [429, 429]


def test_of_many_browsers_the_one_that_was_not_used_longest_is_forgotten(
    session: Session,
) -> None:
    user = a_person(session)
    for number in range(known_browsers.MOST):
        known_browsers.remember(session, user.id, None)
        session.flush()
        newest = session.exec(
            select(KnownBrowser).order_by(col(KnownBrowser.created_at).desc())
        ).first()
        assert newest is not None
        newest.ends_at = now() + timedelta(days=number + 1)
        session.flush()
    oldest = session.exec(select(KnownBrowser).order_by(col(KnownBrowser.ends_at))).first()

    known_browsers.remember(session, user.id, None)
    session.flush()

    rows = session.exec(select(KnownBrowser)).all()
    assert oldest is not None
    assert len(rows) == known_browsers.MOST
    assert oldest.id not in {row.id for row in rows}


def test_browsers_are_forgotten_when_their_time_is_over(
    session: Session, settings: Settings
) -> None:
    user = a_person(session)
    known_browsers.remember(session, user.id, None)
    session.flush()
    session.exec(select(KnownBrowser)).one().ends_at = now() - timedelta(seconds=1)
    session.flush()

    retention.purge(session, settings)

    assert known(session) == []


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on an iPhone",
        ),
        ("<script>alert(1)</script>", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_in_our_words_alone(
    session: Session, browser: TestClient, agent: str, name: str
) -> None:
    a_person(session, email="ann@example.org")
    session.commit()

    browser.post("/sign-in", data=ANN, headers={"User-Agent": agent})

    assert session.exec(select(BrowserSession)).one().browser == name
