"""The languages that the service speaks, and how each says and writes something.

English stands in the sources and is the key of the other languages, whose texts stand in
`app/locales/<language>/LC_MESSAGES/counterpart.po` and are read when somebody first needs
them. Names of countries and languages, dates and numbers are those of CLDR.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache, lru_cache
from gettext import c2py
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal
from zoneinfo import ZoneInfo

from app.core.base.messages import Message, Word
from app.core.base.zones import ANYWHERE, told

if TYPE_CHECKING:
    from babel import Locale

LOCALES: Final = Path(__file__).parents[2] / "locales"
DOMAIN: Final = "counterpart"
ENGLISH: Final = "en"
Tag = Literal["en", "fr", "es", "pt"]
"""The BCP 47 tag of a language that the service speaks."""
LANGUAGES: Final[Mapping[str, str]] = MappingProxyType(
    {"en": "English", "fr": "Français", "es": "Español", "pt": "Português"}
)
"""What each of them calls itself."""
# Whose dates and numbers each language has here: European ones.
_REGIONS: Final = {"en": "en_GB", "fr": "fr_FR", "es": "es_ES", "pt": "pt_PT"}

_LONGEST_HEADER: Final = 1000
"""Characters of `Accept-Language` that are read; browsers send less than a tenth of it."""
_RANGE: Final = re.compile(
    r"(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)(?:\s*;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?",
    re.IGNORECASE,
)
_AT: Final = Message("{date} at {time} ({zone})")
_NUMBER: Final = re.compile(r"(,?)(?:\.(\d+)f)?")


def preferred(header: str | None) -> str:
    """Return which of our languages a reader understands best; English if none.

    Parameters
    ----------
    header : str or None
        What the reader's program says in `Accept-Language`, such as `fr-CA, en;q=0.5`: a
        variety of a language is served with that language. What is not understood is passed
        over, and so is everything behind the first thousand characters.
    """
    wanted = sorted(_ranges(header or ""), key=lambda pair: -pair[1])
    refused = {tag for tag, quality in wanted if not quality}
    for tag, quality in wanted:
        fitting = [ENGLISH, *LANGUAGES] if tag == "*" else [tag.partition("-")[0]]
        for language in fitting if quality else ():
            if language in LANGUAGES and language not in refused:
                return language
    return ENGLISH


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    """Yield each range of languages with its quality, as far as they are understood."""
    for written in header[:_LONGEST_HEADER].split(","):
        if found := _RANGE.fullmatch(written.strip()):
            yield found[1].lower(), float(found[2] or 1)


class Language:
    """One language, as the service speaks and writes it.

    Parameters
    ----------
    tag : str
        A key of `LANGUAGES`.
    texts : mapping
        The translation of each text, or of both its numbers, by context and English text.
    plural : callable
        Returns which of the forms of a text goes with a number.
    """

    def __init__(
        self,
        tag: str,
        texts: Mapping[tuple[str | None, str], str | tuple[str, ...]],
        plural: Callable[[int], int],
    ) -> None:
        self.tag = tag
        self._texts = texts
        self._plural = plural

    @property
    def locale(self) -> "Locale":
        """What CLDR knows of the language."""
        return _locale(self.tag)

    def gettext(self, text: str) -> str:
        """Return a text in this language; in English where it has no translation."""
        return self.pgettext(None, text)

    def pgettext(self, context: str | None, text: str) -> str:
        """Return the same of a text that means different things elsewhere."""
        found = self._texts.get((context, text), text)
        return found if isinstance(found, str) else found[0]

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Return a text in the form that goes with a number."""
        return self.npgettext(None, one, many, n)

    def npgettext(self, context: str | None, one: str, many: str, n: int) -> str:
        """Return the same of a text that means different things elsewhere."""
        found = self._texts.get((context, one))
        if isinstance(found, tuple):
            return found[self._plural(n)]
        return one if n == 1 else many

    def say(self, text: str) -> str:
        """Return a message, or a text without values, in this language."""
        if self.tag == ENGLISH:
            return str(text)
        return Message.of(text).translated(self.gettext, self.write)

    def write(self, value: Any, spec: str = "") -> str:
        """Write a value of a message as this language has it.

        Parameters
        ----------
        value
            A word of a table of ours, a number, or anything else, which stays as it is.
        spec : str
            As `format` reads it.
        """
        if isinstance(value, Word | Enum):
            return self.word(value)
        found = _NUMBER.fullmatch(spec) if spec and isinstance(value, int | float) else None
        if found is None:
            return format(value, spec)
        return self._decimal(value, int(found[2] or 0), grouped=bool(found[1]))

    def word(self, value: Enum | str, kind: str | None = None) -> str:
        """Return a word of one of our tables, such as a state or a role.

        Parameters
        ----------
        kind : str, optional
            Which table it is from, such as `state`; an enumeration knows its own.
        """
        if isinstance(value, Enum):
            value = Word(value)
        if isinstance(value, Word):
            kind = kind or value.kind
        return self.pgettext(kind, value.replace("_", " "))

    def number(self, value: float, decimals: int | None = None) -> str:
        """Return a number with as many decimals; without, as many as it has, at most three."""
        if decimals is None:
            return _number(self.tag, value, None)
        return self._decimal(value, decimals, grouped=True)

    def _decimal(self, value: float, decimals: int, *, grouped: bool) -> str:
        pattern = ("#,##0" if grouped else "0") + "." * bool(decimals) + "0" * decimals
        return _number(self.tag, value, pattern)

    def percent(self, share: float) -> str:
        """Return a share, 1 being the whole, in whole percents."""
        from babel.numbers import format_percent  # noqa: PLC0415 -- when first needed

        return format_percent(share, locale=self.locale)

    def country(self, code: str) -> str:
        """Return what people call a country; the code where nobody knows it."""
        return str(self.locale.territories.get(code, code))

    def language_name(self, code: str) -> str:
        """Return what people call a language; the code where nobody knows it."""
        return str(self.locale.languages.get(code.replace("-", "_"), code))

    def day(self, instant: datetime, zone: str = "UTC") -> str:
        """Return the day of an instant in a zone, such as 24 November 2026."""
        return _day(self.tag, instant.astimezone(ZoneInfo(zone)).date())

    def _place(self, zone: str) -> str:
        return self.say(told(zone)) if zone == ANYWHERE else _city(self.tag, zone)

    def moment(self, instant: datetime, zone: str = "UTC") -> str:
        """Return day, time and zone, such as 24 November 2026 at 11:00 (Paris, UTC+1)."""
        local = instant.astimezone(ZoneInfo(zone))
        offset = _offset(local)
        return self.gettext(_AT).format(
            date=_day(self.tag, local.date()),
            time=f"{local:%H:%M}",  # in all of our languages
            zone=zone if zone == "UTC" else f"{self._place(zone)}, {offset}",
        )


