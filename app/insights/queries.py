"""What identifiers name, for people who read tables: only what the reader may know of."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Set
from typing import Any, Final

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.access.visibility import within_reach
from app.accounts.models import User
from app.core.tables.countries import name_of
from app.matches.models import Match
from app.matchmaking.models import MatchRun
from app.notices import queries as notices
from app.notices.models import PublicNotice
from app.organisations.models import Organisation
from app.organisations.service import people
from app.programmes.models import Call, Programme
from app.register import queries as practices
from app.register.models import Practice
from app.submissions.models import Submission
from app.submissions.service.queries import readable
from app.themes.models import Theme

Parts = tuple[str, ...]
Found = Iterator[tuple[Hashable, Parts]]
AT_ONCE: Final = 5_000
"""Identifiers that one statement asks for."""


def names_of(
    session: Session, actor: Actor, identifiers: Mapping[str, Set[Hashable]]
) -> dict[Hashable, Parts]:
    """Return the parts of what each identifier names.

    Parameters
    ----------
    identifiers : mapping of str to set
        By kind: organisation (name and country), programme, call, run (code), submission,
        notice and practice (code and title), user, decider (name), theme (label of its key),
        or any.
    """
    anything = identifiers.get("any", frozenset())
    found: dict[Hashable, Parts] = {}
    for kind, look_up in _KINDS.items():
        more = () if kind in {"theme", "decider"} else anything
        wanted = [*identifiers.get(kind, ()), *more]
        for start in range(0, len(wanted), AT_ONCE):
            found.update(look_up(session, actor, wanted[start : start + AT_ONCE]))
    return found


def zone_of(session: Session) -> str:
    """Return the zone of the newest programme: whose people read the tables; else UTC."""
    newest = select(Programme.zone).order_by(col(Programme.created_at).desc())
    return session.exec(newest).first() or "UTC"


def _organisations(session: Session, actor: Actor, keys: list[Any]) -> Found:
    statement = select(Organisation.id, Organisation.name, Organisation.country).where(
        col(Organisation.id).in_(keys),
        within_reach(actor, Action.ORGANISATION_READ, Organisation.id),
    )
    for key, name, country in session.exec(statement):
        yield key, (name, name_of(country))


def _programmes(session: Session, _: Actor, keys: list[Any]) -> Found:
    statement = select(Programme.id, Programme.code).where(col(Programme.id).in_(keys))
    for key, code in session.exec(statement):
        yield key, (code,)


def _calls(session: Session, _: Actor, keys: list[Any]) -> Found:
    for key, code in session.exec(select(Call.id, Call.code).where(col(Call.id).in_(keys))):
        yield key, (code,)


def _runs(session: Session, actor: Actor, keys: list[Any]) -> Found:
    if policy.allows(actor, Action.RUN_READ):
        statement = select(MatchRun.id, MatchRun.code).where(col(MatchRun.id).in_(keys))
        for key, code in session.exec(statement):
            yield key, (code,)


def _matches(session: Session, actor: Actor, keys: list[Any]) -> Found:
    if policy.allows(actor, Action.RUN_READ):
        for key, code in session.exec(
            select(Match.id, Match.code).where(col(Match.id).in_(keys))
        ):
            yield key, (code,)


def _submissions(session: Session, actor: Actor, keys: list[Any]) -> Found:
    statement = select(Submission.id, Submission.code, Submission.title).where(
        col(Submission.id).in_(keys), readable(actor)
    )
    for key, code, title in session.exec(statement):
        yield key, (code, title)


def _notices(session: Session, actor: Actor, keys: list[Any]) -> Found:
    statement = select(PublicNotice).where(
        col(PublicNotice.id).in_(keys), notices.readable(actor)
    )
    for notice in session.exec(statement):
        yield notice.id, (notice.code, notice.title)


def _practices(session: Session, actor: Actor, keys: list[Any]) -> Found:
    rows = session.exec(
        select(Practice).where(col(Practice.id).in_(keys), practices.readable(actor))
    )
    for one in practices.shown(session, actor, rows):
        yield one.id, (one.code, one.title)


def _users(session: Session, actor: Actor, keys: list[Any]) -> Found:
    for key, name in people.names(session, actor, keys):
        yield key, (name,)


def _deciders(session: Session, actor: Actor, keys: list[Any]) -> Found:
    """Yield the names of those who decided, to those who read what they decided."""
    if policy.allows(actor, Action.RUN_READ):
        for key, name in session.exec(select(User.id, User.name).where(col(User.id).in_(keys))):
            yield key, (name,)


def _themes(session: Session, _: Actor, keys: list[Any]) -> Found:
    themes = [key for key in keys if ":" in str(key)]
    for theme in session.exec(select(Theme).where(col(Theme.key).in_(themes))):
        yield theme.key, (theme.labels.get("en", theme.key),)


_KINDS: Final[dict[str, Callable[[Session, Actor, list[Any]], Found]]] = {
    "organisation": _organisations,
    "programme": _programmes,
    "call": _calls,
    "run": _runs,
    "match": _matches,
    "submission": _submissions,
    "notice": _notices,
    "practice": _practices,
    "user": _users,
    "decider": _deciders,
    "theme": _themes,
}
