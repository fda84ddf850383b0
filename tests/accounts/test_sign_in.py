"""Signing in with a password: who gets a session, what it is worth, and when it ends."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Literal
from uuid import uuid4

import httpx
import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlmodel import Session, select, update
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.dependencies import QUEUE, SLOTS
from app.accounts.lifecycle import Stage, UserState
from app.accounts.models import BrowserSession, Membership, Password, User
from app.accounts.service import credentials, sign_in_flow
from app.core.base.clock import now
from app.core.storage.audit import AuditEvent
from app.core.storage.rate_limits import Attempt
from app.settings import Settings
from tests.accounts.conftest import Enter, heading, mistakes
from tests.factories import PASSWORD, a_person, a_user, organisation_of
from tests.processes import in_this_process

ANN = {"email": "ann@example.org", "password": PASSWORD}
COOKIE = "__Host-counterpart"


def rows(session: Session) -> list[BrowserSession]:
    session.expire_all()
    return list(session.exec(select(BrowserSession)))


def test_somebody_with_a_password_signs_in_and_is_known(
    session: Session, browser: TestClient
) -> None:
    user = a_person(session, email="ann@example.org", name="Ann")
    session.commit()

    answer = browser.post("/sign-in", data=ANN | {"next": "/profile?a=b"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/profile?a=b")
    assert heading(browser.get("/profile").text) == "Ann"
    assert browser.get("/api/v1/me").json()["id"] == str(user.id)
    (event,) = session.exec(select(AuditEvent))
    assert (event.action, event.actor_id, event.facts) == ("sign in", user.id, {})


def test_the_cookie_is_out_of_reach_and_only_its_hash_is_kept(
    session: Session, browser: TestClient
) -> None:
    a_person(session, email="ann@example.org")
    session.commit()

    cookie, _ = browser.post("/sign-in", data=ANN).headers.get_list("set-cookie")

    name, _, rest = cookie.partition("=")
    secret, *attributes = rest.split("; ")
    assert name == COOKIE
    assert len(secret) == 43
    assert sorted(attributes) == ["HttpOnly", "Path=/", "SameSite=lax", "Secure"]
    (row,) = rows(session)
    assert row.digest == credentials.digest_of(secret)
    assert secret not in str(row.model_dump())
    assert repr(row) == f"BrowserSession({row.id})"


def test_over_plain_http_one_signs_in_on_the_own_machine_alone(
    session: Session, settings: Settings, browser: TestClient
) -> None:
    a_person(session, email="ann@example.org")
    session.commit()
    plain = settings.model_copy(update={"public_url": "http://127.0.0.1:8000"})
    browser.app.state.settings = plain  # type: ignore[attr-defined]  # -- it is a FastAPI

    elsewhere = browser.post("http://counterpart.example.org/sign-in", data=ANN)
    here = browser.post("http://127.0.0.1:8000/sign-in", data=ANN)

    assert (elsewhere.status_code, "set-cookie" in elsewhere.headers) == (403, False)
    assert "COUNTERPART_PUBLIC_URL" in elsewhere.text
    assert here.status_code == 303
    name, _, rest = here.headers.get_list("set-cookie")[0].partition("=")
    assert name == "counterpart"
    assert sorted(rest.split("; ")[1:]) == ["HttpOnly", "Path=/", "SameSite=lax"]


def test_unknown_people_wrong_passwords_and_closed_accounts_look_the_same(
    session: Session, browser: TestClient
) -> None:
    a_person(session, email="ann@example.org")
    a_person(session, email="left@example.org", state=UserState.DEACTIVATED)
    a_user(session, email="new@example.org", state=UserState.INVITED)
    session.commit()

    tries = [
        ("ann@example.org", "not the password"),
        ("left@example.org", PASSWORD),
        ("new@example.org", PASSWORD),
        ("nobody@example.org", PASSWORD),
    ]
    pages = [
        browser.post("/sign-in", data={"email": email, "password": password})
        for email, password in tries
    ]

    shown = {
        page.text.replace(email, "...") for page, (email, _) in zip(pages, tries, strict=True)
    }
    assert {page.status_code for page in pages} == {422}
    assert len(shown) == 1
    assert mistakes(shown.pop()) == ["The email address or the password is wrong."]
    assert rows(session) == []


def test_checking_nobodys_password_takes_as_long_as_checking_somebodys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same work, a hash of the same cost, instead of a clock that others delay."""
    hashed = credentials.hash_password(PASSWORD)
    compared: list[str] = []

    class Noting(PasswordHasher):
        def verify(self, stored: str | bytes, password: str | bytes) -> Literal[True]:
            compared.append(str(stored))
            return super().verify(stored, password)

    monkeypatch.setattr(credentials, "_hasher", Noting())

    for stored in (hashed, None):
        assert not credentials.is_password(stored, "not the password")

    somebodys, nobodys = (extract_parameters(stored) for stored in compared)
    assert compared[0] == hashed != compared[1]
    assert somebodys == nobodys


