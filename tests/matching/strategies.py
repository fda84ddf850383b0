"""Profiles for the promises: short texts of few words, so that much is shared."""

from hypothesis import settings
from hypothesis import strategies as st

from matching import Profile

# a slow machine is not a wrong answer, and the same examples run everywhere
promise = settings(deadline=None, derandomize=True, max_examples=60)

# the first ones meet often, the others are hard to read
FREQUENT = ("flood", "flooding", "Floods", "service", "Services", "Rivière", "rivie\u0300re")
STRANGE = (
    *(
        "cross-border",
        "crossborder",
        "don't",
        "IT",
        "inno\u00advation",
        "e-government",
        "programme",
        "the",
        "and",
        "les",
        "données",
        "Straße",
        "İstanbul",
        "cafe\u0301",
        "مرحبا",
        "שלום",
        "한국",
    ),
    *("😀", "x_1", "2024", "l'eau", "-"),
)
THEMES = ("practice:co-creation", "practice:data", "sdg:6", "sdg:16", "policy-domain:GOVE")
COUNTRIES = ("NO", "FR", "BR")

frequent, strange = st.sampled_from(FREQUENT), st.sampled_from(STRANGE)
sentences = st.lists(st.one_of(frequent, frequent, strange), min_size=3, max_size=8).map(
    " ".join
)
texts = st.one_of(sentences, sentences, sentences, st.just(""), st.text(max_size=12))
told = st.lists(texts, min_size=1, max_size=4).map(tuple)
silent = st.sampled_from([(), ("",), ("the",), ("...", "😀")])
sets_of_themes = st.frozensets(st.sampled_from(THEMES), max_size=3)
countries = st.fixed_dictionaries(
    {}, optional={"country": st.frozensets(st.sampled_from(COUNTRIES), max_size=2)}
)
profiles = st.builds(
    Profile,
    id=st.uuids().map(str),
    texts=st.one_of(told, told, told, told, silent),
    themes=sets_of_themes,
    attributes=countries,
    language=st.sampled_from([None, "en", "en", "en", "fr", "de", "tr", "xx", "unknown"]),
)
pools = st.lists(profiles, min_size=1, max_size=6)
queries = st.lists(profiles, max_size=4)
