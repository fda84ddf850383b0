import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import matching.search.segment
from matching import Matcher, Profile, Rule, eligible
from matching.text.language import language_of, tokens
from tests.matching.strategies import pools, profiles, promise, queries

APART = Rule("country", shared=False, reason="Both are in the same country.")
weights = st.sampled_from([0.0, 0.3, 0.6, 1.0])


def a_profile(*texts: str, themes: str = "", country: str = "") -> Profile:
    return Profile(
        "-".join(texts),
        texts,
        frozenset(themes.split()),
        {"country": frozenset(country.split())},
        language="en",
    )


POOL = [
    a_profile("We warn people of floods by phone.", themes="water", country="NO"),
    a_profile("Budgets that citizens decide.", "Open budgets for all.", themes="money"),
    a_profile("Phone lines for older people.", themes="care water", country="FR"),
]
QUERY = a_profile("Our river floods and people need a warning.", themes="water", country="NO")


def test_the_pool_is_ranked_by_shared_words_and_themes() -> None:
    ranking = Matcher().fit(POOL, background=[QUERY]).rank([QUERY], k=2)

    assert ranking.indices.tolist() == [[0, 2]]
    assert ranking.scores[0, 0] > ranking.scores[0, 1] > 0


def test_a_rule_leaves_a_pair_out_whatever_its_score() -> None:
    ranking = Matcher().fit(POOL).rank([QUERY], k=3, rules=[APART])

    assert ranking.indices[0].tolist() == [2, 1, -1]
    assert math.isnan(ranking.scores[0, 2])


def test_single_pairs_can_be_left_out() -> None:
    ranking = Matcher().fit(POOL).rank([QUERY, QUERY], k=3, exclude={(1, 0), (1, 2)})

    assert ranking.indices.tolist() == [[0, 2, 1], [1, -1, -1]]


@pytest.mark.parametrize("pair", [(1, 0), (0, 3), (-1, 0), (0, -1)])
def test_a_pair_outside_queries_or_pool_cannot_be_left_out(pair: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=rf"below \(1, 3\), got \({pair[0]}, {pair[1]}\)"):
        Matcher().fit(POOL).rank([QUERY], exclude=[(0, 0), pair])


def test_where_nobody_is_eligible_nobody_is_left() -> None:
    matcher = Matcher().fit([POOL[0], POOL[0]])

    ranking = matcher.rank([QUERY], k=2, rules=[APART])

    assert ranking.indices.tolist() == [[-1, -1]]
    assert np.isnan(ranking.scores).all()


def test_equal_scores_keep_the_order_of_the_pool() -> None:
    ranking = Matcher().fit([POOL[1], *[POOL[0]] * 3]).rank([QUERY], k=2)

    assert ranking.indices.tolist() == [[1, 2]]


def test_no_queries_make_an_empty_answer() -> None:
    matcher = Matcher().fit(POOL)

    assert matcher.score_pairs([]).shape == (0, 3)
    assert matcher.rank([], k=2).indices.shape == (0, 2)


def test_a_pool_that_says_nothing_scores_nothing() -> None:
    matcher = Matcher().fit([a_profile(""), a_profile()])

    parts = matcher.score_parts([QUERY, a_profile()])

    assert not parts.score.any()
    assert not parts.coverage.any()
    assert matcher.rank([QUERY], k=1).indices.tolist() == [[0]]


def test_unknown_words_and_themes_score_nothing_and_are_covered_all_the_same() -> None:
    parts = Matcher().fit(POOL).score_parts([a_profile("Quantum", themes="physics")])

    assert not parts.score.any()
    assert parts.coverage.tolist() == [[1.0, 1.0, 1.0]]


def test_a_part_that_cannot_be_computed_counts_its_stated_prior() -> None:
    matcher = Matcher(missing_prior=0.25).fit(POOL)

    parts = matcher.score_parts([a_profile(themes="water"), a_profile("floods")])

    assert parts.text[0].tolist() == pytest.approx([0.6 * 0.25] * 3)
    assert parts.themes[1].tolist() == pytest.approx([0.4 * 0.25] * 3)
    assert parts.coverage.tolist() == [[0.4] * 3, [0.6] * 3]


