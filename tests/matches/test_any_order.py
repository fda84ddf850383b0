"""In whatever order people act: nothing confirmed is lost, and nothing is given twice.

A thousand editions of up to 200 challenges: `python -m tests.matches.editions`.
"""

from collections import Counter
from random import Random
from typing import Final
from uuid import UUID

import pytest

from app.core.storage.database import Database
from app.settings import Settings
from tests.matches.walks import Walk, check_letters

ROUNDS: Final = ((5, 60), (8, 60), (12, 80), (60, 140))
"""How many challenges a round has, and how many acts it sees."""


@pytest.mark.slow
def test_nothing_confirmed_is_lost_and_nothing_is_given_twice(
    database: Database, settings: Settings
) -> None:
    done: Counter[str] = Counter()

    for size, acts in ROUNDS:
        walk, confirmed = Walk(database, settings, size, Random(size)), set[UUID]()  # noqa: S311 -- not a secret
        for _ in range(acts):
            walk.go()
            confirmed = walk.check(confirmed)
        done += walk.done

    # Each of these was met: the walks went where places are given twice if nobody looks.
    met = {"send", "accept", "confirm", "decline", "take back", "replace", "lapse", "begin"}
    met |= {"withdraw", "lower"}
    assert met <= done.keys()
    check_letters(database)
