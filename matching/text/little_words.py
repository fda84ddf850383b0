"""Words that count and say little by themselves: how many, how much, how surely, when.

The rule: a shared word of these is no reason to name; beside another one it may be part of a
phrase that is (*open data*). They score as all words do. Nothing is tuned here to any text: the
longer stop lists of a package, the words in which CLDR writes numbers and time, and words of
number and degree in the languages of the pages.
"""

import functools
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from matching.text.characters import WORD
from matching.text.languages import (
    STEMMED,
    bare,
    cut_as,
    lowered,
    meaningful_words,
    small_words,
)

# Shorter ones of the lists are codes of countries and signs of units.
_LEAST: Final = 3

# The longer lists count these as empty; alone they may name what a service is about.
_NAMING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "de": "mensch menschen ordnung recht zeit",
        "en": "computer fire home homepage information research web webpage website young"
        " younger youngest",
        "it": "consiglio registrazione uomo",
        "pt": "apoio conselho noite obra pessoas sistema viagem",
    }
)

# Of number and of degree, and of what holds now or as a rule.
_OF_DEGREE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "de": "beinahe besonders circa derzeit diverse doppelt dutzend einzelne einzelnen"
        " einzige einziger einziges etwa fast gesamt gesamte gesamten häufig hauptsächlich"
        " hunderte insbesondere insgesamt kürzlich mehrere mehreren mehrheit nahezu rund"
        " selten tausende teilweise überwiegend ungefähr verschiedene verschiedenen"
        " zahlreiche zahlreichen zurzeit zusätzlich zusätzliche",
        "en": "additional billions close closely closer considerable considerably couple"
        " current double dozen dozens enormous entire exact exceed exceeding exceeds"
        " extensive extra extremely further highly huge hundreds increasing increasingly just"
        " major majority merely millions minor minority mostly multiple nearby numerous"
        " occasionally often overall partly plenty quarter rarely rather rough roughly scarcely"
        " seldom several simply single sole solely sometimes total totally triple typical"
        " typically vast virtually whole wholly",
        "es": "actual actualmente adicional adicionales alrededor aproximadamente casi cerca"
        " considerable cuarto decena decenas diversas diversos doble docena docenas entera"
        " entero especialmente frecuentemente generalmente habitualmente mayoría minoría mitad"
        " múltiples numerosas numerosos parcialmente principalmente recientemente sola solo"
        " tercio total totales totalmente triple única único varias varios",
        "fr": "actuel actuelle actuellement approximativement considérable diverses divers"
        " dizaine dizaines double douzaine douzaines également ensemble entier entière"
        " environ essentiellement fréquemment généralement habituellement majorité minorité"
        " moitié multiples nombreuses nombreux notamment particulièrement partiellement"
        " plusieurs presque principalement quart quasiment quelques récemment rarement seul"
        " seule seulement souvent supplémentaire supplémentaires tiers total totale triple"
        " unique uniques",
        "it": "attualmente circa decina decine diverse diversi doppio dozzina frequentemente"
        " generalmente intera intero maggioranza metà minoranza molteplici numerose numerosi"
        " particolarmente parzialmente principalmente quarto quasi recentemente sola solo"
        " spesso terzo totale triplo unica unico varie vari",
        "nl": "aanvullende bijna diverse dozijn dubbel enige enkele gehele helft huidige"
        " meerdere meerderheid minderheid momenteel ongeveer recentelijk talrijke totaal vaak"
        " verscheidene voornamelijk",
        "pt": "adicionais adicional aproximadamente atual atualmente cerca considerável"
        " dezena dezenas diversas diversos dobro duplo dúzia especialmente frequentemente"
        " geralmente inteira inteiro maioria metade minoria múltiplos numerosas numerosos"
        " parcialmente praticamente principalmente quase recentemente só total totais"
        " totalmente triplo única único várias vários",
    }
)

# How long, and what part: named by CLDR in every language.
_UNITS: Final = (
    "concentr-percent",
    *(f"duration-{name}" for name in ("century", "decade", "year", "quarter", "month")),
    *(f"duration-{name}" for name in ("week", "day", "hour", "minute", "second")),
)

# Between them they have every plural form of a language.
_NUMBERS: Final = (0, 1, 2, 5, 11, 100)


@functools.lru_cache(maxsize=1 << 17)
def says_little(word: str, language: str) -> bool:
    """Tell whether a counted word, as it was written, is no reason by itself.

    Examples
    --------
    >>> [says_little(word, "en") for word in ("Nearly", "million", "percent", "sensors")]
    [True, True, True, False]
    >>> says_little("million", "fr"), says_little("prozent", "de"), says_little("AI", "en")
    (True, True, False)
    """
    language = cut_as(language)
    return bare(lowered(word, language), language) in little_words(language)


@functools.cache
def little_words(language: str) -> frozenset[str]:
    """Return what says little in a language, in small letters, as `bare` leaves it.

    Empty for a language without our stemmer and stop list.
    """
    if language not in STEMMED:
        return frozenset()
    import stopwordsiso  # noqa: PLC0415 -- for those who ask why, as for the stemmers

    listed = " ".join(stopwordsiso.stopwords(language))
    longer = {word for word in _bare_words(listed, language) if len(word) >= _LEAST}
    naming = {*_bare_words(_NAMING.get(language, ""), language), *meaningful_words(language)}
    counting = _bare_words("\n".join(_counting(language)), language)
    degree = _bare_words(_OF_DEGREE.get(language, ""), language)
    return frozenset(longer - naming | counting | degree) - small_words(language)


def _bare_words(text: str, language: str) -> set[str]:
    words = (word for word in WORD.findall(text) if not word.isdigit())
    return {bare(lowered(word, language), language) for word in words}


def _counting(language: str) -> Iterator[str]:
    """Yield how CLDR writes large numbers, shares, lengths of time, months and weekdays."""
    from babel import Locale  # noqa: PLC0415 -- as above
    from babel.units import format_unit  # noqa: PLC0415 -- as above

    locale = Locale.parse(language)
    for patterns in locale.compact_decimal_formats.get("long", {}).values():
        yield from (str(pattern.pattern) for pattern in patterns.values())
    yield from (
        format_unit(n, unit, "long", locale=locale) for unit in _UNITS for n in _NUMBERS
    )
    for names in (locale.months, locale.days):
        for context in ("format", "stand-alone"):
            yield from names[context]["wide"].values()
