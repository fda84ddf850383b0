"""A chart is drawn from its data alone, as the same bytes each time, and can do nothing."""

import gzip
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from app.core.base.translations import LANGUAGES, language
from app.pages.charts import drawing, plots, world
from app.pages.charts.colours import LAND, PAPER, TAKES_PART, TOKENS
from app.pages.charts.drawing import CONFIG, Specification

STYLES = Path(__file__).parents[2] / "assets" / "styles"
ENGLISH = language("en")
HOSTILE = '</text><script>alert(1)</script><image href="https://example.org/x.png"/>'
SVG = "{http://www.w3.org/2000/svg}"
DRAWN: Mapping[str, Specification] = {
    "histogram": plots.histogram([(0, 0.5, 3), (0.5, 1, 1)], x="x", y="y", language=ENGLISH),
    "equal": plots.histogram([(0.45, 0.5, 40)], x="x", y="y", language=ENGLISH),
    "no bins": plots.histogram([], x="x", y="y", language=ENGLISH),
    "bars": plots.bars([(HOSTILE, 3), (HOSTILE, 1)], x=HOSTILE, language=ENGLISH),
    "no bars": plots.bars([], x="x", language=ENGLISH),
    "line": plots.line([(0.1, 2), (0.2, 1.5)], x="x", y="y", language=ENGLISH),
    "point": plots.line([(0.1, 2)], x="x", y="y", language=ENGLISH),
    "no points": plots.line([], x="x", y="y", language=ENGLISH),
    "map": world.world({"FR": 1, "MT": 2}, {"FR": 3, "SG": 1}, {("FR", "SG"): 2}),
    "empty map": world.world({}, {}),
}


def texts(specification: Specification) -> list[str]:
    root = ElementTree.fromstring(drawing.svg(specification))  # noqa: S314 -- our own output
    return [element.text or "" for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_holds_no_script_and_refers_to_nothing(name: str) -> None:
    drawn = drawing.svg(DRAWN[name])

    root = ElementTree.fromstring(drawn)  # noqa: S314 -- our own output
    kinds = {element.tag.removeprefix(SVG) for element in root.iter()}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert kinds <= {"svg", "g", "path", "rect", "line", "text"}
    assert not [name for name in attributes if "href" in name or name.startswith("on")]
    assert not {"style", "src"} & attributes
    values = (value for element in root.iter() for value in element.attrib.values())
    assert not [value for value in values if "url(" in value or "://" in value]


@pytest.mark.parametrize("name", DRAWN)
def test_the_same_figures_give_the_same_bytes_and_the_size_that_the_page_names(
    name: str,
) -> None:
    specification = DRAWN[name]

    drawn = drawing.svg(specification)

    assert drawn == drawing.svg(specification)
    size = f'width="{specification["width"]}" height="{specification["height"]}" viewBox='
    assert size.encode() in drawn[:300]


def test_other_figures_have_another_tag_and_equal_ones_the_same() -> None:
    one, same, other = (
        plots.histogram([(0, 1, n)], x="x", y="y", language=ENGLISH) for n in (1, 1, 2)
    )

    assert drawing.tag(one) == drawing.tag(same) != drawing.tag(other)


@pytest.mark.parametrize(
    "specification",
    [
        {"data": {"url": "file:///etc/hostname"}, "mark": "bar"},
        {"data": {"url": "https://example.org/x.json"}, "mark": "bar"},
        {"layer": [{"mark": {"type": "image", "url": "x.png"}}]},
        {"data": {"values": [{"a": 1}]}, "mark": {"type": "bar", "href": "javascript:a()"}},
        {"$schema": "https://example.org/schema.json", "mark": "bar"},
        {"transform": ({"lookup": "a", "from": {"data": {"url": "b.csv"}}},), "mark": "bar"},
    ],
)
def test_a_chart_that_names_what_is_not_in_it_is_refused(
    specification: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match="holds its data"):
        drawing.svg(specification)


def test_what_people_wrote_is_text_in_a_chart() -> None:
    """A long name is cut at its end, where it has no room."""
    title, *labels = sorted(texts(DRAWN["bars"]), key=len, reverse=True)

    assert title == HOSTILE
    assert sorted(labels[2:]) == ["1", "3"]
    assert [HOSTILE.startswith(label.removesuffix("…")) for label in labels[:2]] == [True, True]
    assert min(map(len, labels[:2])) > 40


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_chart_writes_its_numbers_as_its_reader_does(tag: str) -> None:
    reader = language(tag)
    bins = [(0, 0.5, 12_000), (0.5, 1, 4)]

    found = texts(plots.histogram(bins, x="Score", y="Pairs", language=reader))
    bars = texts(plots.bars([("One", 12_000)], x="Pairs", language=reader))

    assert {reader.number(0.2, 1), reader.number(12_000), "Score", "Pairs"} <= {*found}
    assert sorted(bars) == sorted(["Pairs", "One", reader.number(12_000)])


def test_two_providers_of_one_name_have_two_bars() -> None:
    found = texts(plots.bars([("Agency", 3), ("Agency", 1)], x="n", language=ENGLISH))

    assert sorted(found) == ["1", "3", "Agency", "Agency", "n"]


def test_the_colours_are_those_of_the_style_sheets() -> None:
    written = (STYLES / "_tokens.scss").read_text(encoding="utf-8")
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", written))
    shades = {
        *re.findall(r"background: (#\w+)", (STYLES / "_heatmap.scss").read_text("utf-8")),
        *re.findall(r"fill: (#\w+)", (STYLES / "_pieces.scss").read_text("utf-8")),
    }

    assert {name: tokens[name] for name in TOKENS} == dict(TOKENS)
    assert {TAKES_PART, LAND} <= shades


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_has_no_colours_but_these(name: str) -> None:
    drawn = drawing.svg(DRAWN[name]).decode()

    found = set(re.findall(r'(?:fill|stroke)="(#\w+|\w+)"', drawn)) - {"none", "transparent"}
    assert found <= {*TOKENS.values(), TAKES_PART, LAND, PAPER}


def test_the_letters_of_a_chart_can_be_read_on_a_narrow_screen() -> None:
    """A panel of a screen of 320 pixels has 258; letters of 14 are shown there with 8.6."""
    assert (CONFIG["axis"]["labelFontSize"], plots.WIDTH) == (14, 420)


def test_a_map_of_the_whole_world_is_small() -> None:
    import pycountry  # noqa: PLC0415 -- as the product loads it

    codes = [country.alpha_2 for country in pycountry.countries]
    links = {(a, b): 1 for a in codes[:20] for b in codes[20:40]}

    drawn = drawing.svg(world.world(dict.fromkeys(codes, 1), dict.fromkeys(codes, 2), links))

    assert len(gzip.compress(drawn)) < 60_000


@pytest.mark.server
def test_a_service_that_starts_has_not_loaded_what_draws() -> None:
    code = (
        "import sys, app.main\n"
        "from app.pages.charts.atlas import atlas\n"
        "print('vl_convert' in sys.modules, atlas.cache_info().currsize)"
    )

    ended = subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert ended.stdout == "False 0\n"
