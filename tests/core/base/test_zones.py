"""Time zones: the names of the IANA database, and each of them told in each language."""

from datetime import UTC, datetime
from zoneinfo import available_timezones

import pytest
from pydantic import TypeAdapter, ValidationError

from app.core.base.translations import LANGUAGES, language
from app.core.base.zones import Zone, is_zone, places

ZONE: TypeAdapter[str] = TypeAdapter(Zone)


def test_what_people_choose_from_are_zones_named_by_a_place() -> None:
    assert set(places()) <= available_timezones()
    assert {"UTC", "Europe/Paris", "Africa/Nairobi", "America/Argentina/Ushuaia"} <= set(
        places()
    )
    assert {"EST5EDT", "Etc/GMT+5", "GB"}.isdisjoint(places())


@pytest.mark.parametrize("name", ["", "Paris", "europe/paris", "../Europe/Paris", "UTC\x00"])
def test_what_is_no_zone_is_refused_by_name(name: str) -> None:
    assert not is_zone(name)
    with pytest.raises(ValidationError, match="is no IANA time zone"):
        ZONE.validate_python(name)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_each_zone_can_be_told_in_each_language(tag: str) -> None:
    at = datetime(2026, 7, 1, 12, tzinfo=UTC)

    told = {zone: language(tag).moment(at, zone) for zone in sorted(available_timezones())}

    assert all(text.endswith(")") and "2026" in text for text in told.values())
