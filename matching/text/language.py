"""From a passage to its words: split, drop stop words, stem.

The rule: one analyser serves counting and explaining, so a mark in a passage always
points at a word that was counted. Offsets are those of the original text.
"""

import functools
from collections.abc import Iterator
from typing import NamedTuple

from matching.text.characters import WORD, shaped_with_places
from matching.text.languages import (
    STEMMED,
    bare,
    cut_as,
    lowered,
    plain_tag,
    small_words,
    stemmed,
)
from matching.text.preparing import with_places
from matching.text.profile import Profile
from matching.text.recognising import recognise
from matching.text.spelling import one_spelling


class Token(NamedTuple):
    """One counted word: where it stands in the original text, and its stem."""

    start: int
    end: int
    stem: str


def language_of(profile: Profile) -> str:
    """Return the language that the profile states, without its region, or else recognise it.

    Examples
    --------
    >>> language_of(Profile("a", ("Any text.",), language="pt-BR"))
    'pt'
    """
    if profile.language is None:
        return recognise("\n".join(profile.texts))
    return plain_tag(profile.language)


def tokens(text: str, language: str) -> Iterator[Token]:
    """Walk through the counted words of a passage with their places in the original text.

    Yields
    ------
    token : Token
        ``text[token.start : token.end]`` is the word as it was written.
    """
    ready, starts, ends = with_places(*shaped_with_places(text), language=language)
    for match in WORD.finditer(ready):
        if found := stem(match.group(), language):
            yield Token(starts[match.start()], ends[match.end() - 1], found)


@functools.lru_cache(maxsize=1 << 17)
def stem(word: str, language: str) -> str | None:
    """Return the stem of a word as written, or None for a stop word or a number.

    In a language without our stemmer and stop list the word is only lowered, and in an
    unknown one cut as in English. A number is no shared experience: the 000 of 1,000 is
    also that of 48,000.

    Examples
    --------
    >>> stem("Services", "en"), stem("les", "fr"), stem("Dienste", "de"), stem("2024", "en")
    ('servic', None, 'dien', None)
    >>> stem("Uppo", "is")
    'uppo'
    """
    language = cut_as(language)
    word = lowered(word, language)
    if word.isdigit():
        return None
    if language not in STEMMED:
        return word
    if bare(word, language) in small_words(language):
        return None
    return stemmed(one_spelling(word) if language == "en" else word, language)
