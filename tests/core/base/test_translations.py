"""Languages: which of them a reader gets, and how each says and writes things."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.base.messages import Joined, Message
from app.core.base.translations import LANGUAGES, Language, language, preferred

TEXTS: dict[tuple[str | None, str], str | tuple[str, ...]] = {
    (None, "There is no run {run}."): "Il n'y a pas de calcul {run}.",
    (None, "It has {n:,} characters."): "Il compte {n:,} caractères.",
    (None, "The user is {state}."): "Cet utilisateur est {state}.",
    (None, "{n} call"): ("{n} appel", "{n} appels"),
    (None, "Shorten it."): "Raccourcissez-le.",
    ("state", "signed up"): "inscrit",
}
FRENCH = Language("fr", TEXTS, lambda n: int(n > 1))


class UserState(StrEnum):
    SIGNED_UP = "signed_up"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "en"),
        ("", "en"),
        ("fr", "fr"),
        ("FR", "fr"),
        ("fr-CA", "fr"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ("en;q=0.5, es", "es"),
        ("en;q=0.5, fr;q=0.5", "en"),
        ("de, fr;q=0.3, en;q=0.2", "fr"),
        ("de", "en"),
        ("*", "en"),
        ("en;q=0, *", "fr"),
        ("fr;q=0, *;q=0.1", "en"),
        ("fr;q=0", "en"),
        ("es ; q = 0.9", "es"),
        ("zh-Hant-TW, es-419;q=0.4", "es"),
    ],
)
def test_the_language_is_the_one_that_the_reader_understands_best(
    header: str | None, expected: str
) -> None:
    assert preferred(header) == expected


@pytest.mark.parametrize(
    "header",
    [
        "fr;q=2, es",
        "fr;q=, es",
        "fr;q=0.1234, es",
        "../../etc/passwd, es",
        "fr_FR, es",
        ",,;;, es",
        "\u00e9\u0000, es",
        "fr;q=0.5;q=0.6, es",
    ],
)
def test_what_is_no_language_is_passed_over(header: str) -> None:
    assert preferred(header) == "es"


def test_of_a_very_long_header_only_the_beginning_is_read() -> None:
    assert preferred("x-y," * 1_000_000 + "fr") == "en"
    assert preferred("fr," + "x-y," * 1_000_000) == "fr"
    assert preferred("fr" * 10_000_000) == "en"


@given(st.text() | st.from_regex(r"([a-z*;q=0-9., -]{0,20},){0,20}"))
def test_whatever_is_sent_the_answer_is_a_language_of_ours(header: str) -> None:
    assert preferred(header) in LANGUAGES


RANGES = st.lists(
    st.tuples(
        st.sampled_from(["en", "fr", "es", "pt", "de", "fr-BE", "pt-BR"]),
        st.integers(min_value=0, max_value=1000),
    ),
    max_size=8,
    unique_by=lambda pair: pair[0],
)


@given(RANGES)
def test_no_other_language_of_ours_is_wanted_more(ranges: list[tuple[str, int]]) -> None:
    chosen = preferred(", ".join(f"{tag};q={q / 1000:.3f}" for tag, q in ranges))

    refused = {tag for tag, q in ranges if q == 0}
    wanted: dict[str, int] = {}
    for tag, q in ranges:
        base = tag.partition("-")[0]
        if q and base in LANGUAGES and base not in refused:
            wanted[base] = max(q, wanted.get(base, 0))
    assert wanted.get(chosen, 0) == max(wanted.values(), default=0)
    assert wanted or chosen == "en"


def test_a_message_is_said_with_its_values_as_the_language_writes_them() -> None:
    assert FRENCH.say(Message("There is no run {run}.", run="R-1")) == (
        "Il n'y a pas de calcul R-1."
    )
    assert FRENCH.say(Message("It has {n:,} characters.", n=12345)) == (
        "Il compte 12\u202f345 caractères."
    )
    assert FRENCH.say(Message("The user is {state}.", state=UserState.SIGNED_UP)) == (
        "Cet utilisateur est inscrit."
    )
    assert FRENCH.say("Shorten it.") == "Raccourcissez-le."


def test_sentences_in_one_are_said_one_by_one() -> None:
    several = Joined("; ", ["Shorten it.", Message("There is no run {run}.", run="R-1")])

    assert several == "Shorten it.; There is no run R-1."
    assert FRENCH.say(several) == "Raccourcissez-le.; Il n'y a pas de calcul R-1."


def test_english_is_what_stands_in_the_sources() -> None:
    english = language("en")

    assert english.say(Message("The user is {state}.", state=UserState.SIGNED_UP)) == (
        "The user is signed_up."
    )
    assert english.say("A text with {braces}.") == "A text with {braces}."
    assert (english.ngettext("a call", "calls", 1), english.ngettext("a call", "calls", 0)) == (
        "a call",
        "calls",
    )


def test_what_nobody_has_translated_stays_english() -> None:
    assert FRENCH.say("There is no such text.") == "There is no such text."
    assert FRENCH.ngettext("one", "many", 2) == "many"
    assert FRENCH.word("signed_up", "role") == "signed up"


def test_a_number_has_its_form_of_the_text() -> None:
    assert [FRENCH.ngettext("{n} call", "{n} calls", n) for n in (0, 1, 2)] == [
        "{n} appel",
        "{n} appel",
        "{n} appels",
    ]


AT = datetime(2026, 11, 24, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tag", "country", "name", "number", "share", "day"),
    [
        ("en", "Germany", "Portuguese", "1,234.5", "73%", "24 November 2026"),
        ("fr", "Allemagne", "portugais", "1\u202f234,5", "73\u00a0%", "24 novembre 2026"),
        ("es", "Alemania", "portugués", "1.234,5", "73\u00a0%", "24 de noviembre de 2026"),
        ("pt", "Alemanha", "português", "1\u00a0234,5", "73%", "24 de novembro de 2026"),
    ],
)
def test_names_numbers_and_dates_are_those_of_the_language(
    tag: str, country: str, name: str, number: str, share: str, day: str
) -> None:
    spoken = language(tag)

    assert spoken.country("DE") == country
    assert spoken.language_name("pt") == name
    assert spoken.number(1234.5) == number
    assert spoken.percent(0.73) == share
    assert spoken.day(AT) == day


def test_the_first_of_a_month_is_an_ordinal_number_in_french() -> None:
    first = datetime(2026, 12, 1, 12, tzinfo=UTC)

    assert language("fr").day(first) == "1er d\u00e9cembre 2026"
    assert language("fr").day(first + timedelta(days=10)) == "11 d\u00e9cembre 2026"
    assert language("es").day(first) == "1 de diciembre de 2026"


def test_a_number_has_as_many_decimals_as_are_wanted() -> None:
    assert language("en").number(0.7311, 2) == "0.73"
    assert language("fr").number(0.7, 3) == "0,700"


def test_what_no_list_names_stays_a_code() -> None:
    assert language("fr").country("QX") == "QX"
    assert language("fr").language_name("qxx") == "qxx"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", "24 November 2026 at 10:05 (UTC)"),
        ("Europe/Paris", "24 November 2026 at 11:05 (Paris, UTC+1)"),
        ("America/St_Johns", "24 November 2026 at 06:35 (St John\u2019s, UTC\u22123:30)"),
        ("Europe/London", "24 November 2026 at 10:05 (London, UTC)"),
        ("Pacific/Auckland", "24 November 2026 at 23:05 (Auckland, UTC+13)"),
    ],
)
def test_a_moment_is_told_with_its_zone(zone: str, expected: str) -> None:
    assert language("en").moment(AT, zone) == expected
