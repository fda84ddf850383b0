import itertools
import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import Ranking
from matching.scoring.hubness import Hub, hubs
from tests.matching.strategies import promise


def listing(*rows: tuple[int, ...]) -> Ranking:
    indices = np.array(rows, dtype=np.intp)
    return Ranking(indices, np.where(indices < 0, np.nan, 1.0))


def test_who_stands_in_every_list_is_a_hub_and_who_stands_in_some_is_none() -> None:
    ranking = listing((0, 1), (0, 2), (3, 0), (0, 4))

    found = hubs(ranking, 16, top=2)

    assert found == (
        Hub(index=0, places=4, eligible=4, expected=0.5, chance=16 * (2 / 16) ** 4),
    )


def test_everyone_is_told_at_level_one_the_least_explained_first() -> None:
    found = hubs(listing((2, 1), (2, 0), (0, 2)), 6, top=1, level=1)

    assert [hub.index for hub in found] == [2, 0, 1, 3, 4, 5]
    assert [hub.places for hub in found] == [2, 1, 0, 0, 0, 0]
    assert [hub.expected for hub in found] == [0.5] * 6


def test_a_list_that_holds_everyone_eligible_tells_nothing() -> None:
    eligible = [[True, True, False, False]] * 50

    found = hubs(listing(*[(1, 0, -1)] * 50), 4, eligible=eligible, level=1)

    assert [(hub.places, hub.eligible, hub.expected, hub.chance) for hub in found] == [
        (50, 50, 50.0, 1.0),
        (50, 50, 50.0, 1.0),
        (0, 0, 0.0, 1.0),
        (0, 0, 0.0, 1.0),
    ]


def test_no_queries_make_no_hubs() -> None:
    assert hubs(listing((0, 1, 2))._replace(indices=np.empty((0, 3), np.intp)), 5) == ()


@promise
@given(st.lists(st.integers(2, 5), min_size=1, max_size=6), st.integers(1, 2))
def test_the_bound_is_never_below_the_exact_probability(sizes: list[int], top: int) -> None:
    eligible = np.array([[j < size for j in range(5)] for size in sizes])
    ranking = listing(*[tuple(range(top))] * len(sizes))

    found = {hub.index: hub for hub in hubs(ranking, 5, eligible=eligible, top=top, level=1)}

    likely = [min(1.0, top / size) for size in sizes]
    exact = sum(
        math.prod(p if hit else 1 - p for p, hit in zip(likely, hits, strict=True))
        for hits in itertools.product((True, False), repeat=len(sizes))
        if sum(hits) >= found[0].places
    )
    assert min(1.0, 5 * exact) <= found[0].chance * (1 + 1e-9)
    if len(set(sizes)) == 1 and sizes[0] > top and len(sizes) * (1 - likely[0]) >= 1:
        assert math.isclose(found[0].chance, min(1.0, 5 * exact), rel_tol=1e-9)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"top": 3}, "top must lie in [1, 2], the places of the ranking, got 3"),
        ({"top": 0}, "top must lie in [1, 2], the places of the ranking, got 0"),
        ({"level": 2}, "level must lie in [0, 1], got 2"),
        ({"eligible": [[True]]}, "eligible must have the shape (1, 4), got (1, 1)"),
        ({"eligible": [[True, False, True, True]]}, "does not list the eligible pairs"),
        ({"eligible": [[True, False, False, False]]}, "does not list the eligible pairs"),
    ],
)
def test_what_does_not_fit_together_is_refused(wrong: dict[str, Any], refusal: str) -> None:
    with pytest.raises(ValueError, match=re.escape(refusal)):
        hubs(listing((0, 1)), 4, **({"top": 2} | wrong))


def test_who_shares_nothing_is_in_no_list_by_its_position() -> None:
    scores = np.array([[1.0, 0.0]] * 6)

    found = hubs(Ranking(np.array([[0, 1]] * 6), scores), 9, top=2, level=1)

    assert [hub.places for hub in sorted(found, key=lambda hub: hub.index)] == [6] + [0] * 8
