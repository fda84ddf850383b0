"""The second factor: who needs one, that each code works once, and what if it is lost."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pyotp
import pytest
from cryptography.fernet import Fernet
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import GUARDED, Role
from app.accounts.models import BrowserSession, RecoveryCode, SecondFactor, User
from app.accounts.service import second_factor
from app.accounts.service.credentials import digest_of
from app.core.base.clock import now
from app.core.base.encryption import Keyring
from app.settings import Settings
from tests.accounts.conftest import Enter, heading, mistakes
from tests.factories import KEY, PASSWORD, SECRET, a_person, an_authenticator
from tests.processes import until

ANN = {"email": "ann@example.org", "password": PASSWORD}


def secret_on(page: str) -> str:
    (shown,) = re.findall(r'app-secret">(.*?)<', page)
    return str(shown).replace(" ", "")


def codes_on(page: str) -> list[str]:
    return re.findall(r"<li>((?:[a-z2-7]{4}-){6}[a-z2-7]{4})</li>", page)


@pytest.fixture
def ann(session: Session) -> User:
    user = a_person(session, Role.STAFF, email="ann@example.org")
    session.commit()
    return user


@pytest.mark.parametrize("role", list(Role))
def test_roles_that_reach_what_belongs_to_others_need_one(
    session: Session, browser: TestClient, role: Role
) -> None:
    a_person(session, role, email="ann@example.org")
    session.commit()

    answer = browser.post("/sign-in", data=ANN)

    assert (role in GUARDED) is (role in {"staff", "lead", "admin", "auditor"})
    assert answer.headers["location"] == (
        "/sign-in/enrolment?next=%2Ftasks" if role in GUARDED else "/tasks"
    )


def test_enrolling_shows_the_secret_as_picture_and_text_and_the_recovery_codes_once(
    session: Session, browser: TestClient, ann: User
) -> None:
    browser.post("/sign-in", data=ANN)
    page = browser.get("/sign-in/enrolment?next=/profile").text
    again = browser.get("/sign-in/enrolment").text
    secret = secret_on(page)

    wrong = browser.post("/sign-in/enrolment", data={"code": "000000x"})
    done = browser.post(
        "/sign-in/enrolment", data={"code": pyotp.TOTP(secret).now(), "next": "/profile"}
    )

    assert (len(secret), secret_on(again)) == (32, secret)
    assert "<svg" in page
    assert "style=" not in page
    assert wrong.status_code == 422
    assert secret_on(wrong.text) == secret
    assert done.status_code == 200
    assert len(set(codes_on(done.text))) == 10
    assert '<a class="link" href="/profile">' in done.text
    assert browser.get("/profile").status_code == 200
    assert browser.get("/sign-in/enrolment").status_code == 303
    held = session.exec(select(SecondFactor)).one()
    assert secret not in str(held.model_dump())
    assert Keyring([KEY]).decrypt(held.sealed) == secret
    kept = {code.digest for code in session.exec(select(RecoveryCode))}
    assert kept == {digest_of(c.replace("-", "")) for c in codes_on(done.text)}


def test_without_a_key_nobody_enrols_and_who_runs_it_is_told_what_to_do(
    browser: TestClient, ann: User, settings: Settings
) -> None:
    bare = settings.model_copy(update={"secret_keys": None})
    browser.app.state.settings = bare  # type: ignore[attr-defined]  # -- it is a FastAPI
    browser.post("/sign-in", data=ANN)

    page = browser.get("/sign-in/enrolment")

    assert page.status_code == 503
    assert "COUNTERPART_SECRET_KEYS" in page.text


def test_a_code_works_once(
    session: Session, ann: User, open_browser: Callable[[], TestClient]
) -> None:
    totp = an_authenticator(session, ann)
    session.commit()
    first, second = open_browser(), open_browser()
    for browser in (first, second):
        answer = browser.post("/sign-in", data=ANN)
        assert answer.headers["location"] == "/sign-in/second-factor?next=%2Ftasks"
    code = totp.now()

    taken = first.post("/sign-in/second-factor", data={"code": f" {code[:3]} {code[3:]} "})
    replayed = second.post("/sign-in/second-factor", data={"code": code})

    assert (taken.status_code, replayed.status_code) == (303, 422)
    assert mistakes(replayed.text)[0].startswith("This is not the code of this moment")
    assert second.get("/profile").headers["location"] == "/sign-in?next=%2Fprofile"


def test_of_two_who_use_one_code_at_once_one_gets_in(
    session: Session, ann: User, open_browser: Callable[[], TestClient]
) -> None:
    totp = an_authenticator(session, ann)
    session.commit()
    browsers = [open_browser(), open_browser()]
    for browser in browsers:
        browser.post("/sign-in", data=ANN)
    code, start = totp.now(), Barrier(2)

    def use(browser: TestClient) -> int:
        start.wait()
        return browser.post("/sign-in/second-factor", data={"code": code}).status_code

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(use, browsers))

    assert statuses == [303, 422]


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_wrong_by_half_a_minute(
    session: Session, ann: User, steps: int, taken: bool
) -> None:
    totp = an_authenticator(session, ann)
    # Not at the end of a step, so that the next one does not begin meanwhile.
    until(lambda: now().timestamp() % 30 < 29)
    code = totp.generate_otp(totp.timecode(now()) + steps)

    held = session.exec(select(SecondFactor)).one()
    found = second_factor._is_code(held, Keyring([KEY]), code)

    assert found is taken


def test_a_recovery_code_works_once_too(
    session: Session, ann: User, browser: TestClient
) -> None:
    an_authenticator(session, ann)
    codes = second_factor.new_recovery_codes(session, ann.id)
    session.commit()

    def enter(code: str) -> int:
        browser.post("/sign-in", data=ANN)
        return browser.post("/sign-in/second-factor", data={"code": code}).status_code

    assert [enter(codes[3].upper()), enter(codes[3]), enter(codes[4])] == [303, 422, 303]


def test_recovery_codes_are_too_long_to_be_searched_for(session: Session, ann: User) -> None:
    codes = second_factor.new_recovery_codes(session, ann.id)

    assert all(re.fullmatch("[a-z2-7]{4}(-[a-z2-7]{4}){6}", code) for code in codes)
    assert len({code[:4] for code in codes} | {code[-9:-5] for code in codes}) > 15


def test_codes_cannot_be_guessed_for_long(
    session: Session, ann: User, open_browser: Callable[[], TestClient]
) -> None:
    totp = an_authenticator(session, ann)
    session.commit()
    browser, other = open_browser(), open_browser()
    for one in (browser, other):
        one.post("/sign-in", data=ANN)

    statuses = [
        browser.post("/sign-in/second-factor", data={"code": f"{n:06}"}).status_code
        for n in range(11)
    ]
    elsewhere = other.post("/sign-in/second-factor", data={"code": totp.now()})

    assert statuses == [422] * 10 + [429]
    assert elsewhere.status_code == 429


def test_an_administrator_removes_a_lost_authenticator(session: Session, enter: Enter) -> None:
    admin, user = a_person(session, Role.ADMIN), a_person(session, Role.STAFF)
    browser, office = enter(user), enter(admin)

    removed = office.delete(f"/api/v1/users/{user.id}/second-factor")
    absent = office.delete(f"/api/v1/users/{uuid4()}/second-factor")
    refused = enter(a_person(session)).delete(f"/api/v1/users/{user.id}/second-factor")

    assert [a.status_code for a in (removed, absent, refused)] == [204, 404, 403]
    assert browser.get("/api/v1/me").status_code == 401
    held = session.exec(select(SecondFactor.user_id)).all()
    assert held == [admin.id]


def test_one_that_was_sealed_by_a_key_that_is_gone_says_so(
    session: Session, ann: User, browser: TestClient
) -> None:
    sealed = Keyring([Fernet.generate_key().decode()]).encrypt(SECRET)
    session.add(SecondFactor(user_id=ann.id, sealed=sealed, enrolled_at=now()))
    session.commit()
    browser.post("/sign-in", data=ANN)

    page = browser.post("/sign-in/second-factor", data={"code": "123456"})

    assert page.status_code == 503
    assert "Use a recovery code, or ask an administrator to remove it." in page.text


def test_a_recovery_code_lets_in_where_the_key_is_gone(
    session: Session, ann: User, browser: TestClient
) -> None:
    sealed = Keyring([Fernet.generate_key().decode()]).encrypt(SECRET)
    session.add(SecondFactor(user_id=ann.id, sealed=sealed, enrolled_at=now()))
    code, *_ = second_factor.new_recovery_codes(session, ann.id)
    session.commit()
    browser.post("/sign-in", data=ANN)

    answer = browser.post("/sign-in/second-factor", data={"code": code})

    assert answer.headers["location"] == "/tasks"


@pytest.mark.parametrize("role", [Role.MEMBER, Role.STAFF])
def test_who_is_confirmed_of_late_may_do_what_matters(
    session: Session, enter: Enter, role: Role
) -> None:
    browser = enter(a_person(session, role))
    draft = {"name": "report", "scopes": ["organisation:read"]}
    first = browser.post("/api/v1/tokens", json=draft)
    row = session.exec(select(BrowserSession)).one()
    row.confirmed_at = now() - timedelta(minutes=11)
    # Ten codes a quarter of an hour: a step later than the one that was used to sign in.
    for held in session.exec(select(SecondFactor)):
        held.last_step = None
    session.commit()

    late = browser.post("/api/v1/tokens", json=draft)
    page = browser.get("/confirm?next=/profile").text
    proof = (
        {"by": "code", "code": pyotp.TOTP(SECRET).now()}
        if role is Role.STAFF
        else {"by": "password", "password": PASSWORD}
    )
    wrong = browser.post("/confirm", data=dict.fromkeys(proof, "000000") | {"by": proof["by"]})
    right = browser.post("/confirm", data=proof | {"next": "//evil.example"})
    after = browser.post("/api/v1/tokens", json=draft)

    assert (first.status_code, late.status_code, after.status_code) == (201, 403, 201)
    assert late.json()["code"] == "confirm-first"
    assert heading(page) == "Confirm that it is you"
    assert f'name="{"code" if role is Role.STAFF else "password"}"' in page
    assert (wrong.status_code, len(mistakes(wrong.text))) == (422, 1)
    assert (right.status_code, right.headers["location"]) == (303, "/tasks")


def test_a_clock_that_was_a_day_ahead_locks_no_authenticator_out(
    session: Session, enter: Enter, browser: TestClient
) -> None:
    user = a_person(session, Role.STAFF, email="ann@example.org")
    totp = an_authenticator(session, user)
    held = session.exec(select(SecondFactor)).one()
    tomorrow = totp.timecode(now() + timedelta(days=1))
    held.last_step = tomorrow
    session.commit()
    code = totp.now()

    answers = []
    for _ in range(2):
        browser.post("/sign-in", data={"email": user.email, "password": PASSWORD})
        answers.append(browser.post("/sign-in/second-factor", data={"code": code}))

    session.refresh(held)
    assert [answer.status_code for answer in answers] == [303, 422]  # once, as ever
    assert held.last_step is not None
    assert held.last_step < tomorrow
