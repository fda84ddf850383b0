"""One match as its reader sees it: staff with both answers, a team in words."""

from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.models import User
from app.matches import queries
from app.matches.lifecycle import KNOWN_TO_EACH_OTHER, Consent, Side
from app.matches.models import Match
from app.matches.schemas import (
    MOST_CONTACTS,
    MOST_PHRASES,
    ContactRead,
    MatchRead,
    MatchTeamRead,
)
from app.matches.service import frozen_reasons, writing
from app.submissions.models import Submission


def read(session: Session, actor: Actor, key: UUID | str, language: str = "en") -> MatchRead:
    """Return one match as the actor reads it.

    Parameters
    ----------
    language : str, default="en"
        In which themes are named.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may know of.
    """
    return shown(session, actor, queries.get(session, actor, key), language)


def shown(session: Session, actor: Actor, match: Match, language: str = "en") -> MatchRead:
    """Return a match that was found as the actor reads it."""
    (found,) = queries.described(session, actor, match)
    if policy.has_any_reach(actor, Action.MATCH_READ):
        return found
    side = queries.sides_of(session, actor, match, Action.MATCH_READ)[0]
    return _from(session, match, found, side, language)


def _from(
    session: Session, match: Match, found: MatchRead, side: Side, language: str
) -> MatchTeamRead:
    line = frozen_reasons.line_of(match)
    names = frozen_reasons.named_in(session, language)
    by = match.challenge_answered_by if side is Side.CHALLENGE else match.solution_answered_by
    colleague = session.get(User, by) if by is not None else None
    return MatchTeamRead(
        **dict(found),
        side=side,
        answer=match.answers.get(side),
        answered_at=match.challenge_answered_at
        if side is Side.CHALLENGE
        else match.solution_answered_at,
        answered_by=colleague.name if colleague else None,
        reasons=frozen_reasons.in_words(match, names),
        phrases=line.phrases[:MOST_PHRASES] if line else [],
        themes=line.themes if line else [],
        passages=line.passages if line else None,
        points=list(line.needs) if line else [],
        contacts=contacts(session, match, side),
    )


def in_words(session: Session, match: Match, language: str) -> list[str]:
    """Say in sentences why the two of a match were brought together, themes in a language."""
    return frozen_reasons.in_words(match, frozen_reasons.named_in(session, language))


def contacts(session: Session, match: Match, side: Side) -> list[ContactRead]:
    """Return how a side reaches the other one; nothing before both have accepted."""
    both = {one for one, said in match.answers.items() if said is Consent.YES} == {*Side}
    if match.state not in KNOWN_TO_EACH_OTHER or not both:
        return []
    other = session.get_one(Submission, match.key_of(side.other))
    found = writing.contacts_of(session, other)[:MOST_CONTACTS]
    return [ContactRead.model_validate(user) for user in found]
