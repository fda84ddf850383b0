import math

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from matching import (
    mrr,
    ndcg_at_k,
    precision_at_k,
    r_precision,
    recall_at_k,
    reciprocal_rank,
)

GAINS = [[3, 0, 1, 0], [0, 0, 2, 0], [0, 0, 0, 0]]
SCORES = [[0.1, 0.9, 0.5, 0.5], [0.4, 0.3, 0.2, 0.1], [0.4, 0.3, 0.2, 0.1]]


def test_precision_counts_the_relevant_among_the_first() -> None:
    assert precision_at_k(GAINS, SCORES, 2) == pytest.approx([0.5, 0, math.nan], nan_ok=True)


def test_as_many_places_are_looked_at_as_there_are_relevant_ones() -> None:
    found = r_precision([[1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]], [[4, 3, 2, 1]] * 3)

    assert found[:2].tolist() == [0.5, 0.0]
    assert np.isnan(found[2])


def test_recall_counts_the_first_among_the_relevant() -> None:
    assert recall_at_k(GAINS, SCORES, 3) == pytest.approx([0.5, 1, math.nan], nan_ok=True)


def test_ndcg_agrees_with_scikit_learn_where_no_scores_are_equal() -> None:
    rng = np.random.default_rng(0)
    gains, scores = rng.integers(0, 4, (20, 15)), rng.random((20, 15))

    figures = ndcg_at_k(gains, scores, 10)

    each = [ndcg_score([g], [s], k=10) for g, s in zip(gains, scores, strict=True)]
    assert figures == pytest.approx(each)


def test_equal_scores_keep_the_order_of_the_pool() -> None:
    assert ndcg_at_k([[1, 0]], [[0.5, 0.5]]).tolist() == [1.0]
    assert reciprocal_rank([[0, 1]], [[0.5, 0.5]]).tolist() == [0.5]


def test_a_pair_that_was_not_ranked_is_not_found() -> None:
    gains, scores = [[1, 1]], [[math.nan, 0.1]]

    assert recall_at_k(gains, scores).tolist() == [0.5]
    assert precision_at_k([[1, 0]], [[math.nan, math.nan]], 1).tolist() == [0.0]
    assert reciprocal_rank([[1, 0]], [[math.nan, 0.1]]).tolist() == [0.0]


def test_the_mean_reciprocal_rank_leaves_out_queries_without_an_answer() -> None:
    assert mrr(GAINS, SCORES) == pytest.approx((1 / 2 + 1 / 3) / 2)
    assert math.isnan(mrr([[0, 0]], [[0.5, 0.1]]))
    assert math.isnan(mrr(np.zeros((1, 0)), np.zeros((1, 0))))


def test_a_figure_needs_judgements_for_each_score() -> None:
    with pytest.raises(ValueError, match=r"got \(1, 2\) and \(1, 1\)"):
        precision_at_k([[1, 0]], [[0.5]])
    with pytest.raises(ValueError, match="two dimensions"):
        ndcg_at_k([1, 0], [0.5, 0.1])
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        recall_at_k([[1]], [[0.5]], 0)
