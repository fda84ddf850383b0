import unicodedata
from pathlib import Path

import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from matching import Profile, recognise
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


@pytest.mark.parametrize(
    "text",
    [
        "Die Stadt warnt alle Menschen am Fluss, sobald das Wasser steigt, per Telefon und mit "
        "Sirenen. Zwei Jahre dauerte die Arbeit, und ihre Daten sind offen.",
        "Il comune vuole migliorare la partecipazione dei cittadini alle decisioni sul "
        "bilancio. Oggi pochi partecipano e i documenti sono difficili da capire.",
        "La città vuole i dati aperti dei trasporti della regione per le imprese, e il comune "
        "li condivide con un servizio.",
        "El nostre ajuntament vol obrir les dades del transport amb un servei per a les "
        "empreses i els ciutadans que no en tenen.",
        "De gemeente en de burgers werken samen aan de stad; het water van de rivier is een "
        "zorg voor alle bewoners en wij willen ze op tijd waarschuwen.",
        "Kommunen vil varsle alle som bor ved elven, og dele data med de andre i regionen.",
        "Miasto chce otworzyć dane o transporcie dla firm i mieszkańców, aby nie było kolejek.",
        "Serviciul nostru ajută oamenii în vârstă să folosească serviciile digitale, cu "
        "voluntari care merg acasă la ei și cu un număr de telefon gratuit.",
    ],
)
def test_a_text_in_a_fifth_language_counts_as_english_however_long(text: str) -> None:
    assert [recognise(text), recognise(" ".join([text] * 20))] == ["en", "en"]


@pytest.mark.parametrize(("language", "text"), LONG.items())
def test_a_long_text_is_recognised_like_a_short_one(language: str, text: str) -> None:
    assert recognise(" ".join([text] * 20)) == language


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
        ("en", "The services of a city, in service", ("citi", "servic", "servic")),
        ("fr", "Les services de l'État", ("servic", "état")),
        ("es", "Los servicios y el trabajo", ("servici", "trabaj")),
        ("pt", "Os serviços do povo", ("pov", "servic")),
        ("de", "Die Dienste der Stadt", ("der", "die", "dienste", "stadt")),
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
