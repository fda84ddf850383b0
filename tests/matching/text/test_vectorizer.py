import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import matching.text.encoded
import matching.text.vectorizer
import matching.text.vocabulary
from matching import Matcher, Profile, ProfileVectorizer
from matching.text.encoded import EncodedPool, Floats
from tests.matching.strategies import pools, promise


def a_profile(
    *texts: str, themes: frozenset[str] = frozenset(), language: str = "xx"
) -> Profile:
    """No language of ours has this tag, so the words of a test stay as they are."""
    return Profile("p", texts, themes, language=language)


def wholes(pool: EncodedPool) -> Floats:
    """Add the passages of each profile up, each with its share."""
    shared = pool.passages.toarray() * pool.shares[:, None]
    return np.add.reduceat(shared, pool.starts[:-1])


def test_a_word_weighs_by_its_count_and_by_how_few_profiles_know_it() -> None:
    pool = [a_profile("fluss fluss damm", "damm"), a_profile("damm")]

    fitted = ProfileVectorizer(slope=1, saturation=1, pair_weight=0).fit(pool)

    assert fitted.vocabulary_.stems == {"damm": 0, "fluss": 1}
    assert fitted.vocabulary_.idf == pytest.approx([1 + math.log(3 / 3), 1 + math.log(3 / 2)])
    weights = np.array([1.0, (1 + math.log(2)) * (1 + math.log(1.5))])
    row = fitted.encode_queries([a_profile("fluss fluss damm")]).text.toarray()[0]
    assert row == pytest.approx(weights / np.linalg.norm(weights))


def test_two_neighbours_are_a_term_of_their_own_that_weighs_less() -> None:
    pool = [a_profile("fluss damm"), a_profile("damm fluss tal", "tal")]

    fitted = ProfileVectorizer(pair_weight=0.4).fit(pool)

    terms = ["damm", "fluss", "tal", "damm fluss", "fluss damm", "fluss tal"]
    assert fitted.vocabulary_.names() == terms
    once, twice = 1 + math.log(3 / 2), 1.0
    assert fitted.vocabulary_.idf == pytest.approx(
        [twice, twice, once, 0.4 * once, 0.4 * once, 0.4 * once]
    )


def test_a_power_of_nothing_weighs_the_words_of_a_query_alike() -> None:
    fitted = ProfileVectorizer(query_power=0, pair_weight=0).fit(
        [a_profile("fluss damm"), a_profile("fluss")]
    )

    row = fitted.encode_queries([a_profile("fluss damm")]).text.toarray()[0]

    assert row == pytest.approx([math.sqrt(0.5)] * 2)


def test_a_query_is_one_text_and_a_candidate_several() -> None:
    fitted = ProfileVectorizer().fit([a_profile("fluss damm"), a_profile("tal")])
    profile = a_profile("fluss", "damm", "", "Damm!")

    asked, offered = fitted.encode_queries([profile]), fitted.encode_pool([profile])

    assert asked.text.toarray()[0, fitted.vocabulary_.stems["damm"]] > 0.7
    assert (offered.positions.tolist(), offered.starts.tolist()) == ([0, 1], [0, 2])


def test_a_long_passage_pays_for_its_length_by_the_slope() -> None:
    pool = [a_profile("fluss"), a_profile("fluss damm tal berg")]

    fitted = ProfileVectorizer(slope=0.7, pair_weight=0).fit(pool)

    lengths = [
        fitted.vocabulary_.idf[fitted.vocabulary_.stems["fluss"]],
        np.linalg.norm(fitted.vocabulary_.idf),
    ]
    pivot = 0.3 * np.mean(lengths)
    rows = fitted.encode_pool(pool).passages.toarray()
    assert np.linalg.norm(rows, axis=1) == pytest.approx(
        [length / (pivot + 0.7 * length) for length in lengths]
    )


def test_telling_more_helps_the_whole_up_to_a_ceiling() -> None:
    once, twice = a_profile("fluss damm"), a_profile("fluss damm", "damm tal see")
    fitted = ProfileVectorizer().fit([once, twice, a_profile("berg")])

    whole = np.linalg.norm(wholes(fitted.encode_pool([once, twice])), axis=1)

    assert whole[0] < whole[1] < 1 / 0.5


