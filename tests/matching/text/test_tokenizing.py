"""The compiled way to cut texts equals the plain one; run once more without the compiler."""

import itertools
import re
import unicodedata

import pytest
import Stemmer
from hypothesis import given
from hypothesis import strategies as st
from snowballstemmer.english_stemmer import EnglishStemmer
from snowballstemmer.french_stemmer import FrenchStemmer
from snowballstemmer.portuguese_stemmer import PortugueseStemmer
from snowballstemmer.spanish_stemmer import SpanishStemmer

from matching import Profile
from matching.text.reading import Reader
from tests.matching.strategies import pools, promise
from tests.matching.uncompiled import again
from tests.processes import ROOT

STEMMERS = {
    "english": EnglishStemmer,
    "french": FrenchStemmer,
    "spanish": SpanishStemmer,
    "portuguese": PortugueseStemmer,
}


def read(profiles: list[Profile], reader: Reader) -> list[list[str]]:
    found = reader.read(profiles)
    return [
        [reader.stems[i] for i in found.ids[a:b].tolist()]
        for a, b in itertools.pairwise(found.ends.tolist())
    ]


@promise
@given(pools)
def test_both_ways_see_the_same_words(pool: list[Profile]) -> None:
    assert read(pool, Reader(compiled=True)) == read(pool, Reader(compiled=False))


@promise
@given(st.lists(st.text(st.characters(max_codepoint=127)), max_size=5))
def test_both_ways_cut_any_ascii_alike(texts: list[str]) -> None:
    profiles = [Profile("p", tuple(texts), language="xx")]

    assert read(profiles, Reader(compiled=True)) == read(profiles, Reader(compiled=False))


def test_more_words_than_there_was_room_for_are_all_kept_apart() -> None:
    several = [
        Profile(str(i), (" ".join(f"w{k}x" for k in range(i * 900, i * 900 + 1000)),))
        for i in range(10)
    ]
    one = [Profile("all", (" ".join(f"v{k}" for k in range(9000)),))]
    reader = Reader(compiled=True)

    found = read([*several, *one, *several], reader)

    assert found == read([*several, *one, *several], Reader(compiled=False))
    assert len(reader.stems) == len(set(reader.stems)) == 10_000 - 900 + 9000


@pytest.mark.parametrize("tail", ["", "sammlungen"])
def test_two_words_of_one_hash_are_two_words(tail: str) -> None:
    """Both begin with what collides in the hash of Fowler, Noll and Vo, so it goes on so."""
    one, other = f"declinate{tail}", f"macallums{tail}"
    profiles = [Profile("p", (f"{one} {other} {one}",), language="xx")]

    found = read(profiles, Reader(compiled=True))

    assert found == [[one, other, one]]


@pytest.mark.parametrize("n_letters", [7, 8, 9, 15, 16, 17, 18, 40])
def test_words_that_differ_in_one_letter_are_kept_apart_at_every_length(n_letters: int) -> None:
    base = "abcdefghij" * 4
    words = [base[:k] + "x" + base[k + 1 : n_letters] for k in range(n_letters)]
    words += [base[: n_letters - 1], base[:n_letters], f"{base[:n_letters]}a"]
    profiles = [Profile("p", (" ".join(words * 2),), language="xx")]

    assert read(profiles, Reader(compiled=True)) == [words * 2]


def test_a_text_is_read_once_and_a_saved_one_not_again() -> None:
    profiles = [Profile("p", ("open data", "open data", "Öffnung"), language="xx")]
    reader = Reader(compiled=True)
    first = read(profiles, reader)

    again = Reader(compiled=True, stems=reader.stems, known=reader.readings())

    assert first == [["open", "data"], ["open", "data"], ["öffnung"]]
    assert read(profiles, again) == read(profiles, reader) == first
    assert again.stems == reader.stems


def test_a_reader_that_reads_on_knows_the_words_that_it_has_read() -> None:
    reader = Reader(compiled=True)
    first, second = (Profile("p", (text,), language="xx") for text in ("ufer eis", "eis see"))

    found = [read([profile], reader) for profile in (first, second)]

    assert found == [[["ufer", "eis"]], [["eis", "see"]]]
    assert reader.stems == ["ufer", "eis", "see"]


def test_little_is_read_without_the_compiler() -> None:
    little = [Profile("p", ("open data",), language="en")]
    much = [Profile("p", ("open data " * 30_000,), language="en")]

    assert read(little, Reader()) == [["open", "data"]]
    assert read(much, Reader()) == [["open", "data"] * 30_000]


@pytest.mark.server
def test_the_words_are_the_same_without_the_compiler() -> None:
    printed = again(__file__, "test_the_words_are_the_same_without_the_compiler")

    assert "1 deselected" in printed


@pytest.mark.parametrize("language", STEMMERS)
def test_the_compiled_stemmer_answers_as_the_plain_one(language: str) -> None:
    told = [path.read_text(encoding="utf-8") for path in (ROOT / "seeds").rglob("*.json*")]
    words = {unicodedata.normalize("NFC", w.lower()) for w in re.findall(r"\w+", "".join(told))}
    compiled, plain = Stemmer.Stemmer(language), STEMMERS[language]()

    assert len(words) > 2000
    assert {w: compiled.stemWord(w) for w in words} == {w: plain.stemWord(w) for w in words}


@promise
@given(st.text(st.characters(categories=["L", "M", "N"]), min_size=2))
@pytest.mark.parametrize("language", STEMMERS)
def test_the_compiled_stemmer_answers_alike_for_any_word(language: str, word: str) -> None:
    composed = unicodedata.normalize("NFC", word.lower())

    plain = STEMMERS[language]().stemWord(composed)

    assert Stemmer.Stemmer(language).stemWord(composed) == plain
