"""People who leave: out at once, their work handed over, later erased, the audit whole."""

import json
from dataclasses import fields
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlmodel import Session, and_, col, or_, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.lifecycle import Purpose, Stage, UserState
from app.accounts.models import (
    BrowserSession,
    Identity,
    KnownBrowser,
    Membership,
    OneTimeLink,
    Password,
    RecoveryCode,
    SecondFactor,
    Token,
    User,
)
from app.accounts.service import known_browsers, second_factor
from app.core.base.clock import now
from app.core.storage import audit, outbox, rate_limits
from app.core.storage.audit import AuditEvent
from app.core.storage.idempotency_keys import IdempotencyKey
from app.core.storage.outbox import Letter
from app.operations import retention
from app.organisations.service import personal_data
from app.settings import Settings
from app.submissions.lifecycle import State
from tests.accounts.conftest import Enter
from tests.conftest import SignIn
from tests.factories import (
    a_challenge,
    a_person,
    a_token,
    a_user,
    an_authenticator,
    organisation_of,
)


@pytest.fixture
def office(session: Session, as_user: SignIn) -> TestClient:
    return as_user(a_user(session, Role.ADMIN))


def step(office: TestClient, user: User, name: str, **given: object) -> tuple[int, str]:
    answer = office.post(f"/api/v1/users/{user.id}/steps/{name}", json=given)
    return answer.status_code, answer.json().get("state") or answer.json()["code"]


def kept(session: Session, user: User) -> dict[str, int]:
    """How many rows still belong to somebody."""
    session.expire_all()
    tables = (
        *(BrowserSession, Identity, KnownBrowser, Membership),
        *(OneTimeLink, Password, RecoveryCode),
    )
    counted = {
        table.__name__: len(session.exec(select(table).where(table.user_id == user.id)).all())
        for table in (*tables, SecondFactor, Letter)
    }
    # the answer to the erasure itself, which names nobody any more, has another key
    about = and_(IdempotencyKey.key == "k", col(IdempotencyKey.body).contains(str(user.id)))
    asked = select(IdempotencyKey).where(or_(col(IdempotencyKey.actor_id) == user.id, about))
    counted["IdempotencyKey"] = len(session.exec(asked).all())
    return {name: count for name, count in counted.items() if count}


def everything_of(session: Session, user: User) -> None:
    """All that can be stored about a person who signs in."""
    an_authenticator(session, user)
    second_factor.new_recovery_codes(session, user.id)
    known_browsers.remember(session, user.id, None)
    session.add(Identity(user_id=user.id, issuer="https://id.example", subject="ann-17"))
    session.add(
        OneTimeLink(
            user_id=user.id,
            purpose=Purpose.RESET,
            digest=str(uuid4()),
            ends_at=now() + timedelta(hours=1),
        )
    )
    session.add(
        IdempotencyKey(actor_id=user.id, key="k", fingerprint="0" * 64, body=user.email)
    )
    invited = json.dumps({"id": str(user.id), "name": user.name})
    session.add(IdempotencyKey(actor_id=uuid4(), key="k", fingerprint="0" * 64, body=invited))
    outbox.write(
        session,
        event_id=uuid4(),
        user_id=user.id,
        recipient=user.email,
        subject="A letter",
        body="Hello Ann",
    )


def test_who_is_deactivated_is_out_at_once_everywhere(
    session: Session, office: TestClient, enter: Enter
) -> None:
    user = a_person(session, name="Ann")
    a_user(session, organisation_id=organisation_of(session, user))
    browser = enter(user)
    program = {"Authorization": f"Bearer {a_token(session, user)}"}
    everything_of(session, user)
    session.commit()
    before = browser.get("/api/v1/me").status_code, office.get("/api/v1/me", headers=program)

    answer = office.post(f"/api/v1/users/{user.id}/steps/deactivate", json={})
    done = answer.status_code, answer.json()["state"]

    assert answer.json()["ended"] == {"tokens": ["test"], "sessions": 1}
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "deactivate")).one()
    assert event.facts == {"tokens": 1, "sessions": 1}
    assert (before[0], before[1].status_code) == (200, 200)
    assert done == (200, "deactivated")
    assert browser.get("/api/v1/me").status_code == 401
    assert office.get("/api/v1/me", headers=program).status_code == 401
    assert {"BrowserSession", "OneTimeLink"}.isdisjoint(kept(session, user))
    # What identifies a person at the next sign-in waits for a return, or for erasure.
    assert kept(session, user)["Password"] == 1


def test_drafts_stay_with_the_team_and_the_last_one_names_who_takes_over(
    session: Session, office: TestClient, as_user: SignIn
) -> None:
    user, heir = a_user(session), a_user(session)
    draft = a_challenge(
        session, organisation_id=organisation_of(session, user), state=State.DRAFT
    )
    client = as_user(heir)
    before = client.get(f"/api/v1/challenges/{draft.id}").status_code

    refused = office.post(f"/api/v1/users/{user.id}/steps/deactivate", json={})
    done = step(office, user, "deactivate", hand_over_to=str(heir.id))

    assert refused.status_code == 409
    assert "hand_over_to" in refused.json()["remedy"]
    assert done == (200, "deactivated")
    seen = client.get(f"/api/v1/challenges/{draft.id}")
    assert (before, seen.status_code, seen.json()["state"]) == (404, 200, "draft")


