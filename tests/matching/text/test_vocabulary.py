"""Pairs of words are found again among very many of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.text import vocabulary
from tests.matching.strategies import promise

FIRST = 1 << 32
NUMBERS = st.integers(0, FIRST - 1)
KEYS = st.builds(lambda first, second: first // 2 * FIRST + second, NUMBERS, NUMBERS)


def expected(known: list[int], asked: list[int]) -> list[tuple[int, int]]:
    places = {key: place for place, key in enumerate(known)}
    return [(at, places[key]) for at, key in enumerate(asked) if key in places]


def found(known: list[int], asked: list[int]) -> list[tuple[int, int]]:
    here, places = vocabulary._among(
        np.array(known, dtype=np.int64), np.array(asked, dtype=np.int64)
    )
    return list(zip(here.tolist(), places.tolist(), strict=True))


@promise
@given(st.sets(KEYS), st.lists(KEYS), st.data())
def test_the_keys_that_are_there_are_found_and_no_others(
    known: set[int], others: list[int], data: st.DataObject
) -> None:
    ascending = sorted(known)
    some = data.draw(st.lists(st.sampled_from(ascending))) if ascending else []
    asked = data.draw(st.permutations(some + others))

    assert found(ascending, asked) == expected(ascending, asked)


@pytest.mark.parametrize("n_asked", [100, 1_000, 40_000])
def test_among_many_keys_too_that_meet_in_the_table(n_asked: int) -> None:
    drawn = np.random.default_rng(0).integers(0, 300, (60_000, 2))
    keys = [first * FIRST + second for first, second in drawn.tolist()]
    known = sorted(set(keys[:30_000]))

    answer = found(known, keys[-n_asked:])

    assert answer == expected(known, keys[-n_asked:])
    assert 0 < len(answer) < n_asked


def test_keys_that_share_all_slots_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_MULTIPLIERS", (np.uint64(1), np.uint64(1)))
    known = list(range(0, 200, 2))

    assert found(known, list(range(200))) == [(key, key // 2) for key in known]
