import pickle
import threading
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import Profile
from matching.text.language import language_of, tokens
from matching.text.reading import Reader
from tests.matching.strategies import pools, promise


def stems(reader: Reader, *profiles: Profile) -> list[str]:
    return [reader.stems[i] for i in reader.read(profiles).ids.tolist()]


def a_profile(*texts: str, language: str | None = "en") -> Profile:
    return Profile("p", texts, language=language)


def test_texts_become_the_stems_of_their_words_in_order() -> None:
    profiles = [
        a_profile("Open data; open services!", "", "In 2024"),
        a_profile(),
        a_profile("A city"),
    ]
    reader = Reader()

    read = reader.read(profiles)

    assert [reader.stems[i] for i in read.ids.tolist()] == [
        "open",
        "data",
        "open",
        "servic",
        "citi",
    ]
    assert read.ends.tolist() == [0, 4, 4, 4, 5]
    assert read.texts.tolist() == [0, 3, 3, 4]


def test_equal_words_are_told_alike_whatever_stands_between_them() -> None:
    texts = ("Open data; open services!", "OPEN the\ndata - open service", "data open", "")

    told = Reader().read([a_profile(*texts)]).told

    assert told[0] == told[1]
    assert told[2] not in {told[0], told[3]}
    assert told[3] == b""


def test_the_two_spellings_of_an_accent_are_one_word() -> None:
    reader = Reader()

    once = stems(reader, a_profile("Rivière", language="fr"))

    assert (
        stems(reader, a_profile(unicodedata.normalize("NFD", "Rivière"), language="fr")) == once
    )


def test_one_word_of_two_languages_has_the_stem_of_each() -> None:
    reader = Reader()

    found = stems(
        reader, a_profile("Dienste services"), a_profile("les services", language="fr")
    )

    assert found == ["dienst", "servic", "servic"]


def test_a_number_means_the_same_stem_as_long_as_the_reader_lives() -> None:
    reader = Reader()
    before = reader.read([a_profile("flood warnings")]).ids.tolist()

    reader.read([a_profile("rivers and warnings")])

    assert reader.read([a_profile("flood warnings")]).ids.tolist() == before


@pytest.mark.parametrize("remembered", [0, 3, 1000])
def test_what_is_forgotten_is_read_again(remembered: int) -> None:
    reader = Reader(remembered)
    profiles = [a_profile(f"flood warning{i}s by phone") for i in range(5)]

    first, second = stems(reader, *profiles), stems(reader, *profiles)

    assert first == second == stems(Reader(), *profiles)


def test_a_text_that_is_remembered_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, profile = Reader(), a_profile("Flood warnings by phone")
    first = stems(reader, profile)

    monkeypatch.setattr(Reader, "_remembered", None)

    assert stems(reader, profile) == first


def test_a_reader_travels_without_what_it_has_read() -> None:
    reader = Reader(77)
    first = reader.read([a_profile("flood warnings by phone")])

    copy = pickle.loads(pickle.dumps(reader))  # noqa: S301 -- our own bytes

    assert (copy.remembered, copy.stems) == (77, reader.stems)
    assert copy.read([a_profile("flood warnings by phone")]).ids.tolist() == first.ids.tolist()


def test_threads_agree_on_the_numbers() -> None:
    reader = Reader()
    profiles = [a_profile(" ".join(f"word{i}x{j}" for j in range(40))) for i in range(50)]
    threads = [threading.Thread(target=reader.read, args=[profiles]) for _ in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(reader.stems) == len(set(reader.stems)) == 50 * 40
    assert stems(reader, *profiles) == stems(Reader(), *profiles)


@promise
@given(
    st.text(
        st.one_of(
            st.sampled_from(
                "aeo_1\u0301\u0327\u0323 \u1100\u1161\u11a8\u09c7\u09be\u0130ß😀ש\x00\x1c"
            ),
            st.characters(),
        )
    ),
    st.sampled_from(["en", "fr", "de", "tr", "fi", "el", "ro", "hi", "xx", "unknown"]),
)
def test_marks_and_counts_see_the_same_words(text: str, language: str) -> None:
    found = list(tokens(text, language))

    assert stems(Reader(), a_profile(text, language=language)) == [t.stem for t in found]
    assert all(
        t.stem in {alone.stem for alone in tokens(text[t.start : t.end], language)}
        for t in found
    )


@promise
@given(st.text(st.characters(max_codepoint=127)))
def test_the_quick_way_for_ascii_sees_the_same_words(text: str) -> None:
    slow = [t.stem for t in tokens(text, "en")]

    assert stems(Reader(), a_profile(text)) == slow


@promise
@given(pools)
def test_every_text_keeps_its_place(pool: list[Profile]) -> None:
    reader = Reader()

    read = reader.read(pool)

    texts = [(t, language_of(p)) for p in pool for t in p.texts]
    expected = [[t.stem for t in tokens(text, language)] for text, language in texts]
    found = [
        [reader.stems[i] for i in read.ids[a:b].tolist()]
        for a, b in zip(read.ends[:-1].tolist(), read.ends[1:].tolist(), strict=True)
    ]
    assert found == expected
