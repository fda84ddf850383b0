"""Signing in with an OpenID provider, against a real one, which can be made to lie."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr, ValidationError
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import OPERATOR, Role
from app.accounts.lifecycle import UserState
from app.accounts.models import BrowserSession, Identity, Password, User
from app.accounts.service import one_time_links
from app.core.base.encryption import Keyring
from app.settings import Settings
from tests.accounts.conftest import heading
from tests.factories import KEY, PASSWORD, a_person, a_user, an_authenticator
from tests.processes import free_port, until

pytestmark = pytest.mark.server

PROVIDER = Path(__file__).with_name("openid_provider.py")
HTTP = httpx.Client()
"""Of somebody's browser, once it has left ours; made once, because making one takes long."""
COOKIE = "__Host-counterpart-provider"


@pytest.fixture(scope="module")
def running() -> Iterator[str]:
    """The provider, in a process of its own; its address is its name."""
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, str(PROVIDER), str(port)]
    )
    issuer = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None
        try:
            return HTTP.get(f"{issuer}/keys").status_code == 200
        except httpx.TransportError:
            return False

    try:
        until(answers)
        yield issuer
    finally:
        HTTP.close()
        process.terminate()
        process.wait(10)


@pytest.fixture
def issuer(running: str) -> str:
    lie(running)
    return running


@pytest.fixture
def settings(url: str, issuer: str) -> Settings:
    return Settings(
        database_url=url,
        embedded_worker=False,
        secret_keys=SecretStr(KEY),
        public_url="https://testserver",
        oidc_issuer=issuer,
        oidc_client_id="counterpart",
        oidc_client_secret=SecretStr("client-secret"),
        oidc_name="the ministry",
    )


def lie(issuer: str, **lies: Any) -> None:
    """Make the provider wrong in some respect; without any, right again."""
    HTTP.post(f"{issuer}/lies", json=lies).raise_for_status()


def go(browser: TestClient, **query: str) -> str:
    """Go to the provider and sign in there; return where it leads back to."""
    left = browser.get("/sign-in/provider", params=query)
    assert left.status_code == 303, left.text
    back = HTTP.get(left.headers["location"]).headers["location"]
    assert back.startswith("https://testserver/sign-in/provider/back?")
    return str(back)


def an_identity(session: Session, user: User, issuer: str, subject: str = "person-17") -> None:
    session.add(Identity(user_id=user.id, issuer=issuer, subject=subject))
    session.commit()


def stored(session: Session) -> tuple[int, int]:
    """How many identities and sessions there are."""
    session.expire_all()
    return len(session.exec(select(Identity)).all()), len(
        session.exec(select(BrowserSession)).all()
    )


def invitation(session: Session, **fields: Any) -> str:
    user = a_user(session, state=UserState.INVITED, **fields)
    link = one_time_links.link_for(session, OPERATOR, user, public_url="https://testserver")
    session.commit()
    return link.partition("code=")[2]


def test_who_is_known_signs_in_and_comes_to_where_they_wanted(
    session: Session, browser: TestClient, issuer: str
) -> None:
    user = a_person(session)
    an_identity(session, user, issuer)

    answer = browser.get(go(browser, next="/profile?a=b"))

    assert (answer.status_code, answer.headers["location"]) == (303, "/profile?a=b")
    assert browser.get("/api/v1/me").json()["id"] == str(user.id)
    assert COOKIE not in browser.cookies


def test_signing_in_there_ends_the_session_that_the_browser_had(
    session: Session, browser: TestClient, issuer: str
) -> None:
    known, invited = a_person(session), invitation(session, email="ann@example.org")
    an_identity(session, known, issuer)
    browser.post("/sign-in", data={"email": known.email, "password": PASSWORD})

    browser.get(go(browser))
    after_entering = stored(session)
    lie(issuer, claims={"sub": "person-18"})
    browser.get(go(browser, invitation=invited))
    browser.post("/invitation/consent", data={"agreed": "yes"})

    assert after_entering == (1, 1)
    assert stored(session) == (2, 1)
    assert browser.get("/api/v1/me").json()["email"] == "ann@example.org"


def test_the_question_asks_for_no_more_than_who_it_is(browser: TestClient, issuer: str) -> None:
    left = browser.get("/sign-in/provider")

    address = urlsplit(left.headers["location"])
    query = {name: value for name, (value,) in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}" == issuer
    for random in ("state", "nonce", "code_challenge"):
        assert len(query.pop(random)) == 43
    assert query == {
        "response_type": "code",
        "client_id": "counterpart",
        "redirect_uri": "https://testserver/sign-in/provider/back",
        "scope": "openid",
        "code_challenge_method": "S256",
    }
    cookie = left.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    for attribute in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=600"):
        assert attribute in cookie


