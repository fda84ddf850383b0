"""A matcher with a sentence encoder: one more share of the text part, on every path."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Matcher, MatchingError, Profile, breakpoints, rank_stability
from matching.scoring.score_components import score_components
from matching.scoring.semantic import embedded, nearness
from matching.text.encoded import Floats
from tests.matching.scoring.test_semantic import LetterEncoder
from tests.matching.strategies import pools, profiles, promise, queries

LETTERS = LetterEncoder()
POOL = [
    Profile("a", ("Flood warnings by phone.", "Rivers"), frozenset({"sdg:6"}), language="en"),
    Profile("b", ("Open budgets, rivers",)),
    Profile("c", ()),
]
ASKED = [Profile("q", ("Warn of floods early by phone",), frozenset({"sdg:6"}))]

some = settings(promise, max_examples=25)
shares = st.sampled_from([0.0, 0.2, 1.0])


class Digits(LetterEncoder):
    """Another encoder: the same vectors under another name."""

    name = "digits"


@some
@given(pools, queries, shares)
def test_the_text_part_is_mixed_of_words_and_meaning(
    pool: list[Profile], asked: list[Profile], weight: float
) -> None:
    plain = Matcher().fit(pool).score_parts(asked)
    near = nearness(embedded(LETTERS, asked), embedded(LETTERS, pool))

    matcher = Matcher(encoder=LETTERS, meaning_weight=weight).fit(pool)
    mixed = matcher.score_parts(asked)

    told = np.logical_and.outer(
        matcher.encode_queries(asked).has_text, matcher.segments_[0].encoded.has_text
    )
    expected = np.where(told, (1 - weight) * plain.text + weight * 0.6 * near, 0)
    assert np.abs(mixed.text - expected).max(initial=0) <= 1e-12
    assert (mixed.themes == plain.themes).all()
    assert (mixed.coverage == plain.coverage).all()


@some
@given(pools, st.lists(profiles, min_size=1, max_size=3), queries, shares)
def test_every_path_gives_the_same_score_to_the_last_digit(
    pool: list[Profile], arrived: list[Profile], asked: list[Profile], weight: float
) -> None:
    matcher = Matcher(encoder=LETTERS, meaning_weight=weight).fit(pool).extend(arrived)
    everyone = [*pool, *arrived]

    scores = matcher.score_pairs(asked)
    ranking = matcher.rank(asked, k=len(everyone))

    assert (matcher.score_parts(asked).score == scores).all()
    assert (np.take_along_axis(scores, ranking.indices, axis=1) == ranking.scores).all()
    for i, query in enumerate(asked):
        assert (matcher.score_pairs([query])[0] == scores[i]).all()
        for j in range(len(everyone)):
            explanation = matcher.explain(query, j)
            assert explanation.score == scores[i, j]
            told = sum(c.share for c in explanation.contributions)
            assert abs(told - explanation.score) <= 1e-12
    for listed, row in zip(
        score_components(matcher, asked, ranking), ranking.scores, strict=True
    ):
        assert np.abs(listed.score(0.6, 0.5)[:, 0] - row).max() <= 1e-12


@some
@given(pools, st.lists(st.lists(profiles, max_size=2), max_size=3), queries)
def test_arrivals_one_by_one_are_arrivals_at_once(
    pool: list[Profile], waves: list[list[Profile]], asked: list[Profile]
) -> None:
    matcher = Matcher(encoder=LETTERS).fit(pool)
    for wave in waves:
        matcher.extend(wave)

    at_once = Matcher(encoder=LETTERS).fit(pool).extend([p for wave in waves for p in wave])

    assert (matcher.score_pairs(asked) == at_once.score_pairs(asked)).all()


def test_the_encoder_has_one_share_of_its_own() -> None:
    plain, mixed = Matcher().fit(POOL), Matcher(encoder=LETTERS).fit(POOL)

    before, after = (m.explain(ASKED[0], 0) for m in (plain, mixed))

    [meaning] = [c for c in after.contributions if c.kind == "meaning"]
    assert (meaning.feature, meaning.words) == ("sentence encoder", ())
    near = nearness(embedded(LETTERS, ASKED), embedded(LETTERS, POOL))
    assert meaning.share == pytest.approx(0.6 * 0.3 * near[0, 0])
    words = {c.feature: c.share for c in after.contributions if c.kind == "word"}
    assert words == pytest.approx(
        {c.feature: 0.7 * c.share for c in before.contributions if c.kind == "word"}
    )
    assert [c.kind for c in mixed.explain(ASKED[0], 2).contributions] == ["missing", "missing"]


def test_the_vectors_of_the_pool_are_made_once() -> None:
    read: list[str] = []

    class Watched(LetterEncoder):
        def encode(self, texts: Sequence[str]) -> Floats:
            read.extend(texts)
            return super().encode(texts)

    matcher = Matcher(encoder=Watched()).fit(POOL[:1])
    for profile in POOL[1:]:
        matcher.extend([profile])
    matcher.score_pairs(ASKED)
    matcher.rank(ASKED)

    assert read == [text for p in POOL for text in p.texts] + 2 * list(ASKED[0].texts)


def test_without_an_encoder_nothing_changes() -> None:
    plain, weighed = Matcher().fit(POOL), Matcher(meaning_weight=0.9).fit(POOL)

    assert (weighed.score_pairs(ASKED) == plain.score_pairs(ASKED)).all()
    assert weighed.explain(ASKED[0], 0) == plain.explain(ASKED[0], 0)
    assert weighed.version_ == plain.version_


def test_the_version_names_the_encoder_and_its_weight() -> None:
    matchers = [
        Matcher(),
        Matcher(encoder=LETTERS),
        Matcher(encoder=LETTERS, meaning_weight=0.1),
        Matcher(encoder=Digits()),
    ]

    assert len({matcher.fit(POOL).version_ for matcher in matchers}) == 4


def test_a_weight_out_of_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"meaning_weight must lie in \[0, 1\], got 2"):
        Matcher(encoder=LETTERS, meaning_weight=2).fit(POOL)


def test_the_compiled_search_is_for_words_alone() -> None:
    def compiled(weight: float) -> bool:
        matcher = Matcher(encoder=LETTERS, meaning_weight=weight, compiled=True).fit(POOL)
        return matcher.segments_[0].searched_compiled

    assert (compiled(0.2), compiled(0.0)) == (False, True)


@pytest.mark.parametrize("mmap", [True, False])
def test_a_loaded_matcher_keeps_its_vectors(tmp_path: Path, mmap: bool) -> None:
    matcher = Matcher(encoder=LETTERS).fit(POOL[:1]).extend(POOL[1:])

    matcher.save(tmp_path / "model")
    loaded = Matcher.load(tmp_path / "model", mmap=mmap, encoder=LETTERS)

    assert loaded.get_params() == matcher.get_params()
    assert loaded.version_ == matcher.version_
    assert (loaded.score_pairs(ASKED) == matcher.score_pairs(ASKED)).all()
    assert loaded.explain(ASKED[0], 0) == matcher.explain(ASKED[0], 0)
    loaded.extend(ASKED)
    assert loaded.version_ == matcher.extend(ASKED).version_


@pytest.mark.parametrize(
    ("fitted", "given", "refusal"),
    [
        (LETTERS, None, "has the encoder letters, not None"),
        (LETTERS, Digits(), "has the encoder letters, not digits"),
        (None, LETTERS, "has the encoder None, not letters"),
    ],
)
def test_a_matcher_is_loaded_with_its_own_encoder(
    tmp_path: Path, fitted: LetterEncoder | None, given: LetterEncoder | None, refusal: str
) -> None:
    Matcher(encoder=fitted).fit(POOL).save(tmp_path / "model")

    with pytest.raises(MatchingError, match=refusal):
        Matcher.load(tmp_path / "model", encoder=given)


@some
@given(pools, queries)
def test_turns_of_words_leave_the_meaning_as_it_is(
    pool: list[Profile], asked: list[Profile]
) -> None:
    matcher = Matcher(encoder=LETTERS, meaning_weight=1).fit(pool)
    ranking = matcher.rank(asked, k=3)

    told = score_components(matcher, asked, ranking, lambda n: np.tile([1.0, 3.0], (n, 1)))

    for listed in told:
        assert (listed.best[:, 0] == listed.best[:, 1]).all()
        assert (listed.whole[:, 0] == listed.whole[:, 1]).all()
    kept = rank_stability(Matcher(encoder=LETTERS).fit(pool), asked, ranking, shift=0, spread=0)
    assert ((kept == 1) | np.isnan(kept)).all()


@some
@given(pools, queries)
def test_at_a_turning_point_two_neighbours_are_level(
    pool: list[Profile], asked: list[Profile]
) -> None:
    matcher = Matcher(encoder=LETTERS).fit(pool)
    ranking = matcher.rank(asked, k=len(pool))

    points = breakpoints(matcher, asked, ranking)

    for name in ("text_weight", "whole_weight"):
        for i, place in np.argwhere(~np.isnan(getattr(points, name))).tolist():
            weight = getattr(points, name)[i, place]
            turned = Matcher(encoder=LETTERS, **{name: weight}).fit(pool)
            scores = turned.score_pairs([asked[i]])[0, ranking.indices[i]]
            assert abs(scores[place] - scores[place + 1]) <= 1e-9
