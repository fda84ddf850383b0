"""Verdicts propose another weight where they can tell, and nothing where they cannot."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from matching.learning import (
    LEAST_QUERIES,
    WEIGHTS,
    Interval,
    Judged,
    WeightProposal,
    concordance,
    mean_interval,
    propose_weight,
)

STATED = 0.6


def decided(
    generator: np.random.Generator, n_queries: int, weight: float, noise: float = 0.08
) -> list[Judged]:
    """Verdicts of people who weigh texts by `weight`, and are of two minds by `noise`."""
    made = []
    for _ in range(n_queries):
        text, themes = generator.beta(2, 4, (2, 6))
        liked = weight * text + (1 - weight) * themes + generator.normal(0, noise, 6)
        made.append(Judged(text, themes, liked >= np.sort(liked)[-2]))
    return made


def proposals(weight: float, n_queries: int, n_editions: int = 80) -> list[WeightProposal]:
    generator = np.random.default_rng(1)
    return [
        propose_weight(decided(generator, n_queries, weight), STATED) for _ in range(n_editions)
    ]


@pytest.mark.parametrize("n_queries", [LEAST_QUERIES, 40])
def test_where_people_weigh_as_the_software_does_hardly_anything_is_proposed(
    n_queries: int,
) -> None:
    assert np.mean([one.speaks for one in proposals(STATED, n_queries)]) <= 0.04


@pytest.mark.parametrize("weight", [0.3, 0.9])
def test_where_people_weigh_otherwise_it_is_found_and_said(weight: float) -> None:
    found = proposals(weight, 72)

    speaking = [one for one in found if one.speaks]
    weights = [one.weight.value for one in speaking if one.weight is not None]
    assert len(speaking) >= 0.8 * len(found)
    assert abs(np.mean(weights) - weight) < 0.05


def test_verdicts_that_chance_made_propose_nothing() -> None:
    generator = np.random.default_rng(2)

    found = [
        propose_weight(decided(generator, 30, STATED, noise=100.0), STATED) for _ in range(80)
    ]

    assert np.mean([one.speaks for one in found]) <= 0.04


def test_the_interval_of_the_weight_holds_the_true_one_about_as_often_as_it_says() -> None:
    intervals = [one.weight for one in proposals(0.4, 40) if one.weight is not None]

    held = np.mean([one.low <= 0.4 <= one.high for one in intervals])

    assert held >= 0.88


def test_a_proposal_improves_the_agreement_that_it_states() -> None:
    made = decided(np.random.default_rng(3), 60, 0.2)

    found = propose_weight(made, 0.9)

    assert found.speaks
    assert found.weight is not None
    assert found.gain is not None
    best = np.array([found.weight.value])
    now = np.mean([concordance(one, np.array([0.9]))[0] for one in made])
    then = np.mean([concordance(one, best)[0] for one in made])
    assert found.agreement == pytest.approx(now)
    assert found.gain.low > 0
    assert then - now > found.gain.low


def test_the_same_verdicts_give_the_same_proposal_in_any_order() -> None:
    made = decided(np.random.default_rng(4), 30, 0.3)

    first, again = propose_weight(made, STATED), propose_weight(made, STATED)
    turned = propose_weight(made[::-1], STATED)

    assert first == again
    assert (turned.weight, turned.gain) != (None, None)
    assert turned.weight is not None
    assert first.weight is not None
    assert turned.weight.value == first.weight.value


@pytest.mark.parametrize("n_queries", [1, LEAST_QUERIES - 1])
def test_too_few_queries_say_how_it_was_and_propose_nothing(n_queries: int) -> None:
    made = decided(np.random.default_rng(5), n_queries, 0.1)

    found = propose_weight(made, STATED)

    assert found.n_queries == n_queries
    assert found.agreement is not None
    assert (found.weight, found.gain, found.speaks) == (None, None, False)


@pytest.mark.parametrize("chosen", [[True, True], [False, False]])
def test_a_query_of_which_all_pairs_went_one_way_tells_nothing(chosen: Sequence[bool]) -> None:
    one = Judged(np.array([0.9, 0.1]), np.array([0.1, 0.9]), np.array(chosen))

    assert propose_weight([one], STATED) == WeightProposal(0, None, None, None, speaks=False)


def test_of_weights_that_do_as_well_the_one_is_taken_that_changes_least() -> None:
    always = Judged(np.array([0.9, 0.1]), np.array([0.9, 0.1]), np.array([True, False]))

    found = propose_weight([always] * LEAST_QUERIES, STATED)

    about: Any = pytest.approx(STATED)
    stated = Interval(about, about, about)
    unchanged = Interval(0.0, 0.0, 0.0)
    assert found == WeightProposal(LEAST_QUERIES, 1.0, stated, unchanged, speaks=False)


def test_pairs_that_score_the_same_count_half() -> None:
    one = Judged(np.array([0.5, 0.5]), np.array([0.5, 0.5]), np.array([True, False]))

    assert concordance(one, WEIGHTS).tolist() == [0.5] * len(WEIGHTS)


@pytest.mark.parametrize("stated", [-0.1, 1.1, float("nan")])
def test_what_is_no_weight_is_refused(stated: float) -> None:
    with pytest.raises(ValueError, match="stated must be in"):
        propose_weight([], stated)


def test_a_mean_has_an_interval_and_of_nothing_there_is_none() -> None:
    figures = np.array([0.0, 1.0, np.nan, 1.0, 0.0])

    found = mean_interval(figures)

    assert found is not None
    assert found.value == 0.5
    assert found.low < 0.5 < found.high
    assert mean_interval(np.array([np.nan])) is None