def test_a_hash_costs_what_it_shall_and_an_older_one_is_renewed(
    session: Session, browser: TestClient
) -> None:
    user = a_person(session, email="ann@example.org")
    stored = session.exec(select(Password)).one()
    # The same password at half the memory, as an earlier version might have hashed it.
    stored.hashed = (
        "$argon2id$v=19$m=9728,t=2,p=1$"
        + PasswordHasher(time_cost=2, memory_cost=9728, parallelism=1)
        .hash(PASSWORD)
        .split("$", 4)[4]
    )
    session.commit()

    answer = browser.post("/sign-in", data=ANN)

    session.refresh(stored)
    assert answer.status_code == 303
    assert stored.hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert stored.user_id == user.id


def test_signing_in_ends_the_session_that_the_browser_had(
    session: Session, enter: Enter
) -> None:
    browser = enter(a_person(session, email="ann@example.org"))
    before = browser.cookies[COOKIE]

    browser.post("/sign-in", data=ANN)

    assert browser.cookies[COOKIE] != before
    assert [row.digest for row in rows(session)] == [
        credentials.digest_of(browser.cookies[COOKIE])
    ]


def test_a_session_that_waits_for_something_permits_nothing(
    session: Session, browser: TestClient
) -> None:
    a_person(session, Role.STAFF, email="ann@example.org")
    session.commit()

    answer = browser.post("/sign-in", data=ANN)

    assert answer.headers["location"] == "/sign-in/enrolment?next=%2Ftasks"
    assert rows(session)[0].stage is Stage.ENROLMENT
    assert browser.get("/api/v1/me").status_code == 401
    assert browser.get("/profile").headers["location"] == "/sign-in?next=%2Fprofile"
    for page in ("/sign-in/second-factor", "/consent"):
        assert browser.get(page).status_code == 303, page


def test_consent_is_asked_before_the_first_sign_in_is_complete(
    session: Session, browser: TestClient
) -> None:
    user = a_person(session, email="ann@example.org", consented_at=None)
    session.commit()
    first = browser.post("/sign-in", data=ANN | {"next": "/profile?a=b"})
    asked = browser.get(first.headers["location"])

    unanswered = browser.post("/consent", data={"next": "/profile?a=b"})
    refused = browser.post("/consent", data={"agreed": "no"})
    after = (browser.get("/profile").status_code, rows(session))
    session.refresh(user)
    stored = user.consented_at
    browser.post("/sign-in", data=ANN)
    agreed = browser.post("/consent", data={"agreed": "yes", "next": "/profile?a=b"})

    session.refresh(user)
    assert "What is stored about you, and why" in asked.text
    assert unanswered.status_code == 422
    assert heading(refused.text) == "You have left"
    assert "gave us your name and" in refused.text
    assert (after, stored) == ((303, []), None)
    assert agreed.headers["location"] == "/profile?a=b"
    assert user.consented_at is not None
    assert browser.get("/profile").status_code == 200


def test_signing_in_leads_nobody_away(session: Session, browser: TestClient) -> None:
    a_person(session, email="ann@example.org")
    session.commit()

    answer = browser.post("/sign-in", data=ANN | {"next": "//evil.example"})

    assert answer.headers["location"] == "/tasks"


def test_guessing_stops_after_ten_tries_and_the_right_password_waits_too(
    session: Session, browser: TestClient, open_browser: Callable[[], TestClient]
) -> None:
    a_person(session, email="ann@example.org")
    a_person(session, email="bob@example.org")
    session.commit()

    statuses = [
        browser.post("/sign-in", data=ANN | {"password": "not the password"}).status_code
        for _ in range(11)
    ]
    waits = browser.post("/sign-in", data=ANN)
    other = browser.post("/sign-in", data=ANN | {"email": "bob@example.org"})

    assert statuses == [422] * 10 + [429]
    assert waits.status_code == 429
    assert heading(waits.text) == "Too many attempts"
    assert 0 < int(waits.headers["retry-after"]) <= 15 * 60
    assert other.status_code == 303
    assert "ann@example.org" not in str(session.exec(select(Attempt)).all())


def test_after_the_window_and_after_a_success_counting_begins_anew(
    session: Session, browser: TestClient
) -> None:
    a_person(session, email="ann@example.org")
    session.commit()
    wrong = ANN | {"password": "not the password"}

    first = [browser.post("/sign-in", data=wrong).status_code for _ in range(10)]
    session.exec(
        update(Attempt).values(since=now() - sign_in_flow.WINDOW - timedelta(seconds=1))
    )
    session.commit()
    second = [browser.post("/sign-in", data=wrong).status_code for _ in range(9)]
    success = browser.post("/sign-in", data=ANN).status_code
    third = [browser.post("/sign-in", data=wrong).status_code for _ in range(10)]

    assert first + second + [success] + third == [422] * 19 + [303] + [422] * 10