@lru_cache(maxsize=4096)  # a long list has few days
def _day(tag: str, date: date) -> str:
    from babel.dates import format_date  # noqa: PLC0415 -- when first needed

    day = format_date(date, "long", locale=_locale(tag))
    # The first of a month alone is an ordinal in French, which Babel does not know.
    return f"1er{day[1:]}" if tag == "fr" and day.startswith("1 ") else day


@lru_cache(maxsize=1024)
def _city(tag: str, zone: str) -> str:
    from babel.dates import get_timezone_location  # noqa: PLC0415 -- when first needed

    return get_timezone_location(zone, locale=_locale(tag), return_city=True)


def _offset(local: datetime) -> str:
    minutes = int((local.utcoffset() or timedelta()).total_seconds() // 60)
    sign = "+" if minutes >= 0 else "\N{MINUS SIGN}"
    hours, rest = divmod(abs(minutes), 60)
    return "UTC" + (f"{sign}{hours}" if minutes else "") + (f":{rest:02}" if rest else "")


# A page of the bench has thirty numbers, and most of them stand on the next one again.
@lru_cache(maxsize=8192, typed=True)
def _number(tag: str, value: float, pattern: str | None) -> str:
    from babel.numbers import format_decimal  # noqa: PLC0415 -- when first needed

    return format_decimal(value, pattern, locale=_locale(tag))


@cache
def _locale(tag: str) -> "Locale":
    from babel import Locale  # noqa: PLC0415 -- when first needed

    return Locale.parse(_REGIONS[tag])


@cache
def language(tag: str) -> Language:
    """Return the language of this tag, ready to speak; its texts are read once.

    Raises
    ------
    KeyError
        If the service does not speak it.
    """
    if tag == ENGLISH:
        return Language(tag, {}, lambda n: int(n != 1))
    from babel.messages.pofile import read_po  # noqa: PLC0415 -- when first needed

    with catalogue_file(tag).open("rb") as file:
        catalogue = read_po(file, locale=_REGIONS[tag])
    texts = {
        (message.context, message.id if isinstance(message.id, str) else message.id[0]): (
            message.string if isinstance(message.string, str) else tuple(message.string)
        )
        for message in catalogue
        if message.id and message.string and all(message.string) and not message.fuzzy
    }
    return Language(tag, texts, c2py(catalogue.plural_expr))


def catalogue_file(tag: str) -> Path:
    """Return where the texts of a language stand."""
    return LOCALES / tag / "LC_MESSAGES" / f"{DOMAIN}.po"
