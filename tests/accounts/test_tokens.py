"""Tokens of one's own: scoped, named, ending, shown once, and never wider than their maker."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.accounts.models import Token
from app.core.clock import now
from app.policy import Action, Role
from app.submissions.lifecycle import State
from tests.accounts.conftest import Enter
from tests.conftest import SignIn
from tests.factories import a_challenge, a_person, a_token, a_user, organisation_of

DRAFT = {"name": "nightly report", "scopes": ["organisation:read"], "days": 30}


def bearer(client: TestClient, secret: str) -> TestClient:
    return TestClient(client.app, headers={"Authorization": f"Bearer {secret}"})


def test_a_token_is_made_shown_once_and_listed_without_its_secret(
    session: Session, enter: Enter
) -> None:
    browser = enter(a_person(session))

    made = browser.post("/api/v1/tokens", json=DRAFT)

    token = made.json()
    secret = token.pop("secret")
    listed = browser.get("/api/v1/tokens").json()["items"]
    assert made.status_code == 201
    assert secret.startswith("cpt_")
    assert listed == [token]
    assert (token["name"], token["scopes"], token["revoked_at"]) == (
        "nightly report",
        ["organisation:read"],
        None,
    )
    ends = datetime.fromisoformat(token["expires_at"]) - now()
    assert timedelta(days=29, hours=23) < ends < timedelta(days=30)
    assert secret not in str(session.exec(select(Token)).one().model_dump())
    assert bearer(browser, secret).get("/api/v1/organisations").status_code == 200


def test_a_token_ends_when_its_owner_says_so(session: Session, as_user: SignIn) -> None:
    client, other = as_user(a_user(session)), as_user(a_user(session))
    made = client.post("/api/v1/tokens", json=DRAFT).json()
    address = f"/api/v1/tokens/{made['id']}"

    strange = other.delete(address)
    ended = [client.delete(address).status_code for _ in range(2)]

    assert strange.status_code == client.delete(f"/api/v1/tokens/{uuid4()}").status_code == 404
    assert ended == [204, 204]
    assert bearer(client, made["secret"]).get("/api/v1/me").status_code == 401


def test_a_token_is_narrower_than_its_user_everywhere(
    session: Session, as_user: SignIn
) -> None:
    """pretalx: a token for one thing read the whole organiser."""
    user = a_user(session)
    draft = a_challenge(session, organisation_id=organisation_of(session, user))
    handed_in = a_challenge(
        session, organisation_id=organisation_of(session, user), state=State.SUBMITTED
    )
    client = as_user(user)
    narrow = {"name": "reader", "scopes": ["submission:read"]}
    program = bearer(client, client.post("/api/v1/tokens", json=narrow).json()["secret"])

    def seen(who: TestClient) -> list[str]:
        return sorted(i["code"] for i in who.get("/api/v1/challenges").json()["items"])

    assert seen(client) == sorted([draft.code, handed_in.code])
    assert seen(program) == [handed_in.code]
    assert program.get(f"/api/v1/challenges/{draft.id}").status_code == 404
    assert program.post(f"/api/v1/challenges/{handed_in.id}/steps/withdraw").status_code == 403
    assert program.get("/api/v1/organisations").json()["items"] == []
    assert program.get("/api/v1/users").status_code == 403
    assert program.get("/api/v1/tokens").status_code == 403
    assert program.post("/api/v1/tokens", json=narrow).status_code == 403
    assert program.get("/api/v1/me").json()["id"] == str(user.id)


def test_no_scope_gives_more_than_the_roles_do(session: Session, as_user: SignIn) -> None:
    client = as_user(a_user(session))
    beyond = DRAFT | {"scopes": ["organisation:read", "run:start", "user:write"]}

    answer = client.post("/api/v1/tokens", json=beyond)

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "/scopes", "detail": "You may not do this: run:start, user:write."}
    ]


def test_a_token_that_makes_another_gives_no_more_than_it_has_and_no_longer(
    session: Session, as_user: SignIn
) -> None:
    client = as_user(a_user(session))  # by a token that ends in an hour
    scopes = ["organisation:read", "token:own"]
    first = client.post("/api/v1/tokens", json=DRAFT | {"scopes": scopes}).json()
    program = bearer(client, first["secret"])

    wider = program.post("/api/v1/tokens", json=DRAFT | {"scopes": [*scopes, "draft:read"]})
    same = program.post("/api/v1/tokens", json=DRAFT | {"scopes": scopes, "days": 366})

    assert wider.status_code == 422
    assert same.status_code == 201
    ends = [datetime.fromisoformat(made["expires_at"]) for made in (first, same.json())]
    assert ends[0] == ends[1] < now() + timedelta(hours=1)


@pytest.mark.parametrize(
    "wrong",
    [{"scopes": []}, {"scopes": ["everything"]}, {"name": ""}, {"days": 0}, {"days": 367}],
)
def test_what_no_token_can_be_is_refused(
    session: Session, as_user: SignIn, wrong: dict[str, object]
) -> None:
    client = as_user(a_user(session))

    assert client.post("/api/v1/tokens", json=DRAFT | wrong).status_code == 422


def test_a_role_that_is_taken_away_is_gone_from_the_token_too(
    session: Session, as_user: SignIn
) -> None:
    user = a_user(session, Role.STAFF)
    client = as_user(user)
    scopes = [Action.RUN_READ.value]
    program = bearer(
        client, client.post("/api/v1/tokens", json=DRAFT | {"scopes": scopes}).json()["secret"]
    )
    admin = as_user(a_user(session, Role.ADMIN))
    (held,) = admin.get(f"/api/v1/users/{user.id}").json()["memberships"]
    before = program.get("/api/v1/match-runs").status_code

    admin.delete(f"/api/v1/users/{user.id}/memberships/{held['id']}")

    assert (before, program.get("/api/v1/match-runs").status_code) == (200, 403)


def test_tokens_of_others_are_not_listed(session: Session, as_user: SignIn) -> None:
    other = a_user(session)
    a_token(session, other)
    client = as_user(a_user(session))

    assert len(client.get("/api/v1/tokens").json()["items"]) == 1  # the one that asks