@pytest.mark.parametrize(
    ("matcher", "refusal"),
    [
        (Matcher(text_weight=1.5), r"text_weight must lie in \[0, 1\], got 1.5"),
        (Matcher(whole_weight=-1), r"whole_weight must lie in \[0, 1\], got -1"),
        (Matcher(missing_prior=2), r"missing_prior must lie in \[0, 1\], got 2"),
        (Matcher(pair_weight=-1), r"pair_weight must lie in \[0, 1\], got -1"),
        (Matcher(query_power=2), r"query_power must lie in \[0, 1\], got 2"),
        (Matcher(slope=2), r"slope must lie in \[0, 1\], got 2"),
        (Matcher(min_df=0), "min_df must be at least 1, got 0"),
    ],
)
def test_a_parameter_out_of_its_range_is_refused_when_fitting(
    matcher: Matcher, refusal: str
) -> None:
    with pytest.raises(ValueError, match=refusal):
        matcher.fit(POOL)


def test_an_empty_pool_is_refused() -> None:
    with pytest.raises(ValueError, match="the pool must hold at least one profile"):
        Matcher().fit([])


def test_k_counts_from_one() -> None:
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        Matcher().fit(POOL).rank([QUERY], k=0)


def test_nothing_is_answered_before_fitting() -> None:
    matcher = clone(Matcher(text_weight=0.5))

    with pytest.raises(NotFittedError):
        matcher.score_pairs([QUERY])
    with pytest.raises(NotFittedError):
        matcher.score_parts([QUERY])
    with pytest.raises(NotFittedError):
        matcher.rank([QUERY])
    with pytest.raises(NotFittedError):
        matcher.explain(QUERY, 0)

    assert matcher.get_params()["text_weight"] == 0.5


def test_blocks_of_any_size_give_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    matcher = Matcher().fit(POOL)
    asked = [QUERY, *POOL]
    exclude = [(0, 1), (3, 2)]
    whole = matcher.rank(asked, k=2, rules=[APART], exclude=exclude)
    scores = matcher.score_pairs(asked)

    monkeypatch.setattr(matching.search.segment, "_BLOCK_BYTES", 72)

    ranking = matcher.rank(asked, k=2, rules=[APART], exclude=exclude)
    assert np.array_equal(ranking.indices, whole.indices)
    assert np.array_equal(ranking.scores, whole.scores, equal_nan=True)
    assert np.array_equal(matcher.score_pairs(asked), scores)


@promise
@given(pools, queries, weights)
def test_scores_are_what_the_formula_says(
    pool: list[Profile], asked: list[Profile], text_weight: float
) -> None:
    scores = Matcher(text_weight=text_weight).fit(pool, background=asked).score_pairs(asked)

    expected = by_hand(asked, pool, text_weight)
    assert np.abs(scores - expected).max(initial=0) <= 1e-12


@promise
@given(pools, queries, st.integers(1, 9), st.lists(st.sampled_from([APART]), max_size=1))
def test_a_ranking_is_the_order_of_the_scores(
    pool: list[Profile], asked: list[Profile], k: int, rules: list[Rule]
) -> None:
    matcher = Matcher().fit(pool, background=asked)

    ranking = matcher.rank(asked, k=k, rules=rules)

    scores = np.where(eligible(rules, asked, pool), matcher.score_pairs(asked), np.nan)
    order = np.argsort(-scores, axis=1, kind="stable")
    best = np.take_along_axis(scores, order, axis=1)
    order[np.isnan(best)] = -1
    padding = ((0, 0), (0, max(0, k - len(pool))))
    assert np.array_equal(ranking.indices, np.pad(order, padding, constant_values=-1)[:, :k])
    assert np.array_equal(
        ranking.scores,
        np.pad(best, padding, constant_values=np.nan)[:, :k],
        equal_nan=True,
    )


