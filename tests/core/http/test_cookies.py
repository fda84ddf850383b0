"""The cookies of the service are bound to https and to this host, behind a proxy as well."""

from http.cookies import SimpleCookie

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.core.storage.database import Database
from app.main import create_app
from app.settings import Settings
from tests.factories import PASSWORD, a_person


def set_by(settings: Settings, database: Database, base: str) -> list[SimpleCookie]:
    """What signing in, and then signing out, puts into a browser or takes out of it."""
    client = TestClient(create_app(settings, database), base_url=base, follow_redirects=False)
    form = {"email": "ann@example.org", "password": PASSWORD}
    signed_in = client.post("/sign-in", data=form)
    token = signed_in.headers["set-cookie"].partition(";")[0]
    signed_out = client.post("/sign-out", headers={"Cookie": token})
    return [
        SimpleCookie(written)
        for answer in (signed_in, signed_out)
        for written in answer.headers.get_list("set-cookie")
    ]


@pytest.mark.parametrize(
    ("public", "base"),
    [
        ("https://counterpart.example.org", "http://counterpart.example.org"),
        ("https://counterpart.example.org", "http://127.0.0.1:8000"),
        ("https://counterpart.example.org", "https://counterpart.example.org"),
        ("http://127.0.0.1:8000", "https://counterpart.example.org"),
    ],
    ids=["a proxy that hands the host on", "a proxy", "no proxy", "a proxy that is believed"],
)
def test_where_people_come_over_https_every_cookie_is_secure(
    session: Session, url: str, database: Database, public: str, base: str
) -> None:
    a_person(session, email="ann@example.org")
    session.commit()
    settings = Settings(database_url=url, embedded_worker=False, public_url=public)

    cookies = [morsel for jar in set_by(settings, database, base) for morsel in jar.values()]

    assert len(cookies) >= 2
    for cookie in cookies:
        assert cookie.key.startswith("__Host-"), cookie
        assert cookie["secure"], cookie
        assert cookie["httponly"], cookie
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("lax", "/", "")


def test_on_the_own_machine_cookies_reach_a_browser_over_plain_http(
    session: Session, url: str, database: Database
) -> None:
    a_person(session, email="ann@example.org")
    session.commit()
    settings = Settings(database_url=url, embedded_worker=False)

    cookies = [
        morsel
        for jar in set_by(settings, database, "http://127.0.0.1:8000")
        for morsel in jar.values()
    ]

    assert len(cookies) >= 2
    assert not any(morsel["secure"] or morsel.key.startswith("__") for morsel in cookies)
