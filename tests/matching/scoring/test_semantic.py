from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings

from matching import Profile
from matching.scoring.semantic import Remembered, embedded, nearness
from matching.text.encoded import Floats, unit_rows
from tests.matching.strategies import pools, promise, queries


class LetterEncoder:
    """Stands in for a model: how often each of three letters occurs."""

    name = "letters"

    def encode(self, texts: Sequence[str]) -> Floats:
        counts = [[1.0 + text.count(letter) for letter in "aei"] for text in texts]
        return unit_rows(np.array(counts).reshape(-1, 3))


def test_a_profile_is_the_mean_of_what_it_tells_each_passage_once() -> None:
    pool = embedded(
        LetterEncoder(), [Profile("a", ("aaa", "eee", "aaa", " ")), Profile("b", ("iii",))]
    )
    asked = embedded(LetterEncoder(), [Profile("q", ("aaa",))])

    near = nearness(asked, pool)

    apart = 9 / 18  # (4, 1, 1) and (1, 4, 1)
    whole = (4 * 5 + 1 * 5 + 1 * 2) / np.sqrt(18 * (5 * 5 + 5 * 5 + 2 * 2))
    assert near[0] == pytest.approx([whole, apart])


def test_who_tells_nothing_is_near_to_nothing() -> None:
    silent = Profile("s", ("", "  "))
    pool = embedded(LetterEncoder(), [silent, Profile("a", ("aaa",)), Profile("n", ())])
    asked = embedded(LetterEncoder(), [Profile("q", ("aaa",)), silent])

    assert nearness(asked, pool).tolist() == [pytest.approx([0, 1, 0]), [0, 0, 0]]


def test_what_points_away_counts_nothing() -> None:
    vectors = np.array([[1.0, 0.0], [-1.0, 0.0]])

    assert nearness(vectors, vectors).tolist() == [[1, 0], [0, 1]]


def test_an_empty_pool_is_near_to_nobody() -> None:
    assert nearness(np.ones((2, 3)), embedded(LetterEncoder(), [])).shape == (2, 0)


@settings(promise, max_examples=20)
@given(pools, queries)
def test_nearness_lies_in_range_and_depends_on_no_other_profile(
    pool: list[Profile], asked: list[Profile]
) -> None:
    encoder = LetterEncoder()

    near = nearness(embedded(encoder, asked), embedded(encoder, pool))

    assert ((near >= 0) & (near <= 1)).all()
    for i, query in enumerate(asked):
        for j, provider in enumerate(pool):
            alone = nearness(embedded(encoder, [query]), embedded(encoder, [provider]))
            assert alone[0, 0] == near[i, j]


def test_a_remembered_text_is_not_read_twice() -> None:
    read: list[str] = []

    class Watched(LetterEncoder):
        def encode(self, texts: Sequence[str]) -> Floats:
            read.extend(texts)
            return super().encode(texts)

    encoder, plain = Remembered(Watched()), LetterEncoder()

    rows = [encoder.encode(texts) for texts in (["aa", "e", "aa"], [], ["e", "i"])]

    assert read == ["aa", "e", "i"]
    assert encoder.name == "letters"
    assert [r.tolist() for r in rows] == [
        plain.encode(texts).tolist() for texts in (["aa", "e", "aa"], [], ["e", "i"])
    ]
