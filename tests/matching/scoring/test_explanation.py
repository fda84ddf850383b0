import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import (
    Bands,
    Contribution,
    Explanation,
    Matcher,
    Missing,
    Passage,
    Passages,
    Profile,
    bands,
)
from matching.text.language import language_of, tokens
from tests.matching.strategies import pools, profiles, promise

CHALLENGE = Profile(
    "challenge",
    (
        "A city by the sea",
        "Our river floods. Floods come by night and people need warnings.",
        "Warn people",
    ),
    frozenset({"practice:co-creation", "sdg:11"}),
)
PROVIDER = Profile(
    "provider",
    (
        "A regional water office",
        "A flood is announced by telephone: one warning reaches all people of a street.",
        "It took two years.",
    ),
    frozenset({"practice:co-creation"}),
)
OTHER = Profile("other", ("Budgets for schools",), frozenset({"practice:data"}))


def explain(query: Profile, candidate: Profile) -> Explanation:
    return Matcher().fit([candidate, OTHER], background=[query]).explain(query, 0)


def marked(passage: Passage | None) -> list[str]:
    return [passage.text[start:end] for start, end in passage.marks] if passage else []


def test_a_word_is_shown_as_both_sides_wrote_it() -> None:
    explanation = explain(CHALLENGE, PROVIDER)

    written = {c.feature: c.words for c in explanation.contributions if c.kind == "word"}
    assert written == {
        "flood": ("floods", "flood"),
        "peopl": ("people",),
        "warn": ("warnings", "warning"),
    }


def test_the_most_frequent_form_of_a_word_is_shown() -> None:
    query = Profile("q", ("Floods flood", "flood"))

    contribution = explain(query, Profile("p", ("FLOODING",))).contributions[0]

    assert (contribution.feature, contribution.words) == ("flood", ("flood", "FLOODING"))


def test_a_theme_is_named_by_its_key() -> None:
    explanation = explain(CHALLENGE, PROVIDER)

    themes = [c for c in explanation.contributions if c.kind == "theme"]
    assert [(c.feature, c.words) for c in themes] == [("practice:co-creation", ())]
    assert themes[0].share == pytest.approx(explanation.theme_part, abs=1e-12)


def test_the_largest_share_comes_first() -> None:
    shares = [c.share for c in explain(CHALLENGE, PROVIDER).contributions]

    assert shares == sorted(shares, reverse=True)


def test_the_best_passages_are_shown_with_their_words_marked() -> None:
    passages = explain(CHALLENGE, PROVIDER).passages

    assert passages.query is not None
    assert passages.candidate is not None
    assert (passages.query.index, passages.candidate.index) == (1, 1)
    assert marked(passages.query) == ["floods", "Floods", "people", "warnings"]
    assert marked(passages.candidate) == ["flood", "warning", "people"]


def test_marks_count_characters_of_the_original_text() -> None:
    text = unicodedata.normalize("NFD", "😀 מים: la rivière déborde")
    query = Profile("q", (text,), language="fr")

    passage = explain(query, Profile("p", ("Une rivière",), language="fr")).passages.query

    assert marked(passage) == [unicodedata.normalize("NFD", "rivière")]


def test_without_a_common_word_the_first_passages_stand_unmarked() -> None:
    query = Profile("q", ("", "Quantum physics"))

    explanation = explain(query, PROVIDER)

    assert explanation.passages.query == Passage(1, "Quantum physics", ())
    assert explanation.passages.candidate == Passage(0, PROVIDER.texts[0], ())


def test_what_was_not_stated_is_said_to_be_missing() -> None:
    matcher = Matcher(text_weight=0.5, missing_prior=0.25)
    matcher.fit([PROVIDER, Profile("silent", ("",))])

    explanation = matcher.explain(Profile("q", ("Floods",)), 1)

    assert explanation == Explanation(
        score=0.25,
        text_part=0.125,
        theme_part=0.125,
        contributions=(
            Contribution("missing", "text", 0.125),
            Contribution("missing", "themes", 0.125),
        ),
        passages=Passages(Passage(0, "Floods", ()), None),
        missing=(
            Missing("text", "candidate"),
            Missing("themes", "query"),
            Missing("themes", "candidate"),
        ),
        coverage=0.0,
    )


def test_a_missing_part_without_a_prior_is_a_share_of_nothing_and_lowers_the_coverage() -> None:
    explanation = explain(Profile("q", (), CHALLENGE.themes), PROVIDER)

    assert Contribution("missing", "text", 0.0) in explanation.contributions
    assert explanation.missing == (Missing("text", "query"),)
    assert explanation.coverage == pytest.approx(0.4)
    assert explanation.passages.query is None


