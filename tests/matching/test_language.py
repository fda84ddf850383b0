import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import Profile, recognise
from matching.language import Bag, Token, bag, language_of, stem, tokens
from tests.matching.strategies import promise

LONG = {
    "en": "Our river floods twice a year. We want to warn the people who live near it, in "
    "time and in their own words, and to learn from those who have done this before.",
    "fr": "Notre fleuve déborde deux fois par an. Nous voulons prévenir les habitants à temps "
    "et avec leurs propres mots, et apprendre de ceux qui l'ont déjà fait.",
    "es": "Nuestro río se desborda dos veces al año. Queremos avisar a tiempo a las personas "
    "que viven cerca, con sus propias palabras, y aprender de quienes ya lo han hecho.",
    "pt": "O nosso rio transborda duas vezes por ano. Queremos avisar a tempo as pessoas que "
    "vivem perto, nas suas palavras, e aprender com quem já o fez na administração.",
}
SHORT = {
    "en": ["Flood warnings", "De novo design", "São Paulo floods", "Use of data", ""],
    "fr": ["Gestion de l'eau", "La participation des citoyens", "Les eaux usées"],
    "es": ["El agua", "Datos para la gestión", "Cuidado de mayores en su casa"],
    "pt": ["Participação cidadã", "Digitalização dos serviços", "Água e não só"],
}
FRENCH = {"river": "la rivière", "decomposed": unicodedata.normalize("NFD", "la rivière")}


@pytest.mark.parametrize(("language", "text"), LONG.items())
def test_a_paragraph_is_recognised(language: str, text: str) -> None:
    assert recognise(text) == language


@pytest.mark.parametrize(("language", "text"), [(k, t) for k, v in SHORT.items() for t in v])
def test_a_title_is_recognised_or_taken_for_english(language: str, text: str) -> None:
    assert recognise(text) == language


@pytest.mark.parametrize("text", ["42", "😀", "Was ist los?", "de la", "مرحبا بالعالم"])
def test_without_evidence_a_text_counts_as_english(text: str) -> None:
    assert recognise(text) == "en"


@pytest.mark.parametrize(("language", "text"), LONG.items())
def test_combining_marks_do_not_hide_a_language(language: str, text: str) -> None:
    assert recognise(unicodedata.normalize("NFD", text)) == language


@pytest.mark.parametrize(
    ("stated", "used"),
    [("fr", "fr"), ("pt-BR", "pt"), ("EN_gb", "en"), ("de", "de"), (None, "es")],
)
def test_a_stated_language_goes_before_the_recognised_one(
    stated: str | None, used: str
) -> None:
    assert language_of(Profile("a", (LONG["es"],), language=stated)) == used


def test_the_language_is_recognised_from_all_passages_together() -> None:
    assert language_of(Profile("a", ("Participation", *SHORT["fr"]))) == "fr"


@pytest.mark.parametrize(
    ("language", "text", "stems"),
    [
        ("en", "The services of a city, in service", ("citi", "servic")),
        ("fr", "Les services de l'État", ("servic", "état")),
        ("es", "Los servicios y el trabajo", ("servici", "trabaj")),
        ("pt", "Os serviços do povo", ("pov", "servic")),
        ("de", "Die Dienste der Stadt", ("der", "die", "dienste", "stadt")),
    ],
)
def test_each_language_has_its_stop_words_and_stemmer_or_neither(
    language: str, text: str, stems: tuple[str, ...]
) -> None:
    assert bag(text, language).stems == tuple(sorted(stems))


def test_equal_words_give_equal_bags_whatever_stands_between_them() -> None:
    assert bag("Open data; open services!", "en") == bag("OPEN the\ndata - open service", "en")


def test_neighbours_are_counted_across_stop_words_and_numbers() -> None:
    assert bag("Quality of life in 2024 and life", "en") == Bag(
        ("life", "qualiti"), (2, 1), ("life life", "qualiti life"), (1, 1)
    )


def test_the_two_spellings_of_an_accent_are_one_word() -> None:
    assert bag(FRENCH["river"], "fr") == bag(FRENCH["decomposed"], "fr")


@pytest.mark.parametrize("text", ["la rivière monte", FRENCH["decomposed"] + " monte"])
def test_a_token_points_at_the_word_as_it_was_written(text: str) -> None:
    found = list(tokens(text, "fr"))

    assert [text[t.start : t.end] for t in found] == [text.split()[1], "monte"]
    assert [t.stem for t in found] == [stem("rivière", "fr"), stem("monte", "fr")]


def test_a_hangul_word_in_single_letters_is_found_whole() -> None:
    text = unicodedata.normalize("NFD", "한국 정부")

    assert list(tokens(text, "ko")) == [Token(0, 6, "한국"), Token(7, 12, "정부")]


@promise
@given(
    st.text(
        st.one_of(
            st.sampled_from("aeo\u0301\u0327\u0323 \u1100\u1161\u11a8\u09c7\u09be\u0130ß😀ש"),
            st.characters(),
        )
    ),
    st.sampled_from(["en", "fr", "de"]),
)
def test_marks_and_counts_see_the_same_words(text: str, language: str) -> None:
    found = list(tokens(text, language))

    counted = bag(text, language)
    assert sorted(t.stem for t in found) == sorted(
        s for s, n in zip(counted.stems, counted.counts, strict=True) for _ in range(n)
    )
    assert all(
        t.stem in {stem(w, language) for w in _words(text[t.start : t.end])} for t in found
    )


def _words(text: str) -> list[str]:
    composed = unicodedata.normalize("NFC", text)
    return [composed[t.start : t.end] for t in tokens(composed, "none")]
