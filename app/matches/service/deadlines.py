"""What the clock does with offers: it reminds before the date, and lapses at the date."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from app.core.base.clock import now
from app.core.storage import audit
from app.matches.lifecycle import BY_ITSELF, Facts, MatchLetterKind, MatchState, Side
from app.matches.models import Match, MatchLetter
from app.matches.service import pairs, writing
from app.matches.service.recording import SUBJECT

REMINDED: Final = timedelta(days=3)
"""How long before the date a side is reminded that is silent; of short times, at half."""
AT_ONCE: Final = 200
"""How many offers one transaction looks at; the next one takes the rest."""


def lapse(session: Session, at: datetime | None = None) -> int:
    """Let the offers lapse of which the date is over; return how many.

    Parameters
    ----------
    at : datetime, optional
        The instant that counts, in UTC; else the present one.
    """
    at = at or now()
    lapsed = 0
    for match in _offered(session, col(Match.answer_by) <= at):
        pairs.hold_match_alone(session, match)
        if match.state is not MatchState.OFFERED:
            continue  # somebody has answered while it waited
        before = match.state
        match.state = BY_ITSELF.advance(before, BY_ITSELF.step("lapse"), Facts())
        match.settled_at = at
        session.flush()
        audit.record(
            session, None, "lapse", SUBJECT, match.id, before=before, after=match.state
        )
        writing.tell_both(session, match, MatchLetterKind.LAPSED)
        lapsed += 1
    return lapsed


def remind(session: Session, at: datetime | None = None) -> int:
    """Write to the sides that have not answered shortly before the date; return how many.

    Parameters
    ----------
    at : datetime, optional
        As for `lapse`.
    """
    at = at or now()
    reminded = 0
    told = select(MatchLetter.match_id).where(MatchLetter.kind == MatchLetterKind.REMINDER)
    soon = (col(Match.answer_by) > at) & (col(Match.answer_by) <= at + REMINDED)
    silent = col(Match.challenge_answer).is_(None) | col(Match.solution_answer).is_(None)
    for match in _offered(session, soon & silent & col(Match.id).not_in(told)):
        if match.answer_by is None or match.offered_at is None:
            continue  # the database holds that there is none such
        if at < match.offered_at + (match.answer_by - match.offered_at) / 2:
            continue
        pairs.hold_match_alone(session, match)
        if match.state is not MatchState.OFFERED:
            continue
        for side in Side:
            if side not in match.answers:
                writing.tell(session, match, side, MatchLetterKind.REMINDER)
                reminded += 1
    return reminded


def _offered(session: Session, condition: ColumnElement[bool]) -> Sequence[Match]:
    statement = select(Match).where(Match.state == MatchState.OFFERED, condition)
    return session.exec(statement.order_by(col(Match.id)).limit(AT_ONCE)).all()
