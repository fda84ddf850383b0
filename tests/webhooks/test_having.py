"""Who has webhooks, of what they are told, and what becomes of their secrets."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from app.access.policy import Action, Actor, Role
from app.accounts.lifecycle import UserState
from app.core.base.clock import now
from app.core.base.encryption import Keyring, new_key
from app.core.base.entity_tags import ANYTHING
from app.core.base.errors import (
    AppError,
    Conflict,
    NotFound,
    NotPermitted,
    Stale,
    TransitionNotAllowed,
    Unavailable,
    Unprocessable,
)
from app.core.base.merge_patch import Patch
from app.core.storage.audit import AuditEvent
from app.events.kinds import EVENTS, Audience, EventKind
from app.settings import Settings
from app.webhooks import queries, rights
from app.webhooks.lifecycle import LIFE, EndReason, WebhookScope, WebhookState
from app.webhooks.models import Delivery, Webhook
from app.webhooks.schemas import DeliveryQuery, NewWebhook, Rotation, WebhookQuery
from app.webhooks.service import delivering, having, spreading
from tests.factories import KEY, a_programme, organisation_of
from tests.webhooks.receiver import (
    RECEIVED,
    a_submission_of,
    a_webhook,
    loopback,
    person,
    told,
)


@pytest.fixture
def here(settings: Settings) -> Settings:
    return loopback(settings)


def refusal(session: Session, actor: Actor, here: Settings, **fields: object) -> AppError:
    given = {
        "scope": WebhookScope.TEAM,
        "url": "https://hooks.example.org/",
        "kinds": [RECEIVED],
    }
    with pytest.raises(AppError) as refused:
        having.make(session, actor, NewWebhook(**{**given, **fields}), here)  # type: ignore[arg-type]  # -- as each test names them
    return refused.value


def test_the_secret_is_in_one_answer_and_is_kept_encrypted(
    session: Session, here: Settings
) -> None:
    user, actor = person(session)

    made = a_webhook(session, actor, here)

    row = session.get_one(Webhook, made.id)
    read = queries.get(session, actor, made.id)
    event = session.exec(select(AuditEvent).where(AuditEvent.subject_id == made.id)).one()
    assert made.secret.startswith("whsec_")
    assert Keyring([KEY]).decrypt(row.sealed) == made.secret
    assert (row.owner_id, row.organisation_id) == (user.id, organisation_of(session, user))
    for told_of in (row.model_dump_json(), repr(read), repr(row), str(event.facts)):
        assert made.secret not in told_of


def test_without_a_key_no_secret_is_stored(session: Session, here: Settings) -> None:
    _, actor = person(session)
    without = Settings(**{**here.model_dump(), "secret_keys": None})

    assert isinstance(refusal(session, actor, without), Unavailable)
    assert session.exec(select(Webhook)).all() == []


def test_keys_can_be_changed_and_secrets_stay(session: Session, here: Settings) -> None:
    _, actor = person(session)
    first = a_webhook(session, actor, here)
    made = having.rotate(session, actor, first.id, Rotation(), here)
    lost = a_webhook(session, actor, here)
    session.get_one(Webhook, lost.id).sealed = Keyring([new_key().decode()]).encrypt("x")
    newer = new_key().decode()

    counts = having.reencrypt(session, Keyring([newer, KEY]))

    row = session.get_one(Webhook, made.id)
    assert counts == (1, 1)
    assert Keyring([newer]).decrypt(row.sealed) == made.secret
    assert row.sealed_before is not None
    assert Keyring([newer]).decrypt(row.sealed_before) == first.secret


@pytest.mark.parametrize(
    ("role", "scope", "refused"),
    [
        (Role.MEMBER, WebhookScope.TEAM, None),
        (Role.MEMBER, WebhookScope.OWN, None),
        (Role.MEMBER, WebhookScope.PROGRAMME, NotPermitted),
        (Role.REVIEWER, WebhookScope.TEAM, NotPermitted),
        (Role.REVIEWER, WebhookScope.OWN, None),
        (Role.ADVISOR, WebhookScope.PROGRAMME, NotPermitted),
        (Role.STAFF, WebhookScope.PROGRAMME, None),
        (Role.STAFF, WebhookScope.TEAM, NotPermitted),
        (Role.LEAD, WebhookScope.PROGRAMME, None),
        (Role.AUDITOR, WebhookScope.PROGRAMME, NotPermitted),
        # looks after settings, and reads no content
        (Role.ADMIN, WebhookScope.PROGRAMME, Unprocessable),
    ],
)
def test_who_may_have_a_webhook_of_what(
    session: Session,
    here: Settings,
    role: Role,
    scope: WebhookScope,
    refused: type[AppError] | None,
) -> None:
    _, actor = person(session, role)
    kind = EventKind.ACCOUNT_TOKEN_MADE if scope is WebhookScope.OWN else RECEIVED
    fields = {"scope": scope, "kinds": [kind]}
    if scope is WebhookScope.PROGRAMME:
        fields["programme_id"] = a_programme(session).code

    if refused is None:
        assert a_webhook(session, actor, here, **fields).scope is scope
    else:
        assert type(refusal(session, actor, here, **fields)) is refused


def test_each_kind_is_told_to_those_alone_who_may_read_what_it_is_about(
    session: Session,
) -> None:
    chosen = {
        role: {
            scope: {kind for kind in EventKind if _may(session, role, scope, kind)}
            for scope in WebhookScope
        }
        for role in Role
    }

    personal = {k for k, of in EVENTS.items() if of.action is Action.WEBHOOK_OWN}
    personal -= {EventKind.WEBHOOK_PING}
    reviews = {EventKind.REVIEW_ASKED, EventKind.REVIEW_DUE_SOON}
    advice = {EventKind.ADVICE_ASKED, EventKind.ADVICE_ANSWERED}
    teams = {k for k, of in EVENTS.items() if of.audience is Audience.TEAM}
    drafts = {
        *(EventKind.SUBMISSION_CLOSES_SOON, EventKind.SUBMISSION_ASKED_ANEW),
        EventKind.SUBMISSION_SUPPORT_ASKED,
    }
    # Staff know that a room lives, and not when something waits in it.
    rooms = {
        *(EventKind.CONVERSATION_WAITING, EventKind.MEETING_PROPOSED),
        *(EventKind.MEETING_FIXED, EventKind.MEETING_CANCELLED),
    }
    # The register is of no programme.
    practices = {
        *(EventKind.PRACTICE_LISTED, EventKind.PRACTICE_RETURNED),
        *(EventKind.PRACTICE_DECLINED, EventKind.PRACTICE_REMOVED),
    }
    shared = teams - drafts - rooms - practices - {EventKind.TEAM_JOINING}
    programme = shared | reviews | advice
    assert chosen[Role.MEMBER] == {
        WebhookScope.OWN: personal | {EventKind.SUBMISSION_SHARED},
        WebhookScope.TEAM: teams,
        WebhookScope.PROGRAMME: set(),
    }
    assert chosen[Role.REVIEWER][WebhookScope.OWN] == personal | reviews
    assert chosen[Role.ADVISOR][WebhookScope.OWN] == personal | advice
    assert chosen[Role.STAFF][WebhookScope.PROGRAMME] == programme
    assert chosen[Role.LEAD][WebhookScope.PROGRAMME] == programme
    assert chosen[Role.ADMIN][WebhookScope.PROGRAMME] == set()


def _may(session: Session, role: Role, scope: WebhookScope, kind: EventKind) -> bool:
    own = uuid4()
    return rights.may_choose(Actor(uuid4(), {role: frozenset({own})}), kind, scope, own)


def test_what_cannot_be_taken_is_named_all_at_once(session: Session, here: Settings) -> None:
    _, actor = person(session)

    found = refusal(
        session, actor, here, url="https://10.0.0.1/", kinds=[EventKind.REVIEW_ASKED, RECEIVED]
    )

    assert isinstance(found, Unprocessable)
    assert [(one.pointer, str(one.detail)) for one in found.errors] == [
        (
            "/url",
            "This address cannot be taken: this address lies inside a network; "
            "name a public server.",
        ),
        ("/kinds", "This webhook cannot be told of these: review.asked."),
    ]


def test_a_place_has_to_be_stated(session: Session, here: Settings) -> None:
    _, staff = person(session, Role.STAFF)
    user, _ = person(session)
    both = Actor(user.id, {Role.MEMBER: frozenset({uuid4(), uuid4()})})

    missing = [
        refusal(session, staff, here, scope=WebhookScope.PROGRAMME),
        refusal(session, staff, here, scope=WebhookScope.PROGRAMME, programme_id="nowhere"),
        refusal(session, both, here),
    ]

    assert [one.errors[0].pointer for one in missing if isinstance(one, Unprocessable)] == [
        "/programme_id",
        "/programme_id",
        "/organisation_id",
    ]


def test_nobody_has_more_webhooks_than_a_person_looks_after(
    session: Session, here: Settings
) -> None:
    _, actor = person(session)
    some = [a_webhook(session, actor, here) for _ in range(having.MOST)]

    assert isinstance(refusal(session, actor, here), Conflict)

    having.take_step(session, actor, some[0].id, "end")
    a_webhook(session, actor, here)
    with pytest.raises(Conflict):
        having.take_step(session, actor, some[0].id, "start")


def test_a_colleague_reads_and_ends_a_webhook_and_changes_nothing_of_it(
    session: Session, here: Settings
) -> None:
    user, actor = person(session)
    made = a_webhook(session, actor, here, url="https://hooks.example.org/v1/T0P-S3CR3T?key=4")
    team = {Role.MEMBER: frozenset({organisation_of(session, user)})}
    colleague, (_, stranger) = Actor(uuid4(), team), person(session)

    read = queries.shown(colleague, queries.get(session, colleague, made.id))
    assert (read.id, read.url) == (made.id, "https://hooks.example.org/…")
    for use_case in (
        lambda who: having.rotate(session, who, made.id, Rotation(), here),
        lambda who: having.change(session, who, made.id, Patch({}), here),
        lambda who: spreading.ping(session, who, made.id),
        lambda who: spreading.replay_since(session, who, made.id, now()),
    ):
        with pytest.raises(NotPermitted):
            use_case(colleague)
        with pytest.raises(NotFound):
            use_case(stranger)
    with pytest.raises(NotFound):
        having.take_step(session, stranger, made.id, "end")
    ended = having.take_step(session, colleague, made.id, "end")
    assert (ended.state, ended.ended_for) == (WebhookState.ENDED, EndReason.BY_HAND)
    with pytest.raises(NotPermitted):
        having.take_step(session, colleague, made.id, "start")


def test_a_list_holds_what_one_may_read_and_no_more(session: Session, here: Settings) -> None:
    (user, actor), (_, other), (_, staff) = (
        person(session),
        person(session),
        person(session, Role.STAFF),
    )
    programme = a_programme(session)
    own = {"scope": WebhookScope.OWN, "kinds": [EventKind.ACCOUNT_TOKEN_MADE]}
    of_team, of_user = a_webhook(session, actor, here), a_webhook(session, actor, here, **own)
    of_programme = a_webhook(
        session, staff, here, scope=WebhookScope.PROGRAMME, programme_id=programme.code
    )

    def found(who: Actor, **query: object) -> set[object]:
        rows = queries.search(session, who, WebhookQuery.model_validate(query)).rows
        return {row.id for row in rows}

    narrow = Actor(user.id, actor.roles, frozenset({Action.WEBHOOK_OWN}))
    _, admin = person(session, Role.ADMIN)
    assert found(actor) == {of_team.id, of_user.id}
    assert found(actor, scope=["own"], state=["active"]) == {of_user.id}
    assert found(actor, organisation_id=of_team.organisation_id) == {of_team.id}
    assert found(staff, programme=[programme.code]) == {of_programme.id}
    assert found(admin) == {of_programme.id}
    assert found(narrow) == {of_user.id}
    assert found(other) == set()
    assert found(Actor(user.id, actor.roles, frozenset())) == set()


def test_a_change_is_checked_as_what_is_new(session: Session, here: Settings) -> None:
    _, actor = person(session)
    made = a_webhook(session, actor, here)
    patch = Patch({"url": "https://other.example.org/", "kinds": ["match.offered"]})

    row = having.change(session, actor, made.id, patch, here, ANYTHING)

    assert (row.url, row.kinds) == ("https://other.example.org/", ["match.offered"])
    for wrong in (
        Patch({"url": "https://10.0.0.1/"}),
        Patch({"kinds": ["advice.asked"]}),
        Patch({"scope": "own"}),
    ):
        with pytest.raises(Unprocessable):
            having.change(session, actor, made.id, wrong, here)
    expected = type(ANYTHING)('"another"')
    with pytest.raises(Stale):
        having.change(session, actor, made.id, Patch({}), here, expected)


def test_a_secret_that_somebody_knows_ends_at_once(session: Session, here: Settings) -> None:
    _, actor = person(session)
    made = a_webhook(session, actor, here)

    new = having.rotate(session, actor, made.id, Rotation(hours=0), here)

    row = session.get_one(Webhook, made.id)
    assert new.secret != made.secret
    assert (row.sealed_before, row.before_until) == (None, None)


def test_a_token_looks_after_what_it_has_made_alone(session: Session, here: Settings) -> None:
    user, actor = person(session)
    made = a_webhook(session, actor, here)
    token = Actor(user.id, actor.roles, None, credential_id=uuid4(), ends_at=now())

    with pytest.raises(NotPermitted):
        having.rotate(session, token, made.id, Rotation(), here)
    of_token = a_webhook(session, token, here)
    assert session.get_one(Webhook, of_token.id).token_id == token.credential_id
    having.rotate(session, token, of_token.id, Rotation(), here)


@pytest.mark.parametrize("state", WebhookState)
@pytest.mark.parametrize("name", LIFE.steps)
def test_each_step_starts_where_it_can(
    session: Session, here: Settings, state: WebhookState, name: str
) -> None:
    allowed = {
        ("pause", "active"): "paused",
        ("start", "paused"): "active",
        ("start", "ended"): "active",
        ("end", "active"): "ended",
        ("end", "paused"): "ended",
    }
    _, actor = person(session)
    row = session.get_one(Webhook, a_webhook(session, actor, here).id)
    ended = state is WebhookState.ENDED
    row.state, row.ended_for = state, EndReason.FAILING if ended else None
    session.flush()

    if after := allowed.get((name, state.value)):
        assert having.take_step(session, actor, row.id, name).state == after
    else:
        with pytest.raises(TransitionNotAllowed):
            having.take_step(session, actor, row.id, name)


def test_nothing_is_sent_to_what_is_not_active(session: Session, here: Settings) -> None:
    _, actor = person(session)
    made = a_webhook(session, actor, here)
    having.take_step(session, actor, made.id, "pause")

    for use_case in (
        lambda: spreading.ping(session, actor, made.id),
        lambda: spreading.replay_since(session, actor, made.id, now()),
    ):
        with pytest.raises(Conflict):
            use_case()
    having.take_step(session, actor, made.id, "start")
    spreading.ping(session, actor, made.id)
    with pytest.raises(Conflict):
        spreading.ping(session, actor, made.id)
    having.take_step(session, actor, made.id, "end")
    session.expire_all()
    (dropped,) = queries.deliveries(session, actor, made.id, DeliveryQuery()).rows
    assert (dropped.state, dropped.problem) == ("failed", "ended")


def test_deliveries_are_read_by_state_and_by_those_alone_who_may_know_of_the_event(
    session: Session, here: Settings
) -> None:
    user, actor = person(session)
    submission = a_submission_of(session, user)
    _, staff = person(session, Role.STAFF)
    _, admin = person(session, Role.ADMIN)
    made = a_webhook(
        session, staff, here, scope=WebhookScope.PROGRAMME, programme_id=submission.programme_id
    )
    event = told(session, submission)
    delivery = Delivery(webhook_id=made.id, event_id=event.id)
    session.add(delivery)
    session.flush()

    def read(who: Actor, *states: str) -> list[tuple[str, str | None]]:
        query = DeliveryQuery.model_validate({"state": list(states)})
        rows = queries.deliveries(session, who, made.id, query).rows
        return [(row.state.value, row.code) for row in rows]

    assert read(staff) == [("waiting", submission.code)]
    assert read(admin, "waiting", "failed") == []
    assert read(staff, "delivered") == []
    with pytest.raises(NotFound):
        read(actor)
    with pytest.raises(NotFound):
        spreading.replay(session, staff, made.id, uuid4())


def test_many_events_are_sent_again_some_at_a_time(
    session: Session, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreading, "MOST_REPLAYED", 2)
    monkeypatch.setattr(spreading, "MOST_WAITING", 3)
    user, actor = person(session)
    submission = a_submission_of(session, user)
    first, _, last = (told(session, submission) for _ in range(3))
    made = a_webhook(session, actor, here)

    some = spreading.replay_since(session, actor, made.id, first.occurred_at)
    assert some.last is not None
    rest = spreading.replay_since(session, actor, made.id, some.last)

    assert (some.events, some.more) == (2, True)
    assert (rest.events, rest.more, rest.last) == (2, False, last.occurred_at)
    assert len(session.exec(select(Delivery)).all()) == 3
    with pytest.raises(Conflict):
        spreading.replay_since(session, actor, made.id, first.occurred_at)


def test_what_ended_long_ago_and_what_was_of_an_erased_person_is_removed(
    session: Session, here: Settings
) -> None:
    user, actor = person(session)
    gone, erased = person(session)
    kept, old = a_webhook(session, actor, here), a_webhook(session, actor, here)
    a_webhook(session, erased, here)
    having.take_step(session, actor, old.id, "end")
    gone.state = UserState.ERASED
    session.get_one(Webhook, old.id).updated_at = now() - timedelta(days=9)
    session.flush()

    count = delivering.purge(session, now() - timedelta(days=8))

    assert count == 2
    assert session.exec(select(Webhook.id)).all() == [kept.id]
    assert user.state is UserState.ACTIVE
