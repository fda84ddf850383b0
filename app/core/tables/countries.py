"""Countries: codes of ISO 3166-1 alpha-2, EU for bodies of the Union, and their names."""

import gettext
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from app.core.base.messages import Message
from app.core.base.text import Line, comparable
from app.core.base.validation_errors import mendable

# Codes that people write although ISO reserves them for others or gives another one; and
# names that are in no list of ISO.
_CODES: Final = {"UK": "GB", "EL": "GR"}
_HABITS: Final = {
    "Europe": "EU",
    "European Union": "EU",
    "Union européenne": "EU",
    "Europäische Union": "EU",
    "Unión Europea": "EU",
    "União Europeia": "EU",
    "Unione europea": "EU",
    "Great Britain": "GB",
    "U.S.A.": "US",
    "UAE": "AE",
    "Ivory Coast": "CI",
    "Cape Verde": "CV",
    "Swaziland": "SZ",
    "East Timor": "TL",
    "DR Congo": "CD",
    "Dem. Rep. Congo": "CD",
    "Vatican": "VA",
    "Holland": "NL",
    "The Netherlands": "NL",
    "Czech Republic": "CZ",
    "Turkey": "TR",
}

# In which languages names of countries are read: those of Europe.
_LANGUAGES: Final = (
    *("bg", "bs", "ca", "cs", "cy", "da", "de", "el", "es", "et", "eu", "fi", "fr", "ga", "gl"),
    *("hr", "hu", "is", "it", "lt", "lv", "mk", "mt", "nb", "nl", "nn", "pl", "pt", "pt_BR"),
    *("ro", "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk"),
)

# As long as codes, and words of other languages, are forms that nobody wrote down.
_SHORTEST: Final = 3
_SHORT: Final = {"EU": "European Union", "GB": "United Kingdom"}


@cache
def _codes() -> frozenset[str]:
    import pycountry  # noqa: PLC0415 -- where a country is first read

    return frozenset(country.alpha_2 for country in pycountry.countries) | {"EU"}


@cache
def _names() -> dict[str, str]:
    """Return the code of each name, as it is compared; a name of two countries has none."""
    import pycountry  # noqa: PLC0415 -- as above

    translations = [
        gettext.translation(
            "iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True
        ).gettext
        for language in _LANGUAGES
    ]
    codes: dict[str, set[str]] = {}
    others: dict[str, set[str]] = {}
    for country in pycountry.countries:
        english = {
            name
            for kind in ("name", "official_name", "common_name")
            if (name := getattr(country, kind, None))
        }
        names = {into(name) for name in english for into in translations}
        names |= english
        for name in names:
            codes.setdefault(comparable(name), set()).add(country.alpha_2)
            for form in _forms(name):
                others.setdefault(form, set()).add(country.alpha_2)
    habits = {
        form: {code}
        for name, code in _HABITS.items()
        for form in (comparable(name), *_forms(name))
    }
    found = others | habits | codes
    return {name: next(iter(of)) for name, of in found.items() if len(of) == 1}


def _forms(name: str) -> Iterator[str]:
    """Yield other forms of a name, as they are compared: without accents, its words in order.

    The list of ISO turns some names round: "Korea, Republic of".
    """
    first, comma, rest = name.partition(", ")
    for form in (name, f"{rest} {first}", first) if comma else (name,):
        if len(plain := _plain(comparable(form))) > _SHORTEST:
            yield plain


def _plain(written: str) -> str:
    """Return a name that is compared without its accents, its dots and the article before it.

    Who types a name of another language may lack its letters: Cote d'Ivoire, Espana.
    """
    bare = re.sub("[\u0300-\u036f.]", "", unicodedata.normalize("NFD", written))
    return re.sub("^the ", "", re.sub("[-\\s]+", " ", bare.replace("&", "and"))).strip()


def is_country(code: str) -> bool:
    """Tell whether this is a code of ISO 3166-1 alpha-2 in capitals, or EU."""
    return code in _codes()


def name_of(code: str) -> str:
    """Return what people call a country, in English; the code where it is none of a country."""
    if code in _SHORT:
        return _SHORT[code]
    import pycountry  # noqa: PLC0415 -- as above

    country = pycountry.countries.get(alpha_2=code)
    return str(getattr(country, "common_name", country.name)) if country else code


def numeric_of(code: str) -> str | None:
    """Return the three digits of ISO 3166-1 by which maps know a country; EU has none."""
    import pycountry  # noqa: PLC0415 -- as above

    country = pycountry.countries.get(alpha_2=code)
    return str(country.numeric) if country else None


def country_codes() -> list[str]:
    """Return the codes of all countries, and EU."""
    return sorted(_codes())


def country_names() -> list[str]:
    """Return what people call all countries, in English and in the order of the alphabet."""
    return sorted(map(name_of, _codes()), key=comparable)


def _country(written: str) -> str:
    code = comparable(written).upper()
    if is_country(code):
        return code
    meant = _named(written) or _meant(code.replace(".", ""))
    raise mendable(
        Message("{written!r} is not a country code of ISO 3166-1.", written=written[:60]),
        Message("Write {meant}.", meant=meant)
        if meant
        else "Write a code such as FR, or EU for a body of the European Union.",
    )


def _meant(code: str) -> str | None:
    """Return the code of a country for which another code was written: UK, FRA."""
    import pycountry  # noqa: PLC0415 -- as above

    found = pycountry.countries.get(alpha_3=code)
    return str(found.alpha_2) if found else _CODES.get(code)


def _code_of(written: str) -> str:
    # no name is as short as a code, and whoever writes codes need not wait for the names
    if is_country(comparable(written).upper()):
        return written
    return _named(written) or written


def _named(written: str) -> str | None:
    compared = comparable(written)
    return _names().get(compared) or _names().get(_plain(compared))


Country = Annotated[Line, Field(max_length=100), AfterValidator(_country)]
"""A country code; small letters are taken as capitals."""

NamedCountry = Annotated[
    Line, Field(max_length=100), AfterValidator(_code_of), AfterValidator(_country)
]
"""A country code, or the name of a country in English or another language of Europe."""
