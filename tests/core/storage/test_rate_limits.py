"""Counting tries: one statement, right for many at once, gone after its window."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.core.base.errors import TooMany
from app.core.storage import rate_limits
from app.core.storage.database import Database, transaction
from app.core.storage.rate_limits import Attempt, Limit

THREE = Limit("three", 3, timedelta(minutes=10))
FIVE = Limit("five", 5, timedelta(minutes=10))


def allowed(database: Database, *tries: tuple[Limit, str]) -> bool:
    try:
        rate_limits.count(database, *tries)
    except TooMany:
        return False
    return True


def test_of_many_at_once_as_many_pass_as_may(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        passed = list(pool.map(lambda _: allowed(database, (THREE, "ann")), range(16)))

    assert sum(passed) == 3


def test_each_subject_and_each_limit_counts_for_itself(database: Database) -> None:
    for _ in range(4):
        allowed(database, (THREE, "ann"))

    assert not allowed(database, (THREE, "ann"))
    assert allowed(database, (THREE, "bob"))
    assert allowed(database, (FIVE, "ann"))


def test_the_narrowest_of_several_limits_decides_and_the_wider_ones_count(
    database: Database,
) -> None:
    passed = [allowed(database, (FIVE, "here"), (THREE, "ann")) for _ in range(4)]

    assert passed == [True, True, True, False]
    assert [allowed(database, (FIVE, "here")) for _ in range(2)] == [True, False]


def test_who_is_refused_counts_for_nobody_else_and_fills_no_table(
    database: Database, session: Session
) -> None:
    for number in range(20):
        allowed(database, (THREE, "here"), (FIVE, f"made-up-{number}"))

    assert len(session.exec(select(Attempt)).all()) == 4
    assert allowed(database, (FIVE, "made-up-19"))


def test_a_refusal_says_how_long_to_wait_and_the_count_outlives_it(
    database: Database, session: Session
) -> None:
    for _ in range(3):
        allowed(database, (THREE, "ann"))

    with pytest.raises(TooMany) as refusal:
        rate_limits.count(database, (THREE, "ann"))

    assert refusal.value.remedy == "Wait 10 minutes, and try again."
    assert refusal.value.retry_after is not None
    assert 590 < refusal.value.retry_after <= 600
    row = session.exec(select(Attempt)).one()
    assert row.tries == 4
    assert "ann" not in row.key


def test_what_succeeded_is_forgotten(database: Database) -> None:
    for _ in range(4):
        allowed(database, (THREE, "ann"))

    with transaction(database) as session:
        rate_limits.forget(session, THREE, "ann")

    assert allowed(database, (THREE, "ann"))
