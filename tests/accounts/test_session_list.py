"""Where somebody is signed in can be seen, and ended by the person and by administrators."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.lifecycle import Stage
from app.accounts.models import BrowserSession, User
from app.accounts.service import browser_sessions
from app.core.base.clock import now
from app.core.storage.audit import AuditEvent
from app.settings import Settings
from tests.accounts.conftest import Enter, heading
from tests.conftest import SignIn
from tests.factories import a_person, a_session, a_token, a_user

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"}


def confirmed_long_ago(session: Session) -> None:
    for row in session.exec(select(BrowserSession)):
        row.confirmed_at = now() - timedelta(minutes=11)
    session.commit()


def ids(client: TestClient) -> list[str]:
    return [item["id"] for item in client.get("/api/v1/sessions").json()["items"]]


def test_a_person_sees_where_they_are_signed_in_and_which_one_asks(
    session: Session, enter: Enter
) -> None:
    user = a_person(session)
    a_session(session, user, browser="Firefox on Linux")
    a_session(session, user, ends_at=now())
    a_session(session, user, seen_at=now() - timedelta(minutes=61))
    a_session(session, a_user(session))
    session.add(
        BrowserSession(
            user_id=user.id,
            digest="waits",
            stage=Stage.SECOND_FACTOR,
            ends_at=now() + timedelta(minutes=5),
            confirmed_at=now(),
        )
    )
    browser = enter(user)

    items = browser.get("/api/v1/sessions").json()["items"]

    assert [(item["browser"], item["current"]) for item in items] == [
        ("A browser", True),
        ("Firefox on Linux", False),
    ]
    assert "digest" not in str(items)


def test_a_person_signs_one_browser_out_and_the_others_go_on(
    session: Session, enter: Enter
) -> None:
    user = a_person(session)
    first, second, third = enter(user), enter(user), enter(user)
    (other,) = [
        item["id"]
        for item in third.get("/api/v1/sessions", params={"sort": "created_at"}).json()["items"]
    ][:1]

    ended = third.delete(f"/api/v1/sessions/{other}")

    assert ended.json() == {"tokens": [], "sessions": 1}
    statuses = [one.get("/api/v1/me").status_code for one in (first, second, third)]
    assert statuses == [401, 200, 200]
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "sign out")).one()
    assert (event.actor_id, event.subject_id, event.facts) == (
        *(user.id, user.id),
        {"tokens": 0, "sessions": 1},
    )


def test_a_person_signs_every_other_browser_out(session: Session, enter: Enter) -> None:
    user = a_person(session)
    first, second, third = enter(user), enter(user), enter(user)
    stranger = enter(a_person(session))

    ended = third.delete("/api/v1/sessions")

    assert ended.json() == {"tokens": [], "sessions": 2}
    statuses = [one.get("/api/v1/me").status_code for one in (first, second, third, stranger)]
    assert statuses == [401, 401, 200, 200]


def test_the_session_of_somebody_else_looks_like_none(session: Session, enter: Enter) -> None:
    other = a_session(session, a_user(session))
    browser = enter(a_person(session))

    answers = [browser.delete(f"/api/v1/sessions/{key}") for key in (other.id, uuid4())]

    assert [answer.status_code for answer in answers] == [404, 404]
    session.expire_all()
    assert session.get(BrowserSession, other.id) is not None


def test_a_browser_that_was_left_open_signs_nobody_out(session: Session, enter: Enter) -> None:
    browser = enter(a_person(session))
    confirmed_long_ago(session)

    answers = [
        browser.delete("/api/v1/sessions"),
        browser.delete(f"/api/v1/sessions/{ids(browser)[0]}"),
        browser.post("/profile/sessions/end"),
    ]
    page = browser.get("/profile/sessions")

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert page.headers["location"] == "/confirm?next=%2Fprofile%2Fsessions"


def test_a_token_sees_and_ends_sessions_only_if_it_was_made_for_that(
    session: Session, as_user: SignIn
) -> None:
    user = a_user(session)
    a_session(session, user)
    secrets = [
        a_token(session, user, scopes=[scope]) for scope in ("draft:read", "session:own")
    ]
    client = as_user(user)

    statuses = [
        client.get(
            "/api/v1/sessions", headers={"Authorization": f"Bearer {secret}"}
        ).status_code
        for secret in secrets
    ]

    assert statuses == [403, 200]


def test_an_administrator_sees_and_ends_the_sessions_of_a_user(
    session: Session, as_user: SignIn, enter: Enter
) -> None:
    user = a_person(session)
    first, second = enter(user), enter(user)
    admin, lead = as_user(a_user(session, Role.ADMIN)), as_user(a_user(session, Role.LEAD))
    address = f"/api/v1/users/{user.id}/sessions"
    listed = admin.get(address, params={"sort": "created_at"}).json()["items"]

    one = admin.delete(f"{address}/{listed[0]['id']}").json()
    after_one = [browser.get("/api/v1/me").status_code for browser in (first, second)]
    refused = lead.delete(address).status_code
    rest = admin.delete(address).json()

    assert [item["current"] for item in listed] == [False, False]
    assert (one["sessions"], rest["sessions"], refused) == (1, 1, 403)
    assert after_one == [401, 200]
    assert second.get("/api/v1/me").status_code == 401


def test_the_page_shows_them_and_signs_them_out(session: Session, enter: Enter) -> None:
    user = a_person(session)
    other = enter(user)
    a_session(session, user, browser="Firefox on Linux")
    browser = enter(user)
    (firefox,) = [
        item["id"]
        for item in browser.get("/api/v1/sessions").json()["items"]
        if item["browser"] == "Firefox on Linux"
    ]

    shown = browser.get("/profile/sessions").text
    one = browser.post(f"/profile/sessions/{firefox}/end", follow_redirects=True)
    rest = browser.post("/profile/sessions/end", follow_redirects=True)

    assert heading(shown) == "Where you are signed in"
    assert shown.count("(this browser)") == 1
    assert "Firefox on Linux" in shown
    assert "1 browser is signed out." in one.text
    assert "Firefox on Linux" not in one.text
    assert "1 browser is signed out." in rest.text
    assert "Sign out everywhere else" not in rest.text
    assert other.get("/api/v1/me").status_code == 401
    assert browser.get("/api/v1/me").status_code == 200


def test_one_browser_too_many_ends_the_one_that_was_silent_for_longest(
    session: Session,
) -> None:
    ann, ben = a_person(session), a_person(session)
    settings = Settings(embedded_worker=False)

    def enter(user: User) -> BrowserSession:
        begun = browser_sessions.begin(
            session, user, settings, Stage.CONSENT, browser="Firefox", known_id=None
        )
        row, _ = browser_sessions.find(session, begun.secret, Stage.COMPLETE, settings)
        return row

    def kept(user: User) -> set[UUID]:
        held = select(BrowserSession.id).where(BrowserSession.user_id == user.id)
        return set(session.exec(held))

    of_ben = enter(ben).id
    rows = [enter(ann) for _ in range(browser_sessions.MOST_SESSIONS)]
    silent, *others = rows
    silent.seen_at -= timedelta(hours=1)
    full = kept(ann)

    latest = enter(ann)

    assert full == {row.id for row in rows}
    assert kept(ann) == {latest.id, *(row.id for row in others)}
    assert kept(ben) == {of_ben}
