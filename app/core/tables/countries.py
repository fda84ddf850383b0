"""Countries: codes of ISO 3166-1 alpha-2, EU for bodies of the Union, and their names."""

import gettext
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
    found = {name: next(iter(of)) for name, of in codes.items() if len(of) == 1}
    return found | {comparable(name): code for name, code in _HABITS.items()}


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
    code = written.upper()
    if is_country(code):
        return code
    meant = _names().get(comparable(written)) or _meant(code)
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
    if is_country(written.upper()):
        return written
    return _names().get(comparable(written), written)


Country = Annotated[Line, Field(max_length=100), AfterValidator(_country)]
"""A country code; small letters are taken as capitals."""

NamedCountry = Annotated[
    Line, Field(max_length=100), AfterValidator(_code_of), AfterValidator(_country)
]
"""A country code, or the name of a country in English or another language of Europe."""
