import numpy as np
import pytest

from matching import PlainMatcher, Profile
from matching.text.reading import Reader, Tokens
from matching.text.retelling import retold

STORY = (
    "The harbour town warns of floods by phone and text message since 2019. Sensors along the"
    " river measure the level each minute, volunteers check the oldest bridges, and the fire"
    " brigade opens shelters in three schools before the water rises above the lower quay."
)
OTHER = (
    "Budgets are drawn up together with residents: every district holds an assembly, elects"
    " delegates, and votes on proposals for parks, libraries, playgrounds and bus lines; a"
    " public register shows what became of each idea, who paid for it, and when it was built."
)


def tokens(*passages: str) -> Tokens:
    return Reader().read([Profile("p", passages, language="en")])


def changed(text: str, share: float, seed: int) -> str:
    """Put another word in a share of the places of a text."""
    rng = np.random.default_rng(seed)
    words = text.split()
    other = OTHER.split()
    return " ".join(str(rng.choice(other)) if rng.random() < share else word for word in words)


def test_what_is_told_once_is_never_told_again() -> None:
    again = retold(tokens(STORY, OTHER, ""))

    assert not again.within.any()
    assert not again.across.any()


def test_a_later_passage_that_repeats_an_earlier_one_is_found_as_a_whole() -> None:
    told = tokens(STORY, OTHER, changed(STORY, 0.2, seed=1))

    again = retold(told)

    third = np.arange(told.ids.size) >= told.ends[2]
    assert again.across.tolist() == third.tolist()
    assert not again.within.any()


def test_a_sentence_that_two_passages_share_is_found_in_the_later_one_alone() -> None:
    sentence = STORY.split(". ")[1]
    told = tokens(STORY, f"{OTHER} {sentence}")

    again = retold(told)

    first, second = again.across[: told.ends[1]], again.across[told.ends[1] :]
    assert not first.any()
    assert 0 < second.sum() < second.size / 2 + 5


def test_a_name_that_comes_back_is_no_repetition() -> None:
    name = "The Centre for Innovation in the Public Sector"

    again = retold(tokens(f"{name} {STORY} {name} {OTHER}"))

    assert not again.within.any()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3])
def test_a_text_five_times_in_a_passage_scores_hardly_more_than_once(share: float) -> None:
    five = " ".join([STORY, *(changed(STORY, share, seed) for seed in range(4))])
    query = Profile("q", ("Flood warnings by phone, with sensors along a river",))
    pool = [Profile("once", (STORY,)), Profile("five", (five,)), Profile("other", (OTHER,))]

    scores = PlainMatcher().fit(pool, background=[query]).score_pairs([query])[0]

    assert scores[1] == pytest.approx(scores[0], rel=0.1)


def test_a_copy_of_a_passage_adds_nothing_to_a_profile() -> None:
    query = Profile("q", ("Flood warnings by phone, with sensors along a river",))
    pool = [
        Profile("once", (STORY, OTHER)),
        Profile("twice", (STORY, OTHER, changed(STORY, 0.1, seed=2))),
    ]

    scores = PlainMatcher().fit(pool, background=[query]).score_pairs([query])[0]

    assert scores[1] == pytest.approx(scores[0], rel=1e-12)


def test_a_text_whose_other_words_nobody_knows_keeps_its_length() -> None:
    """The words around a repetition that are left are unknown to a frozen vocabulary."""
    matcher = PlainMatcher(min_df=1).fit([Profile("a", (OTHER,)), Profile("b", ("River.",))])
    nonsense = " ".join(f"xy{i}z" for i in range(12))

    matcher.extend([Profile("c", (f"{nonsense} {nonsense}",))])

    assert np.isfinite(matcher.score_pairs([Profile("q", ("River budgets",))])).all()


def test_words_left_out_leave_the_others_where_they_were() -> None:
    told = tokens("open data", "public services")
    some = np.array([True, False, False, True])

    left = told.without(some)

    assert left.ids.tolist() == told.ids[1:3].tolist()
    assert left.ends.tolist() == [0, 1, 2]
    assert told.without(np.zeros(4, dtype=np.bool_)) is told


def test_a_long_story_of_its_own_between_copies_stays() -> None:
    own = " ".join(f"Place{i} has harbour{i} with the pier{i}." for i in range(15))
    told = tokens(" ".join([STORY] * 4 + [own] + [STORY] * 3))

    again = retold(told)

    n_first, n_own = tokens(STORY).ids.size, tokens(own).ids.size
    assert n_first + 0.7 * n_own < (~again.within).sum() < n_first + n_own