@promise
@given(pools, queries)
def test_the_top_five_are_the_head_of_the_top_ten(
    pool: list[Profile], asked: list[Profile]
) -> None:
    matcher = Matcher().fit(pool * 3)

    five, ten = matcher.rank(asked, k=5), matcher.rank(asked, k=10)

    assert np.array_equal(five.indices, ten.indices[:, :5])
    assert np.array_equal(five.scores, ten.scores[:, :5], equal_nan=True)


@promise
@given(pools, queries, weights)
def test_a_score_lies_between_nothing_and_the_ceiling(
    pool: list[Profile], asked: list[Profile], text_weight: float
) -> None:
    parts = Matcher(text_weight=text_weight).fit(pool, background=asked).score_parts(asked)

    ceiling = 0.5 / 0.7 + 0.5 / 0.5
    assert ((parts.text >= 0) & (parts.text <= text_weight * ceiling + 1e-12)).all()
    assert ((parts.themes >= 0) & (parts.themes <= 1 - text_weight + 1e-12)).all()
    assert ((parts.coverage >= 0) & (parts.coverage <= 1)).all()


@promise
@given(pools, queries)
def test_the_answer_for_a_query_depends_on_no_other_query(
    pool: list[Profile], asked: list[Profile]
) -> None:
    matcher = Matcher().fit(pool, background=asked)

    together = matcher.rank(asked, k=3)

    for i, query in enumerate(asked):
        alone = matcher.rank([query], k=3)
        assert np.array_equal(alone.indices[0], together.indices[i])
        assert np.array_equal(alone.scores[0], together.scores[i], equal_nan=True)


@promise
@given(pools, queries, st.randoms(use_true_random=False))
def test_another_order_of_the_pool_is_the_same_answer_in_another_order(
    pool: list[Profile], asked: list[Profile], random: Random
) -> None:
    order = list(range(len(pool)))
    random.shuffle(order)

    scores = Matcher().fit(pool, background=asked).score_pairs(asked)
    moved = Matcher().fit([pool[i] for i in order], background=asked[::-1])

    assert np.array_equal(moved.score_pairs(asked), scores[:, order])


@promise
@given(pools, queries)
def test_the_same_input_gives_the_same_answer(
    pool: list[Profile], asked: list[Profile]
) -> None:
    first = Matcher().fit(pool, background=asked).score_parts(asked)
    second = Matcher().fit(list(pool), background=tuple(asked)).score_parts(asked)

    assert np.array_equal(first.text, second.text)
    assert np.array_equal(first.themes, second.themes)


@promise
@given(pools, profiles, st.sampled_from(["texts", "themes"]))
def test_leaving_something_blank_never_raises_a_score(
    pool: list[Profile], query: Profile, left_out: str
) -> None:
    before = Matcher().fit(pool, background=[query]).score_parts([query])

    silent = without(query, left_out)
    asked = Matcher().fit(pool, background=[silent]).score_parts([silent])
    reticent = [without(pool[0], left_out), *pool[1:]]
    offered = Matcher().fit(reticent, background=[query]).score_parts([query])

    assert (asked.score <= before.score).all()
    assert (asked.coverage <= before.coverage).all()
    assert offered.score[0, 0] <= before.score[0, 0]
    assert offered.coverage[0, 0] <= before.coverage[0, 0]


def without(profile: Profile, left_out: str) -> Profile:
    texts, themes = profile.texts, profile.themes
    if left_out == "texts":
        return Profile(profile.id, (), themes, profile.attributes, profile.language)
    return Profile(profile.id, texts, frozenset(), profile.attributes, profile.language)


