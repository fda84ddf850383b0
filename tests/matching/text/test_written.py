"""Words as they were written are those that are counted, wherever they stand."""

import itertools
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import matching.text.written
from matching import Profile
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


@promise
@given(st.lists(profiles, max_size=5), st.data())
def test_cut_together_they_are_those_of_each_profile_alone(
    many: list[Profile], data: st.DataObject
) -> None:
    some = data.draw(st.lists(st.sampled_from(range(len(many))) if many else st.nothing()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching.text.written, "_AT_ONCE", 2)
        forms = Forms({})
        whole = Written.in_parts(many, forms)

    found = whole.only(np.array(some, dtype=np.intp))

    alone = Written.of([many[i] for i in some], forms)
    for field in fields(Written):
        assert np.array_equal(getattr(found, field.name), getattr(alone, field.name))
