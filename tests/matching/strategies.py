"""Profiles for the promises: short texts of few words, so that much is shared."""

from hypothesis import settings
from hypothesis import strategies as st

from matching import Profile

# a slow machine is not a wrong answer, and the same examples run everywhere
promise = settings(deadline=None, derandomize=True, max_examples=60)

WORDS = (
    *("flood", "flooding", "floods", "warning", "the", "and", "service", "Services", "budgets"),
    *(
        "Rivière",
        "rivière",
        "rivie\u0300re",
        "les",
        "données",
        "Straße",
        "İstanbul",
        "cafe\u0301",
    ),
    *("مرحبا", "שלום", "한국", "😀", "x_1", "2024", "l'eau", "-"),
)
THEMES = ("practice:co-creation", "practice:data", "sdg:6", "sdg:16", "policy-domain:GOVE")
COUNTRIES = ("NO", "FR", "BR")

words = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
texts = st.one_of(words, words, st.text(max_size=12))
sets_of_themes = st.frozensets(st.sampled_from(THEMES), max_size=3)
countries = st.fixed_dictionaries(
    {}, optional={"country": st.frozensets(st.sampled_from(COUNTRIES), max_size=2)}
)
profiles = st.builds(
    Profile,
    id=st.uuids().map(str),
    texts=st.lists(texts, max_size=4).map(tuple),
    themes=sets_of_themes,
    attributes=countries,
    language=st.sampled_from([None, None, "en", "fr", "de"]),
)
pools = st.lists(profiles, min_size=1, max_size=6)
queries = st.lists(profiles, max_size=4)