@pytest.mark.parametrize(
    "ended",
    [
        {"seen_at": -timedelta(minutes=61)},
        {"ends_at": -timedelta(seconds=1)},
    ],
)
def test_a_session_ends_after_a_silence_and_after_its_time(
    session: Session, enter: Enter, ended: dict[str, timedelta]
) -> None:
    browser = enter(a_person(session))
    (row,) = rows(session)
    before = browser.get("/api/v1/me").status_code
    for name, distance in ended.items():
        setattr(row, name, now() + distance)
    session.commit()

    answers = browser.get("/api/v1/me"), browser.get("/profile")

    assert (before, answers[0].status_code) == (200, 401)
    assert answers[1].headers["location"] == "/sign-in?next=%2Fprofile"


def test_being_heard_of_keeps_a_session_and_is_not_written_at_each_request(
    session: Session, enter: Enter
) -> None:
    browser = enter(a_person(session))
    (row,) = rows(session)
    row.seen_at = long_ago = now() - timedelta(minutes=50)
    session.commit()

    browser.get("/api/v1/me")
    session.refresh(row)
    first = row.seen_at
    browser.get("/api/v1/me")
    session.refresh(row)

    assert first > long_ago + timedelta(minutes=49)
    assert row.seen_at == first


def test_signing_out_ends_the_session_for_whoever_has_copied_the_cookie(
    session: Session, enter: Enter, open_browser: Callable[[], TestClient]
) -> None:
    browser = enter(a_person(session))
    thief = open_browser()
    thief.cookies.set(COOKIE, browser.cookies[COOKIE])
    before = thief.get("/api/v1/me").status_code

    answer = browser.post("/sign-out")

    assert answer.headers["location"] == "/sign-in"
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert (before, thief.get("/api/v1/me").status_code) == (200, 401)
    assert rows(session) == []


def test_a_new_role_ends_the_sessions_so_that_sign_in_can_ask_for_more(
    session: Session, enter: Enter
) -> None:
    admin, user = a_person(session, Role.ADMIN), a_person(session, email="ann@example.org")
    browser, office = enter(user), enter(admin)
    draft = {"organisation_id": str(organisation_of(session, user)), "role": "staff"}

    added = office.post(f"/api/v1/users/{user.id}/memberships", json=draft)

    assert added.status_code == 201
    assert browser.get("/api/v1/me").status_code == 401
    again = browser.post("/sign-in", data=ANN)
    assert again.headers["location"] == "/sign-in/enrolment?next=%2Ftasks"


def test_a_bearer_token_counts_before_the_cookie(session: Session, enter: Enter) -> None:
    browser = enter(a_person(session))

    answer = browser.get("/api/v1/me", headers={"Authorization": "Bearer cpt_unknown"})

    assert answer.status_code == 401


def test_somebody_without_a_role_signs_in_and_may_do_nothing(
    session: Session, enter: Enter
) -> None:
    user = a_person(session)
    for membership in session.exec(select(Membership)):
        session.delete(membership)
    browser = enter(user)

    assert "You have no roles." in browser.get("/profile").text
    assert browser.get("/api/v1/organisations").json()["items"] == []


def test_what_was_written_comes_back_but_for_the_password(browser: TestClient) -> None:
    page = browser.post("/sign-in", data={"email": "<b>ann", "password": "my-secret-word"})

    assert page.status_code == 422
    assert 'value="&lt;b&gt;ann"' in page.text
    assert "my-secret-word" not in page.text
    assert len(mistakes(page.text)) == 1
    assert '<a href="#email">Email address: ' in page.text


@pytest.mark.server
def test_a_flood_of_sign_ins_is_turned_away_and_the_rest_of_the_service_answers(
    browser: TestClient,
) -> None:
    crowd = SLOTS + QUEUE + 10
    start = Barrier(crowd + 1)

    def ask(number: int) -> tuple[int, str | None]:
        start.wait()
        form = {"email": f"user-{number}@example.org", "password": "not the password"}
        answer = client.post(f"{base}/sign-in", data=form)
        return answer.status_code, answer.headers.get("retry-after")

    unlimited = httpx.Limits(max_connections=None)
    with (
        in_this_process(browser.app) as base,
        httpx.Client(timeout=60, limits=unlimited) as client,
        ThreadPoolExecutor(crowd) as pool,
    ):
        asked = [pool.submit(ask, number) for number in range(crowd)]
        start.wait()
        alive = client.get(f"{base}/livez").status_code
        answers = {future.result() for future in asked}

    assert alive == 200
    assert answers == {(422, None), (503, "5")}


def test_a_deactivated_user_is_out_at_the_next_request(session: Session, enter: Enter) -> None:
    user = a_person(session)
    browser = enter(user)
    before = browser.get("/api/v1/me").status_code

    session.get_one(User, user.id).state = UserState.DEACTIVATED
    session.commit()

    assert (before, browser.get("/api/v1/me").status_code) == (200, 401)


def test_a_cookie_that_nobody_gave_out_names_nobody(browser: TestClient) -> None:
    browser.cookies.set(COOKIE, str(uuid4()))

    assert browser.get("/api/v1/me").status_code == 401
