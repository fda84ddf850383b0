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
    from xml.etree.ElementTree import Element, tostring  # noqa: PLC0415 -- few ask for a feed

    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": language})
    _add(feed, "id", address)
    _add(feed, "title", title)
    newest = max((entry.updated for entry in entries), default=_BEGINNING)
    _add(feed, "updated", newest.isoformat())
    _add(feed, "link", rel="self", href=address)
    _add(feed, "link", rel="alternate", href=page)
    _add(_add(feed, "author"), "name", "Counterpart")
    if rights:
        _add(feed, "rights", rights)
    for entry in entries:
        _append(feed, entry)
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _append(feed: "Element", entry: Entry) -> None:
    element = _add(feed, "entry", **{"xml:lang": entry.language})
    _add(element, "id", f"urn:uuid:{entry.key}")
    _add(element, "title", entry.title)
    _add(element, "link", rel="alternate", href=entry.address)
    _add(element, "updated", entry.updated.isoformat())
    _add(element, "published", entry.published.isoformat())
    _add(element, "summary", entry.summary)
    for category in entry.categories:
        _add(element, "category", term=category)


def _add(parent: "Element", tag: str, text: str | None = None, **attributes: str) -> "Element":
    element = parent.makeelement(tag, attributes)
    element.text = text
    parent.append(element)
    return element
