import pytest

from matching.text.languages import STEMMED, small_words
from matching.text.little_words import little_words, says_little


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "million Millions nearly percent close single multiple currently March weeks"),
        ("fr", "millions presque janvier supplémentaires"),
        ("es", "millones decenas enero mayoría"),
        ("pt", "milhões quase várias aproximadamente janeiro anos"),
        ("de", "Millionen nahezu mehrere insbesondere Prozent Januar"),
        ("fi", "miljoonaa tammikuuta"),
        ("hu", "millió január"),
    ],
)
def test_words_of_number_degree_and_time_say_little(language: str, words: str) -> None:
    assert [word for word in words.split() if not says_little(word, language)] == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "AI computer research young sensors participation budget system"),
        ("fr", "données personnes état capteurs participation"),
        ("es", "empleo datos participación"),
        ("pt", "pessoas sistema estado dados"),
        ("de", "Menschen Recht Daten"),
    ],
)
def test_what_a_service_is_about_says_something(language: str, words: str) -> None:
    assert [word for word in words.split() if says_little(word, language)] == []


@pytest.mark.parametrize("language", STEMMED)
def test_every_language_that_is_read_has_words_that_say_little(language: str) -> None:
    found = little_words(language)

    assert len(found) > 20
    assert not found & small_words(language)
    assert not any(word.isdigit() for word in found)


def test_another_language_has_none_and_an_unknown_one_those_of_english() -> None:
    assert little_words("is") == frozenset()
    assert not says_little("million", "is")
    assert says_little("million", "unknown")
