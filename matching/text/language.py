"""From a passage to its words: recognise the language, split, drop stop words, stem.

The rule: one analyser serves counting and explaining, so a mark in a passage always
points at a word that was counted. Offsets are those of the original text.
"""

import functools
import importlib
import importlib.util
import re
import runpy
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from matching.text.preparing import with_places
from matching.text.profile import Profile
from matching.text.spelling import one_spelling


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


WORD: Final = re.compile(r"\b\w\w+\b")

# Snowball's names for the languages that have both a stemmer and a stop list here.
_STEMMERS: Final[Mapping[str, str]] = MappingProxyType(
    {"en": "english", "fr": "french", "es": "spanish", "pt": "portuguese"}
)

STEMMED: Final = tuple(_STEMMERS)

# The stop lists of the package count these as empty; for public services they are not.
_MEANINGFUL: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "en": _words("amount bill call detail empty fire interest mill mine system"),
        "fr": _words("force parole personne personnes valeur état"),
        "es": _words(
            "empleo estado estados tiempo trabaja trabajamos trabajan trabajar trabajo"
            " uso valor verdad"
        ),
        "pt": _words("caminho estado povo trabalhar trabalho valor verdade"),
    }
)

_FUNCTION_WORDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "en": _words(
            "an and are as at be by can do for from has have how in into is it its no not of"
            " on or our that the their this to was we were which who will with you"
        ),
        "fr": _words(
            "à au aux avec ce ces cette dans de des du elle en est et il la le les leur leurs"
            " mais nos notre nous ont ou par pas plus pour qui que sa ses son sont sur un une"
            " vous"
        ),
        "es": _words(
            "al como con cuando de del desde el en entre es esta este hay la las lo los más"
            " muy nos nuestra nuestro para pero por que se sin sobre son su sus también un"
            " una y ya"
        ),
        "pt": _words(
            "ao aos as como com da das de do dos e ela ele em entre esta este foi isso mais"
            " mas muito na nas no nos nossa nosso não o os para pela pelo por que se sem seu"
            " seus sobre sua suas também um uma à é"
        ),
    }
)

# Languages without a stemmer and a stop list here: what is one of these counts as English.
_OTHER_FUNCTION_WORDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "ca": _words(
            "al als amb aquest aquesta com de dels del el els en entre és han i la les més na"
            " no o per que s'ha se seva ser són també un una va"
        ),
        "da": _words(
            "af at de den der det en er et for fra har i ikke med og om på som til var vi"
        ),
        "de": _words(
            "als auf aus bei das dem den der des die ein eine einer für im in ist mit nicht"
            " oder sich sie sind über und von werden wir zu zum zur"
        ),
        "it": _words(
            "ai al alla alle anche che come con da dal dalla dati dei del della delle di e è"
            " gli i il in la le lo nel nella non o per più sono su sui sul sulla tra un una"
        ),
        "nl": _words(
            "aan als bij dat de die door een en er het hun in is maar met naar niet of om ook"
            " op te tot uit van voor werd wij worden zijn"
        ),
        "pl": _words(
            "aby dla do i jak jest lub ma na nie o od oraz po przez się są to w z za że"
        ),
        "ro": _words(
            "ale au ca care ce cu de din în într la mai nu o pe pentru prin sau se spre sunt"
            " și un una unei unui"
        ),
        "sv": _words(
            "att av de den det en ett för från har i inte med och om på som till var vi är"
        ),
    }
)

# What each function word says: a part for each language that uses it.
_USERS: Final[Mapping[str, tuple[tuple[str, float], ...]]] = MappingProxyType(
    {
        word: tuple((name, 1 / len(users)) for name in users)
        for word in sorted(frozenset[str]().union(*_FUNCTION_WORDS.values()))
        if (users := [name for name, words in _FUNCTION_WORDS.items() if word in words])
    }
)

