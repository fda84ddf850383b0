from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings

from matching import Profile
from matching.embedding import (
    Remembered,
    embed_pool,
    embed_queries,
    embedding_part,
    unit_rows,
)
from matching.encoding import EmbeddedPool, Floats
from tests.matching.strategies import pools, promise, queries


class LetterEncoder:
    """Stands in for a model: how often each of three letters occurs."""

    name = "letters"

    def encode(self, texts: Sequence[str]) -> Floats:
        counts = [[1.0 + text.count(letter) for letter in "aei"] for text in texts]
        return unit_rows(np.array(counts).reshape(-1, 3))


def test_the_part_is_the_best_passage_and_the_whole_as_in_the_text_part() -> None:
    pool = embed_pool(
        LetterEncoder(), [Profile("a", ("aaa", "eee", "aaa", " ")), Profile("b", ("iii",))]
    )
    asked = embed_queries(LetterEncoder(), [Profile("q", ("aaa",))])

    part = embedding_part(asked, pool, whole_weight=0.25)

    apart = 9 / 18  # (4, 1, 1) and (1, 4, 1)
    whole = (4 * 5 + 1 * 5 + 1 * 2) / np.sqrt(18 * (5 * 5 + 5 * 5 + 2 * 2))
    assert part[0] == pytest.approx([0.75 * 1 + 0.25 * whole, apart])


def test_who_tells_nothing_is_near_to_nothing() -> None:
    silent = Profile("s", ("", "  "))
    pool = embed_pool(LetterEncoder(), [silent, Profile("a", ("aaa",)), Profile("n", ())])
    asked = embed_queries(LetterEncoder(), [Profile("q", ("aaa",)), silent])

    part = embedding_part(asked, pool, whole_weight=0.5)

    assert part.tolist() == [pytest.approx([0, 1, 0]), [0, 0, 0]]


def test_what_points_away_counts_nothing() -> None:
    vectors = np.array([[1.0, 0.0], [-1.0, 0.0]])
    pool = EmbeddedPool(vectors, np.array([0, 1, 2]), vectors)

    assert embedding_part(vectors, pool, whole_weight=0.5).tolist() == [[1, 0], [0, 1]]


def test_an_empty_pool_has_no_parts() -> None:
    pool = embed_pool(LetterEncoder(), [])

    assert embedding_part(np.ones((2, 3)), pool, whole_weight=0.5).shape == (2, 0)


def test_a_weight_out_of_its_range_is_refused() -> None:
    pool = embed_pool(LetterEncoder(), [Profile("a", ("aaa",))])

    with pytest.raises(ValueError, match=r"whole_weight must lie in \[0, 1\], got 2"):
        embedding_part(pool.whole, pool, whole_weight=2)


@settings(promise, max_examples=20)
@given(pools, queries)
def test_a_part_lies_in_range_and_depends_on_no_other_profile(
    pool: list[Profile], asked: list[Profile]
) -> None:
    encoder = LetterEncoder()

    part = embedding_part(embed_queries(encoder, asked), embed_pool(encoder, pool), 0.5)

    assert ((part >= 0) & (part <= 1)).all()
    for i, query in enumerate(asked):
        for j, provider in enumerate(pool):
            alone = embedding_part(
                embed_queries(encoder, [query]), embed_pool(encoder, [provider]), 0.5
            )
            assert alone[0, 0] == part[i, j]


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