def test_a_team_can_be_left_empty_only_by_saying_so(
    session: Session, office: TestClient
) -> None:
    user = a_user(session)
    invited = a_user(session, state=UserState.INVITED)
    colleague_left = a_user(
        session,
        organisation_id=organisation_of(session, user),
        state=UserState.DEACTIVATED,
    )
    session.commit()

    assert step(office, user, "deactivate") == (409, "conflict")
    assert step(office, user, "deactivate", hand_over_to=str(colleague_left.id)) == (
        409,
        "conflict",
    )
    assert step(office, user, "deactivate", hand_over_to=str(user.id)) == (409, "conflict")
    assert step(office, user, "deactivate", leave_empty=True) == (200, "deactivated")
    assert step(office, invited, "deactivate", leave_empty=True) == (200, "deactivated")


def test_work_is_handed_over_before_somebody_leaves(
    session: Session, office: TestClient
) -> None:
    user, heir = a_user(session), a_user(session)
    session.commit()
    address = f"/api/v1/users/{user.id}/hand-over"

    answers = [office.post(address, json={"to": str(heir.id)}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    held = {m["organisation_id"] for m in answers[0].json()["memberships"]}
    assert str(organisation_of(session, user)) in held
    assert len(held) == len(answers[1].json()["memberships"]) == 2
    assert step(office, user, "deactivate") == (200, "deactivated")


def test_who_returns_signs_in_again_and_old_tokens_stay_ended(
    session: Session, office: TestClient, enter: Enter
) -> None:
    user = a_person(session)
    program = {"Authorization": f"Bearer {a_token(session, user)}"}
    session.commit()
    step(office, user, "deactivate", leave_empty=True)

    done = step(office, user, "reactivate")

    session.refresh(user)
    assert done == (200, "active")
    assert user.deactivated_at is None
    assert enter(user).get("/api/v1/me").status_code == 200
    assert office.get("/api/v1/me", headers=program).status_code == 401


def test_erasure_removes_who_somebody_was_and_keeps_what_others_need(
    session: Session, office: TestClient, enter: Enter
) -> None:
    user = a_person(
        session,
        name="Ann Canary",
        email="canary@example.org",
        language="pt",
        zone="Atlantic/Azores",
    )
    enter(user)
    a_token(session, user)
    everything_of(session, user)
    challenge = a_challenge(session, organisation_id=organisation_of(session, user))
    session.commit()
    step(office, user, "deactivate", leave_empty=True)
    events = session.exec(select(AuditEvent)).all()
    before = [event.model_dump() for event in events]

    done = step(office, user, "erase")

    assert done == (200, "erased")
    assert kept(session, user) == {}
    session.refresh(user)
    assert (user.name, user.email) == ("Erased person", f"{user.id}@erased.invalid")
    assert (user.language, user.zone) == (None, None)
    tokens = session.exec(select(Token).where(Token.user_id == user.id)).all()
    assert [(token.name, token.revoked_at is None) for token in tokens] == [("erased", False)]
    assert session.get(type(challenge), challenge.id) is not None
    after = [event.model_dump() for event in session.exec(select(AuditEvent))]
    assert after[:-1] == before
    assert (after[-1]["action"], after[-1]["subject_id"]) == ("erase", user.id)
    assert "anary" not in str(after)
    assert step(office, user, "reactivate") == (409, "step-not-allowed")


def test_only_who_has_left_is_erased(session: Session, office: TestClient) -> None:
    user = a_user(session)
    session.commit()

    assert step(office, user, "erase") == (409, "step-not-allowed")
    assert office.post(f"/api/v1/users/{user.id}/steps/vanish", json={}).status_code == 404
    assert office.post(f"/api/v1/users/{uuid4()}/steps/erase", json={}).status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_administrators_take_these_steps(
    session: Session, as_user: SignIn, role: Role
) -> None:
    user = a_user(session)
    client = as_user(a_user(session, role, organisation_id=organisation_of(session, user)))

    answer = client.post(f"/api/v1/users/{user.id}/steps/deactivate", json={})
    handed = client.post(f"/api/v1/users/{user.id}/hand-over", json={"to": str(user.id)})

    assert (answer.status_code, handed.status_code) == (403, 403)


def test_a_person_gets_everything_that_is_stored_about_them(
    session: Session, enter: Enter
) -> None:
    user = a_person(session, name="Ann", email="ann@example.org")
    browser = enter(user)
    a_token(session, user)
    session.add(Identity(user_id=user.id, issuer="https://id.example", subject="ann-17"))
    outbox.write(
        session,
        event_id=uuid4(),
        user_id=user.id,
        recipient=user.email,
        subject="A link",
        body="secret",
        confidential=True,
    )
    other = a_person(session, name="Bob")
    session.commit()

    whole = browser.get("/api/v1/me/export").json()

    assert (whole["id"], whole["name"], whole["email"]) == (str(user.id), "Ann", user.email)
    assert whole["identities"] == [{"issuer": "https://id.example", "subject": "ann-17"}]
    assert [token["name"] for token in whole["tokens"]] == ["test"]
    assert [letter["subject"] for letter in whole["letters"]] == ["A link"]
    assert [event["action"] for event in whole["events"]] == ["sign in"]
    assert len(whole["sessions"]) == 1
    assert len(whole["memberships"]) == 1
    for hidden in ("secret", "argon2", "digest", str(other.id), "Bob"):
        assert hidden not in str({**whole, "second_factor": None}), hidden


def test_who_has_done_and_received_much_is_given_all_of_it_in_order(
    session: Session, enter: Enter
) -> None:
    n = personal_data.AT_ONCE + 1
    user = a_person(session)
    browser = enter(user)
    for number in range(n):
        audit.record(session, user.id, f"act {number}", "call", uuid4())
        outbox.write(
            session,
            event_id=uuid4(),
            user_id=user.id,
            recipient=user.email,
            subject=f"{number}",
            body="Yes",
        )
    session.commit()

    whole = browser.get("/api/v1/me/export").json()

    actions = [event["action"] for event in whole["events"]]
    assert actions == ["sign in", *(f"act {number}" for number in range(n))]
    assert sorted(int(letter["subject"]) for letter in whole["letters"]) == [*range(n)]
    instants = [datetime.fromisoformat(letter["created_at"]) for letter in whole["letters"]]
    assert instants == sorted(instants)


def test_who_left_the_browser_open_or_a_narrow_token_gives_nobody_the_whole(
    session: Session, enter: Enter
) -> None:
    user = a_person(session)
    browser = enter(user)
    narrow = a_token(session, user, scopes=["organisation:read"])
    row = session.exec(select(BrowserSession)).one()
    row.confirmed_at = now() - timedelta(minutes=11)
    session.commit()

    late = browser.get("/api/v1/me/export")
    link = browser.get("/profile").text
    program = browser.get("/api/v1/me/export", headers={"Authorization": f"Bearer {narrow}"})

    assert (late.status_code, late.json()["code"]) == (403, "confirm-first")
    assert 'href="/confirm?next=%2Fapi%2Fv1%2Fme%2Fexport"' in link
    assert (program.status_code, program.json()["code"]) == (403, "not-permitted")


def test_the_purge_removes_what_has_ended_and_nothing_else(
    session: Session, settings: Settings
) -> None:
    long_ago = now() - timedelta(days=800)
    gone = a_user(session, state=UserState.DEACTIVATED, deactivated_at=long_ago)
    never = a_user(session, state=UserState.INVITED, created_at=long_ago)
    here = a_user(session, created_at=long_ago)
    a_token(session, here, expires_at=long_ago)
    a_token(session, here)
    for ends_at in (long_ago, now() + timedelta(hours=1)):
        session.add(
            OneTimeLink(
                user_id=here.id, purpose=Purpose.RESET, digest=str(ends_at), ends_at=ends_at
            )
        )
        session.add(
            BrowserSession(
                user_id=here.id,
                digest=str(ends_at),
                stage=Stage.COMPLETE,
                ends_at=ends_at,
                confirmed_at=long_ago,
            )
        )
        session.add(rate_limits.Attempt(key=str(ends_at), tries=1, since=ends_at))
    for sent_at in (long_ago, None):
        letter = outbox.write(
            session,
            event_id=uuid4(),
            user_id=here.id,
            recipient="a@example.org",
            subject="S",
            body="B",
        )
        letter.sent_at, letter.updated_at = sent_at, long_ago

    removed = retention.purge(session, settings)

    assert removed == retention.Removed(2, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0)
    assert [user.state for user in (gone, never, here)] == ["erased", "erased", "active"]
    nothing = retention.Removed(*(0 for _ in fields(retention.Removed)))
    assert retention.purge(session, settings) == nothing


def test_the_tag_of_a_step_is_that_of_the_user_whatever_has_ended_with_it(
    session: Session, office: TestClient
) -> None:
    user = a_user(session)
    a_token(session, user)
    session.commit()

    step_answer = office.post(
        f"/api/v1/users/{user.id}/steps/deactivate", json={"leave_empty": True}
    )
    again = office.post(
        f"/api/v1/users/{user.id}/steps/reactivate",
        json={},
        headers={"If-Match": step_answer.headers["etag"]},
    )

    read = office.get(f"/api/v1/users/{user.id}")
    assert step_answer.json()["ended"]["tokens"] == ["test"]
    assert (again.status_code, again.json()["ended"]) == (200, None)
    assert again.headers["etag"] == read.headers["etag"]
