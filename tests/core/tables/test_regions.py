"""Each country lies in one region."""

from app.core.base.translations import language
from app.core.tables.countries import country_codes
from app.core.tables.regions import REGIONS, Region
from app.statistics.schemas.groups import Division
from app.statistics.service.naming import name_of_group


def test_each_country_has_a_region() -> None:
    assert sorted(REGIONS) == country_codes()
    assert [REGIONS[code] for code in ("FR", "BR", "KE", "JP", "FJ", "EU", "AQ")] == [
        *(Region.EUROPE, Region.AMERICAS, Region.AFRICA, Region.ASIA, Region.OCEANIA),
        *(Region.EUROPE, Region.ANTARCTICA),
    ]


def test_each_region_has_a_name_in_each_language() -> None:
    names = {
        tag: [name_of_group(Division.REGION, one, language(tag), {}) for one in Region]
        for tag in ("en", "fr")
    }

    assert names == {
        "en": ["Africa", "Americas", "Antarctica", "Asia", "Europe", "Oceania"],
        "fr": ["Afrique", "Amériques", "Antarctique", "Asie", "Europe", "Océanie"],
    }
