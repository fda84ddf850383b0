"""The forms in which a list is answered, and which one a header asks for."""

from enum import StrEnum
from typing import Final


class Format(StrEnum):
    """How a list is answered."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


MEDIA: Final = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def wanted(accept: str) -> Format:
    """Return the format that an `Accept` header names, JSON where it names none of ours.

    Of several the one with the greatest weight counts, the first among equals.
    """
    accepted = [part for part in map(_weighed, accept.split(",")) if part is not None]
    return max(accepted, key=lambda part: part[1], default=(Format.JSON, 0.0))[0]


def _weighed(part: str) -> tuple[Format, float] | None:
    media, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
    weight = (
        float(quality) if quality.replace(".", "", 1).isdecimal() and quality.isascii() else 0.0
    )
    known = {name: kind for kind, name in MEDIA.items()} | {"*/*": Format.JSON}
    return (known[media], weight) if media in known and weight > 0 else None
