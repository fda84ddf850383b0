"""Feeds in the Atom format (RFC 4287)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MEDIA_TYPE: Final = "application/atom+xml"
_ATOM: Final = "http://www.w3.org/2005/Atom"
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed tells of.

    Parameters
    ----------
    key : UUID
        Of the thing; a reader knows by it what it has shown already.
    title, summary : str
    address : str
        Where people read all of it.
    language : str
        The tag of the language in which title and summary are written.
    updated, published : datetime
    categories : iterable of str
    """

    key: UUID
    title: str
    summary: str
    address: str
    language: str
    updated: datetime
    published: datetime
    categories: Iterable[str] = ()


def atom(
    entries: list[Entry],
    *,
    address: str,
    page: str,
    title: str,
    language: str,
    rights: str | None = None,
) -> bytes:
    """Return a feed with its entries in their order.

    Parameters
    ----------
    address : str
        Of the feed itself.
    page : str
        Where people read the same.
    title : str
    language : str
        Of the title.
    rights : str, optional
        The licence.
    """
    from xml.etree.ElementTree import (  # noqa: PLC0415 -- few ask for a feed
        Element,
        SubElement,
        tostring,
    )

    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": language})
    _text(feed, "id", address)
    _text(feed, "title", title)
    newest = max((entry.updated for entry in entries), default=_BEGINNING)
    _text(feed, "updated", newest.isoformat())
    SubElement(feed, "link", {"rel": "self", "href": address})
    SubElement(feed, "link", {"rel": "alternate", "href": page})
    _text(SubElement(feed, "author"), "name", "Counterpart")
    if rights:
        _text(feed, "rights", rights)
    for entry in entries:
        _append(feed, entry)
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _append(feed: "Element", entry: Entry) -> None:
    from xml.etree.ElementTree import SubElement  # noqa: PLC0415 -- as above

    element = SubElement(feed, "entry", {"xml:lang": entry.language})
    _text(element, "id", f"urn:uuid:{entry.key}")
    _text(element, "title", entry.title)
    SubElement(element, "link", {"rel": "alternate", "href": entry.address})
    _text(element, "updated", entry.updated.isoformat())
    _text(element, "published", entry.published.isoformat())
    _text(element, "summary", entry.summary)
    for category in entry.categories:
        SubElement(element, "category", {"term": category})


def _text(parent: "Element", name: str, text: str) -> None:
    from xml.etree.ElementTree import SubElement  # noqa: PLC0415 -- as above

    SubElement(parent, name).text = text