def test_nobody_is_known_by_an_address(session: Session, browser: TestClient) -> None:
    """The provider says that the visitor is admin@example.org; that counts for nothing."""
    a_person(session, Role.ADMIN, email="admin@example.org")
    session.commit()

    answer = browser.get(go(browser))

    assert answer.status_code == 403
    assert "No account is linked to that sign-in. Nothing was stored." in answer.text
    assert stored(session) == (0, 0)


@pytest.mark.parametrize("other", ["issuer", "subject"])
def test_another_issuer_or_subject_is_another_person(
    session: Session, browser: TestClient, issuer: str, other: str
) -> None:
    user = a_person(session)
    subject = "person-18" if other == "subject" else "person-17"
    an_identity(
        session, user, "https://other.example" if other == "issuer" else issuer, subject
    )

    assert browser.get(go(browser)).status_code == 403


def test_an_invitation_links_the_two_once_the_person_agrees(
    session: Session, browser: TestClient, issuer: str
) -> None:
    code = invitation(session, email="bob@example.org")
    offered = browser.get(f"/invitation?code={code}")
    asked = browser.get(go(browser, invitation=code))
    page = browser.get(asked.headers["location"])
    before = stored(session)

    agreed = browser.post("/invitation/consent", data={"agreed": "yes"})

    user = session.exec(select(User).where(User.email == "bob@example.org")).one()
    assert "Accept with the ministry" in offered.text
    assert asked.headers["location"] == "/invitation/consent"
    assert "What is stored about you, and why" in page.text
    assert before == (0, 0)
    assert agreed.headers["location"] == "/tasks"
    assert (user.state, user.consented_at is None) == (UserState.ACTIVE, False)
    held = session.exec(select(Identity)).one()
    assert (held.issuer, held.subject, held.user_id) == (issuer, "person-17", user.id)
    assert session.exec(select(Password)).all() == []
    assert browser.get("/api/v1/me").json()["id"] == str(user.id)
    browser.post("/sign-out")
    assert browser.get(go(browser)).headers["location"] == "/tasks"


def test_who_does_not_agree_leaves_nothing_behind_and_can_come_again(
    session: Session, browser: TestClient
) -> None:
    code = invitation(session)
    browser.get(go(browser, invitation=code))

    refused = browser.post("/invitation/consent", data={"agreed": "no"})
    late = browser.post("/invitation/consent", data={"agreed": "yes"})

    assert heading(refused.text) == "You have left"
    assert late.status_code == 403
    assert stored(session) == (0, 0)
    assert browser.get(f"/invitation?code={code}").status_code == 200


def test_an_identity_belongs_to_one_user_and_an_invitation_is_used_once(
    session: Session, browser: TestClient, issuer: str
) -> None:
    code = invitation(session)
    first = go(browser, invitation=code)
    browser.get(first)
    one_time_links.accept(session, code)
    session.commit()

    used = browser.post("/invitation/consent", data={"agreed": "yes"})

    assert (used.status_code, stored(session)) == (404, (0, 0))


def test_roles_that_need_a_second_factor_need_it_here_too(
    session: Session, browser: TestClient, issuer: str
) -> None:
    user = a_person(session, Role.STAFF)
    an_identity(session, user, issuer)

    first = browser.get(go(browser)).headers["location"]
    totp = an_authenticator(session, user)
    session.commit()
    second = browser.get(go(browser)).headers["location"]
    done = browser.post("/sign-in/second-factor", data={"code": totp.now()})

    assert first == "/sign-in/enrolment?next=%2Ftasks"
    assert second == "/sign-in/second-factor?next=%2Ftasks"
    assert done.headers["location"] == "/tasks"


def test_who_has_left_is_not_let_in(session: Session, browser: TestClient, issuer: str) -> None:
    an_identity(session, a_person(session, state=UserState.DEACTIVATED), issuer)

    assert browser.get(go(browser)).status_code == 403
    assert stored(session) == (1, 0)


@pytest.mark.parametrize(
    "lies",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"iss": "https://other.example"}},
        {"claims": {"aud": "another-service"}},
        {"claims": {"aud": ["another-service", "counterpart"], "azp": "another-service"}},
        {"claims": {"exp": 1_000_000_000}},
        {"claims": {"iat": 4_000_000_000}},
        {"claims": {"sub": None}},
        {"signature": "other"},
        {"signature": "none"},
        {"signature": "HS256"},
    ],
    ids=str,
)
def test_a_token_that_is_wrong_in_one_respect_lets_nobody_in(
    session: Session, browser: TestClient, issuer: str, lies: dict[str, Any]
) -> None:
    an_identity(session, a_person(session), issuer)
    back = go(browser)
    lie(issuer, **lies)

    answer = browser.get(back)

    assert answer.status_code == 403
    assert "What the provider says cannot be verified." in answer.text
    assert stored(session) == (1, 0)


