"""Countries as codes: ISO 3166-1 alpha-2, and EU for bodies of the European Union."""

from functools import cache
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from app.core.base.messages import Message
from app.core.base.text import Line
from app.core.base.validation_errors import mendable

# Codes that people write although ISO reserves them for others or gives another one.
_HABITS: Final = {"UK": "GB", "EL": "GR", "EUROPE": "EU", "EUROPEAN UNION": "EU"}


@cache
def _codes() -> frozenset[str]:
    import pycountry  # noqa: PLC0415 -- where a country is first read

    return frozenset(country.alpha_2 for country in pycountry.countries) | {"EU"}


def is_country(code: str) -> bool:
    """Tell whether this is a code of ISO 3166-1 alpha-2 in capitals, or EU."""
    return code in _codes()


def _country(written: str) -> str:
    code = written.upper()
    if is_country(code):
        return code
    meant = _meant(code)
    remedy = (
        f"Write {meant}."
        if meant
        else "Write a code such as FR, or EU for a body of the European Union."
    )
    raise mendable(
        Message("{written!r} is not a country code of ISO 3166-1.", written=written[:60]),
        remedy,
    )


def _meant(written: str) -> str | None:
    """Return the code of a country that was written another way: UK, FRA, France."""
    if written in _HABITS:
        return _HABITS[written]
    import pycountry  # noqa: PLC0415 -- as above

    try:
        return str(pycountry.countries.lookup(written).alpha_2)
    except LookupError:
        return None


Country = Annotated[Line, Field(max_length=100), AfterValidator(_country)]
"""A country code; small letters are taken as capitals."""
