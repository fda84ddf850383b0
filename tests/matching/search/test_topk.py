"""The compiled search and its plain twin; run once more without the compiler, for coverage."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from matching import Matcher, MatchingError, Profile, Rule
from matching.scoring.scoring import Scorer
from matching.search import topk
from matching.search.eligibility import Attributes, admission
from matching.search.topk import index, indexed, top_k
from matching.text.encoded import EncodedPool, EncodedQueries, Matrix
from tests.matching.strategies import pools, profiles, promise
from tests.matching.uncompiled import again

APART = Rule("country", shared=False, reason="Both are in the same country.")


@pytest.mark.slow
@promise
@given(
    pools,
    st.lists(profiles, min_size=1, max_size=3),
    st.integers(1, 8),
    st.booleans(),
    st.data(),
)
def test_the_compiled_search_equals_its_plain_twin(
    pool: list[Profile], queries: list[Profile], k: int, ruled: bool, data: st.DataObject
) -> None:
    rules = [APART] if ruled else []
    every = [(i, j) for i in range(len(queries)) for j in range(len(pool))]
    exclude = data.draw(st.sets(st.sampled_from(every), max_size=4))

    quick = Matcher(compiled=True).fit(pool, queries).rank(queries, k, rules, exclude)
    plain = Matcher(compiled=False).fit(pool, queries).rank(queries, k, rules, exclude)

    assert quick.indices.tolist() == plain.indices.tolist()
    assert np.array_equal(quick.scores, plain.scores, equal_nan=True)


@pytest.mark.parametrize("n_pool", [1, 15, 16, 17, 600, index.CHUNK, index.CHUNK + 40])
@pytest.mark.parametrize("frequent", [False, True])
def test_the_largest_products_are_found_among_ties(n_pool: int, frequent: bool) -> None:
    rows, queries = made_up(n_pool, frequent=frequent), made_up(3, seed=1, frequent=frequent)

    found = top_k(queries, indexed(rows), k=12)

    assert_same(found, brute_force((queries @ rows.T).toarray(), 12))


def test_fewer_than_k_are_filled_up_in_the_order_of_the_pool() -> None:
    rows = Matrix(np.array([[0.0, 0.5], [1.0, 0.0], [0.0, 0.0]]))

    indices, products = top_k(Matrix(np.array([[2.0, 0.0]])), indexed(rows), k=5)

    assert indices.tolist() == [[1, 0, 2, -1, -1]]
    assert products[0, :3].tolist() == [2.0, 0.0, 0.0]
    assert np.isnan(products[0, 3:]).all()


@pytest.mark.parametrize("frequent", [False, True])
def test_a_large_pool_of_several_passages_is_ranked_as_the_scores_say(frequent: bool) -> None:
    pool, queries = told(1200, frequent=frequent), told(4, seed=1, frequent=frequent)
    plain = Matcher(compiled=False).fit(pool, queries)
    exclude = [(0, int(j)) for j in plain.rank(queries, k=3).indices[0]]

    quick = Matcher(compiled=True).fit(pool, queries).rank(queries, 10, [APART], exclude)

    slow = plain.rank(queries, 10, [APART], exclude)
    assert quick.indices.tolist() == slow.indices.tolist()
    assert np.array_equal(quick.scores, slow.scores)
    assert not {(0, j) for j in quick.indices[0].tolist()} & set(exclude)


@pytest.mark.parametrize("compiled", [True, False])
def test_whoever_may_not_be_listed_raises_no_floor(compiled: bool) -> None:
    here, there = ({"country": frozenset({name})} for name in ("NO", "FR"))
    pool = [
        Profile(p.id, p.texts, attributes=here if i < 20 else there, language="xx")
        for i, p in enumerate(told(60))
    ]
    asked = [Profile("q", (*pool[3].texts, *pool[40].texts), attributes=here, language="xx")]
    matcher = Matcher(compiled=compiled).fit(pool)

    ranking = matcher.rank(asked, 3, [APART])

    scores = matcher.score_pairs(asked)[0]
    assert scores[3] > 0
    assert (
        ranking.indices[0].tolist()
        == (20 + np.argsort(-scores[20:], kind="stable")[:3]).tolist()
    )


def test_pairs_are_excluded_in_every_chunk() -> None:
    rows = made_up(index.CHUNK + 40)
    pool = as_pool(rows)
    asked = EncodedQueries(
        made_up(1, seed=1),
        Matrix((1, 0)),
        pool.has_text[:1],
        pool.has_themes[:1],
        pool.starts[:1],
    )
    products = (asked.text @ rows.T).toarray()
    first = int(products[0, : index.CHUNK].argmax())
    last = index.CHUNK + int(products[0, index.CHUNK :].argmax())
    everybody = Attributes.of_profiles([Profile("p", ())] * len(pool.has_text)).classes([])
    pairs = np.array([[0, first], [0, last]])
    products[0, [first, last]] = -1

    allowed = admission([], [Profile("q", ())], everybody, pairs)
    found = topk.search(indexed(rows), asked, allowed, 12)

    assert_same(found, brute_force(products, 12))


def test_blocks_of_which_no_row_that_counts_may_be_listed_raise_no_floor() -> None:
    rows = made_up(600)
    pool = as_pool(rows)
    query = EncodedQueries(
        made_up(1, seed=1),
        Matrix((1, 0)),
        pool.has_text[:1],
        pool.has_themes[:1],
        pool.starts[:1],
    )
    counts = (query.text @ rows.T).toarray()[0] > 0
    here, there = ({"country": frozenset({name})} for name in ("NO", "FR"))
    profiles = [Profile("p", (), attributes=here if some else there) for some in counts]
    classes = Attributes.of_profiles(profiles).classes([APART])
    nobody = np.empty((0, 2), dtype=np.intp)

    allowed = admission([APART], [Profile("q", (), attributes=here)], classes, nobody)
    indices, products = topk.search(indexed(rows), query, allowed, 5)

    assert counts.any()
    assert indices[0].tolist() == np.flatnonzero(~counts)[:5].tolist()
    assert products[0].tolist() == [0.0] * 5


def test_a_pool_whose_passages_say_nothing_known_is_listed_in_order() -> None:
    pool = [Profile(str(i), (f"one{i}", f"two{i}"), language="xx") for i in range(40)]
    matcher = Matcher(compiled=True).fit(pool)

    ranking = matcher.rank([Profile("q", ("one1",), language="xx")], k=3)

    assert (ranking.indices.tolist(), ranking.scores.tolist()) == ([[0, 1, 2]], [[0.0] * 3])


def by_profile(bounds: index.Bounds, chunk: int = index.CHUNK) -> NDArray[np.float64]:
    """Return the bounds as an array of profiles by columns."""
    n_pool, n_columns = len(bounds.head), bounds.head_of.size
    dense = np.zeros((n_pool, n_columns))
    dense[:, bounds.head_of >= 0] = bounds.head
    cuts = bounds.cuts.astype(np.int64)
    sizes = (cuts[1:] - cuts[:-1]).reshape(n_columns, -1)
    columns, chunks = np.indices(sizes.shape)
    rows = np.repeat(chunks.ravel() * chunk, sizes.ravel()) + bounds.rows
    dense[rows, np.repeat(columns.ravel(), sizes.ravel())] = bounds.values
    return dense


def test_words_that_most_state_are_bounded_by_their_length() -> None:
    bounds = [
        index.Bounds.of(pool, Scorer(1.0, 0.0, 0.0))
        for frequent in (False, True)
        for pool in [as_pool(made_up(600, frequent=frequent))]
    ]

    assert [b.head.shape for b in bounds] == [(600, 0), (600, 64)]


def test_bounds_are_never_below_the_scores() -> None:
    pool, queries = told(300), told(5, seed=1)
    matcher = Matcher(compiled=True).fit(pool, queries)
    segment = matcher.segments_[0]

    bounds = by_profile(index.Bounds.of(segment.encoded, segment.scorer))

    asked = matcher.vectorizer_.encode_queries(queries)
    both = sparse.hstack([asked.text, asked.themes]).toarray()
    assert (both @ bounds.T >= matcher.score_pairs(queries) * (1 - 1e-6)).all()


def test_a_pool_in_chunks_has_the_bounds_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    segment = Matcher(compiled=True).fit(told(300)).segments_[0]
    whole = by_profile(index.Bounds.of(segment.encoded, segment.scorer))

    monkeypatch.setattr(index, "CHUNK", 64)
    in_chunks = index.Bounds.of(segment.encoded, segment.scorer)

    assert by_profile(in_chunks, chunk=64).tolist() == whole.tolist()


def test_an_index_too_large_for_its_numbers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_MOST", 5)

    with pytest.raises(ValueError, match="holds less than 5 weighed words: split the pool"):
        indexed(made_up(20))


def test_a_prior_for_blanks_is_left_to_the_plain_search() -> None:
    pool = [Profile("a", ("flood",)), Profile("b", ("flood warnings",), frozenset({"x"}))]

    matcher = Matcher(compiled=True, missing_prior=0.5).fit(pool)

    asked = [Profile("q", ("flood",), frozenset({"x"}))]
    ranked = matcher.rank(asked, k=2)
    assert ranked.scores[0] == pytest.approx(np.sort(matcher.score_pairs(asked)[0])[::-1])


@pytest.mark.parametrize(
    ("n_pool", "wanted", "works"),
    [(999, None, False), (1000, None, True), (1, True, True), (5000, False, False)],
)
def test_the_compiled_search_works_where_it_pays_or_is_wanted(
    n_pool: int, wanted: bool | None, works: bool
) -> None:
    assert topk.compiled(n_pool, wanted) is works


def test_without_the_compiler_the_plain_search_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    assert topk.compiled(5000) is False
    with pytest.raises(MatchingError, match=r"needs numba: install counterpart\[large\]"):
        topk.compiled(5000, wanted=True)


@pytest.mark.server
def test_the_search_is_the_same_without_the_compiler() -> None:
    # As it is written, a long pool of frequent words takes seconds: the longer one will do.
    printed = again(
        __file__, "test_the_search_is_the_same_without_the_compiler", f"True-{index.CHUNK}"
    )

    assert "2 deselected" in printed


def made_up(n_rows: int, *, seed: int = 0, frequent: bool = False) -> Matrix:
    """Rows of whole numbers, so that many products are equal."""
    rng = np.random.default_rng(seed)
    width = 80 if frequent else 4000
    columns = rng.integers(0, width, size=(n_rows, 6))
    rows = np.repeat(np.arange(n_rows), 6)
    values = rng.integers(1, 3, size=rows.size).astype(np.float64)
    found = sparse.coo_array((values, (rows, columns.ravel())), shape=(n_rows, 4000)).tocsr()
    found.sort_indices()
    return Matrix(found)


def told(n: int, *, seed: int = 0, frequent: bool = False) -> list[Profile]:
    """Profiles of one to three passages of words without a language."""
    rng = np.random.default_rng(seed)
    width = 70 if frequent else 2000
    return [
        Profile(
            str(i),
            tuple(
                " ".join(f"wort{w}x" for w in rng.integers(0, width, size=12))
                for _ in range(rng.integers(1, 4))
            ),
            frozenset(f"t{t}" for t in rng.integers(0, 9, size=2)),
            {"country": frozenset({f"c{rng.integers(0, 3)}"})},
            "xx",
        )
        for i in range(n)
    ]


def as_pool(rows: Matrix) -> EncodedPool:
    n_rows = rows.shape[0]
    yes = np.ones(n_rows, dtype=np.bool_)
    starts, zeros = np.arange(n_rows + 1), np.zeros(n_rows)
    nothing = Matrix((n_rows, 0))
    return EncodedPool(rows, starts, starts[1:], zeros, nothing, yes, ~yes, starts[1:], zeros)


def brute_force(
    products: NDArray[np.float64], k: int
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    order = np.argsort(-products, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(products, order, axis=1)


def assert_same(
    found: Sequence[NDArray[np.generic]], expected: Sequence[NDArray[np.generic]]
) -> None:
    n = expected[0].shape[1]
    assert found[0][:, :n].tolist() == expected[0].tolist()
    assert found[1][:, :n].tolist() == expected[1].tolist()
    assert (found[0][:, n:] == -1).all()
