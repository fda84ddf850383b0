"""The map shows each country that the atlas has, small ones too, and says which it has not."""

from typing import Any

import pycountry
import pytest

from app.pages.charts.atlas import ANTARCTICA, atlas
from app.pages.charts.world import MOST_LINES, is_on_map, missing, world

NOWHERE = {"AQ", "BQ", "BV", "CC", "CX", "EU", "GF", "GI", "GP", "MQ", "RE", "SJ", "TK", "TV"}
NOWHERE |= {"UM", "YT"}


def layers(specification: Any, kind: str) -> list[Any]:
    return [layer for layer in specification["layer"] if layer["mark"]["type"] == kind]


def marks(specification: Any) -> dict[str, list[tuple[float, float]]]:
    """Where the marks of each shape stand."""
    return {
        layer["mark"]["shape"]: [(row["x"], row["y"]) for row in layer["data"]["values"]]
        for layer in layers(specification, "point")
    }


def test_the_atlas_has_all_countries_but_a_few_territories() -> None:
    codes = {country.alpha_2 for country in pycountry.countries} | {"EU"}

    assert {code for code in codes if not is_on_map(code)} == NOWHERE


def test_small_states_come_from_the_finer_scale_and_antarctica_from_none() -> None:
    world = atlas()

    assert {"470", "702"} <= world.small
    assert not {"250", ANTARCTICA} & world.small
    assert ANTARCTICA not in world.shapes


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("MT", (14.4, 35.9)),
        ("SG", (103.8, 1.4)),
        ("FR", (2.3, 46.6)),
        ("US", (-99.1, 39.5)),
        ("RU", (99.9, 61.7)),
        ("FJ", (178.0, -17.8)),
    ],
)
def test_a_mark_stands_on_the_largest_part_of_its_country(
    code: str, place: tuple[float, float]
) -> None:
    found = marks(world({code: 1}, {}))["triangle-up"]

    assert found == [pytest.approx(place, abs=0.06)]


def test_malta_and_singapore_are_drawn_with_a_wide_outline() -> None:
    specification = world({"MT": 1, "FR": 1}, {"SG": 1})

    _, large, small = layers(specification, "geoshape")
    assert (len(large["data"]["values"]), large["mark"]["strokeWidth"]) == (1, 0.6)
    assert (len(small["data"]["values"]), small["mark"]["strokeWidth"]) == (2, 5)
    assert small["mark"]["stroke"] == small["mark"]["fill"]


def test_what_is_not_in_the_atlas_is_joined_to_nothing_and_named() -> None:
    """Some shapes of the atlas have no number; a country without one is none of them."""
    countries = {"EU": 4, "GI": 1, "FR": 1}

    specification = world(countries, {"EU": 2}, {("EU", "FR"): 3, ("FR", "GI"): 1})

    assert atlas().unnumbered
    assert missing([*countries, "EU"]) == ["EU", "GI"]
    assert marks(specification) == {"triangle-up": [pytest.approx((2.3, 46.6), abs=0.06)]}
    assert layers(specification, "rule") == []


def test_a_country_of_both_sides_has_two_marks_beside_each_other() -> None:
    specification = world({"FR": 1}, {"FR": 2})

    ((west, north),) = marks(specification)["triangle-up"]
    ((east, same),) = marks(specification)["circle"]
    assert north == same
    assert east - west == pytest.approx(5.6)


def test_lines_are_wider_for_more_pairs_and_only_between_two_countries() -> None:
    (lines,) = layers(
        world({"FR": 1}, {"NO": 1}, {("FR", "NO"): 3, ("FR", "FR"): 5, ("FR", "MT"): 1}), "rule"
    )

    assert [row["n"] for row in lines["data"]["values"]] == [4, 2]


def test_of_many_lines_the_strongest_are_drawn() -> None:
    codes = sorted({country.alpha_2 for country in pycountry.countries} - NOWHERE)[:60]
    links = {(a, b): 1 for a in codes for b in codes if a != b} | {("FR", "NO"): 2}

    (lines,) = layers(world({}, {}, links), "rule")

    drawn = [row["n"] for row in lines["data"]["values"]]
    assert (len(drawn), drawn[0], set(drawn[1:])) == (MOST_LINES, 3, {2})


def test_a_map_of_nobody_has_the_countries_alone() -> None:
    assert [layer["mark"]["type"] for layer in world({}, {})["layer"]] == ["geoshape"]