@pytest.mark.parametrize(
    ("text_weight", "query", "kind"),
    [
        (1.0, Profile("q", CHALLENGE.texts), "word"),
        (0.0, Profile("q", (), CHALLENGE.themes), "theme"),
    ],
)
def test_a_part_without_weight_is_never_missing(
    text_weight: float, query: Profile, kind: str
) -> None:
    matcher = Matcher(text_weight=text_weight).fit([PROVIDER, OTHER], background=[query])

    explanation = matcher.explain(query, 0)

    assert {c.kind for c in explanation.contributions} == {kind}
    assert (explanation.missing, explanation.coverage) == ((), 1.0)


@pytest.mark.parametrize("index", [-1, 2])
def test_only_a_position_in_the_pool_can_be_explained(index: int) -> None:
    with pytest.raises(ValueError, match=rf"index must lie in \[0, 2\), got {index}"):
        Matcher().fit([PROVIDER, OTHER]).explain(CHALLENGE, index)


def test_a_position_from_a_ranking_can_be_explained_as_it_is() -> None:
    matcher = Matcher().fit([OTHER, PROVIDER])
    ranking = matcher.rank([CHALLENGE], k=1)

    explanation = matcher.explain(CHALLENGE, ranking.indices[0, 0])

    assert explanation.score == pytest.approx(ranking.scores[0, 0], abs=1e-12)


@promise
@given(pools, profiles, st.sampled_from([0.0, 0.6, 1.0]), st.sampled_from([0.0, 0.3]))
def test_the_shares_add_up_to_the_score_of_every_path(
    pool: list[Profile], query: Profile, text_weight: float, prior: float
) -> None:
    matcher = Matcher(text_weight=text_weight, missing_prior=prior)
    matcher.fit(pool, background=[query])
    scores = matcher.score_pairs([query])[0]
    parts = matcher.score_parts([query])

    for i in range(len(pool)):
        explanation = matcher.explain(query, i)

        assert abs(sum(c.share for c in explanation.contributions) - explanation.score) <= 1e-12
        assert abs(explanation.text_part + explanation.theme_part - explanation.score) <= 1e-12
        assert abs(explanation.score - scores[i]) <= 1e-12
        assert abs(explanation.coverage - parts.coverage[0, i]) <= 1e-12


@promise
@given(pools, profiles)
def test_every_mark_points_at_a_word_that_has_a_share(
    pool: list[Profile], query: Profile
) -> None:
    explanation = Matcher().fit(pool, background=[query]).explain(query, 0)

    shared = {c.feature for c in explanation.contributions if c.kind == "word"}
    sides = ((explanation.passages.query, query), (explanation.passages.candidate, pool[0]))
    for passage, profile in sides:
        if passage is not None:
            assert passage.text == profile.texts[passage.index]
            language = language_of(profile)
            for word in marked(passage):
                assert {token.stem for token in tokens(word, language)} & shared


@promise
@given(pools, profiles)
def test_the_words_shown_are_written_in_the_texts(pool: list[Profile], query: Profile) -> None:
    explanation = Matcher().fit(pool, background=[query]).explain(query, 0)

    for c in explanation.contributions:
        if c.kind == "word":
            assert any(c.words[0] in text for text in query.texts)
            assert any(c.words[-1].casefold() in text.casefold() for text in pool[0].texts)


@promise
@given(pools, profiles)
def test_a_shared_word_is_marked_in_the_best_passage_of_both_sides(
    pool: list[Profile], query: Profile
) -> None:
    explanation = Matcher().fit(pool, background=[query]).explain(query, 0)

    shares_words = any(c.kind == "word" for c in explanation.contributions)
    assert bool(marked(explanation.passages.query)) is shares_words
    assert bool(marked(explanation.passages.candidate)) is shares_words


def test_bands_are_set_by_the_eligible_pairs() -> None:
    scores = np.arange(200.0).reshape(2, 100)
    eligible = scores < 101

    found = bands(scores, eligible)

    assert found == Bands(fair=75.0, strong=95.0)
    assert [found.of(s) for s in (95, 94.9, 75, 74.9, 0)] == [
        *("strong", "fair", "fair", "weak", "weak"),
    ]


@pytest.mark.parametrize(("n", "known"), [(29, False), (30, True)])
def test_few_pairs_make_no_bands(n: int, known: bool) -> None:
    assert (bands(np.linspace(0, 1, n)) is not None) is known


def test_nothing_in_common_is_weak_even_where_most_have_nothing() -> None:
    found = bands(np.zeros(40))

    assert found is not None
    assert found.of(0.0) == "weak"


def test_two_languages_lower_the_coverage_and_the_reasons_say_so() -> None:
    french = Profile("f", ("Alerter les habitants des inondations",), language="fr")
    english = Profile("e", ("Warn residents of inondations",), language="en")
    asked = Profile("q", ("Warn residents of floods",), language="en")
    matcher = Matcher().fit([french, english])

    apart, together = matcher.explain(asked, 0), matcher.explain(asked, 1)

    assert apart.missing[0] == Missing("text", "both")
    assert (apart.coverage, together.coverage) == (0.0, 0.6)
    assert Missing("text", "both") not in together.missing
    assert matcher.score_parts([asked]).coverage.tolist() == [
        [apart.coverage, together.coverage]
    ]
