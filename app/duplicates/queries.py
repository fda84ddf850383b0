"""What is compared: submissions that were handed in, as far as the actor may read them."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlmodel import Session, col

from app.access.policy import Actor
from app.duplicates.schemas import SubmittedRead
from app.matchmaking.likenesses import SubmittedTexts
from app.organisations.models import Organisation
from app.programmes.models import Programme
from app.submissions.content import ChallengeFields, SolutionFields, passages_of
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from app.submissions.service import queries as submissions

_PASSAGES: Final = {
    Kind.CHALLENGE: passages_of(ChallengeFields),
    Kind.SOLUTION: passages_of(SolutionFields),
}


def _handed_in(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for what may be compared: no draft, not even one's own."""
    return and_(submissions.readable(actor), col(Submission.submitted_at).is_not(None))


def number(session: Session, actor: Actor, *conditions: ColumnElement[bool]) -> int:
    """Return how many submissions may be compared."""
    statement = select(func.count()).select_from(Submission)
    return int(session.execute(statement.where(_handed_in(actor), *conditions)).scalar_one())


def of_a_programme(
    session: Session, actor: Actor, programme_id: UUID, call_id: UUID | None, most: int
) -> Sequence[Row[Any]]:
    """Return key, version, kind and programme of what was handed in to a programme.

    Parameters
    ----------
    call_id : UUID or None
        Of this call alone.
    """
    statement = _standing(actor).where(col(Submission.programme_id) == programme_id)
    if call_id is not None:
        statement = statement.where(col(Submission.call_id) == call_id)
    return session.execute(statement.order_by(col(Submission.code)).limit(most)).all()


def elsewhere(
    session: Session, actor: Actor, programme_id: UUID, most: int
) -> Sequence[Row[Any]]:
    """Return the same of all other programmes, the newest first."""
    statement = (
        _standing(actor)
        .where(col(Submission.programme_id) != programme_id)
        .order_by(col(Submission.submitted_at).desc(), col(Submission.code).desc())
    )
    return session.execute(statement.limit(most)).all()


def _standing(actor: Actor) -> Select[Any]:
    columns = ("id", "version", "kind", "programme_id")
    names = (col(getattr(Submission, name)) for name in columns)
    return select(*names).where(_handed_in(actor))


def texts(session: Session, actor: Actor, keys: Collection[UUID]) -> list[SubmittedTexts]:
    """Return what these submissions tell."""
    statement = select(
        col(Submission.id),
        col(Submission.version),
        col(Submission.kind),
        col(Submission.title),
        col(Submission.summary),
        col(Submission.content),
    ).where(col(Submission.id).in_(keys), _handed_in(actor))
    return [
        SubmittedTexts(key, version, _by_name(kind, title, summary, content))
        for key, version, kind, title, summary, content in session.execute(statement)
    ]


def _by_name(kind: Kind, title: str, summary: str, content: dict[str, Any]) -> dict[str, str]:
    named = {"title": title, "summary": summary}
    named |= {name: content.get(name, "") for name in _PASSAGES[kind]}
    return {name: text for name, text in named.items() if text}


def named(session: Session, actor: Actor, keys: Iterable[UUID]) -> dict[UUID, SubmittedRead]:
    """Return how these submissions are named, by key."""
    statement = (
        select(
            *(
                col(getattr(Submission, name))
                for name in ("id", "code", "title", "kind", "language", "state")
            ),
            col(Organisation.name).label("organisation"),
            col(Organisation.country),
            col(Programme.code).label("programme"),
        )
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .join(Programme, col(Programme.id) == col(Submission.programme_id))
        .where(col(Submission.id).in_(set(keys)), _handed_in(actor))
    )
    found = (SubmittedRead.model_validate(row) for row in session.execute(statement).mappings())
    return {one.id: one for one in found}
