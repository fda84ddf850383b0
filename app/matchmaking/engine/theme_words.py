"""Themes that a text may be about: those of whose names it has the words. No model, no guess.

The rule: a name counts by the stems of its words, rare ones among all names more than common
ones; a theme is proposed when the text has enough of one of its names in its own language. What
led to it is shown word by word, and people say whether it is so.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log
from typing import Final

from app.matchmaking.engine.findings import language_of
from app.matchmaking.findings import ProposedTheme, Screened
from matching.text.language import tokens

ENOUGH: Final = 0.6
"""How much of a name the text has, so that the theme is proposed."""
MOST: Final = 8
"""Themes that are proposed, those with the greatest share first."""
MOST_WORDS: Final = 12
"""Places that are shown of each."""


def proposed(submitted: Screened, names: Mapping[str, Sequence[str]]) -> list[ProposedTheme]:
    """Return the themes of which a submission has the words.

    Parameters
    ----------
    submitted : Screened
        The themes that it states already are left out.
    names : mapping of str to sequence of str
        Of each theme: what it is called, in the languages of the texts.
    """
    language = language_of(submitted)
    texts = {"title": submitted.title, **submitted.texts}
    places: dict[str, list[tuple[str, int, int]]] = {}
    for field, text in texts.items():
        for token in tokens(text, language):
            places.setdefault(token.stem, []).append((field, token.start, token.end))
    stems = {key: [_stems(name, language) for name in called] for key, called in names.items()}
    often = Counter(
        stem for called in stems.values() for stem in frozenset[str]().union(*called)
    )
    weight = {stem: log(1 + len(names) / n) for stem, n in often.items()}
    found = [
        ProposedTheme(key, tuple(_shown(places, best)), round(share, 4))
        for key, called in stems.items()
        if key not in submitted.themes and called
        for share, best in [_best(called, places.keys(), weight)]
        if share >= ENOUGH
    ]
    return sorted(found, key=lambda one: (-one.share, -len(one.words), one.key))[:MOST]


def _stems(name: str, language: str) -> frozenset[str]:
    return frozenset(token.stem for token in tokens(name, language) if len(token.stem) > 1)


def _best(
    called: Iterable[frozenset[str]], told: Iterable[str], weight: Mapping[str, float]
) -> tuple[float, frozenset[str]]:
    """Return how much of the name that fits best a text has, and the stems that it has."""
    has = frozenset(told)
    best: tuple[float, frozenset[str]] = (0.0, frozenset())
    for stems in called:
        whole = sum(weight[stem] for stem in stems)
        common = stems & has
        share = sum(weight[stem] for stem in common) / whole if whole else 0.0
        best = max(best, (share, common), key=lambda one: (one[0], len(one[1])))
    return best


def _shown(
    places: Mapping[str, Sequence[tuple[str, int, int]]], stems: frozenset[str]
) -> list[tuple[str, int, int]]:
    """Return where the words stand: each first once, then again."""
    several = [places[stem] for stem in sorted(stems)]
    turns = max(map(len, several), default=0)
    order = [where[i] for i in range(turns) for where in several if i < len(where)]
    return order[:MOST_WORDS]
