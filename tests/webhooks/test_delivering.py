"""What happens is told to a real receiver: signed, bare, again until it is taken, by rights."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.access.policy import Role
from app.accounts.lifecycle import UserState
from app.accounts.models import Membership, Token
from app.accounts.service.credentials import digest_of
from app.accounts.service.endings import end_access
from app.core.base.clock import now
from app.core.base.encryption import new_key
from app.core.storage.database import Database
from app.core.storage.outbox import Letter
from app.events.kinds import EventKind
from app.events.models import Event
from app.insights.schemas import TaskKind
from app.insights.tasks import tasks_of
from app.settings import Settings
from app.webhooks import jobs, signing
from app.webhooks.lifecycle import DeliveryProblem, EndReason, WebhookScope, WebhookState
from app.webhooks.models import Delivery, Webhook
from app.webhooks.schemas import Rotation
from app.webhooks.service import delivering, having, spreading
from tests.factories import a_programme, a_token
from tests.processes import until
from tests.webhooks.receiver import (
    SECONDS,
    Receiver,
    a_submission_of,
    a_webhook,
    loopback,
    person,
    receiving,
    told,
)

pytestmark = pytest.mark.server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def here(settings: Settings) -> Settings:
    return loopback(settings)


def carried(database: Database, settings: Settings) -> int:
    """Spread and deliver what is due now; return how many deliveries that were."""
    spreading.spread(database)
    count = 0
    while claimed := delivering.claim(database, delivering.Turns()):
        delivering.deliver(database, settings, claimed, seconds=SECONDS)
        count += 1
    return count


def owner_of(session: Session, claimed: delivering.Claimed | None) -> UUID | None:
    """Whose delivery a worker holds; None where it holds none."""
    if claimed is None:
        return None
    delivery = session.get_one(Delivery, claimed.delivery_id)
    return session.get_one(Webhook, delivery.webhook_id).owner_id


def the_delivery(session: Session) -> Delivery:
    session.expire_all()
    return session.exec(select(Delivery)).one()


def test_an_event_arrives_signed_with_stable_keys_and_nothing_else(
    session: Session, database: Database, here: Settings, receiver: Receiver
) -> None:
    user, actor = person(session)
    submission = a_submission_of(session, user, title="Floods in small rivers")
    made = a_webhook(session, actor, here, url=receiver.url)
    event = told(session, submission)

    count = carried(database, here)

    (request,) = receiver.requests
    stamp = int(request.headers["webhook-timestamp"])
    signature = signing.signature(made.secret, str(event.id), stamp, request.body)
    assert count == 1
    assert request.headers["webhook-id"] == str(event.id)
    assert request.headers["webhook-signature"] == signature
    assert json.loads(request.body) == {
        "id": str(event.id),
        "type": "submission.received",
        "timestamp": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "version": 1,
        "data": {
            "subject": {
                "type": "challenge",
                "id": str(submission.id),
                "code": submission.code,
                "url": f"{here.public_url}/api/v1/challenges/{submission.id}",
            },
            "organisation_id": str(submission.organisation_id),
            "programme_id": str(submission.programme_id),
        },
    }
    assert the_delivery(session).status == 204


def test_each_secret_signs_until_the_old_one_ends(
    session: Session, database: Database, here: Settings, receiver: Receiver
) -> None:
    user, actor = person(session)
    submission = a_submission_of(session, user)
    old = a_webhook(session, actor, here, url=receiver.url)
    new = having.rotate(session, actor, old.id, Rotation(), here)
    session.commit()
    events = [told(session, submission)]
    carried(database, here)
    session.get_one(Webhook, old.id).before_until = now()
    events.append(told(session, submission))

    carried(database, here)

    first, second = receiver.requests
    assert first.headers["webhook-signature"].split() == [
        signing.signature(
            one.secret, str(events[0].id), int(first.headers["webhook-timestamp"]), first.body
        )
        for one in (new, old)
    ]
    assert second.headers["webhook-signature"] == signing.signature(
        new.secret, str(events[1].id), int(second.headers["webhook-timestamp"]), second.body
    )


def test_what_was_not_taken_is_sent_again_under_the_same_identifier(
    session: Session, database: Database, here: Settings, receiver: Receiver
) -> None:
    user, actor = person(session)
    a_webhook(session, actor, here, url=receiver.url)
    told(session, a_submission_of(session, user))
    receiver.status, begun = 500, now()

    counts = [carried(database, here)]
    waiting = the_delivery(session)
    assert (waiting.attempts, waiting.status, waiting.problem) == (
        1,
        500,
        DeliveryProblem.REFUSED,
    )
    assert waiting.due_at is not None
    assert waiting.due_at - begun >= delivering.distance(1, 0)
    waiting.due_at, receiver.status = now(), 200
    session.commit()
    counts.append(carried(database, here))

    first, second = receiver.requests
    assert counts == [1, 1]
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    done = the_delivery(session)
    assert (done.attempts, done.status, done.problem, done.due_at) == (2, 200, None, None)
    assert session.exec(select(Webhook)).one().failing_since is None


def test_the_distance_grows_up_to_half_a_day_and_differs_by_chance() -> None:
    seconds = [delivering.distance(n, 0.5).total_seconds() for n in range(1, 12)]

    assert seconds == [20, 60, 180, 540, 1620, 4860, 14580, *[43200] * 4]
    assert delivering.distance(2, 0).total_seconds() == 45
    assert delivering.distance(2, 1).total_seconds() == 75


def test_a_worker_that_died_leaves_what_it_held_to_another_one(
    session: Session, database: Database, here: Settings, receiver: Receiver
) -> None:
    user, actor = person(session)
    a_webhook(session, actor, here, url=receiver.url)
    told(session, a_submission_of(session, user))
    spreading.spread(database)
    held = delivering.claim(database, delivering.Turns())
    assert held is not None
    assert carried(database, here) == 0
    the_delivery(session).due_at = now()
    session.commit()

    assert carried(database, here) == 1

    delivering.deliver(database, here, held, seconds=SECONDS)
    done = the_delivery(session)
    assert done.delivered_at is not None
    assert {one.headers["webhook-id"] for one in receiver.requests} == {str(done.event_id)}


def test_a_week_of_failures_ends_a_webhook_and_its_owner_is_told_and_can_start_it_again(
    session: Session, database: Database, here: Settings, receiver: Receiver
) -> None:
    user, actor = person(session)
    made = a_webhook(session, actor, here, url=receiver.url, description="Case management")
    submission = a_submission_of(session, user)
    told(session, submission)
    receiver.status = 503
    carried(database, here)
    webhook, week = session.get_one(Webhook, made.id), timedelta(days=7)
    the_delivery(session).due_at = now()
    webhook.failing_since = now() - week + timedelta(hours=1)
    session.commit()
    carried(database, here)
    session.expire_all()
    assert webhook.state is WebhookState.ACTIVE

    the_delivery(session).due_at = now()
    webhook.failing_since = now() - week
    session.commit()
    carried(database, here)

    session.expire_all()
    assert (webhook.state, webhook.ended_for) == (WebhookState.ENDED, EndReason.FAILING)
    assert (the_delivery(session).due_at, the_delivery(session).problem) == (
        None,
        DeliveryProblem.ENDED,
    )
    (letter,) = session.exec(select(Letter)).all()
    event = session.exec(select(Event).where(Event.kind == EventKind.WEBHOOK_ENDED)).one()
    assert (letter.user_id, letter.event_id) == (user.id, event.id)
    assert letter.subject == "A webhook of yours has ended"
    waiting = [one.title for one in tasks_of(session, actor) if one.what is TaskKind.RESTART]
    assert waiting == ["Case management"]

    having.take_step(session, actor, made.id, "start")
    told(session, submission)
    receiver.status = 200
    assert carried(database, here) == 1
    assert [one for one in tasks_of(session, actor) if one.what is TaskKind.RESTART] == []


def test_a_receiver_that_is_gone_is_not_asked_for_a_week(
    session: Session, database: Database, here: Settings, receiver: Receiver
) -> None:
    user, actor = person(session)
    made = a_webhook(session, actor, here, url=receiver.url)
    told(session, a_submission_of(session, user))
    receiver.status = 410

    carried(database, here)

    webhook = session.get_one(Webhook, made.id)
    session.refresh(webhook)
    assert (webhook.state, webhook.ended_for) == (WebhookState.ENDED, EndReason.GONE)


@pytest.mark.parametrize("lost", ["left", "role", "token"])
def test_who_has_lost_the_right_is_told_nothing_more(
    session: Session, database: Database, here: Settings, receiver: Receiver, lost: str
) -> None:
    user, actor = person(session)
    a_webhook(session, actor, here, url=receiver.url)
    webhook = session.exec(select(Webhook)).one()
    submission = a_submission_of(session, user)
    told(session, submission)
    spreading.spread(database)
    if lost == "left":
        user.state = UserState.DEACTIVATED
    elif lost == "role":
        for held in session.exec(select(Membership).where(Membership.user_id == user.id)):
            session.delete(held)
    else:
        secret = a_token(session, user, revoked_at=now())
        token = session.exec(select(Token).where(Token.digest == digest_of(secret))).one()
        webhook.token_id = token.id
    session.commit()

    carried(database, here)

    assert receiver.requests == []
    dropped = the_delivery(session)
    assert (dropped.due_at, dropped.problem) == (None, DeliveryProblem.NO_RIGHT)


@pytest.mark.parametrize(
    ("fields", "arrives"),
    [
        ({"scopes": None}, True),
        ({"scopes": ["webhook:own", "webhook:team", "submission:read"]}, True),
        ({"scopes": ["webhook:own", "webhook:team"]}, False),
        ({"expires_at": now() - timedelta(days=1)}, False),
    ],
)
def test_a_webhook_of_a_token_is_told_no_more_than_the_token_reads(
    session: Session,
    database: Database,
    here: Settings,
    receiver: Receiver,
    fields: dict[str, object],
    arrives: bool,
) -> None:
    user, actor = person(session)
    a_webhook(session, actor, here, url=receiver.url)
    secret = a_token(session, user, **fields)
    token = session.exec(select(Token).where(Token.digest == digest_of(secret))).one()
    session.exec(select(Webhook)).one().token_id = token.id
    told(session, a_submission_of(session, user))

    carried(database, here)

    assert bool(receiver.requests) is arrives


def test_an_event_goes_to_its_team_and_to_the_staff_of_its_programme_and_to_nobody_else(
    session: Session, database: Database, here: Settings, receiver: Receiver
) -> None:
    (user, actor), (_, stranger) = person(session), person(session)
    _, staff = person(session, Role.STAFF)
    submission = a_submission_of(session, user)
    other = a_programme(session)
    of_programme = {"url": receiver.url, "scope": WebhookScope.PROGRAMME}
    wanting = [
        a_webhook(session, actor, here, url=receiver.url),
        a_webhook(session, staff, here, **of_programme, programme_id=submission.programme_id),
    ]
    a_webhook(session, stranger, here, url=receiver.url)
    a_webhook(session, staff, here, **of_programme, programme_id=other.id)
    draft = EventKind.SUBMISSION_CLOSES_SOON
    a_webhook(session, actor, here, url=receiver.url, kinds=[draft])
    event = told(session, submission)

    carried(database, here)

    session.expire_all()
    rows = session.exec(select(Delivery)).all()
    assert {row.webhook_id for row in rows} == {one.id for one in wanting}
    assert {row.event_id for row in rows} == {event.id}
    assert len(receiver.requests) == 2


def test_a_paused_webhook_is_told_nothing_of_what_happens_meanwhile(
    session: Session, database: Database, here: Settings, receiver: Receiver
) -> None:
    user, actor = person(session)
    made = a_webhook(session, actor, here, url=receiver.url)
    submission = a_submission_of(session, user)
    having.take_step(session, actor, made.id, "pause")
    missed = told(session, submission)
    carried(database, here)
    having.take_step(session, actor, made.id, "start")
    session.commit()
    assert carried(database, here) == 0

    replayed = spreading.replay_since(session, actor, made.id, missed.occurred_at)
    session.commit()

    assert (replayed.events, replayed.more) == (1, False)
    assert carried(database, here) == 1
    assert receiver.requests[0].headers["webhook-id"] == str(missed.id)


def test_what_arrived_is_sent_again_when_it_is_asked_for(
    session: Session, database: Database, here: Settings, receiver: Receiver
) -> None:
    user, actor = person(session)
    made = a_webhook(session, actor, here, url=receiver.url)
    event = told(session, a_submission_of(session, user))
    carried(database, here)

    spreading.replay(session, actor, made.id, the_delivery(session).id)
    session.commit()
    carried(database, here)
    spreading.replay_since(session, actor, made.id, event.occurred_at)
    session.commit()
    carried(database, here)

    assert [one.headers["webhook-id"] for one in receiver.requests] == [str(event.id)] * 3


def test_a_test_is_sent_to_the_webhook_for_which_it_is_asked(
    session: Session, database: Database, here: Settings, receiver: Receiver
) -> None:
    _, actor = person(session)
    made = a_webhook(session, actor, here, url=receiver.url)
    a_webhook(session, actor, here, url=receiver.url)
    spreading.ping(session, actor, made.id)
    session.commit()

    assert carried(database, here) == 1

    body = json.loads(receiver.requests[0].body)
    assert body["type"] == "webhook.ping"
    assert body["data"]["subject"] == {
        "type": "webhook",
        "id": str(made.id),
        "code": None,
        "url": f"{here.public_url}/api/v1/webhooks/{made.id}",
    }


def test_nothing_is_sent_without_a_signature(
    session: Session, database: Database, here: Settings, receiver: Receiver
) -> None:
    user, actor = person(session)
    a_webhook(session, actor, here, url=receiver.url)
    told(session, a_submission_of(session, user))
    spreading.spread(database)
    without = Settings(**{**here.model_dump(), "secret_keys": new_key().decode()})

    carried(database, without)

    assert receiver.requests == []
    assert the_delivery(session).problem is DeliveryProblem.NO_KEY


def test_an_address_that_was_taken_under_other_rules_is_asked_about_again(
    session: Session, database: Database, here: Settings, receiver: Receiver
) -> None:
    user, actor = person(session)
    a_webhook(session, actor, here, url=receiver.url)
    told(session, a_submission_of(session, user))
    strict = Settings(**{**here.model_dump(), "webhook_loopback": False})

    carried(database, strict)

    assert receiver.requests == []
    assert the_delivery(session).problem is DeliveryProblem.INSIDE_ADDRESS


def test_of_one_owner_one_delivery_is_on_its_way_at_a_time(
    session: Session, database: Database, here: Settings, receiver: Receiver
) -> None:
    people = [person(session), person(session)]
    for user, actor in people:
        a_webhook(session, actor, here, url=receiver.url)
        a_webhook(session, actor, here, url=receiver.url)
        told(session, a_submission_of(session, user))
    spreading.spread(database)

    turns = delivering.Turns()
    held = [owner_of(session, delivering.claim(database, turns)) for _ in range(4)]

    assert {*held[:2]} == {user.id for user, _ in people}
    assert held[2:] == [None, None]


def test_owners_take_turns_however_much_one_of_them_has_waiting(
    session: Session, database: Database, here: Settings, receiver: Receiver
) -> None:
    (busy, busy_actor), (other, other_actor) = person(session), person(session)
    a_webhook(session, busy_actor, here, url=receiver.url)
    a_webhook(session, other_actor, here, url=receiver.url)
    for user in (busy, busy, busy, other, other):
        told(session, a_submission_of(session, user))
        spreading.spread(database)  # what is the busy one's has waited longer
    turns, served = delivering.Turns(), list[UUID | None]()

    while claimed := delivering.claim(database, turns):
        served.append(owner_of(session, claimed))
        delivering.deliver(database, here, claimed, seconds=SECONDS)
        session.expire_all()

    assert served == [busy.id, other.id, busy.id, other.id, busy.id]


@pytest.mark.parametrize("is_paused", [False, True])
def test_a_webhook_ends_with_all_access_of_its_owner_and_says_so(
    session: Session,
    database: Database,
    here: Settings,
    receiver: Receiver,
    is_paused: bool,
) -> None:
    (user, actor), (other, other_actor) = person(session), person(session)
    made = a_webhook(session, actor, here, url=receiver.url)
    kept = a_webhook(session, other_actor, here, url=receiver.url)
    if is_paused:
        having.take_step(session, actor, made.id, "pause")
    end_access(session, user.id, user.id)
    session.commit()
    for one in (user, other):
        told(session, a_submission_of(session, one))

    # nothing is told before the end is noticed, and not after it
    first = carried(database, here)
    ended = delivering.end_lost(database)
    again = delivering.end_lost(database)

    session.expire_all()
    lost, stays = session.get_one(Webhook, made.id), session.get_one(Webhook, kept.id)
    letters = session.exec(select(Letter).where(Letter.recipient == user.email)).all()
    assert first == (1 if is_paused else 2)
    assert (ended, again) == (1, 0)
    assert len(receiver.requests) == 1
    assert (lost.state, lost.ended_for) == (WebhookState.ENDED, EndReason.ACCESS_ENDED)
    assert stays.state is WebhookState.ACTIVE
    assert [letter.subject for letter in letters] == ["A webhook of yours has ended"]
    assert "all access to your account has" in letters[0].body

    having.take_step(session, actor, made.id, "start")
    session.commit()
    told(session, a_submission_of(session, user))
    carried(database, here)

    assert delivering.end_lost(database) == 0
    assert len(receiver.requests) == 2


def test_a_slow_receiver_holds_up_its_owner_alone(
    session: Session, database: Database, here: Settings, receiver: Receiver
) -> None:
    (slow, slow_actor), (other, other_actor) = person(session), person(session)
    arrived = threading.Event()
    with receiving() as waiting:
        # answers only when the others have arrived
        waiting.before = lambda _: arrived.wait(SECONDS)
        a_webhook(session, slow_actor, here, url=waiting.url)
        a_webhook(session, other_actor, here, url=receiver.url)
        for user in (slow, slow, other, other, other):
            told(session, a_submission_of(session, user))
        stop = threading.Event()
        how = {"seconds": SECONDS}
        courier = threading.Thread(target=jobs.carry, args=(database, here, stop), kwargs=how)
        courier.start()
        try:
            until(lambda: len(receiver.requests) == 3, seconds=SECONDS)
            held = len(waiting.requests)
            arrived.set()
            until(lambda: len(waiting.requests) == 2, seconds=SECONDS)
        finally:
            arrived.set()
            stop.set()
            courier.join(SECONDS)

    assert held <= 1
    session.expire_all()
    found = session.exec(select(Delivery).where(col(Delivery.delivered_at).is_not(None))).all()
    assert len(found) == 5
