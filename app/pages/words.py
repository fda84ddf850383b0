"""How templates speak: in the language of the page, and tell times in the zone of its reader.

Texts of a template are marked: `_("Sign in")`, `ngettext(...)`, `pgettext(...)`, `{% trans %}`.
What comes from elsewhere passes a filter:

    {{ error.detail|translated }}      a message, or a text that is marked in Python
    {{ call.state|state }}             a state; `role`, `kind` and `word` do the same of others
    {{ theme.labels|label }}           texts in several languages
    {{ "FR"|country }}, {{ "fr"|language_name }}
    {{ organisation.name|brief }}      the beginning of a long name
    {{ 1200|number }}, {{ 0.731|number(2) }}, {{ 0.5|percent }}
    {{ call.closes_at|moment }}        a <time> with its zone: the reader's, or `zone=`
    {{ call.closes_at|day }}           the same without the hour
    {{ meeting.at|clock(their_zone) }} as it reads elsewhere; a script adds nothing

A message that is printed by itself is translated without a filter.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache, partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from app.core.base.messages import Message
from app.core.base.translations import ENGLISH, LANGUAGES, Language
from app.core.base.zones import told as zone_told
from app.pages.answers import day_told, told
from app.questions.answering import spoken

LONG: Final = 30
"""Characters from which on a name is shortened where there is little room."""
_BREAK: Final = re.compile(r"(?<=\S{3}) \(|(?<=\S{3}), |(?<=\S{3}) / ")

# Of the reader: macros are imported without the context of the page.
_ZONE: Final[ContextVar[str]] = ContextVar("zone", default="UTC")


@contextmanager
def in_zone(zone: str) -> Iterator[None]:
    """Tell times in this zone (an IANA name) as long as it lasts."""
    token = _ZONE.set(zone)
    try:
        yield
    finally:
        _ZONE.reset(token)


def install(environment: Environment, language: Language) -> None:
    """Let the templates of an environment speak a language."""
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # -- added by the extension
        language.gettext,
        language.ngettext,
        newstyle=True,
        pgettext=language.pgettext,
        npgettext=language.npgettext,
    )
    environment.globals["_"] = _sayer(language)
    environment.finalize = lambda value: (
        language.say(value) if isinstance(value, Message) else value
    )
    environment.globals["languages"] = LANGUAGES
    environment.globals["zip"] = zip
    environment.filters |= {
        "translated": language.say,
        "word": language.word,
        "state": partial(_word, language, "state"),
        "role": partial(_word, language, "role"),
        "kind": partial(_word, language, "kind"),
        "label": lambda labels: label(labels, language.tag),
        "brief": brief,
        "zone_name": lambda zone: language.say(zone_told(zone)),
        "country": language.country,
        "language_name": language.language_name,
        "number": language.number,
        "answer": partial(told, language),
        "date": partial(day_told, language),
        "spoken": lambda value: "; ".join(spoken(value)),
        "percent": language.percent,
        "moment": _teller(language.moment),
        "day": _teller(language.day),
        "clock": language.moment,
    }


def _sayer(language: Language) -> Callable[..., Markup]:
    """Return what `_("...")` calls, for every text of a page: most of them have no values."""

    @lru_cache(maxsize=4096)
    def without_values(text: str) -> Markup:
        return Markup(language.gettext(text)) % {}  # noqa: S704 -- a text of ours

    def say(text: str, /, **values: Any) -> Markup:
        if not values:
            return without_values(text)
        return Markup(language.gettext(text)) % values  # noqa: S704 -- a text of ours; values are escaped

    return say


def _word(language: Language, kind: str, value: Enum | str) -> str:
    """Write a word of a table; an enumeration knows better of which."""
    return language.word(value, None if isinstance(value, Enum) else kind)


def label(labels: Mapping[str, str], tag: str) -> str:
    """Return a text of several languages in the one wanted, or in English."""
    return labels.get(tag) or labels[ENGLISH]


def brief(name: str) -> str:
    """Return the beginning of a long name of an organisation, by which people know it.

    Examples
    --------
    >>> brief("Rijks ICT Gilde (Government ICT Guild), AI Validation team")
    'Rijks ICT Gilde'
    """
    return _BREAK.split(name, maxsplit=1)[0] if len(name) > LONG else name


def _teller(tell: Any) -> Any:
    @pass_context  # so that nothing is worked out when the template is compiled
    def told(_: Context, instant: datetime, zone: str | None = None) -> Markup:
        at = instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        where = zone or _ZONE.get()
        text = tell(instant, where)
        offset = instant.astimezone(ZoneInfo(where)).utcoffset() or timedelta()
        # By which a script tells whether the clock of the reader shows another time.
        minutes = int(offset.total_seconds() // 60)
        return Markup(  # noqa: S704 -- numbers, and a text that is escaped
            f'<time datetime="{at}" data-offset="{minutes}">{escape(text)}</time>'
        )

    return told
