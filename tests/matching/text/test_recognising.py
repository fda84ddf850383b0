"""Which language a text is written in is told by the text, or it is unknown."""

import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from matching import UNKNOWN, Missing, PlainMatcher, Profile, recognise, screened, untold
from matching.text.language import stem
from matching.text.languages import STEMMED, bare, small_words, stemmed
from matching.text.recognising import _model

LONG = {
    "ca": "El nostre ajuntament vol obrir les dades del transport amb un servei per a les "
    "empreses i els ciutadans que no en tenen.",
    "cs": "Město chce včas varovat všechny obyvatele u řeky a sdílet údaje s ostatními obcemi.",
    "da": "Byen advarer alle mennesker, der bor ved åen, så snart vandet stiger, og deler hvad "
    "den ved med andre byer i regionen.",
    "de": "Die Stadt warnt alle Menschen am Fluss, sobald das Wasser steigt, per Telefon und "
    "mit Sirenen. Zwei Jahre dauerte die Arbeit, und ihre Daten sind offen.",
    "el": "Ο δήμος θέλει να προειδοποιεί εγκαίρως όλους τους κατοίκους που μένουν κοντά στο "
    "ποτάμι.",
    "en": "Our river floods twice a year. We want to warn the people who live near it, in "
    "time and in their own words, and to learn from those who have done this before.",
    "es": "Nuestro río se desborda dos veces al año. Queremos avisar a tiempo a las personas "
    "que viven cerca, con sus propias palabras, y aprender de quienes ya lo han hecho.",
    "fi": "Kaupunki haluaa varoittaa ajoissa kaikkia joen lähellä asuvia ja jakaa tietonsa.",
    "fr": "Notre fleuve déborde deux fois par an. Nous voulons prévenir les habitants à temps "
    "et avec leurs propres mots, et apprendre de ceux qui l'ont déjà fait.",
    "hu": "A város időben szeretné figyelmeztetni a folyó mellett élő összes lakost.",
    "it": "La città vuole i dati aperti dei trasporti della regione per le imprese, e il "
    "comune li condivide con un servizio.",
    "nl": "De gemeente en de burgers werken samen aan de stad; het water van de rivier is een "
    "zorg voor alle bewoners en wij willen ze op tijd waarschuwen.",
    "no": "Kommunen ønsker å varsle alle innbyggere som bor ved elva, og dele dataene sine.",
    "pl": "Miasto chce otworzyć dane o transporcie dla firm i mieszkańców, aby nie było "
    "kolejek.",
    "pt": "O nosso rio transborda duas vezes por ano. Queremos avisar a tempo as pessoas que "
    "vivem perto, nas suas palavras, e aprender com quem já o fez na administração.",
    "ro": "Serviciul nostru ajută oamenii în vârstă să folosească serviciile digitale, cu "
    "voluntari care merg acasă la ei și cu un număr de telefon gratuit.",
    "sv": "Kommunen vill varna alla som bor vid ån i god tid och dela sina data med andra.",
    "tr": "Belediye, nehir kenarında yaşayan herkesi zamanında uyarmak ve verilerini paylaşmak "
    "istiyor.",
}
UNREAD = {
    "is": "Borgin vill vara alla íbúa við við ána í tíma og deila gögnum sínum með öðrum.",
    "bg": "Общината иска навреме да предупреждава всички жители край реката.",
    "mt": "Il-belt trid twissi lil dawk kollha li jgħixu ħdejn ix-xmara fil-ħin.",
}


@pytest.mark.parametrize(("language", "text"), LONG.items())
def test_a_sentence_is_recognised_however_often_and_in_whatever_form(
    language: str, text: str
) -> None:
    forms = [text, text.upper(), " ".join([text] * 20), unicodedata.normalize("NFD", text)]

    assert [recognise(form) for form in forms] == [language] * 4


@pytest.mark.parametrize("text", [*UNREAD.values(), "", "42", "😀", "\u200b", "C 3"])
def test_another_language_and_a_text_without_evidence_are_unknown(text: str) -> None:
    assert recognise(text) == UNKNOWN