def test_pasting_the_same_story_again_changes_nothing() -> None:
    fitted = ProfileVectorizer().fit([a_profile("fluss damm"), a_profile("tal")])
    pasted = a_profile("fluss damm", "Fluss, Damm!", "fluss  damm", language="xx")

    once, again = fitted.encode_pool([a_profile("fluss damm")]), fitted.encode_pool([pasted])

    assert (wholes(once) == wholes(again)).all()
    assert (once.passages.toarray() == again.passages.toarray()).all()


def test_the_same_story_in_other_words_gives_no_louder_voice() -> None:
    story = "fluss damm tal berg see ufer"
    once, twice = a_profile(story), a_profile(story, "fluss damm tal berg see strand")
    more = a_profile(story, "haus dach wand fenster boden garten")
    fitted = ProfileVectorizer().fit([once, twice, more])

    whole = wholes(fitted.encode_pool([once, twice, more]))

    lengths = np.linalg.norm(whole, axis=1)
    assert lengths[1] <= lengths[0] < lengths[2]


def test_telling_a_thing_twice_makes_it_no_more_frequent() -> None:
    plain = ProfileVectorizer().fit([a_profile("fluss damm"), a_profile("fluss")])
    often = ProfileVectorizer().fit([a_profile("fluss damm", "damm"), a_profile("fluss")])

    assert (plain.vocabulary_.idf == often.vocabulary_.idf).all()


def test_repeated_and_blank_texts_do_not_count_for_the_idf() -> None:
    plain = ProfileVectorizer().fit([a_profile("fluss damm"), a_profile("fluss")])
    noisy = ProfileVectorizer().fit(
        [a_profile("fluss damm", "", "..."), a_profile("fluss", "Fluss")],
        background=[a_profile("Fluss: Damm"), a_profile("")],
    )

    assert (plain.vocabulary_.idf == noisy.vocabulary_.idf).all()
    assert plain.mean_length_ == noisy.mean_length_


def test_the_background_counts_for_the_idf_and_not_for_the_mean_length() -> None:
    fitted = ProfileVectorizer().fit([a_profile("fluss")], background=[a_profile("fluss damm")])

    assert set(fitted.vocabulary_.names()) == {"fluss", "damm", "fluss damm"}
    assert fitted.mean_length_ == pytest.approx(
        fitted.vocabulary_.idf[fitted.vocabulary_.stems["fluss"]]
    )


@pytest.mark.parametrize(("n_texts", "known"), [(29, 30), (30, 1)])
def test_a_word_of_a_single_profile_is_dropped_once_there_are_thirty(
    n_texts: int, known: int
) -> None:
    pool = [a_profile(f"fluss wort{i}") for i in range(n_texts)]

    fitted = ProfileVectorizer(pair_weight=0).fit(pool)

    assert len(fitted.vocabulary_.names()) == known


def test_the_least_number_of_texts_can_be_stated() -> None:
    pool = [a_profile("fluss damm"), a_profile("fluss tal")]

    assert set(ProfileVectorizer(min_df=2).fit(pool).vocabulary_.names()) == {"fluss"}


def test_a_rare_theme_weighs_more_and_an_unknown_one_makes_the_rest_less() -> None:
    pool = [a_profile(themes=frozenset({"a"})), a_profile("x", themes=frozenset({"a", "b"}))]
    fitted = ProfileVectorizer().fit(pool, background=[*pool, Profile("z", ("blank",))])
    asked = [a_profile(themes=frozenset(t)) for t in ("ab", "a", "ac", "")]

    rows = fitted.encode_queries(asked)

    assert fitted.theme_idf_ == pytest.approx([1.0, 1 + math.log(3 / 2)])
    assert fitted.unknown_theme_idf_ == pytest.approx(1 + math.log(3))
    assert rows.themes.toarray()[0, 1] > rows.themes.toarray()[0, 0]
    assert rows.themes.toarray()[1] == pytest.approx([1, 0])
    assert rows.themes.toarray()[2] == pytest.approx([1 / math.hypot(1, 1 + math.log(3)), 0])
    assert rows.has_themes.tolist() == [True, True, True, False]


