"""The languages that texts are read in: each has a stemmer and a list of small words.

The stemmers are Snowball's; the lists come from packages and are mended where a package
misread a file. What a list counts as empty and a public service means stays a word.
"""

import functools
import importlib
import importlib.util
import runpy
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from matching.text.characters import UNSEEN, WORD, shaped

UNKNOWN: Final = "unknown"
"""The language of a text of which nobody can say in which of ours it is written."""

# Snowball's names. A language has its list of `stop_words` under the same name, if it stands
# in none of the other tables here.
_STEMMERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ar": "arabic",
        "ca": "catalan",
        "cs": "czech",
        "da": "danish",
        "de": "german",
        "el": "greek",
        "en": "english",
        "es": "spanish",
        "et": "estonian",
        "eu": "basque",
        "fa": "persian",
        "fi": "finnish",
        "fr": "french",
        "ga": "irish",
        "hi": "hindi",
        "hu": "hungarian",
        "hy": "armenian",
        "id": "indonesian",
        "it": "italian",
        "lt": "lithuanian",
        "nl": "dutch",
        "no": "norwegian",
        "pl": "polish",
        "pt": "portuguese",
        "ro": "romanian",
        "ru": "russian",
        "sv": "swedish",
        "tr": "turkish",
    }
)

STEMMED: Final = tuple(_STEMMERS)

# Written names of one language: the stemmer and the list of Norwegian are of both its forms.
_SAME: Final[Mapping[str, str]] = MappingProxyType({"nb": "no", "nn": "no"})

# `stop_words` has none of these, only ancient Greek, and a shorter Turkish one.
_ELSEWHERE: Final = frozenset({"el", "et", "eu", "fa", "ga", "hy", "lt", "tr"})

# The table that letters of a list were written in, where a package took them for Latin-1.
_WRITTEN_IN: Final[Mapping[str, str]] = MappingProxyType(
    {"hu": "iso8859-2", "lt": "cp1257", "tr": "cp1254"}
)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# The stop lists count these as empty; for public services they are not.
_MEANINGFUL: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "ar": _words("زيارة قوة لقاء"),
        "cs": _words("clanek clanku clanky email tema článek článku články"),
        "el": _words("αληθεια"),
        "en": _words("amount bill call detail empty fire interest mill mine system"),
        "es": _words(
            "empleo estado estados tiempo trabaja trabajamos trabajan trabajar trabajo"
            " uso valor verdad"
        ),
        "fa": _words("حق خدمات"),
        "fi": _words("aika aikaa apu avun"),
        "fr": _words("force parole personne personnes valeur état"),
        "hi": _words("घर वर्ग"),
        "hu": _words("cikk cikkek cikkeket"),
        "it": _words("buono comprare gente lavoro nome persone promesso"),
        "pl": _words("kierunku"),
        "pt": _words("caminho estado povo trabalhar trabalho valor verdade"),
        "ru": _words("времени время жизнь люди мира человек"),
        "sv": _words("beslut beslutat beslutit likställd likställda"),
        "tr": _words("kaynak"),
    }
)

# In these people leave accents out, above all on capitals and with foreign keyboards; in others
# a letter with a sign on it is a letter of its own, as ñ is.
_WITHOUT_ACCENTS: Final[Mapping[str, str]] = MappingProxyType(
    {"ca": "", "el": "", "es": "ñ", "fr": "", "it": "", "pt": "", "ro": ""}
)

# Letters that keyboards have twice.
_LETTERS: Final = MappingProxyType(
    {
        "fa": str.maketrans("يكى", "یکی"),
        "ro": str.maketrans("şţ", "șț"),
    }
)


def plain_tag(tag: str) -> str:
    """Return the language of a tag, without region or script.

    Examples
    --------
    >>> plain_tag("pt-BR"), plain_tag("nb_NO"), plain_tag("DE")
    ('pt', 'no', 'de')
    """
    language = tag.replace("_", "-").partition("-")[0].lower()
    return _SAME.get(language, language)


def cut_as(language: str) -> str:
    """Return the language by whose rules a text is cut into words.

    Most texts of which nobody can say what they are written in are titles in English.
    """
    return "en" if language == UNKNOWN else language


def lowered(word: str, language: str) -> str:
    """Return a word in small letters, each of which is written in one way."""
    word = word.lower()
    return word.translate(_LETTERS[language]) if language in _LETTERS else word


def bare(word: str, language: str) -> str:
    """Return a lowered word without the accents that people leave out.

    Examples
    --------
    >>> bare("société", "fr"), bare("niñería", "es"), bare("även", "sv")
    ('societe', 'niñeria', 'även')
    """
    kept = _WITHOUT_ACCENTS.get(language)
    if kept is None or word.isascii():
        return word
    if kept:
        return kept.join(_unmarked(part) for part in word.split(kept))
    return _unmarked(word)


def _unmarked(word: str) -> str:
    apart = unicodedata.normalize("NFD", word)
    return unicodedata.normalize(
        "NFC", "".join(c for c in apart if not unicodedata.combining(c))
    )


def stemmed(word: str, language: str) -> str:
    """Return the stem of a lowered word of one of `STEMMED`."""
    import snowballstemmer  # noqa: PLC0415 -- for what is read in a language that it knows

    # a stemmer keeps the word it works on, so threads must not share one
    stemmer = snowballstemmer.stemmer(_STEMMERS[language])
    return bare(str(stemmer.stemWord(word)), language)


@functools.cache
def small_words(language: str) -> frozenset[str]:
    """Return the stop words of one of `STEMMED`, in small letters, as `bare` leaves them."""
    if language == "en":
        return english() - _MEANINGFUL["en"]
    listed = shaped("\n".join(_mended(word, language) for word in _listed(language)))
    listed = UNSEEN.sub("", listed)
    # the sign for a difference stands for the letter in a Greek list
    listed = listed.replace("\u2206", "\u0394")
    found = {bare(lowered(word, language), language) for word in WORD.findall(listed)}
    return frozenset(found - meaningful_words(language))


def meaningful_words(language: str) -> frozenset[str]:
    """Return what the stop lists count as empty and public services do not, as `bare`."""
    return frozenset(bare(word, language) for word in _MEANINGFUL.get(language, ()))


@functools.cache
def all_small_words() -> tuple[str, ...]:
    """Return the small words of all of `STEMMED`, in order."""
    return tuple(sorted(frozenset[str]().union(*map(small_words, STEMMED))))


def _listed(language: str) -> Iterable[str]:
    if language in _ELSEWHERE:
        import stopwordsiso  # noqa: PLC0415 -- as for the stemmers

        return sorted(stopwordsiso.stopwords(language))
    import stop_words  # noqa: PLC0415 -- as for the stemmers

    return list[str](stop_words.get_stop_words(_STEMMERS[language]))


def _mended(word: str, language: str) -> str:
    """Return a word as it was before somebody read it in the wrong table of letters."""
    if language not in _WRITTEN_IN:
        return word
    try:
        return word.encode("latin-1").decode(_WRITTEN_IN[language])
    except UnicodeError:
        return word


def english(package: str | None = None) -> frozenset[str]:
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
