"""Words as they were written are those that are counted, wherever they stand."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import Profile
from matching.text import written
from matching.text.language import language_of, tokens
from matching.text.written import UNKNOWN, Forms, Written
from tests.matching.strategies import profiles, promise


@promise
@given(st.lists(profiles, max_size=5))
def test_they_are_the_counted_words_of_each_text(many: list[Profile]) -> None:
    forms = Forms({})

    found = Written.of(many, forms)

    expected = [
        [(start, end, text[start:end]) for start, end, _ in tokens(text, language_of(profile))]
        for profile in many
        for text in profile.texts
    ]
    words = zip(
        found.starts.tolist(),
        found.stops.tolist(),
        [forms.names[number] for number in found.forms.tolist()],
        strict=True,
    )
    flat = list(words)
    cuts = found.ends.tolist()
    assert [flat[a:b] for a, b in itertools.pairwise(cuts)] == expected
    assert (found.columns == UNKNOWN).all()


def test_a_form_has_one_number_in_texts_of_any_script_and_the_column_of_its_stem() -> None:
    texts = ("Floods flood", "Floods in the caf\u00e9", "Floods cafe\u0301 cafe\u0301")
    forms = Forms({"flood": 7})

    found = Written.of([Profile("p", texts, language="en")], forms)

    written = [forms.names[number] for number in found.forms.tolist()]
    assert written == ["Floods", "flood", "Floods", "caf\u00e9", "Floods", *["cafe\u0301"] * 2]
    assert (
        len({n for n, w in zip(found.forms.tolist(), written, strict=True) if w == "Floods"})
        == 1
    )
    assert found.columns.tolist() == [7, 7, 7, UNKNOWN, 7, UNKNOWN, UNKNOWN]


def test_a_text_that_comes_again_is_read_once_and_many_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    profiles = [Profile("a", ("Rivers rise.", "Über Flüsse"), language="de")] * 2
    forms = Forms({})
    first = Written.of(profiles, forms)
    monkeypatch.setattr(written, "_words", None)

    again = Written.of(profiles, forms)

    for name in ("texts", "ends", "starts", "stops", "forms", "columns"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    monkeypatch.undo()
    monkeypatch.setattr(written, "_REMEMBERED", 0)
    assert np.array_equal(Written.of(profiles, forms).starts, first.starts)
