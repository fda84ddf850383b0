import unicodedata
from pathlib import Path

import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from matching import Profile
from matching.text.language import Token, language_of, stem, tokens
from matching.text.languages import english

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
FRENCH = {"river": "la rivière", "decomposed": unicodedata.normalize("NFD", "la rivière")}


@pytest.mark.parametrize(
    ("stated", "used"),
    [("fr", "fr"), ("pt-BR", "pt"), ("EN_gb", "en"), ("nb", "no"), ("is", "is"), (None, "es")],
)
def test_a_stated_language_goes_before_the_recognised_one(
    stated: str | None, used: str
) -> None:
    assert language_of(Profile("a", (LONG["es"],), language=stated)) == used


def test_the_language_is_recognised_from_all_passages_together() -> None:
    assert language_of(Profile("a", ("Participation", LONG["fr"]))) == "fr"


@pytest.mark.parametrize(
    ("language", "text", "stems"),
    [
        ("en", "The services of a city, in service", ("citi", "servic", "servic")),
        ("fr", "Les services de l'État", ("etat", "servic")),
        ("es", "Los servicios y el trabajo", ("servici", "trabaj")),
        ("pt", "Os serviços do povo", ("pov", "servic")),
        ("de", "Die Dienste der Stadt", ("dien", "stadt")),
        ("el", "Οι υπηρεσίες της πόλης", ("πολ", "υπηρεσι")),
        ("tr", "Şehrin hizmetleri ve ışık", ("hizmet", "şehr", "ışık")),
        ("hu", "A város előtt és a szolgáltatások", ("város", "szolgáltatás")),
        ("is", "Þjónusta borgarinnar og", ("borgarinnar", "og", "þjónusta")),
        ("unknown", "The services", ("servic",)),
    ],
)
def test_each_language_has_its_stop_words_and_stemmer_or_neither(
    language: str, text: str, stems: tuple[str, ...]
) -> None:
    assert sorted(token.stem for token in tokens(text, language)) == sorted(stems)


@pytest.mark.parametrize("text", ["la rivière monte", FRENCH["decomposed"] + " monte"])
def test_a_token_points_at_the_word_as_it_was_written(text: str) -> None:
    found = list(tokens(text, "fr"))

    assert [text[t.start : t.end] for t in found] == [text.split()[1], "monte"]
    assert [t.stem for t in found] == [stem("rivière", "fr"), stem("monte", "fr")]


def test_a_hangul_word_in_single_letters_is_found_whole() -> None:
    text = unicodedata.normalize("NFD", "한국 정부")

    assert list(tokens(text, "ko")) == [Token(0, 6, "한국"), Token(7, 12, "정부")]


def test_the_english_stop_list_is_that_of_scikit_learn(tmp_path: Path) -> None:
    assert english() == english(str(tmp_path)) == ENGLISH_STOP_WORDS
