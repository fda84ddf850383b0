"""Text is compared as people read it, and kept in one form."""

import unicodedata
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from app.core.base.text import Line, Text, comparable, in_one_form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("École", "ÉCOLE"),
        ("École", "E\u0301cole"),
        ("Διαδίκτυο", "ΔΙΑΔΊΚΤΥΟ"),
        ("λόγος", "ΛΌΓΟΣ"),
        ("Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("DIYARBAKIR", "d\u0131yarbak\u0131r"),
        ("\uff21\uff22\uff23 \uff11", "abc 1"),
        ("ﬁre", "FIRE"),
        ("Ministère de l\u2019Eau", "ministère  de l'eau"),
        ("l\u02bcEau", "l\u00b4Eau"),
        ("Île\u2011de\u2013France", "île-de-france"),
        ("a\u00a0b\tc", " A B C "),
        ("co\u00adoperate", "cooperate"),
        ("a\u200bb\ufeff", "ab"),
        ("a\u3164b\u2800\uffa0", "ab"),
        ("a\ufe0f\u034f", "a"),
        ("\u1e9e", "ss"),
        ("\u2126", "ω"),
    ],
)
def test_what_reads_the_same_is_the_same(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("one", "other"), [("été", "ete"), ("Oslo", "Ошло"), ("ab", "a b"), ("l'eau", "leau")]
)
def test_what_reads_differently_is_not_the_same(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)


@given(st.text())
def test_comparing_makes_no_difference_between_forms_of_a_text(text: str) -> None:
    once = comparable(text)

    assert comparable(once) == once
    assert comparable(unicodedata.normalize("NFD", text)) == once
    assert comparable(in_one_form(text)) == once


@given(st.text(st.characters(codec="ascii")))
def test_what_is_in_ascii_is_compared_as_it_is_among_other_letters(text: str) -> None:
    among = comparable(f"é{text}é")

    assert comparable(f"e{text}e") == f"e{among[1:-1]}e"


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_a_line_end_of_another_program_is_one(mark: str) -> None:
    assert TypeAdapter(Text).validate_python(f"a{mark}b{mark}") == "a\nb"
    with pytest.raises(ValidationError, match="write it on one line"):
        TypeAdapter(Line).validate_python(f"a{mark}b")


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1f", "\x7f", "\uffff"])
def test_a_character_that_cannot_be_kept_is_named_with_its_place(sign: str) -> None:
    with pytest.raises(ValidationError, match=rf"first is U\+{ord(sign):04X}, character 3\)"):
        TypeAdapter(Text).validate_python(f"ab{sign}c")


@pytest.mark.parametrize(
    "text",
    [
        "\u200b\u200b",
        "\u3164 \u3164",
        "\u00ad",
        "\u2800",
        "\u115f\u1160",
        "\u180b\U000e0100",
        " \ufeff\u2060 ",
    ],
)
def test_a_text_of_which_nothing_can_be_seen_is_no_text(text: str) -> None:
    required = TypeAdapter(Annotated[Line, Field(min_length=1)])

    assert TypeAdapter(Text).validate_python(text) == ""
    with pytest.raises(ValidationError, match="at least 1"):
        required.validate_python(text)


def test_unseen_characters_among_others_stay() -> None:
    family = "\U0001f469\u200d\U0001f467"

    assert TypeAdapter(Line).validate_python(family) == family


def test_text_is_kept_composed() -> None:
    assert TypeAdapter(Text).validate_python("e\u0301") == "\u00e9"
