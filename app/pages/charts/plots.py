"""Charts with axes: how scores are spread, who stands high how often, what fairness costs."""

from collections.abc import Sequence
from typing import Any, Final

from app.core.base.translations import Language
from app.pages.charts.colours import PAPER, TOKENS
from app.pages.charts.drawing import SIZE, Specification, numbers_in

WIDTH: Final = 420
HEIGHT: Final = 300
"""Pixels of a chart, its axes and their titles included."""
BAR: Final = 44
"""Pixels of a bar with its name and the room around it."""
_SPARSE: Final = {"tickCount": 6, "labelOverlap": True, "labelFlush": False}


def histogram(
    bins: Sequence[tuple[float, float, int]], *, x: str, y: str, language: Language
) -> Specification:
    """Return a chart of how often values lie between bounds.

    Parameters
    ----------
    bins : sequence of (float, float, int)
        Lower bound, upper bound, and how many lie between them.
    x, y : str
        Titles of the axes.
    """
    rows = [{"from": low, "to": high, "n": n} for low, high, n in bins]
    return _of_size(
        {
            "data": {"values": rows},
            "mark": {"type": "bar", "color": TOKENS["blue"], "stroke": PAPER, "binSpacing": 0},
            "encoding": {
                "x": {
                    "field": "from",
                    "bin": "binned",
                    "type": "quantitative",
                    "title": x,
                    "axis": {"grid": False, **_SPARSE},
                },
                "x2": {"field": "to"},
                "y": _counts(max((n for *_, n in bins), default=0), y),
            },
        },
        language,
    )


def bars(rows: Sequence[tuple[str, int]], *, x: str, language: Language) -> Specification:
    """Return a chart of a bar for each row, from above, with its figure at its end.

    Parameters
    ----------
    rows : sequence of (str, int)
        What each is called, and how many.
    x : str
        What is counted.
    """
    values = [
        {"place": place, "label": label, "n": n, "told": language.number(n)}
        for place, (label, n) in enumerate(rows)
    ]
    title = {"title": x, "orient": "top", "labels": False, "grid": False, "titleAlign": "left"}
    title |= {"titleAnchor": "start", "ticks": False, "domain": False}
    most = max((n for _, n in rows), default=0)
    lengths = _counts(most, x) | {"axis": title}
    text = {"type": "text", "align": "left", "fontSize": SIZE, "color": TOKENS["ink"]}
    return _of_size(
        {
            "data": {"values": values},
            "encoding": {"y": {"field": "place", "type": "ordinal", "axis": None}},
            "layer": [
                {
                    "mark": {"type": "bar", "color": TOKENS["blue"], "size": 14, "yOffset": 9},
                    "encoding": {"x": lengths},
                },
                {
                    # Over its bar rather than beside it, where a long name would not fit.
                    "mark": {**text, "dy": -8, "limit": WIDTH - 60},
                    "encoding": {"x": {"datum": 0}, "text": {"field": "label"}},
                },
                {
                    "mark": {**text, "dx": 6, "dy": 9},
                    "encoding": {"x": lengths, "text": {"field": "told"}},
                },
            ],
        },
        language,
        height=size_of_bars(len(rows)),
        right=56,
    )


def size_of_bars(n: int) -> int:
    """Return how many pixels high a chart of this many bars is."""
    return BAR * n + 40


def line(
    points: Sequence[tuple[float, float]], *, x: str, y: str, language: Language
) -> Specification:
    """Return a chart of points that are joined in their order.

    Parameters
    ----------
    points : sequence of (float, float)
    x, y : str
        Titles of the axes.
    """
    rows = [{"x": across, "y": up} for across, up in points]
    return _of_size(
        {
            "data": {"values": rows},
            "mark": {
                "type": "line",
                "color": TOKENS["blue"],
                "point": {"filled": True, "size": 70, "color": TOKENS["navy"]},
            },
            "encoding": {
                "x": _measured("x", x, [across for across, _ in points]),
                "y": _measured("y", y, [up for _, up in points]),
                "order": {"field": "x", "type": "quantitative"},
            },
        },
        language,
    )


def _measured(field: str, title: str, values: Sequence[float]) -> Any:
    """Return the axis of values, with some room around them, also where all are equal."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    room = (high - low) / 10 or 0.05
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": {"domain": [round(low - room, 4), round(high + room, 4)]},
        "axis": _SPARSE,
    }


def _counts(most: int, title: str) -> Any:
    """Return the axis of whole numbers up to this one."""
    return {
        "field": "n",
        "type": "quantitative",
        "title": title,
        "scale": {"domainMin": 0, "domainMax": max(most, 1)},
        "axis": {**_SPARSE, "format": ",d", "tickMinStep": 1, "domain": False},
    }


def _of_size(
    specification: dict[str, Any], language: Language, height: int = HEIGHT, right: int = 24
) -> Specification:
    return {
        **specification,
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 4, "right": right, "top": 8, "bottom": 4},
        "config": numbers_in(language),
    }


def intervals(
    rows: Sequence[tuple[str, float, float, float]], *, x: str, language: Language
) -> Specification:
    """Return a chart of shares from above, each a point on the line of its interval.

    Parameters
    ----------
    rows : sequence of (str, float, float, float)
        What each is called, its share, and where its interval begins and ends; from 0 to 1.
    x : str
        Of what they are shares, in hundredths.
    """
    values = [
        {"place": place, "label": label, "n": 100 * n, "low": 100 * low, "high": 100 * high}
        for place, (label, n, low, high) in enumerate(rows)
    ]
    title = {"title": x, "orient": "top", "titleAlign": "left", "titleAnchor": "start"}
    scale = {"domainMin": 0, "domainMax": 100}
    share = {"field": "n", "type": "quantitative", "scale": scale, "axis": _SPARSE | title}
    line = {"type": "rule", "color": TOKENS["navy"], "strokeWidth": 2, "yOffset": 9}
    text = {"type": "text", "align": "left", "fontSize": SIZE, "color": TOKENS["ink"]}
    return _of_size(
        {
            "data": {"values": values},
            "encoding": {"y": {"field": "place", "type": "ordinal", "axis": None}},
            "layer": [
                {
                    "mark": line | {"y2Offset": 9},
                    "encoding": {"x": share | {"field": "low"}, "x2": {"field": "high"}},
                },
                {
                    "mark": {
                        **{"type": "point", "filled": True, "size": 90, "opacity": 1},
                        **{"color": TOKENS["blue"], "yOffset": 9},
                    },
                    "encoding": {"x": share},
                },
                {
                    "mark": {**text, "dy": -8, "limit": WIDTH - 60},
                    "encoding": {"x": {"datum": 0}, "text": {"field": "label"}},
                },
            ],
        },
        language,
        height=size_of_bars(len(rows)) + 20,
    )