@pytest.mark.server
def test_english_is_told_without_the_model_and_what_is_not_loads_it() -> None:
    program = (
        "import sys\n"
        "from matching import recognise\n"
        f"print(recognise({LONG['en']!r}), 'py3langid' in sys.modules)\n"
        f"print(recognise({LONG['de']!r}), 'py3langid' in sys.modules)\n"
    )

    said = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert said.stdout.split() == ["en", "False", "de", "True"]


def test_english_full_of_names_and_a_text_that_quotes_english_are_what_they_are() -> None:
    names = "We learn from the Digitaliseringsdirektoratet, the Bundesministerium and São Paulo"
    quotes = f"{LONG['fr']} Le programme se nomme The Future of Work."

    assert (recognise(names), recognise(quotes)) == ("en", "fr")


@pytest.mark.parametrize("text", ["open data", "labour centre", "labor center", "cafe"])
def test_two_words_that_several_languages_have_are_not_taken_for_one_of_them(
    text: str,
) -> None:
    assert recognise(text) in {"en", UNKNOWN}


def test_threads_have_one_answer_and_load_one_model() -> None:
    texts = list(LONG.values()) * 3
    recognise.cache_clear()
    _model.cache_clear()

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(recognise, texts))

    assert found == [*LONG] * 3
    assert _model.cache_info().misses == 1


def test_the_beginning_of_a_long_text_says_what_it_is_written_in() -> None:
    assert recognise(LONG["de"] * 40 + LONG["it"] * 400) == "de"


# --- what is read in each language ---


@pytest.mark.parametrize("language", STEMMED)
def test_each_language_that_is_read_has_a_stemmer_and_small_words(language: str) -> None:
    small = small_words(language)

    assert len(small) >= 30
    assert all(word == bare(word.lower(), language) for word in small)
    assert stemmed("administration", language)


@pytest.mark.parametrize(
    ("language", "small", "meant"),
    [
        ("cs", "který", "článek"),
        ("el", "είναι", "αλήθεια"),
        ("fi", "kuitenkin", "apu"),
        ("hu", "előtt", "cikk"),
        ("it", "della", "lavoro"),
        ("lt", "kažkas", "miestas"),
        ("ro", "și", "țară"),
        ("ru", "который", "время"),
        ("sv", "också", "beslut"),
        ("tr", "altmış", "kaynak"),
    ],
)
def test_lists_are_mended_and_keep_what_a_public_service_means(
    language: str, small: str, meant: str
) -> None:
    assert stem(small, language) is None
    assert stem(meant, language)


# --- what follows from an unknown language ---


def a_profile(text: str, language: str | None = None) -> Profile:
    return Profile("p", (text,), language=language)


def test_an_unknown_language_is_no_language_in_common_not_even_with_itself() -> None:
    query, same = a_profile(UNREAD["is"]), a_profile(UNREAD["is"])
    matcher = PlainMatcher().fit([same, a_profile(LONG["en"])], background=[query])

    parts = matcher.score_parts([query])
    explained = matcher.explain(query, 0)

    assert parts.coverage.tolist() == [[0.0, 0.0]]
    assert np.isnan(matcher.told([query])).all()
    assert Missing("text", "both") in explained.missing
    assert matcher.score_pairs([query])[0, 0] > 0
    assert untold([query], [same]) == [()]


def test_an_unknown_text_is_cut_as_english_and_a_stated_language_of_ours_is_not() -> None:
    assert stem("services", UNKNOWN) == stem("services", "en") == "servic"
    assert stem("services", "is") == "services"


def test_themes_are_claimed_only_beside_texts_in_the_same_language() -> None:
    themes = frozenset({"practice:zz"})
    kinds = [" ".join(f"word{kind}{i}" for i in range(12)) for kind in "abcde"]
    english = [
        Profile(f"e{i}", (f"We tell of {kinds[i % 5]}.",), themes, language="en")
        for i in range(40)
    ]
    german = Profile("g", (LONG["de"],), themes, language="de")
    empty = Profile("x", ("We do good things.",), themes, language="en")

    found = screened([a_profile(LONG["en"])], [*english, german, empty])

    assert [profile.id for profile in found.pool if profile.claimed] == ["x"]
