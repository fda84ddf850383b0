import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.text.clauses import clauses, sentences
from tests.matching.strategies import promise


def parts(text: str) -> list[str]:
    return [text[start:stop] for start, stop in clauses(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ... ", ["..."]),
        ("One line\nand another", ["One line", "and another"]),
        ("Needed: sensors; schools.", ["Needed", "sensors", "schools."]),
        ("It works! Does it? Yes\u2026 at 2.5 km, e.g. here", None),
        ("- first\n- second\n* third\n\u2022 fourth", ["first", "second", "third", "fourth"]),
        (
            "Floods \u2013 in spring \u2014 and in autumn",
            ["Floods", "in spring", "and in autumn"],
        ),
        ("\u6d2a\u6c34\u3002 \u8b66\u5831", ["\u6d2a\u6c34\u3002", "\u8b66\u5831"]),
        ("well-kept, cheap and small", ["well-kept, cheap and small"]),
    ],
)
def test_a_text_is_cut_at_the_ends_of_sentences_and_points(
    text: str, expected: list[str] | None
) -> None:
    if expected is None:
        expected = ["It works!", "Does it?", "Yes\u2026", "at 2.5 km, e.g.", "here"]

    assert parts(text) == expected


def test_a_long_clause_is_cut_at_commas_where_both_parts_say_something() -> None:
    long = (
        "We want to warn all people in small valleys, above all older ones who live alone, "
        "by short messages, and by the sirens of the fire service"
    )

    assert parts(long) == [
        "We want to warn all people in small valleys",
        "above all older ones who live alone",
        "by short messages, and by the sirens of the fire service",
    ]
    assert sentences(long) == [(0, len(long))]


@promise
@given(st.text(alphabet="ab ,.;:!?-\n\u2022\u2013", max_size=80))
def test_the_parts_hold_every_word_once_and_in_order(text: str) -> None:
    for cut in (clauses, sentences):
        places = cut(text)

        told = [text[start:stop] for start, stop in places]
        assert all(part.strip() for part in told)
        assert [start for start, _ in places] == sorted(start for start, _ in places)
        letters = [c for c in text if c in "ab"]
        assert [c for part in told for c in part if c in "ab"] == letters
