"""Invitations and new passwords: letters with links that work once and for a time."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.access.policy import OPERATOR, Role
from app.accounts.lifecycle import UserState
from app.accounts.models import OneTimeLink, Password, User
from app.accounts.service import one_time_links
from app.accounts.service.credentials import digest_of, require_strong
from app.core.base.clock import now
from app.core.base.errors import Unprocessable
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database
from app.core.storage.jobs import Job
from app.core.storage.outbox import Letter
from app.operations import retention
from app.organisations.models import Organisation
from app.settings import Settings
from tests.accounts.conftest import Enter, heading, mistakes
from tests.conftest import SignIn, statements_of, worked
from tests.factories import PASSWORD, a_person, a_token, a_user

NEW = "quiet lantern orbit mustard"
ORGANISATION = {"name": "Ministry of Water", "country": "NL"}
BOB = {
    "email": "Bob@Example.org",
    "name": "Bob <b>http://evil.example</b>",
    "role": "member",
    "organisation": ORGANISATION,
}


def letters(session: Session) -> list[Letter]:
    session.expire_all()
    return list(session.exec(select(Letter).order_by(Letter.created_at)))  # type: ignore[arg-type]  # -- a column


def code_in(letter: Letter) -> str:
    (code,) = re.findall(
        r"^https://testserver/\w+\?code=([\w-]{43})$", letter.body, re.MULTILINE
    )
    return str(code)


def accept(browser: TestClient, code: str, **changes: Any) -> Any:
    form = {"code": code, "password": NEW, "agreed": "true"} | changes
    return browser.post("/invitation", data=form)


@pytest.fixture
def office(session: Session, enter: Enter) -> TestClient:
    """The browser of an administrator."""
    return enter(a_person(session, Role.ADMIN))


def invite(session: Session, office: TestClient, **changes: Any) -> str:
    answer = office.post("/api/v1/users", json=BOB | changes)
    assert answer.status_code == 201, answer.text
    return code_in(letters(session)[-1])


def test_an_invitation_is_a_letter_that_holds_nothing_a_person_has_typed(
    session: Session, office: TestClient
) -> None:
    answer = office.post("/api/v1/users", json=BOB)

    (letter,) = letters(session)
    made = answer.json()
    assert answer.status_code == 201
    assert (made["email"], made["state"]) == ("bob@example.org", "invited")
    assert [m["role"] for m in made["memberships"]] == ["member"]
    assert (letter.recipient, letter.subject) == (
        "bob@example.org",
        "Your invitation to Counterpart",
    )
    assert "evil" not in letter.body
    assert letter.confidential
    link = session.exec(select(OneTimeLink)).one()
    assert link.digest == digest_of(code_in(letter))
    assert timedelta(days=6) < link.ends_at - now() < timedelta(days=7)


def test_who_accepts_sets_a_password_agrees_and_signs_in(
    session: Session, office: TestClient, browser: TestClient
) -> None:
    code = invite(session, office)
    shown = browser.get(f"/invitation?code={code}")

    done = accept(browser, code)

    user = session.exec(select(User).where(User.email == "bob@example.org")).one()
    assert "What is stored about you, and why" in shown.text
    assert heading(done.text) == "Your password is set"
    assert user.state is UserState.ACTIVE
    assert user.consented_at is not None
    answer = browser.post("/sign-in", data={"email": "BOB@example.org", "password": NEW})
    assert answer.headers["location"] == "/tasks"


def test_a_link_works_once_and_looking_at_it_does_not_use_it(
    session: Session, office: TestClient, browser: TestClient
) -> None:
    code = invite(session, office)
    looked = [browser.get(f"/invitation?code={code}").status_code for _ in range(2)]

    used = [accept(browser, code).status_code for _ in range(2)]

    assert (looked, used) == ([200, 200], [200, 404])
    assert browser.get(f"/invitation?code={code}").status_code == 404


def test_of_two_who_accept_at_once_one_sets_the_password(
    session: Session, office: TestClient, open_browser: Callable[[], TestClient]
) -> None:
    code, start = invite(session, office), Barrier(2)

    def use(password: str) -> int:
        start.wait()
        return int(accept(open_browser(), code, password=password).status_code)

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(use, [NEW, PASSWORD]))

    assert statuses == [200, 404]


def test_a_link_that_has_ended_is_like_one_that_never_was(
    session: Session, office: TestClient, browser: TestClient
) -> None:
    code = invite(session, office)
    session.exec(select(OneTimeLink)).one().ends_at = now()
    session.commit()

    ended = browser.get(f"/invitation?code={code}")
    never = browser.get("/invitation?code=never")
    none = browser.get("/invitation")
    other = browser.get(f"/reset?code={code}")

    assert ended.status_code == 404
    assert '<a class="link" href="/reset">Get a new password</a>' in ended.text
    assert ended.text == never.text == none.text == other.text
    assert accept(browser, code).status_code == 404


def test_another_invitation_ends_the_one_before(
    session: Session, office: TestClient, browser: TestClient
) -> None:
    first = invite(session, office)
    user = session.exec(select(User).where(User.email == "bob@example.org")).one()

    again = office.post(f"/api/v1/users/{user.id}/invitation")

    second = code_in(letters(session)[-1])
    assert again.status_code == 204
    assert accept(browser, first).status_code == 404
    assert accept(browser, second).status_code == 200
    assert office.post(f"/api/v1/users/{user.id}/invitation").status_code == 409


def test_who_left_before_accepting_and_is_let_in_again_gets_a_way_in(
    session: Session, office: TestClient, browser: TestClient
) -> None:
    first = invite(session, office)
    user = session.exec(select(User).where(User.email == "bob@example.org")).one()
    life = f"/api/v1/users/{user.id}/steps"
    office.post(f"{life}/deactivate", json={"leave_empty": True})
    office.post(f"{life}/reactivate", json={})

    again = office.post(f"/api/v1/users/{user.id}/invitation")

    form = {"code": code_in(letters(session)[-1]), "password": NEW}
    assert again.status_code == 204
    assert accept(browser, first).status_code == 404
    assert browser.post("/reset/password", data=form).status_code == 200
    entered = browser.post("/sign-in", data={"email": user.email, "password": NEW})
    assert entered.headers["location"] == "/consent?next=%2Ftasks"
    assert office.post(f"/api/v1/users/{user.id}/invitation").status_code == 409


def test_a_weak_password_and_no_agreement_leave_the_invitation_open(
    session: Session, office: TestClient, browser: TestClient
) -> None:
    code = invite(session, office)

    short, weak = (
        accept(browser, code, **changes)
        for changes in ({"password": "short", "agreed": ""}, {"password": "password1234"})
    )

    assert (short.status_code, weak.status_code) == (422, 422)
    assert mistakes(short.text) == [
        "It has 5 characters; the minimum is 12.",
        "Tick the box if you agree, or close this page.",
    ]
    assert mistakes(weak.text)[0].startswith("This one is too easy to guess.")
    assert len(session.exec(select(Password)).all()) == 1  # the administrator's
    assert accept(browser, code).status_code == 200


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "qwertyuiop123",
        "counterpart2026",
        "bob@example.org1",
        "Bob Baker 1970",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
        "abcdefghijkl1234",
    ],
)
def test_a_password_that_others_would_try_is_too_weak(password: str) -> None:
    with pytest.raises(Unprocessable) as refusal:
        require_strong(password, known=("Bob Baker", "bob@example.org"))

    assert [error.pointer for error in refusal.value.errors] == ["/password"]
    assert password not in str(refusal.value.errors)


@pytest.mark.parametrize("password", [PASSWORD, NEW, "h7K!pq2Zr9wX", "жщцф цппювв лд9"])
def test_a_password_of_some_strength_is_taken(password: str) -> None:
    require_strong(password, known=("Bob Baker", "bob@example.org"))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_administrators_invite_who_is_more_than_of_a_team(
    session: Session, as_user: SignIn, role: Role
) -> None:
    client = as_user(a_user(session, role))

    answer = client.post("/api/v1/users", json=BOB | {"role": "reviewer"})

    assert answer.status_code == 403
    assert letters(session) == []


def test_a_taken_address_is_refused_and_nothing_is_written(
    session: Session, office: TestClient
) -> None:
    a_user(session, email="bob@example.org")
    session.commit()

    answer = office.post("/api/v1/users", json=BOB)

    assert (answer.status_code, letters(session)) == (409, [])
    assert session.exec(select(Organisation).where(Organisation.country == "NL")).all() == []


# --- a new password ---


def test_asking_for_a_new_password_does_the_same_work_for_everybody(
    session: Session, browser: TestClient, database: Database
) -> None:
    """What the database is asked, and what is queued, instead of a clock."""
    a_person(session, email="ann@example.org")
    a_person(session, email="left@example.org", state=UserState.DEACTIVATED)
    a_user(session, email="by-provider@example.org")
    session.commit()
    statements, works = statements_of(database), []

    for name in ("ann", "left", "by-provider", "nobody"):
        statements.clear()
        browser.post("/reset", data={"email": f"{name}@example.org"})
        works.append(list(statements))

    assert works[0] == works[1] == works[2] == works[3]
    queued = session.exec(select(Job).order_by(col(Job.id))).all()
    assert [job.name for job in queued] == ["send reset"] * 4
    assert [list(job.arguments) for job in queued] == [["user_id"]] * 4
    assert "example.org" not in str([job.arguments for job in queued])
    assert letters(session) == []


def test_jobs_that_sent_a_letter_are_forgotten_after_a_day(
    session: Session, browser: TestClient, settings: Settings
) -> None:
    for name in ("ann", "bob"):
        browser.post("/reset", data={"email": f"{name}@example.org"})
        worked(browser)
    first = session.exec(select(Job).order_by(col(Job.id))).first()
    assert first is not None
    first.finished_at = now() - timedelta(hours=25)
    session.flush()

    retention.purge(session, settings)

    assert len(session.exec(select(Job)).all()) == 1


def test_asking_for_a_new_password_says_the_same_to_everybody(
    session: Session, browser: TestClient
) -> None:
    a_person(session, email="ann@example.org")
    a_person(session, email="left@example.org", state=UserState.DEACTIVATED)
    a_user(session, email="new@example.org", state=UserState.INVITED)
    a_user(session, email="by-provider@example.org")
    session.commit()

    answers = [
        browser.post("/reset", data={"email": f"{name}@example.org"})
        for name in ("ANN", "left", "new", "by-provider", "nobody")
    ]

    worked(browser)
    assert {(a.status_code, a.text) for a in answers} == {(200, answers[0].text)}
    assert [(x.recipient, x.subject) for x in letters(session)] == [
        ("ann@example.org", "A new password for Counterpart")
    ]


def test_a_new_password_ends_every_session_and_is_the_one_that_counts(
    session: Session, enter: Enter, browser: TestClient
) -> None:
    user = a_person(session, email="ann@example.org")
    elsewhere = enter(user)
    browser.post("/reset", data={"email": "ann@example.org"})
    worked(browser)
    code = code_in(letters(session)[0])
    shown = browser.get(f"/reset?code={code}")

    weak = browser.post("/reset/password", data={"code": code, "password": "ann@example.org"})
    done = browser.post("/reset/password", data={"code": code, "password": NEW})
    again = browser.post("/reset/password", data={"code": code, "password": NEW})

    assert heading(shown.text) == "Choose a new password"
    assert (weak.status_code, done.status_code, again.status_code) == (422, 200, 404)
    assert elsewhere.get("/api/v1/me").status_code == 401
    answers = [
        browser.post("/sign-in", data={"email": user.email, "password": password}).status_code
        for password in (PASSWORD, NEW)
    ]
    assert answers == [422, 303]
    # Only who somebody is, never what was typed.
    facts = [(e.action, e.facts) for e in session.exec(select(AuditEvent))]
    assert ("set password", {"tokens": 0, "sessions": 1}) in facts
    assert "example.org" not in str(facts)


def test_a_reset_ends_every_token_and_names_them(session: Session, browser: TestClient) -> None:
    """Whoever knew the old password may have made them."""
    user = a_person(session)
    secrets = [a_token(session, user), a_token(session, user, scopes=["token:own"])]
    program = TestClient(browser.app, headers={"Authorization": f"Bearer {secrets[1]}"})
    session.commit()
    form = {"name": "<b>made</b> by a token", "scopes": ["token:own"]}
    secrets.append(program.post("/api/v1/tokens", json=form).json()["secret"])
    link = one_time_links.link_for(session, OPERATOR, user, public_url="https://testserver")
    session.commit()

    page = browser.post(
        "/reset/password", data={"code": link.partition("code=")[2], "password": NEW}
    )

    assert page.status_code == 200
    assert re.findall(r"<li>([^<]*)</li>", page.text) == [
        *["test", "test", "&lt;b&gt;made&lt;/b&gt; by a token"]
    ]
    answers = [
        browser.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code
        for secret in secrets
    ]
    assert answers == [401, 401, 401]
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "set password")).one()
    assert event.facts == {"tokens": 3, "sessions": 0}


def test_the_page_after_a_reset_is_that_of_somebody_who_is_signed_out(
    session: Session, enter: Enter
) -> None:
    user = a_person(session, name="Ann Other")
    browser = enter(user)
    link = one_time_links.link_for(session, OPERATOR, user, public_url="https://testserver")
    session.commit()
    assert "Ann Other" in browser.get("/profile").text

    page = browser.post(
        "/reset/password", data={"code": link.partition("code=")[2], "password": NEW}
    )

    assert "Your password is set" in page.text
    assert "Ann Other" not in page.text
    assert "app-navigation" not in page.text


def test_a_mailbox_is_not_flooded(session: Session, browser: TestClient) -> None:
    a_person(session, email="ann@example.org")
    session.commit()

    statuses = [
        browser.post("/reset", data={"email": "ann@example.org"}).status_code for _ in range(7)
    ]

    worked(browser)
    assert statuses == [200] * 5 + [429] * 2
    assert len(letters(session)) == 5


def test_a_second_letter_ends_the_link_of_the_first(
    session: Session, browser: TestClient
) -> None:
    a_person(session, email="ann@example.org")
    session.commit()
    for _ in range(2):
        browser.post("/reset", data={"email": "ann@example.org"})
    worked(browser)

    first, second = (code_in(letter) for letter in letters(session))

    assert browser.get(f"/reset?code={first}").status_code == 404
    assert browser.get(f"/reset?code={second}").status_code == 200


# --- without a mail server ---


def test_without_a_mail_server_the_page_says_who_has_the_link(
    session: Session, browser: TestClient, settings: Settings
) -> None:
    a_person(session, email="ann@example.org")
    session.commit()
    form = {"email": "ann@example.org"}

    without = browser.post("/reset", data=form)
    browser.app.state.settings = settings.model_copy(update={"smtp_host": "mail.example.org"})  # type: ignore[attr-defined]  # -- it is a FastAPI
    with_one = browser.post("/reset", data=form)

    assert heading(without.text) == "Ask the staff for your link"
    assert "This service cannot send emails at the moment." in without.text
    assert heading(with_one.text) == "Check your email"


def test_staff_hand_the_link_of_a_member_over_and_it_is_recorded(
    session: Session, browser: TestClient, as_user: SignIn
) -> None:
    user = a_person(session, email="ann@example.org")
    desk = a_user(session, Role.STAFF)
    staff = as_user(desk)
    browser.post("/reset", data={"email": "ann@example.org"})
    worked(browser)
    (letter,) = staff.get("/api/v1/outbox?state=waiting").json()["items"]

    handed = staff.post(f"/api/v1/outbox/{letter['id']}/hand-over")

    assert (letter["body"], handed.status_code) == (None, 200)
    code = re.findall(r"/reset\?code=(\S+)", handed.json()["body"])[0]
    done = browser.post("/reset/password", data={"code": code, "password": NEW})
    assert done.status_code == 200
    event = session.exec(
        select(AuditEvent).where(AuditEvent.action == "hand letter over")
    ).one()
    assert (event.actor_id, event.subject_id, event.facts) == (desk.id, user.id, {})


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.MEMBER])
def test_staff_hand_over_no_link_of_somebody_who_may_do_more_than_a_member(
    session: Session, browser: TestClient, as_user: SignIn, role: Role
) -> None:
    a_person(session, role, email="ann@example.org")
    staff, admin = as_user(a_user(session, Role.STAFF)), as_user(a_user(session, Role.ADMIN))
    browser.post("/reset", data={"email": "ann@example.org"})
    worked(browser)
    (letter,) = staff.get("/api/v1/outbox?state=waiting").json()["items"]
    address = f"/api/v1/outbox/{letter['id']}/hand-over"

    answers = [staff.post(address), admin.post(address)]

    assert [answer.status_code for answer in answers] == [403, 200]
    assert "code=" not in answers[0].text


def test_a_letter_that_a_mail_server_sends_or_has_sent_is_not_handed_over(
    session: Session, browser: TestClient, as_user: SignIn, settings: Settings
) -> None:
    a_person(session, email="ann@example.org")
    staff = as_user(a_user(session, Role.STAFF))
    browser.post("/reset", data={"email": "ann@example.org"})
    worked(browser)
    (letter,) = session.exec(select(Letter)).all()
    address = f"/api/v1/outbox/{letter.id}/hand-over"

    browser.app.state.settings = settings.model_copy(update={"smtp_host": "mail.example.org"})  # type: ignore[attr-defined]  # -- it is a FastAPI
    to_be_sent = staff.post(address)
    browser.app.state.settings = settings  # type: ignore[attr-defined]  # -- as above
    letter.sent_at = now()
    session.commit()
    sent = staff.post(address)

    assert [to_be_sent.status_code, sent.status_code] == [409, 409]
    assert "code=" not in to_be_sent.text + sent.text
