"""The map of the world: where challenges and providers come from, and what joins them."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, Final

from app.core.tables.countries import numeric_of
from app.pages.charts.atlas import Point, atlas, shape_of
from app.pages.charts.colours import LAND, PAPER, TAKES_PART, TOKENS
from app.pages.charts.drawing import Specification

WIDTH: Final = 1100
HEIGHT: Final = 500
"""Pixels of the map."""
MOST_LINES: Final = 150
"""How many lines a map shows, the strongest; more would hide the countries."""
CHALLENGES: Final = "triangle-up"
PROVIDERS: Final = "circle"
"""The shapes of the marks: by them a mark is told, not by its colour."""
_MARK: Final = 220
"""Square pixels of the mark of one submission; it grows with the root of their number."""
_MOST: Final = 6
"""From how many on marks and lines grow no more: the table has the figures."""
_ASIDE: Final = 2.8
"""Degrees by which each of two marks of one country stands apart from its middle."""

Links = Mapping[tuple[str, str], int]
"""How often the country of a challenge and that of a provider are joined, by their codes."""


def world(
    challenges: Mapping[str, int], providers: Mapping[str, int], links: Links | None = None
) -> Specification:
    """Return a map of the countries of challenges and of providers, without any text.

    Parameters
    ----------
    challenges, providers : mappings of str to int
        How many come from each country, by its code of ISO 3166-1 alpha-2. What is not in the
        atlas (`is_on_map`) is left out.
    links : mapping of (str, str) to int, optional
        Drawn as lines, the wider the more. Those within a country are not drawn.
    """
    numbers = {numeric_of(code) or "" for code in {*challenges, *providers} if is_on_map(code)}
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "projection": {"type": "naturalEarth1"},
        "layer": [
            *_countries(numbers),
            *_lines(links or {}),
            *_marks(challenges, CHALLENGES, TOKENS["amber-line"], providers, -_ASIDE),
            *_marks(providers, PROVIDERS, TOKENS["blue"], challenges, _ASIDE),
        ],
        "padding": 0,
        "autosize": {"type": "none"},
    }


def is_on_map(code: str) -> bool:
    """Tell whether the atlas has a country; it has none for the EU and for some territories."""
    return numeric_of(code) in atlas().places


def missing(codes: Iterable[str]) -> list[str]:
    """Return which of the countries a map cannot show, each once."""
    return [code for code in dict.fromkeys(codes) if not is_on_map(code)]


def _place(code: str) -> Point:
    return atlas().places[numeric_of(code) or ""]


def _countries(taking_part: Set[str]) -> list[Any]:
    """Return the countries, each drawn once; of the small ones those alone that take part."""
    world = atlas()
    others = [
        polygon
        for shape in (
            *(world.shapes[n] for n in world.shapes if n not in world.small | taking_part),
            *world.unnumbered,
        )
        for polygon in shape["coordinates"]
    ]
    large, small = (
        [world.shapes[number] for number in sorted(numbers)]
        for numbers in (taking_part - world.small, taking_part & world.small)
    )
    return [
        _shapes([shape_of(others)], LAND, PAPER, 0.6),
        *([_shapes(large, TAKES_PART, PAPER, 0.6)] if large else ()),
        # Smaller than a pixel, so they have a wide outline of their own colour.
        *([_shapes(small, TAKES_PART, TAKES_PART, 5)] if small else ()),
    ]


def _shapes(shapes: Sequence[Any], fill: str, stroke: str, width: float) -> Any:
    return {
        "data": {"values": shapes},
        "mark": {
            "type": "geoshape",
            "fill": fill,
            "stroke": stroke,
            "strokeWidth": width,
            "strokeJoin": "round",
        },
    }


def _lines(links: Links) -> list[Any]:
    strongest = sorted(links.items(), key=lambda link: (-link[1], link[0]))
    rows = [
        {
            "x": start[0],
            "y": start[1],
            "x2": end[0],
            "y2": end[1],
            "n": 1 + min(n, _MOST),
        }
        for (challenge, provider), n in strongest
        if challenge != provider and is_on_map(challenge) and is_on_map(provider)
        for start, end in [(_place(challenge), _place(provider))]
    ][:MOST_LINES]
    if not rows:
        return []
    return [
        {
            "data": {"values": rows},
            "mark": {"type": "rule", "color": TOKENS["navy"], "opacity": 0.5},
            "encoding": {
                "longitude": {"field": "x", "type": "quantitative"},
                "latitude": {"field": "y", "type": "quantitative"},
                "longitude2": {"field": "x2"},
                "latitude2": {"field": "y2"},
                "strokeWidth": {"field": "n", "type": "quantitative", "scale": None},
            },
        }
    ]


def _marks(
    counts: Mapping[str, int], shape: str, colour: str, others: Mapping[str, int], aside: float
) -> list[Any]:
    """Return the marks of one side; where the other side has one as well, they stand apart."""
    rows = [
        {"x": x + aside * (code in others), "y": y, "n": _MARK * min(n, _MOST) ** 0.5}
        for code, n in sorted(counts.items())
        if is_on_map(code)
        for x, y in [_place(code)]
    ]
    if not rows:
        return []
    return [
        {
            "data": {"values": rows},
            "mark": {
                "type": "point",
                "shape": shape,
                "filled": True,
                "opacity": 1,
                "color": colour,
                "stroke": PAPER,
                "strokeWidth": 1,
            },
            "encoding": {
                "longitude": {"field": "x", "type": "quantitative"},
                "latitude": {"field": "y", "type": "quantitative"},
                "size": {"field": "n", "type": "quantitative", "scale": None},
            },
        }
    ]
