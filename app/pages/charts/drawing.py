"""From a specification of a chart to its SVG.

The library that draws is loaded with the first chart: it takes half a second and 70 MB. It
is given data alone, and refuses to fetch any. The same specification gives the same bytes.
"""

import json
import re
from collections.abc import Mapping
from importlib.metadata import version
from types import MappingProxyType
from typing import Any, Final

from app.core.base.entity_tags import tag_of
from app.core.base.translations import Language
from app.pages.charts.colours import PAPER, TOKENS

Specification = Mapping[str, Any]
"""A chart in Vega-Lite, as plain mappings, lists, texts and numbers; its data among it."""

GRAMMAR: Final = "6.4"
"""The version of Vega-Lite in which specifications are written."""
FONT: Final = "Noto Sans, system-ui, sans-serif"
SIZE: Final = 14
"""Pixels of letters: a chart of 420 pixels keeps them readable on a screen of 320."""
LOADING: Final = frozenset({"url", "href", "$schema"})
"""Members by which a specification would name what is not in it, or lead elsewhere."""
CONFIG: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "aria": False,  # the alternative text stands in the page
        "font": FONT,
        "background": PAPER,
        "view": {"stroke": None},
        "axis": {
            "labelColor": TOKENS["ink"],
            "titleColor": TOKENS["muted"],
            "labelFontSize": SIZE,
            "titleFontSize": SIZE,
            "titleFontWeight": "normal",
            "titlePadding": 8,
            "gridColor": TOKENS["line"],
            "domainColor": TOKENS["line-strong"],
            "tickColor": TOKENS["line-strong"],
        },
    }
)

_PLACES: Final = re.compile(r' (?:d|transform|[xy][12]?)="[^"]*"')
_FRACTION: Final = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


def tag(specification: Specification) -> str:
    """Return the entity tag of what a specification is drawn as, without drawing it."""
    versions = [GRAMMAR, *map(version, ("counterpart", "vl-convert-python"))]
    return tag_of(json.dumps([versions, specification], sort_keys=True).encode())


def svg(specification: Specification) -> bytes:
    """Draw a specification: an SVG without script, that refers to nothing outside of it.

    Raises
    ------
    ValueError
        If it names data by their address, or leads elsewhere; or is no Vega-Lite.
    """
    require_whole(specification)
    import vl_convert  # noqa: PLC0415 -- half a second and 70 MB, with the first chart

    drawn: str = vl_convert.vegalite_to_svg(
        {**specification, "config": {**CONFIG, **specification.get("config", {})}},
        vl_version=GRAMMAR,
        allowed_base_urls=[],
    )
    return _PLACES.sub(_rounded, drawn).encode()


def require_whole(part: Any) -> None:
    """Do nothing, or refuse a specification that names what is not in it.

    The library can be told to fetch nothing from the network, but not to read no file.

    Raises
    ------
    ValueError
        With the member that names something.
    """
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name in LOADING:
                raise ValueError(f"a chart holds its data, and has no member {name}")
            require_whole(value)
    elif isinstance(part, list | tuple):
        for value in part:
            require_whole(value)


def numbers_in(language: Language) -> dict[str, Any]:
    """Return the configuration by which a chart writes its numbers as a language does."""
    from babel.numbers import get_decimal_symbol, get_group_symbol  # noqa: PLC0415 -- as Babel is

    return {
        "locale": {
            "number": {
                "decimal": get_decimal_symbol(language.locale),
                "thousands": get_group_symbol(language.locale),
                "grouping": [3],
                "currency": ["", ""],
            }
        }
    }


def _rounded(found: re.Match[str]) -> str:
    """Round the coordinates of an attribute: a tenth of a pixel is enough."""
    return _FRACTION.sub(lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), found[0])
