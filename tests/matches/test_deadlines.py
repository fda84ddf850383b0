"""What the clock does: it reminds who is silent, lapses at the date, and does neither twice."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.core.base.clock import now
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database
from app.core.storage.outbox import Letter
from app.matches.lifecycle import MatchState
from app.matches.service import deadlines
from app.worker import _settle
from tests.matches.rounds import SOON, a_round, answer, confirmed, letters, offered


def test_an_offer_lapses_at_its_date_and_both_sides_are_told_once(session: Session) -> None:
    of = a_round(session)
    match, done = offered(session, of, (0, 0), (1, 1))
    answer(session, of, match, "challenge")
    confirmed(session, of, done)
    told = len(letters(session))

    early = deadlines.lapse(session, SOON - timedelta(seconds=1))
    first = deadlines.lapse(session, SOON)
    again = deadlines.lapse(session, SOON + timedelta(days=1))
    session.commit()

    assert (early, first, again) == (0, 1, 0)
    assert (match.state, done.state) == (MatchState.LAPSED, MatchState.CONFIRMED)
    assert match.settled_at == SOON
    assert len(letters(session)) == told + 2
    (event,) = session.exec(select(AuditEvent).where(AuditEvent.action == "lapse")).all()
    assert (event.actor_id, event.facts) == (None, {"before": "offered", "after": "lapsed"})


@pytest.mark.parametrize(
    ("before", "reminded"),
    [
        (timedelta(days=4), 0),
        (timedelta(days=3), 1),
        (timedelta(seconds=1), 1),
        (timedelta(0), 0),
    ],
)
def test_who_is_silent_is_reminded_in_the_last_three_days(
    session: Session, before: timedelta, reminded: int
) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    answer(session, of, match, "challenge")

    found = deadlines.remind(session, SOON - before)
    again = deadlines.remind(session, SOON - before)

    last = session.exec(select(Letter).order_by(col(Letter.created_at))).all()[-1]
    assert (found, again) == (reminded, 0)
    assert len(letters(session)) == 2 + reminded
    assert last.recipient == of.people[of.solutions[0].code].email


def test_a_short_time_is_reminded_of_at_its_half(session: Session) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    match.offered_at, match.answer_by = SOON - timedelta(days=2), SOON

    early = deadlines.remind(session, SOON - timedelta(hours=25))
    late = deadlines.remind(session, SOON - timedelta(hours=24))

    assert (early, late) == (0, 2)


def test_the_worker_lapses_what_is_due(session: Session, database: Database) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    match.answer_by = now() - timedelta(minutes=1)
    session.commit()

    _settle(database)
    _settle(database)

    session.expire_all()
    assert match.state is MatchState.LAPSED
    assert len(letters(session)) == 4
