from dataclasses import replace
from pathlib import Path

import pytest

from matching import PlainMatcher, Profile, Reader, screened
from tests.matching.text.test_retelling import OTHER, STORY

ASKED = Profile(
    "q",
    (
        "A title",
        "We look for a way to warn people in remote valleys of landslides after heavy rain,"
        " with sensors that run for years on small batteries, and messages in five languages.",
    ),
    frozenset({"practice:early-warning", "sdg:11"}),
    language="en",
)
LIST = (
    "sensors, landslides, valleys, rain, batteries, messages, languages, remote, heavy, warn,"
)
EMPTY = "We have experience with this."


def provider(*texts: str, themes: frozenset[str] = frozenset()) -> Profile:
    return Profile("p", texts, themes, language="en")


def test_what_stands_in_a_challenge_is_found_at_both_places_and_does_not_count() -> None:
    own = "Our team has done much before. "
    told = provider(STORY, own + ASKED.texts[1])

    found = screened([ASKED], [told])

    (copy,) = found.copies
    assert copy.place[:3] == ("candidate", 0, 1)
    assert copy.source[:3] == ("query", 0, 1)
    taken = told.texts[1][copy.place.start : copy.place.stop]
    assert taken.startswith("look for a way to warn")
    assert taken.endswith("five languages")
    assert ASKED.texts[1][copy.source.start : copy.source.stop] == taken
    (profile,) = found.pool
    assert profile.texts == told.texts
    assert taken not in profile.counted[1]
    assert profile.counted[1].startswith(own)
    assert len(profile.counted[1]) == len(told.texts[1])


def test_words_that_do_not_count_are_neither_scored_nor_marked() -> None:
    found = screened([ASKED], [provider(STORY, ASKED.texts[1]), provider(OTHER)])

    matcher = PlainMatcher().fit(found.pool, background=[ASKED])
    explanation = matcher.explain(ASKED, 0)

    honest = PlainMatcher().fit([provider(STORY), provider(OTHER)], background=[ASKED])
    assert explanation.score == pytest.approx(honest.explain(ASKED, 0).score, rel=1e-12)
    assert explanation.passages.candidate is not None
    assert explanation.passages.candidate.index == 0


def test_a_copy_in_which_some_words_were_changed_is_one_copy() -> None:
    text = f"{ASKED.texts[1]} {STORY}"
    words = text.split()
    words[len(words) // 2] = "Earthquakes"

    (copy,) = screened([replace(ASKED, texts=(text,))], [provider(" ".join(words))]).copies

    assert copy.place.stop - copy.place.start > 0.9 * len(text)


def test_what_two_of_a_pool_have_in_common_is_shown_and_counts() -> None:
    found = screened([ASKED], [provider(STORY), provider(OTHER), provider(STORY)])

    (copy,) = found.copies
    assert (copy.place.profile, copy.source[:2]) == (2, ("candidate", 0))
    assert found.pool[2].omitted == ()


@pytest.mark.parametrize(
    "text", ["", "Landslides.", " ".join(ASKED.texts[1].split()[:12]), OTHER]
)
def test_what_is_short_or_of_ones_own_is_no_copy(text: str) -> None:
    assert screened([ASKED], [provider(text)]).copies == ()


@pytest.mark.parametrize(
    ("texts", "listed"),
    [
        ((LIST * 2,), [0]),
        ((LIST.replace(",", "") * 2,), [0]),
        ((LIST.replace(",", ""), LIST.replace(",", "")), [0, 1]),
        ((STORY, LIST * 2), [1]),
        ((STORY, "Sensors."), []),
        (("Sensors, valleys, rain.",), []),
        ((STORY,), []),
        (("",), []),
    ],
)
def test_passages_that_are_no_prose_are_lists_of_words(
    texts: tuple[str, ...], listed: list[int]
) -> None:
    found = screened([ASKED], [provider(*texts)])

    assert [spot.passage for spot in found.lists] == listed
    assert all(not found.pool[0].counted[at].strip() for at in listed)


def test_in_a_language_without_small_words_nobody_can_say_what_prose_is() -> None:
    told = Profile("p", (LIST.replace(",", "") * 2,), language="fi")

    assert screened([ASKED], [told]).lists == ()


def test_themes_above_an_empty_sentence_are_claims_and_lower_the_coverage() -> None:
    honest = provider(STORY, themes=ASKED.themes)
    empty = replace(honest, id="e", texts=(EMPTY,))

    found = screened([ASKED], [honest, empty])
    parts = PlainMatcher().fit(found.pool, background=[ASKED]).score_parts([ASKED])

    assert [profile.claimed for profile in found.pool] == [frozenset(), ASKED.themes]
    assert parts.themes[0].tolist() == pytest.approx([0.4, 0.1])
    assert parts.coverage[0].tolist() == pytest.approx([1.0, 0.7])


def test_a_word_of_the_theme_itself_describes_it() -> None:
    told = provider("Early alarms for all of us.", themes=frozenset({"practice:early-warning"}))

    assert screened([ASKED], [told]).pool[0].claimed == frozenset()


def test_in_a_large_pool_a_theme_is_described_by_what_others_tell_of_it() -> None:
    theme = frozenset({"sdg:13"})
    floods = [
        replace(provider(f"{STORY} In place{i}.", themes=theme), id=f"f{i}") for i in range(5)
    ]
    budgets = [replace(provider(f"{OTHER} In place{i}."), id=f"b{i}") for i in range(28)]
    # a pool in which a quarter has a word is none in which everybody has it
    own = "Sensors along the river measure the level, volunteers check bridges, schools open."
    honest, bare = provider(own, themes=theme), provider(OTHER, themes=theme)

    found = screened([], [*floods, *budgets, honest, bare]).pool

    assert [profile.claimed for profile in found[-2:]] == [frozenset(), theme]
    assert all(not profile.claimed for profile in found[:-1])


def test_a_pool_without_themes_claims_none() -> None:
    reader = Reader()

    assert screened([ASKED], [provider(STORY)], reader).pool == (provider(STORY),)
    assert reader.stems


def test_a_saved_matcher_keeps_what_does_not_count(tmp_path: Path) -> None:
    pool = screened(
        [ASKED], [provider(STORY, ASKED.texts[1]), provider(EMPTY, themes=ASKED.themes)]
    ).pool

    PlainMatcher().fit(pool).save(tmp_path / "model")

    assert tuple(PlainMatcher.load(tmp_path / "model").pool_) == pool


def test_next_to_nothing_in_all_texts_is_no_copy() -> None:
    assert screened([], [provider("Sensors.")]).copies == ()


def test_nine_telling_words_in_a_row_are_no_copy() -> None:
    some = "remote valleys of landslides after heavy rain, with sensors that run for years"

    assert screened([ASKED], [provider(f"{OTHER} {some}.")]).copies == ()
