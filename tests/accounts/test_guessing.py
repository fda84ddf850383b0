"""Who runs the service learns that somebody guesses, and whom it concerns: by keys alone."""

import logging

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from tests.factories import PASSWORD, a_person, an_authenticator

WATCHED = {"sign-in refused", "code refused", "tried too often"}


def test_refused_tries_are_logged_without_who_they_were_made_for(
    session: Session, browser: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    ann = a_person(session, Role.STAFF, email="ann@example.org")
    an_authenticator(session, ann)
    session.commit()
    guess = {"email": "ann@example.org", "password": "Canary 1970"}
    caplog.set_level(logging.INFO)

    browser.post("/sign-in", data=guess)
    browser.post("/sign-in", data=guess | {"email": "nobody@example.org"})
    browser.post("/sign-in", data=guess | {"password": PASSWORD})
    browser.post("/sign-in/second-factor", data={"code": "000000"})
    for _ in range(11):
        browser.post("/sign-in", data=guess | {"email": "nobody@example.org"})

    told = [
        (r.message, getattr(r, "user_id", None), getattr(r, "limit", None))
        for r in caplog.records
        if r.message in WATCHED
    ]
    assert told == [
        ("sign-in refused", str(ann.id), None),
        ("sign-in refused", None, None),
        ("code refused", str(ann.id), None),
        *[("sign-in refused", None, None)] * 9,
        *[("tried too often", None, "sign-in of one from one")] * 2,
    ]
    everything = str([vars(record) for record in caplog.records])
    assert [w for w in ("ann@", "nobody@", "Canary", PASSWORD) if w in everything] == []
