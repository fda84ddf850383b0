"""Languages: codes of ISO 639, and their names."""

import gettext
import re
from functools import cache
from typing import Final

from app.core.base.text import comparable

_CODE: Final = re.compile(r"[a-z]{2,3}")
# ISO names it Modern Greek, after a date.
_HABITS: Final = {"Greek": "el", "Ελληνικά": "el", "grec": "el", "Griechisch": "el"}
_SHORT: Final = re.compile(r" \(|[;,]")

# In which languages names of languages are read.
_READ_IN: Final = ("da", "de", "el", "es", "fi", "fr", "hr", "hu", "it", "nl", "pl", "pt", "sv")


# The official languages of the European Union, and some of other governments that take part.
OFFERED: Final = (
    *("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it"),
    *("lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv"),
    *("ar", "ca", "he", "is", "ja", "ko", "no", "tr", "uk", "zh"),
)
"""Codes of the languages that forms offer; a file may name any other."""


@cache
def _names() -> dict[str, str]:
    """Return the code of each name, as it is compared: in English, and in some more."""
    import pycountry  # noqa: PLC0415 -- where a language is first read by name

    spoken = {
        lang.name: lang.alpha_2 for lang in pycountry.languages if hasattr(lang, "alpha_2")
    }
    found: dict[str, str] = {}
    for language in {*_READ_IN, *spoken.values()}:
        into = gettext.translation(
            "iso639-3", pycountry.LOCALES_DIR, languages=[language], fallback=True
        )
        # In the others only what a language calls itself.
        names = (
            spoken if language in _READ_IN else [n for n, c in spoken.items() if c == language]
        )
        found |= {comparable(into.gettext(name)): spoken[name] for name in names}
    plain = {comparable(_SHORT.split(name)[0]): code for name, code in spoken.items()}
    return found | plain | {comparable(name): code for name, code in _HABITS.items()}


def language_of(written: str) -> str | None:
    """Return the code of a language that was written as a code or by name."""
    code = written.lower()
    if _CODE.fullmatch(code):
        return code
    return _names().get(comparable(written))


def language_names() -> list[str]:
    """Return what people call the languages that forms offer, in English."""
    return sorted(map(language_name, OFFERED))


def language_name(code: str) -> str:
    """Return what people call a language, in English; the code where nobody knows it."""
    import pycountry  # noqa: PLC0415 -- as above

    key = "alpha_2" if len(code) == 2 else "alpha_3"
    found = pycountry.languages.get(**{key: code})
    return _SHORT.split(str(found.name))[0].removeprefix("Modern ") if found else code
