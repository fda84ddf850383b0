"""Tokens of one's own: scoped, named, ending, shown once, and never wider than their maker."""

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Action, Role
from app.accounts import service as accounts
from app.accounts.models import BrowserSession, Token
from app.accounts.schemas import TokenDraft
from app.accounts.service import tokens
from app.core.base.clock import now
from app.core.base.errors import NotSignedIn
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database, reading, transaction
from app.submissions.lifecycle import State
from tests.accounts.conftest import Enter, mistakes
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
    ended = [client.delete(address) for _ in range(2)]

    assert strange.status_code == client.delete(f"/api/v1/tokens/{uuid4()}").status_code == 404
    assert [(answer.status_code, answer.json()) for answer in ended] == [
        (200, {"tokens": ["nightly report"], "sessions": 0}),
        (200, {"tokens": [], "sessions": 0}),
    ]
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
        {
            "pointer": "/scopes",
            "detail": "You do not have these permissions: run:start, user:write.",
        }
    ]


def test_a_scope_of_another_version_permits_nothing_and_the_others_hold(
    session: Session, client: TestClient
) -> None:
    secret = a_token(session, a_user(session), scopes=["organisation:read", "gone:read"])
    session.commit()
    headers = {"Authorization": f"Bearer {secret}"}

    answers = [
        client.get(f"/api/v1/{path}", headers=headers) for path in ("organisations", "users")
    ]

    assert [answer.status_code for answer in answers] == [200, 403]


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


# --- the page ---


def test_a_token_is_made_shown_once_and_ended_on_its_page(
    session: Session, enter: Enter
) -> None:
    browser = enter(a_person(session))
    form = {"name": "nightly <b>report</b>", "scopes": ["organisation:read"], "days": "30"}

    wrong = browser.post("/profile/tokens", data=form | {"name": "", "scopes": ["run:start"]})
    made = browser.post("/profile/tokens", data=form)
    (secret,) = re.findall(r"cpt_[\w-]{43}", made.text)
    works = bearer(browser, secret).get("/api/v1/organisations").status_code
    listed = browser.get("/profile/tokens").text
    token = session.exec(select(Token)).one()
    ended = browser.post(f"/profile/tokens/{token.id}/revoke")

    assert wrong.status_code == 422
    assert 'value="run:start" checked' not in wrong.text
    assert mistakes(wrong.text) == ["This field is required."]
    assert (made.status_code, works) == (200, 200)
    assert "nightly &lt;b&gt;report&lt;/b&gt;" in listed
    assert secret not in listed
    assert ended.headers["location"] == "/profile/tokens"
    assert "Ended" in browser.get("/profile/tokens").text
    assert bearer(browser, secret).get("/api/v1/me").status_code == 401


def test_what_a_token_cannot_be_good_for_stands_beside_the_choice(
    session: Session, enter: Enter
) -> None:
    browser = enter(a_person(session))

    page = browser.post("/profile/tokens", data={"name": "report", "scopes": ["run:start"]})

    assert (page.status_code, mistakes(page.text)) == (
        422,
        ["You do not have these permissions: run:start."],
    )


def test_the_page_of_tokens_asks_first_who_it_is(session: Session, enter: Enter) -> None:
    browser = enter(a_person(session))
    row = session.exec(select(BrowserSession)).one()
    row.confirmed_at = now() - timedelta(minutes=11)
    session.commit()

    page = browser.get("/profile/tokens")
    made = browser.post("/profile/tokens", data={"name": "report", "scopes": ["draft:read"]})

    assert page.headers["location"] == "/confirm?next=%2Fprofile%2Ftokens"
    assert (made.status_code, session.exec(select(Token)).all()) == (403, [])


# --- what ends with a token ---

FAMILY = {"scopes": ["organisation:read", "token:own"]}


def test_a_token_ends_with_the_one_that_made_it_however_deep_and_the_answer_names_all(
    session: Session, enter: Enter
) -> None:
    browser = enter(a_person(session))
    root = browser.post("/api/v1/tokens", json=FAMILY | {"name": "root"}).json()
    other = browser.post("/api/v1/tokens", json=FAMILY | {"name": "other"}).json()
    made = [root]
    for name in ("child", "grandchild"):
        parent = bearer(browser, made[-1]["secret"])
        made.append(parent.post("/api/v1/tokens", json=FAMILY | {"name": name}).json())
    before = {bearer(browser, m["secret"]).get("/api/v1/me").status_code for m in made}

    ended = browser.delete(f"/api/v1/tokens/{root['id']}")

    assert before == {200}
    assert ended.json() == {"tokens": ["root", "child", "grandchild"], "sessions": 0}
    after = {bearer(browser, m["secret"]).get("/api/v1/me").status_code for m in made}
    assert after == {401}
    assert bearer(browser, other["secret"]).get("/api/v1/me").status_code == 200
    events = session.exec(select(AuditEvent).where(AuditEvent.action == "revoke")).all()
    assert [(str(e.subject_id), e.facts) for e in events] == [
        (root["id"], {}),
        (made[1]["id"], {"made_by": root["id"]}),
        (made[2]["id"], {"made_by": made[1]["id"]}),
    ]


def test_a_token_that_ends_in_the_middle_leaves_the_one_above_it(
    session: Session, as_user: SignIn
) -> None:
    client = as_user(a_user(session))
    child = client.post("/api/v1/tokens", json=FAMILY | {"name": "child"}).json()
    program = bearer(client, child["secret"])
    program.post("/api/v1/tokens", json=FAMILY | {"name": "grandchild"})

    ended = program.delete(f"/api/v1/tokens/{child['id']}").json()["tokens"]

    assert ended == ["child", "grandchild"]
    assert client.get("/api/v1/me").status_code == 200
    assert program.get("/api/v1/me").status_code == 401


def test_a_token_that_ends_while_it_makes_another_makes_none(
    session: Session, database: Database
) -> None:
    user = a_user(session)
    secret = a_token(session, user)
    session.commit()
    with reading(database) as reader:
        actor = accounts.authenticate(reader, secret)
    with transaction(database) as writer:
        tokens.revoke_all(writer, None, user.id)

    with pytest.raises(NotSignedIn), transaction(database) as writer:
        tokens.make_token(writer, actor, TokenDraft(name="late", scopes=[Action.TOKEN_OWN]))

    session.expire_all()
    assert [token.revoked_at is None for token in session.exec(select(Token))] == [False]


def test_the_page_says_what_has_ended_with_a_token(session: Session, enter: Enter) -> None:
    browser = enter(a_person(session))
    root = browser.post("/api/v1/tokens", json=FAMILY | {"name": "root"}).json()
    bearer(browser, root["secret"]).post("/api/v1/tokens", json=FAMILY | {"name": "child"})

    page = browser.post(f"/profile/tokens/{root['id']}/revoke", follow_redirects=True)

    assert page.url.path == "/profile/tokens"
    assert "The token has ended, and 1 token made with it." in page.text
