"""Use cases of the vocabularies."""

from collections.abc import Iterable, Iterator, Sequence, Set

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import FieldError
from app.core.base.messages import Message
from app.core.storage.pagination import Page, page
from app.themes.facets import Facet
from app.themes.keys import meant
from app.themes.models import Theme
from app.themes.schemas import ThemeDraft, ThemeQuery


def load(session: Session, actor: Actor, facet: Facet, drafts: Iterable[ThemeDraft]) -> int:
    """Add the entries of a vocabulary that are new, and correct the others.

    Return how many are new.

    Raises
    ------
    NotPermitted
        If the actor may not change programmes and their vocabularies.
    """
    policy.require(actor, Action.PROGRAMME_WRITE)
    known = {
        theme.code: theme for theme in session.exec(select(Theme).where(Theme.facet == facet))
    }
    added = 0
    for draft in drafts:
        theme = known.get(draft.code)
        if theme is None:
            key = f"{facet}:{draft.code}"
            session.add(Theme(key=key, facet=facet, **draft.model_dump()))
            added += 1
        elif any(getattr(theme, name) != said for name, said in draft):
            theme.sqlmodel_update(draft)
    return added


def search(session: Session, query: ThemeQuery) -> Page[Theme]:
    """Return a page of the themes; everybody may read them."""
    statement = select(Theme).where(col(Theme.retired_at).is_(None))
    if query.facet:
        statement = statement.where(col(Theme.facet).in_(query.facet))
    return page(
        session, statement, query, sortable={"key": Theme.key}, default="key", key=Theme.id
    )


def labels(session: Session, language: str = "en") -> dict[str, str]:
    """Return how people call each theme, retired ones too; the key where nobody said."""
    return {
        key: labels.get(language, key)
        for key, labels in session.exec(select(Theme.key, col(Theme.labels)))
    }


def names(session: Session) -> Iterator[tuple[str, list[str]]]:
    """Yield the keys that submissions may name, each with its names in all languages."""
    statement = select(Theme).where(col(Theme.retired_at).is_(None))
    for theme in session.exec(statement):
        yield theme.key, [*theme.labels.values()]


def keys(session: Session) -> frozenset[str]:
    """Return the keys that submissions may name."""
    return frozenset(session.exec(select(Theme.key).where(col(Theme.retired_at).is_(None))))


def unknown(keys: Sequence[str], known: Set[str]) -> list[FieldError]:
    """Return an error for each key that is not known, with what may be meant."""
    return [
        FieldError(
            f"/themes/{index}",
            Message("There is no theme {key!r}. {meant}", key=key, meant=meant(key, known)),
        )
        for index, key in enumerate(keys)
        if key not in known
    ]
