"""What is done to a passage before it is cut into words."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Matcher, Profile
from matching.text.characters import UNSEEN
from matching.text.language import tokens
from matching.text.preparing import prepared
from matching.text.spelling import _RULES, one_spelling


def words_of(text: str, language: str = "en") -> list[tuple[str, str]]:
    """Each counted word as it stands in the text, with its stem."""
    return [(text[start:end], name) for start, end, name in tokens(text, language)]


def score_of(query: str, candidate: str, language: str | None = "en") -> float:
    left = Profile("q", (query,), language=language)
    matcher = Matcher().fit([Profile("p", (candidate,), language=language)], background=[left])
    return float(matcher.score_pairs([left])[0, 0])


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("inno\u00advation", "en", [("inno\u00advation", "innov")]),
        ("\ufeffre\u200bgis\u200dtry", "en", [("re\u200bgis\u200dtry", "registri")]),
        ("We've seen; they don't, won't.", "en", [("seen", "seen")]),
        ("won", "en", [("won", "won")]),
        ("jusqu\u2019au fleuve, aujourd'hui", "fr", [("fleuve", "fleuv")]),
        (
            "cross-border",
            "en",
            [("cross-border", "crossbord"), ("cross", "cross"), ("border", "border")],
        ),
        ("2019-2020", "en", []),
        ("IT for it", "en", [("IT", "it_")]),
        ("WHAT IT DOES", "en", [("DOES", "doe")]),
        ("IT", "fr", [("IT", "it")]),
    ],
)
def test_words_are_what_people_mean_by_them(
    text: str, language: str, words: list[tuple[str, str]]
) -> None:
    assert words_of(text, language) == words


def test_where_there_is_nothing_to_do_the_text_is_handed_back() -> None:
    text = "Our river floods the café."

    assert prepared(text, "en") is text


def test_every_character_of_the_kind_that_nobody_sees_is_known() -> None:
    # These signs stand before numbers and are seen.
    seen = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u0890\u0891\u08e2\U000110bd\U000110cd"
    unseen = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) == "Cf"]

    assert [c for c in unseen if c not in seen and not UNSEEN.fullmatch(c)] == []
    assert [c for c in seen if UNSEEN.fullmatch(c)] == []


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("organisation", "organization"),
        ("digitalising", "digitalizing"),
        ("analyse", "analyze"),
        ("labour", "labor"),
        ("neighbourhoods", "neighborhoods"),
        ("centre", "center"),
        ("centred", "centered"),
        ("catalogues", "catalogs"),
        ("programme", "program"),
        ("licence", "license"),
        ("travelling", "traveling"),
        ("modelled", "modeled"),
        ("judgement", "judgment"),
        ("enrolment", "enrollment"),
        ("cheques", "checks"),
        ("café", "cafe"),
        *(("grey", "gray"), ("tyre", "tire"), ("tyres", "tires"), ("kerbs", "curbs")),
        *(("paediatric", "pediatric"), ("archaeology", "archeology"), ("anaemia", "anemia")),
        *(("encyclopaedia", "encyclopedia"), ("gynaecology", "gynecology")),
        *(("foetal", "fetal"), ("oestrogen", "estrogen"), ("diarrhoea", "diarrhea")),
        *(("manoeuvre", "maneuver"), ("manoeuvring", "maneuvering")),
        *(("sceptical", "skeptical"), ("aluminium", "aluminum"), ("practise", "practice")),
        *(("ploughing", "plowing"), ("moulds", "molds"), ("practising", "practicing")),
    ],
)
def test_british_and_american_spelling_is_one(british: str, american: str) -> None:
    assert one_spelling(british) == one_spelling(american)
    assert score_of(british, american) > 0
    assert score_of(british, american, language=None) > 0


@pytest.mark.parametrize(("letters", "pattern"), [rule[:2] for rule in _RULES])
@settings(max_examples=20)
@given(data=st.data())
def test_a_word_that_a_rule_changes_has_the_letters_that_are_looked_for_first(
    letters: str, pattern: re.Pattern[str], data: st.DataObject
) -> None:
    word = data.draw(st.from_regex(pattern))

    assert letters in word


@pytest.mark.parametrize(
    "word", ["hour", "wise", "this", "four", "rise", "tour", "acre", "poet"]
)
def test_short_words_keep_their_spelling(word: str) -> None:
    assert one_spelling(word) == word


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("e-government", "eGovernment"),
        ("co-operation", "cooperation"),
        ("crossborder", "cross-border"),
        ("cross\u2010border", "border crossing"),
        ("Fire brigades", "A fire"),
        ("IT services", "the IT department"),
        ("Interest rates", "interest on loans"),
        ("call centre", "A call"),
    ],
)
def test_pairs_that_people_see_share_a_word(one: str, other: str) -> None:
    assert score_of(one, other) > 0
    assert score_of(one, other, language=None) > 0


def test_halves_of_contractions_are_no_shared_experience() -> None:
    assert (
        score_of("We've seen that they'll agree and don't", "You've heard I'll or don't") == 0
    )


def test_overlapping_marks_are_one() -> None:
    query = Profile("q", ("A cross-border service.",), language="en")
    matcher = Matcher().fit([Profile("p", ("Our cross-border work.",), language="en")])

    passages = matcher.explain(query, 0).passages

    assert passages.query is not None
    assert [passages.query.text[a:b] for a, b in passages.query.marks] == ["cross-border"]
