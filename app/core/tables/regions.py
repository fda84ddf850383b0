"""Regions of the world: the five of the United Nations (M49), by codes of ISO 3166-1 alpha-2.

https://unstats.un.org/unsd/methodology/m49/ has no region for Antarctica, and none of its own
for bodies of the European Union and for Taiwan; they stand where they lie.
"""

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Region(StrEnum):
    """A region of the world, by its code of M49."""

    AFRICA = "002"
    AMERICAS = "019"
    ANTARCTICA = "010"
    ASIA = "142"
    EUROPE = "150"
    OCEANIA = "009"


_COUNTRIES: Final = {
    Region.AFRICA: (
        "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW IO KE KM LR LS LY"
        " MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TF TG TN TZ UG YT"
        " ZA ZM ZW"
    ),
    Region.AMERICAS: (
        "AG AI AR AW BB BL BM BO BQ BR BS BV BZ CA CL CO CR CU CW DM DO EC FK GD GF GL GP GS GT"
        " GY HN HT JM KN KY LC MF MQ MS MX NI PA PE PM PR PY SR SV SX TC TT US UY VC VE VG VI"
    ),
    Region.ANTARCTICA: "AQ",
    Region.ASIA: (
        "AE AF AM AZ BD BH BN BT CN CY GE HK ID IL IN IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM"
        " MN MO MV MY NP OM PH PK PS QA SA SG SY TH TJ TL TM TR TW UZ VN YE"
    ),
    Region.EUROPE: (
        "AD AL AT AX BA BE BG BY CH CZ DE DK EE ES EU FI FO FR GB GG GI GR HR HU IE IM IS IT JE"
        " LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA"
    ),
    Region.OCEANIA: (
        "AS AU CC CK CX FJ FM GU HM KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS"
    ),
}

REGIONS: Final = MappingProxyType(
    {code: region for region, codes in _COUNTRIES.items() for code in codes.split()}
)
"""The region of each country."""
