"""The register as a feed."""

from app.core.base.atom import Entry
from app.register.models import ListedPractice


def entry_of(listed: ListedPractice, *, origin: str, language: str) -> Entry:
    """Return what a feed tells of a listed practice.

    Parameters
    ----------
    origin : str
        Where people reach the service.
    language : str
        Of the feed, where that of the text is not known.
    """
    return Entry(
        key=listed.id,
        title=listed.title,
        summary=listed.summary or listed.text,
        address=f"{origin}/register/{listed.code}",
        language=listed.language or language,
        updated=listed.listed_at,
        published=listed.first_listed_at,
        categories=listed.themes,
    )