@pytest.mark.parametrize("texts", [(), ("",), ("the of",), ("...", "😀")])
def test_a_profile_without_words_has_an_empty_row_and_says_so(texts: tuple[str, ...]) -> None:
    blank = Profile("a", texts)
    fitted = ProfileVectorizer().fit([Profile("b", ("Flood warnings",))])

    asked, offered = fitted.encode_queries([blank]), fitted.encode_pool([blank])

    assert (asked.text.nnz, asked.has_text.tolist()) == (0, [False])
    assert (offered.passages.nnz, offered.has_text.tolist()) == (0, [False])
    assert (offered.positions.tolist(), offered.starts.tolist()) == ([-1], [0, 1])


def test_words_that_nobody_knows_are_words_all_the_same() -> None:
    fitted = ProfileVectorizer().fit([Profile("b", ("Flood warnings",))])

    asked = fitted.encode_queries([Profile("a", ("Budgets",))])

    assert (asked.text.nnz, asked.has_text.tolist()) == (0, [True])


@pytest.mark.parametrize(
    ("vectorizer", "refusal"),
    [
        (ProfileVectorizer(min_df=0), "min_df must be at least 1, got 0"),
        (ProfileVectorizer(slope=-0.1), r"slope must lie in \[0, 1\], got -0.1"),
        (ProfileVectorizer(saturation=1.1), r"saturation must lie in \[0, 1\], got 1.1"),
        (ProfileVectorizer(slope=float("nan")), r"slope must lie in \[0, 1\], got nan"),
    ],
)
def test_a_parameter_out_of_its_range_is_refused_when_fitting(
    vectorizer: ProfileVectorizer, refusal: str
) -> None:
    with pytest.raises(ValueError, match=refusal):
        vectorizer.fit([])


def test_nothing_is_encoded_before_fitting() -> None:
    vectorizer = clone(ProfileVectorizer(slope=0.5))

    with pytest.raises(NotFittedError):
        vectorizer.encode_queries([])
    with pytest.raises(NotFittedError):
        vectorizer.encode_pool([])

    assert vectorizer.get_params() == {
        "min_df": None,
        "slope": 0.5,
        "saturation": 0.5,
        "pair_weight": 0.4,
        "query_power": 1.0,
        "reader": None,
    }


@promise
@given(pools, st.sampled_from([0.0, 0.7, 1.0]), st.sampled_from([0.0, 0.5, 1.0]))
def test_lengths_stay_below_what_slope_and_saturation_promise(
    pool: list[Profile], slope: float, saturation: float
) -> None:
    encoded = ProfileVectorizer(slope=slope, saturation=saturation).fit(pool).encode_pool(pool)

    assert np.isfinite(encoded.passages.data).all()
    if slope:
        lengths = np.linalg.norm(encoded.passages.toarray(), axis=1)
        assert (lengths <= 1 / slope + 1e-12).all()
    if saturation:
        lengths = np.linalg.norm(wholes(encoded), axis=1)
        assert (lengths <= 1 / saturation + 1e-12).all()


@promise
@given(pools)
def test_every_passage_belongs_to_its_profile(pool: list[Profile]) -> None:
    encoded = ProfileVectorizer().fit(pool).encode_pool(pool)

    owners = np.repeat(np.arange(len(pool)), np.diff(encoded.starts))
    told = Counter(owners.tolist())
    assert all(1 <= told[i] <= max(1, len(p.texts)) for i, p in enumerate(pool))
    assert all(
        -1 <= at < len(pool[i].texts)
        for i, at in zip(owners.tolist(), encoded.positions.tolist(), strict=True)
    )


@promise
@given(pools)
def test_working_on_a_little_at_a_time_gives_the_same_model(pool: list[Profile]) -> None:
    pool = [*pool, a_profile("fluss damm", "damm tal", "tal"), a_profile("fluss damm", "see")]
    whole = Matcher().fit(pool)
    asked = whole.encode_queries(pool).text

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching.text.vocabulary, "_MOST_WORDS_AT_ONCE", 1)
        patch.setattr(matching.text.vectorizer, "_PAIRS_AT_ONCE", 1)
        patch.setattr(matching.text.vectorizer, "ROWS_AT_ONCE", 1)
        patch.setattr(matching.text.encoded, "ROWS_AT_ONCE", 1)
        by_little = Matcher().fit(pool)
        again = by_little.encode_queries(pool).text

    assert by_little.version_ == whole.version_  # a digest of every number
    assert again.toarray().tolist() == asked.toarray().tolist()
