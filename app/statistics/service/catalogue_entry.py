"""The entry of the open data in a catalogue: DCAT-AP as JSON-LD.

https://semiceu.github.io/DCAT-AP/releases/3.0.0/ and https://www.w3.org/TR/vocab-dcat-3/
"""

from typing import Any, Final

from app.core.base.messages import Message
from app.core.base.translations import LANGUAGES, language
from app.statistics.schemas.open_data import ABOUT, CHALLENGES, STATISTICS, TITLES

MEDIA_TYPE: Final = "application/ld+json"
_IANA: Final = "https://www.iana.org/assignments/media-types/"
_EU: Final = "http://publications.europa.eu/resource/authority/"
_CREATIVE_COMMONS: Final = {
    "CC0-1.0": f"{_EU}licence/CC0",
    "CC-BY-4.0": f"{_EU}licence/CC_BY_4_0",
    "CC-BY-SA-4.0": f"{_EU}licence/CC_BYSA_4_0",
}
"""Licences that the vocabulary of the European Union knows, by their SPDX names."""
_LANGUAGES: Final = {"en": "ENG", "fr": "FRA", "es": "SPA", "pt": "POR"}
_CONTEXT: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
_TITLE: Final = Message("Open data of the innovation incubator")
_PUBLISHER: Final = Message("The innovation incubator")
KINDS: Final = {
    "csv": ("CSV", "text/csv", "CSV"),
    "jsonl": ("JSON Lines", "application/jsonl", "JSON"),
}
"""By the ending of an address: what people call it, its media type, and its file type."""


def entry(origin: str, licence: str | None, contact: str | None) -> dict[str, Any]:
    """Return the catalogue with its data sets and their distributions.

    Parameters
    ----------
    origin : str
        Where people reach the service.
    licence : str or None
        The name of one, as SPDX writes it, or its address.
    contact : str or None
        An email address.
    """
    agent = f"{origin}/#publisher"
    publisher = {
        "@id": agent,
        "@type": "foaf:Agent",
        "foaf:name": _said(_PUBLISHER),
    }
    asked = (
        {
            "dcat:contactPoint": {
                "@type": "vcard:Kind",
                "vcard:hasEmail": _id(f"mailto:{contact}"),
            }
        }
        if contact
        else {}
    )
    data_sets = [
        {
            "@id": f"{origin}/open-data#{name}",
            "@type": "dcat:Dataset",
            "dct:identifier": name,
            "dct:title": _said(TITLES[name]),
            "dct:description": _said(ABOUT[name]),
            "dct:publisher": _id(agent),
            "dct:language": [_id(f"{_EU}language/{code}") for code in _LANGUAGES.values()],
            "dcat:theme": _id(f"{_EU}data-theme/GOVE"),
            "dcat:landingPage": _id(f"{origin}/open-data"),
            **asked,
            "dcat:distribution": [
                _distribution(origin, name, ending, licence) for ending in KINDS
            ],
        }
        for name in (STATISTICS, CHALLENGES)
    ]
    return {
        "@context": _CONTEXT,
        "@id": f"{origin}/public/v1/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": _said(_TITLE),
        "dct:description": _said(ABOUT[STATISTICS]),
        "dct:publisher": publisher,
        "foaf:homepage": _id(f"{origin}/open-data"),
        "dcat:dataset": data_sets,
    }


def _distribution(origin: str, name: str, ending: str, licence: str | None) -> dict[str, Any]:
    title, media, file_type = KINDS[ending]
    address = f"{origin}/public/v1/{name}.{ending}"
    known = licence and _CREATIVE_COMMONS.get(licence)
    stated: Any = _id(known) if known else licence
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": title,
        "dct:format": _id(f"{_EU}file-type/{file_type}"),
        "dcat:mediaType": _id(f"{_IANA}{media}"),
        "dcat:accessURL": _id(f"{origin}/open-data"),
        "dcat:downloadURL": _id(address),
        **({"dct:license": stated} if stated else {}),
    }


def _id(address: str) -> dict[str, str]:
    return {"@id": address}


def _said(text: Message) -> list[dict[str, str]]:
    return [{"@value": language(tag).say(text), "@language": tag} for tag in LANGUAGES]