# Letters and endings that hardly occur in the other three languages. In ASCII only the
# apostrophe can be one.
_TELLING: Final = tuple(
    (language, weight, re.compile(pattern, re.IGNORECASE))
    for language, weight, pattern in (
        ("fr", 1.0, r"\b(?:[ldnsj]|qu)['\u2019](?=\w)"),
        ("fr", 0.5, r"[èùûîœë]"),
        ("es", 1.0, r"ción\b|ciones\b|[¿¡ñ]"),
        ("pt", 1.0, r"ção\b|ções\b"),
        ("pt", 0.5, r"[ãõ]"),
    )
)
_OTHER_TELLING: Final = tuple(
    (language, weight, re.compile(pattern, re.IGNORECASE))
    for language, weight, pattern in (
        (
            "it",
            1.0,
            r"\b(?:dell|nell|all|dall|sull|un|quest|c)['\u2019](?=\w)|zion[ei]\b|ità\b",
        ),
        ("it", 0.5, r"\bl['\u2019](?=\w)|[ìò]"),
        ("ca", 1.0, r"l·l|\b[ldnsm]['\u2019](?=\w)|ció\b"),
        ("ro", 1.0, r"[ăşșţț]"),
        ("de", 0.5, r"[äöüß]"),
    )
)

# The e of e-government is no Portuguese, and no part of a compound says more.
_WHOLE: Final = re.compile(r"(?<![\w-])\w+(?![\w-])")

_ENOUGH: Final = 1.0

# And so much for each word: 98 of 100 sentences in French, Spanish and Portuguese have that,
# and next to no text in another language whose small words look like theirs at times.
_DENSE: Final = 0.1


class Token(NamedTuple):
    """One counted word: where it stands in the original text, and its stem."""

    start: int
    end: int
    stem: str


# A text is asked for again by those who explain, and soon; more of them would fill the memory.
@functools.lru_cache(maxsize=1 << 10)
def recognise(text: str) -> str:
    """Tell which of English, French, Spanish and Portuguese a text is written in.

    Counts function words, each worth 1 / number of languages that use it, and letters
    and endings of one language. English where the evidence is even, or thin for so many
    words, or where that of another language is stronger: a text in Italian is read as
    English, and not at times as French.

    Parameters
    ----------
    text : str

    Returns
    -------
    language : {"en", "fr", "es", "pt"}

    References
    ----------
    G. Grefenstette (1995), Comparing two language identification schemes, JADT:
    small words are enough for texts of a sentence and more.

    Examples
    --------
    >>> recognise("Un service public pour tous les habitants")
    'fr'
    >>> recognise("")
    'en'
    """
    composed = unicodedata.normalize("NFC", text)
    evidence = dict.fromkeys(_STEMMERS, 0.0)
    words = _WHOLE.findall(composed.lower())
    for word in words:
        for language, weight in _USERS.get(word, ()):
            evidence[language] += weight
    if "'" in composed or not composed.isascii():
        for language, weight, pattern in _TELLING:
            evidence[language] += weight * len(pattern.findall(composed))
    # max keeps the first of equals, and English comes first
    best = max(evidence, key=evidence.__getitem__)
    if best == "en" or evidence[best] < max(_ENOUGH, _DENSE * len(words)):
        return "en"
    return "en" if _is_another(composed, words, best) else best


def _is_another(text: str, words: Sequence[str], language: str) -> bool:
    """Tell whether a language that is not ours has more to say for itself than one that is."""
    lists = {**_OTHER_FUNCTION_WORDS, language: _FUNCTION_WORDS[language]}
    hits = {
        name: float(sum(word in listed for word in words)) for name, listed in lists.items()
    }
    for name, weight, pattern in (*_TELLING, *_OTHER_TELLING):
        if name in hits:
            hits[name] += weight * len(pattern.findall(text))
    return max(hits.values()) > hits[language]


def language_of(profile: Profile) -> str:
    """Return the language that the profile states, without its region, or else recognise it.

    Examples
    --------
    >>> language_of(Profile("a", ("Any text.",), language="pt-BR"))
    'pt'
    """
    if profile.language is None:
        return recognise("\n".join(profile.texts))
    return profile.language.replace("_", "-").partition("-")[0].lower()