def by_hand(
    asked: Sequence[Profile], pool: Sequence[Profile], text_weight: float
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The formula once more, word by word, without matrices."""
    told = {frozenset(bags(p)) for p in (*pool, *asked)} - {frozenset()}
    least = 2 if len({b for texts in told for b in texts}) >= 30 else 1
    df = Counter(t for texts in told for t in {t for b in texts for t in terms(b)})
    idf = {
        t: (0.4 if " " in t else 1) * (1 + math.log((1 + len(told)) / (1 + n)))
        for t, n in df.items()
        if n >= least
    }

    def weigh(counts: Mapping[str, int]) -> dict[str, float]:
        return {t: (1 + math.log(n)) * idf[t] for t, n in counts.items() if t in idf}

    own = {b for p in pool for b in bags(p)}
    mean = sum(norm(weigh(terms(b))) for b in own) / max(1, len(own))

    def text(query: Profile, candidate: Profile) -> float:
        joined = weigh(sum((terms(b) for b in bags(query)), Counter[str]()))
        q = scale(joined, norm(joined))
        rows = [weigh(terms(b)) for b in sorted(set(bags(candidate)))]
        passages = [scale(x, 0.3 * mean + 0.7 * norm(x)) for x in rows]
        voices = [1 / (1 + sum(same(x, y) for y in rows if y is not x)) for x in rows]
        whole = {
            t: sum(a * v.get(t, 0.0) for a, v in zip(voices, passages, strict=True))
            for v in passages
            for t in v
        }
        whole = scale(whole, 0.5 + 0.5 * norm(whole))
        return 0.5 * max((dot(q, v) for v in passages), default=0) + 0.5 * dot(q, whole)

    stated = {(p.id, p.themes) for p in (*pool, *asked) if p.themes}
    rarity = {
        t: 1 + math.log((1 + len(stated)) / (1 + sum(t in u for _, u in stated)))
        for _, themes in stated
        for t in themes
    }

    def shared(query: Profile, candidate: Profile) -> float:
        left, right = ({t: rarity[t] for t in p.themes} for p in (query, candidate))
        return dot(left, right) / ((norm(left) * norm(right)) or 1)

    scores = [
        [text_weight * text(q, c) + (1 - text_weight) * shared(q, c) for c in pool]
        for q in asked
    ]
    return np.array(scores).reshape(len(asked), len(pool))


def bags(profile: Profile) -> list[tuple[str, ...]]:
    language = language_of(profile)
    found = [tuple(t.stem for t in tokens(text, language)) for text in profile.texts]
    return [stems for stems in found if stems]


def terms(text: tuple[str, ...]) -> Counter[str]:
    return Counter([*text, *(" ".join(pair) for pair in itertools.pairwise(text))])


def same(left: dict[str, float], right: dict[str, float]) -> float:
    cosine = dot(left, right) / ((norm(left) * norm(right)) or 1)
    return min(1.0, max(0.0, (cosine - 0.2) / 0.3))


def norm(vector: dict[str, float]) -> float:
    return math.sqrt(sum(x * x for x in vector.values()))


def dot(left: dict[str, float], right: dict[str, float]) -> float:
    return sum(x * right.get(s, 0.0) for s, x in left.items())


def scale(vector: dict[str, float], length: float) -> dict[str, float]:
    return {s: x / length for s, x in vector.items()}


@pytest.mark.slow
@pytest.mark.parametrize("compiled", [True, False])
def test_a_text_of_a_megabyte_is_read_like_any_other(compiled: bool) -> None:
    long = " ".join(f"wort{i * i % 5003}x" for i in range(120_000))
    pool = [Profile("long", (long,), language="xx"), Profile("short", ("flood",))]
    matcher = Matcher(compiled=compiled).fit(pool)
    asked = [Profile("q", (f"{long} wort7x",), language="xx"), Profile("r", ("floods",))]

    ranking = matcher.rank(asked, k=1)

    assert len(long) > 1_000_000
    assert ranking.indices.tolist() == [[0], [1]]
    explained = matcher.explain(asked[0], 0)
    assert explained.score == ranking.scores[0, 0]
    shares = sum(c.share for c in explained.contributions)
    assert shares == pytest.approx(explained.score, abs=1e-12)
