"""Whatever keyboards, word processors and documents make of a text, it is one text."""

import re
import unicodedata
from collections.abc import Callable

import pytest

from matching import Profile
from matching.text.characters import UNSEEN, shaped, shaped_with_places
from matching.text.language import tokens
from matching.text.languages import STEMMED
from matching.text.reading import Reader

# A line in each of some languages that is written with many of its letters.
LINES = {
    "ar": "خدمات المدينة الرقمية للمواطنين",
    "cs": "Příliš žluťoučký kůň v městské službě",
    "de": "Bürgernähe für größere Städte und Flüsse",
    "el": "Καινοτόμες ψηφιακές υπηρεσίες για τους πολίτες",
    "en": "The first official workflow of the team's self-service office",
    "es": "Innovación pública para los niños y las niñas de España",
    "fi": "Kaupunkilaisten sähköinen asiointi ja yhteistyö",
    "fr": "L'État finance un réseau d'accès à l'énergie",
    "hi": "नगर की डिजिटल सेवाएँ और नागरिक",
    "hu": "Árvíztűrő tükörfúrógép és önkormányzati szolgáltatás",
    "it": "L'innovazione dell'amministrazione e la società",
    "lt": "Miesto skaitmeninės paslaugos gyventojams",
    "pl": "Zażółć gęślą jaźń w urzędzie miasta",
    "pt": "A participação dos cidadãos na administração pública",
    "ro": "Participarea cetățenilor și a orașelor în țară",
    "ru": "Цифровые услуги города для жителей",
    "sv": "Medborgarnas digitala ärenden på ett öppet sätt",
    "xx": "Þjónusta ﬁ borgarinnar",
}


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def between_letters(character: str) -> Callable[[str], str]:
    return lambda text: re.sub(r"(?<=\w\w)(?=\w\w)", character, text)


WRITTEN: dict[str, Callable[[str], str]] = {
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "with soft hyphens": between_letters("\xad"),
    "with blanks of no width": between_letters("\u200b"),
    "with marks of direction": between_letters("\u200e"),
    "with joiners": between_letters("\u2060"),
    "in wide letters": wide,
    "with ligatures": lambda text: text.replace("fi", "\ufb01").replace("fl", "\ufb02"),
    "in capitals": lambda text: text.upper(),
    "with curly apostrophes": lambda text: text.replace("'", "\u2019"),
    "with acute accents for apostrophes": lambda text: text.replace("'", "\u00b4"),
    "with grave accents for apostrophes": lambda text: text.replace("'", "`"),
    "with hyphens that hold a line": lambda text: text.replace("-", "\u2011"),
    "with blanks that hold a line": lambda text: text.replace(" ", "\u00a0"),
    "with line ends of a word processor": lambda text: text.replace(" ", "\x0b"),
    "with line ends of Unicode": lambda text: text.replace(" ", "\u2028"),
    "with signs of trade marks": lambda text: text.replace(" ", "\u2122 "),
}


def stems(text: str, language: str) -> list[str]:
    reader = Reader()
    read = reader.read([Profile("p", (text,), language=language)])
    return [reader.stems[i] for i in read.ids.tolist()]


@pytest.mark.parametrize("language", LINES)
@pytest.mark.parametrize("way", WRITTEN)
def test_a_text_is_the_same_in_whatever_way_it_is_written(way: str, language: str) -> None:
    plain = LINES[language]
    written = WRITTEN[way](plain)

    found = list(tokens(written, language))

    assert [token.stem for token in found] == stems(written, language) == stems(plain, language)
    assert all(written[token.start : token.end].strip() for token in found)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("fr", "ETAT ECOLE", "état école"),
        ("es", "ADMINISTRACION", "administración"),
        ("pt", "SERVICO PUBLICO", "serviço público"),
        ("it", "SOCIETA", "società"),
        ("el", "ΚΑΙΝΟΤΟΜΙΑ", "καινοτομία"),
        ("ro", "ŞCOALĂ ŢARĂ", "școală țară"),
        ("ro", "scoala tara", "școală țară"),
        ("de", "STRASSE", "Straße"),
        ("tr", "IŞIK İŞLETME", "ışık işletme"),
        ("tr", "Türkiye'nin AB'ye", "Türkiye AB"),
        ("ar", "مُحَمَّد", "محمد"),
        ("ar", "خـــدمات", "خدمات"),
        ("he", "שָׁלוֹם", "שלום"),
        ("fa", "كتاب", "کتاب"),
        ("ca", "col·laboració", "coŀlaboració"),
        ("fr", "les citoyen·ne·s", "les citoyens"),
        ("it", "quest’anno dell'acqua", "anno acqua"),
        ("fi", "EU:n", "EU"),
        ("en", "infor-\nmation", "information infor mation"),
        ("en", "CO₂", "CO2"),
    ],
)
def test_what_people_write_in_two_ways_is_one(language: str, one: str, other: str) -> None:
    assert stems(one, language) == stems(other, language) != []


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "R&D, R & D and Q&A", ["R&D", "R & D", "Q&A"]),
        ("es", "I+D e I+D+i", ["I+D", "I+D+i"]),
        ("fr", "la R&D", ["R&D"]),
        ("en", "IT helps us and the US, and WHO", ["IT", "helps", "US", "WHO"]),
        ("en", "A fire system, a bill, interest", ["fire", "system", "bill", "interest"]),
        ("es", "niño", ["niño"]),
    ],
)
def test_short_words_of_weight_are_words(language: str, text: str, words: list[str]) -> None:
    found = list(tokens(text, language))

    assert [text[token.start : token.end] for token in found] == words
    assert stems(text, language) == [token.stem for token in found]


def test_a_letter_of_its_own_is_no_letter_with_an_accent() -> None:
    assert stems("año", "es") != stems("ano", "es")
    assert stems("för", "xx") != stems("for", "xx")


def test_marks_belong_to_the_word_that_they_stand_in() -> None:
    marks = (
        c for c in map(chr, range(0x300, 0x10000)) if unicodedata.category(c) in {"Mn", "Mc"}
    )
    cut = [f"U+{ord(c):04X}" for c in marks if not _is_one_word(f"क{c}क")]

    assert cut == []


def _is_one_word(text: str) -> bool:
    shown = UNSEEN.sub("", text)
    return len(list(tokens(text, "xx"))) == 1 or len(shown) < 2


def test_places_are_those_of_the_text_as_it_was_written() -> None:
    text = "e\u0301\ufb01 \u2122x"

    ready, starts, ends = shaped_with_places(text)

    assert ready == shaped(text) == "éfi  x"
    assert list(zip(starts, ends, strict=True)) == [
        (0, 2),
        (2, 3),
        (2, 3),
        (3, 4),
        (4, 5),
        (5, 6),
    ]


def test_a_very_long_text_in_two_forms_is_read_in_a_moment() -> None:
    text = "e\u0301tat \ufb01n\u00e9 " * 2_000

    assert len(stems(text, "fr")) == len(list(tokens(text, "fr"))) == 4_000


def test_every_language_that_is_read_is_known_by_its_tag() -> None:
    assert [tag for tag in STEMMED if len(tag) != 2] == []
