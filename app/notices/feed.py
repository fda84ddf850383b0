"""The catalogue as a feed."""

from app.core.base.atom import Entry
from app.notices.queries import Published


def entry_of(one: Published, *, origin: str, language: str) -> Entry:
    """Return what a feed tells of a published notice.

    Parameters
    ----------
    origin : str
        Where people reach the service.
    language : str
        In which it is told, where it is written in it.
    """
    text, notice = one.text(language), one.notice
    assert notice.published_at is not None  # noqa: S101 -- a CHECK of its table
    return Entry(
        key=notice.id,
        title=text["title"],
        summary=text["summary"] or text["outcome"],
        address=f"{origin}/notices/{notice.code}",
        language=text["language"],
        updated=notice.published_at,
        published=notice.published_at,
        categories=notice.themes,
    )
