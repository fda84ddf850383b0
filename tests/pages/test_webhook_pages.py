"""The pages of a webhook: a new secret, and what an ended one offers."""

from collections.abc import Callable

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.models import User
from app.settings import Settings
from app.webhooks.models import Webhook
from app.webhooks.service import having
from tests.factories import a_person
from tests.teams.people import acting
from tests.webhooks.receiver import a_webhook, loopback


def test_a_time_that_cannot_be_is_refused_and_the_secret_stays(
    session: Session, settings: Settings, enter: Callable[[User], TestClient]
) -> None:
    user = a_person(session, Role.MEMBER)
    made = a_webhook(session, acting(session, user), loopback(settings))
    browser, place = enter(user), f"/webhooks/{made.id}/rotate"
    before = session.get_one(Webhook, made.id).sealed

    refused = [browser.post(place, data={"hours": hours}) for hours in ("soon", "-1", "99999")]

    session.expire_all()
    assert [answer.status_code for answer in refused] == [422] * 3
    assert session.get_one(Webhook, made.id).sealed == before
    assert browser.post(place, data={"hours": "0"}).status_code == 200
    session.expire_all()
    assert session.get_one(Webhook, made.id).sealed != before


@pytest.mark.parametrize("said", [{}, {"period": ""}, {"period": "ever"}])
def test_from_when_on_to_send_again_is_stated_and_not_guessed(
    session: Session,
    settings: Settings,
    enter: Callable[[User], TestClient],
    said: dict[str, str],
) -> None:
    user = a_person(session, Role.MEMBER)
    made = a_webhook(session, acting(session, user), loopback(settings))
    browser, place = enter(user), f"/webhooks/{made.id}/replay"

    assert browser.post(place, data=said).status_code == 422
    assert browser.post(place, data={"period": "day"}).status_code == 303


@pytest.mark.parametrize(("step", "offers"), [("", True), ("pause", False), ("end", False)])
def test_only_an_active_webhook_that_has_no_deliveries_offers_a_test(
    session: Session,
    settings: Settings,
    enter: Callable[[User], TestClient],
    step: str,
    *,
    offers: bool,
) -> None:
    user = a_person(session, Role.MEMBER)
    actor = acting(session, user)
    made = a_webhook(session, actor, loopback(settings))
    if step:
        having.take_step(session, actor, made.id, step)
        session.commit()

    shown = enter(user).get(f"/webhooks/{made.id}").text

    assert "Nothing was sent" in shown
    assert ("Send a test to see" in shown) is offers
    assert (f'action="/webhooks/{made.id}/ping"' in shown) is offers
