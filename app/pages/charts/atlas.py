"""The shapes of the countries, as the build puts them where the server reads them.

They are of Natural Earth, at two scales: the coarse one for all that it knows, the finer one
for the small states that it leaves out, such as Malta and Singapore. Countries are known by
their number of ISO 3166-1; what has none in the atlas, is no country of a map.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

ATLAS: Final = Path(__file__).parents[2] / "static" / "atlas"
ANTARCTICA: Final = "010"
DIGITS: Final = 2
"""Decimals of a degree that are kept: a hundredth is less than a tenth of a pixel."""

Point = tuple[float, float]
"""Longitude and latitude in degrees."""
Ring = Sequence[Point]
Shape = Mapping[str, Any]
"""A MultiPolygon as in GeoJSON."""


@dataclass(frozen=True, slots=True)
class Atlas:
    """The world.

    Attributes
    ----------
    shapes : mapping of str to mapping
        The shape of each country that has a number, but for Antarctica.
    unnumbered : sequence of mapping
        Shapes of the coarse scale without a number.
    places : mapping of str to (float, float)
        Where a mark of the country stands: the middle of its largest part.
    small : frozenset of str
        The countries that the coarse scale leaves out.
    """

    shapes: Mapping[str, Shape]
    unnumbered: Sequence[Shape]
    places: Mapping[str, Point]
    small: frozenset[str]


@cache
def atlas() -> Atlas:
    """Return the world; it is read once."""
    coarse = [*_countries("110m")]
    known = {ANTARCTICA, *(number for number, _ in coarse)}
    fine = [one for one in _countries("50m") if one[0] not in known]
    coarse = [one for one in coarse if one[0] != ANTARCTICA]
    named = {number: polygons for number, polygons in (*coarse, *fine) if number is not None}
    return Atlas(
        shapes=MappingProxyType({number: shape_of(named[number]) for number in named}),
        unnumbered=[shape_of(polygons) for number, polygons in coarse if number is None],
        places=MappingProxyType({number: _middle(named[number]) for number in named}),
        small=frozenset(number for number, _ in fine if number in named),
    )


def shape_of(polygons: Sequence[Sequence[Ring]]) -> Shape:
    """Return polygons as one shape."""
    return {"type": "MultiPolygon", "coordinates": polygons}


def _countries(scale: str) -> Iterator[tuple[str | None, list[list[Ring]]]]:
    """Yield the number of each country, if it has one, with its polygons; decodes TopoJSON."""
    topology = json.loads((ATLAS / f"countries-{scale}.json").read_text(encoding="utf-8"))
    arcs = _arcs(topology)
    for geometry in topology["objects"]["countries"]["geometries"]:
        parts = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        yield geometry.get("id"), [[_ring(arcs, ring) for ring in part] for part in parts]


def _arcs(topology: Any) -> list[list[Point]]:
    """Return each arc in degrees: its points are stored as steps on a grid."""
    (width, height), (west, south) = (topology["transform"][k] for k in ("scale", "translate"))
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for right, up in arc:
            x, y = x + right, y + up
            points.append((round(x * width + west, DIGITS), round(y * height + south, DIGITS)))
        found.append(points)
    return found


def _ring(arcs: Sequence[list[Point]], indexes: Sequence[int]) -> Ring:
    """Join arcs to a ring; `~i` is the arc `i` from its end, and each begins where one ends."""
    points: list[Point] = []
    for index in indexes:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc[1:] if points else arc
    return points


def _middle(polygons: Sequence[Sequence[Ring]]) -> Point:
    """Return the centroid of the largest polygon, by the shoelace formula in degrees."""
    area, x, y = max((_centroid(outer) for outer, *_ in polygons), key=lambda one: one[0])
    if not area:
        return polygons[0][0][0]
    return round((x + 180) % 360 - 180, DIGITS), round(y, DIGITS)


def _centroid(ring: Ring) -> tuple[float, float, float]:
    twice = x = y = 0.0
    for (x1, y1), (x2, y2) in pairwise(_unwrapped(ring)):
        cross = x1 * y2 - x2 * y1
        twice, x, y = twice + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return (abs(twice) / 2, x / (3 * twice), y / (3 * twice)) if twice else (0.0, 0.0, 0.0)


def _unwrapped(ring: Ring) -> Ring:
    """Return a ring whose longitudes go on beyond 180 degrees rather than jump to -180."""
    found = [ring[0]]
    for x, y in ring[1:]:
        found.append((x - 360 * round((x - found[-1][0]) / 360), y))
    return found
