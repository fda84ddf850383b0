"""Two texts are compared word by word, and each of them can be read off what comes out."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.base import differences
from app.core.base.differences import Change, words_changed

WORDS = st.lists(st.sampled_from(["rain", "river", " ", ". ", "\n", "año"])).map("".join)


@pytest.mark.parametrize(
    ("before", "after", "runs"),
    [
        ("", "", []),
        ("Rain.", "Rain.", [("same", "Rain.")]),
        ("", "Rain.", [("added", "Rain.")]),
        ("Rain.", "", [("removed", "Rain.")]),
        (
            "It floods in May.",
            "It floods in June.",
            [("same", "It floods in "), ("removed", "May"), ("added", "June"), ("same", ".")],
        ),
        (
            "one two three",
            "one 2 3",
            [("same", "one "), ("removed", "two three"), ("added", "2 3")],
        ),
        ("Früh", "Frühe", [("removed", "Früh"), ("added", "Frühe")]),
    ],
)
def test_whole_words_are_told_as_removed_and_added(
    before: str, after: str, runs: list[tuple[str, str]]
) -> None:
    assert words_changed(before, after) == runs


@given(WORDS, WORDS)
def test_both_texts_can_be_read_off_the_difference(before: str, after: str) -> None:
    runs = words_changed(before, after)

    kinds = [change for change, _ in runs]
    assert "".join(text for change, text in runs if change is not Change.ADDED) == before
    assert "".join(text for change, text in runs if change is not Change.REMOVED) == after
    assert all(one is not other for one, other in pairwise(kinds))


def test_of_very_long_texts_the_common_words_are_no_landmarks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(differences, "_EXACT", 10)
    before, after = "the river " * 200, "the flood " + "the river " * 199

    runs = words_changed(before, after)

    assert "".join(text for change, text in runs if change is not Change.ADDED) == before