def test_a_provider_that_calls_itself_otherwise_is_not_followed(
    browser: TestClient, issuer: str
) -> None:
    lie(issuer, described_issuer="https://other.example")

    answer = browser.get("/sign-in/provider")

    assert answer.status_code == 403
    assert "The provider calls itself by another name." in answer.text


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        ({"state": "another"}, "The answer belongs to another question."),
        ({"state": ""}, "The answer belongs to another question."),
        ({"iss": "https://other.example"}, "The answer comes from another provider."),
        ({"code": "another"}, "The provider does not stand by its answer."),
    ],
)
def test_an_answer_that_is_wrong_in_one_respect_lets_nobody_in(
    session: Session, browser: TestClient, issuer: str, wrong: dict[str, str], detail: str
) -> None:
    an_identity(session, a_person(session), issuer)
    query = {name: value for name, (value,) in parse_qs(urlsplit(go(browser)).query).items()}

    answer = browser.get("/sign-in/provider/back", params=query | wrong)

    assert answer.status_code == 403
    assert detail in answer.text
    assert stored(session) == (1, 0)


def test_an_answer_is_taken_only_by_the_browser_that_asked_and_once(
    session: Session,
    browser: TestClient,
    issuer: str,
    open_browser: Callable[[], TestClient],
) -> None:
    an_identity(session, a_person(session), issuer)
    back, other = go(browser), open_browser()

    elsewhere = other.get(back)
    first, second = browser.get(back), browser.get(back)

    assert [a.status_code for a in (elsewhere, first, second)] == [403, 303, 403]
    assert "This browser has not asked for that" in elsewhere.text


def test_who_comes_back_once_more_before_agreeing_begins_anew(
    session: Session, browser: TestClient, issuer: str
) -> None:
    back = go(browser, invitation=invitation(session, email="ann@example.org"))
    browser.get(back)

    again = browser.get(back)

    assert (again.status_code, heading(again.text)) == (403, "Not permitted")
    assert "has not asked for that" in again.text
    assert stored(session) == (0, 0)


def test_the_provider_refuses_a_wrong_verifier(
    session: Session, browser: TestClient, issuer: str
) -> None:
    an_identity(session, a_person(session), issuer)
    back, keyring = go(browser), Keyring([KEY])
    kept = json.loads(keyring.decrypt(browser.cookies[COOKIE]) or "")
    kept["Trip"]["verifier"] = kept["Trip"]["verifier"][::-1]
    browser.cookies.delete(COOKIE)
    browser.cookies.set(COOKIE, keyring.encrypt(json.dumps(kept)))

    answer = browser.get(back)

    assert answer.status_code == 403
    assert "The provider does not stand by its answer." in answer.text
    assert stored(session) == (1, 0)


def test_a_provider_that_is_away_is_said_to_be(browser: TestClient, settings: Settings) -> None:
    away = settings.model_copy(update={"oidc_issuer": f"http://127.0.0.1:{free_port()}"})
    browser.app.state.settings = away  # type: ignore[attr-defined]  # -- it is a FastAPI

    answer = browser.get("/sign-in/provider")

    assert answer.status_code == 503
    assert "The sign-in provider gave an unexpected answer." in answer.text


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("place", ["https://127.0.0.1/", "file:///etc/passwd", "/keys", None])
def test_a_provider_leads_us_nowhere_in_another_way_than_it_is_spoken_with(
    browser: TestClient, issuer: str, name: str, place: str | None
) -> None:
    lie(issuer, described={name: place})

    answer = browser.get("/sign-in/provider")

    assert (answer.status_code, heading(answer.text)) == (503, "Temporarily unavailable")


def test_a_provider_that_leads_on_to_another_address_is_not_followed(
    session: Session, browser: TestClient, issuer: str
) -> None:
    an_identity(session, a_person(session), issuer)
    back = go(browser)
    lie(issuer, described={"jwks_uri": f"{issuer}/elsewhere"})

    answer = browser.get(back)

    assert (answer.status_code, stored(session)) == (503, (1, 0))


def test_without_a_provider_there_is_none_to_go_to(
    browser: TestClient, settings: Settings
) -> None:
    none = settings.model_copy(update={"oidc_issuer": None})
    browser.app.state.settings = none  # type: ignore[attr-defined]  # -- it is a FastAPI

    assert browser.get("/sign-in/provider").status_code == 403
    assert "Sign in with the ministry" not in browser.get("/sign-in").text


@pytest.mark.parametrize(
    "half",
    [
        {"oidc_issuer": "https://id.example"},
        {"oidc_issuer": "http://id.example"},
        {
            "oidc_issuer": "https://id.example",
            "oidc_client_id": "counterpart",
            "oidc_client_secret": "secret",
        },
    ],
)
def test_a_provider_is_set_up_whole_or_not_at_all(half: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**half)
