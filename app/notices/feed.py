"""The catalogue as an Atom feed (RFC 4287)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from app.notices.queries import Published

MEDIA_TYPE: Final = "application/atom+xml"
_ATOM: Final = "http://www.w3.org/2005/Atom"
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


def atom(
    found: Sequence[Published], *, origin: str, title: str, licence: str | None, language: str
) -> bytes:
    """Return what is published as a feed, in the order in which it comes.

    Parameters
    ----------
    origin : str
        Where people reach the service.
    title : str
        Of the feed.
    licence : str or None
        Under which it may be used; None where nobody has said.
    language : str
        That of each entry, where it is written in it.
    """
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": language})
    address = f"{origin}/public/v1/notices.atom"
    _text(feed, "id", address)
    _text(feed, "title", title)
    newest = max((_published(one) for one in found), default=_BEGINNING)
    _text(feed, "updated", newest.isoformat())
    SubElement(feed, "link", {"rel": "self", "href": address})
    SubElement(feed, "link", {"rel": "alternate", "href": f"{origin}/notices"})
    _text(SubElement(feed, "author"), "name", "Counterpart")
    if licence:
        _text(feed, "rights", licence)
    for one in found:
        _entry(feed, one, origin, language)
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(feed: Element, one: Published, origin: str, language: str) -> None:
    text = one.text(language)
    entry = SubElement(feed, "entry", {"xml:lang": text["language"]})
    _text(entry, "id", f"urn:uuid:{one.notice.id}")
    _text(entry, "title", text["title"])
    SubElement(
        entry, "link", {"rel": "alternate", "href": f"{origin}/notices/{one.notice.code}"}
    )
    _text(entry, "updated", _published(one).isoformat())
    _text(entry, "published", _published(one).isoformat())
    _text(entry, "summary", text["summary"] or text["outcome"])
    for key in one.notice.themes:
        SubElement(entry, "category", {"term": key})


def _published(one: Published) -> datetime:
    return one.notice.published_at or _BEGINNING


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text