def tokens(text: str, language: str) -> Iterator[Token]:
    """Walk through the counted words of a passage with their places in the original text.

    Yields
    ------
    token : Token
        ``text[token.start : token.end]`` is the word as it was written.
    """
    composed, starts, ends = with_places(*_compose(text), language=language)
    for match in WORD.finditer(composed):
        if found := stem(match.group(), language):
            yield Token(starts[match.start()], ends[match.end() - 1], found)


def small_words(language: str) -> frozenset[str]:
    """Return the stop words of one of `STEMMED`, in small letters."""
    return _stop_list(language)


@functools.cache
def all_small_words() -> tuple[str, ...]:
    """Return the small words of every language known here, in small letters, in order."""
    others = frozenset[str]().union(*_OTHER_FUNCTION_WORDS.values())
    return tuple(sorted(others.union(*(_stop_list(language) for language in STEMMED))))


@functools.lru_cache(maxsize=1 << 17)
def stem(word: str, language: str) -> str | None:
    """Return the stem of a word as written, or None for a stop word or a number.

    In a language without our stemmer and stop list the word is only lowered. A number is
    no shared experience: the 000 of 1,000 is also that of 48,000.

    Examples
    --------
    >>> stem("Services", "en"), stem("les", "fr"), stem("Dienste", "de"), stem("2024", "en")
    ('servic', None, 'dienste', None)
    """
    lowered = word.lower()
    if lowered.isdigit():
        return None
    if language not in _STEMMERS:
        return lowered
    if lowered in _stop_list(language):
        return None
    if language == "en":
        lowered = one_spelling(lowered)
    import snowballstemmer  # noqa: PLC0415 -- for what is read in a language that it knows

    # a stemmer keeps the word it works on, so threads must not share one
    return str(snowballstemmer.stemmer(_STEMMERS[language]).stemWord(lowered))


@functools.cache
def _stop_list(language: str) -> frozenset[str]:
    if language == "en":
        return _english() - _MEANINGFUL[language]
    import stop_words  # noqa: PLC0415 -- for what is read in these languages

    listed = unicodedata.normalize("NFC", " ".join(stop_words.get_stop_words(language)))
    return frozenset(WORD.findall(listed)) - _MEANINGFUL[language]


def _english(package: str | None = None) -> frozenset[str]:
    """Return scikit-learn's list without loading the package, which takes a second.

    Parameters
    ----------
    package : str, default=None
        The folder in which the package lies; None: where Python finds it.
    """
    if package is None:
        spec = importlib.util.find_spec("sklearn")
        package = str(Path(spec.origin).parent) if spec and spec.origin else ""
    file = Path(package, "feature_extraction", "_stop_words.py")
    if file.is_file():
        return frozenset(runpy.run_path(str(file))["ENGLISH_STOP_WORDS"])
    # another version keeps it elsewhere, but offers it under this name
    listed = importlib.import_module("sklearn.feature_extraction.text")
    return frozenset(listed.ENGLISH_STOP_WORDS)


def _compose(text: str) -> tuple[str, range | list[int], range | list[int]]:
    """Normalise to NFC and tell where each character begins and ends in the original."""
    if unicodedata.is_normalized("NFC", text):
        return text, range(len(text)), range(1, len(text) + 1)
    composed: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for cluster in _clusters(text):
        normal = unicodedata.normalize("NFC", cluster)
        composed.append(normal)
        starts += [position] * len(normal)
        position += len(cluster)
        ends += [position] * len(normal)
    return "".join(composed), starts, ends


def _clusters(text: str) -> Iterator[str]:
    """Split a text where composing cannot reach across."""
    cluster = text[:1]
    for character in text[1:]:
        if _joins(cluster, character):
            cluster += character
        else:
            yield cluster
            cluster = character
    yield cluster


def _joins(cluster: str, character: str) -> bool:
    if unicodedata.combining(character):
        return True
    apart = unicodedata.normalize("NFC", cluster) + unicodedata.normalize("NFC", character)
    # some vowel signs and Hangul letters compose although their combining class is 0
    return unicodedata.normalize("NFC", cluster + character) != apart
