"""Reading matches: only those that the actor may know of."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sql
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.access import policy
from app.access.policy import Action, Actor
from app.access.visibility import within_reach
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage import audit_reasons
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import named, refers
from app.matches.lifecycle import HIDDEN, Side
from app.matches.models import Match
from app.matches.schemas import MatchQuery, MatchRead, MatchStaffRead
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.service.queries import parties
from app.programmes.models import Programme
from app.submissions.models import Submission


def match_read(actor: Actor) -> type[MatchRead]:
    """Return the form in which the actor reads matches in a list."""
    return MatchStaffRead if policy.allows(actor, Action.NOTES_READ) else MatchRead


def readable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for matches that the actor may know of.

    A team knows of its own, from the moment at which they are offered to it.
    """
    if policy.has_any_reach(actor, Action.MATCH_READ):
        return sql.true()
    own = select(Submission.id).where(
        within_reach(actor, Action.MATCH_READ, Submission.organisation_id)
    )
    return sql.and_(
        col(Match.state).not_in(HIDDEN),
        sql.or_(col(Match.challenge_id).in_(own), col(Match.solution_id).in_(own)),
    )


def get(session: Session, actor: Actor, key: UUID | str) -> Match:
    """Return one match by its key or its code.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may know of.
    """
    found = session.exec(select(Match).where(named(Match, key), readable(actor))).first()
    if found is None:
        raise NotFound(Message("There is no match {key}.", key=key))
    return found


def sides_of(session: Session, actor: Actor, match: Match, action: Action) -> list[Side]:
    """Return the sides of a match that are of the actor's own teams."""
    own = policy.own_reach(actor, action)
    statement = select(Submission.id, Submission.organisation_id).where(
        col(Submission.id).in_([match.challenge_id, match.solution_id])
    )
    owners = dict(session.exec(statement).all())
    return [side for side in Side if owners.get(match.key_of(side)) in own]


def matches(session: Session, actor: Actor, query: MatchQuery) -> Page[MatchRead]:
    """Return a page of the matches that the actor may read.

    Raises
    ------
    NotPermitted
        If the actor may read no match at all.
    """
    policy.require_somewhere(actor, Action.MATCH_READ)
    found = page(
        session,
        _asked(actor, query),
        query,
        sortable={"code": Match.code, "created_at": Match.created_at},
        default="code",
        key=Match.id,
    )
    return Page(described(session, actor, *found.rows), found.cursor)


def _asked(actor: Actor, query: MatchQuery) -> SelectOfScalar[Match]:
    statement = select(Match).where(readable(actor))
    if query.code:
        statement = statement.where(named(Match, *query.code))
    if query.state:
        statement = statement.where(col(Match.state).in_(query.state))
    if query.programme:
        of_programmes = refers(Match.programme_id, Programme, *query.programme)
        statement = statement.where(of_programmes)
    return statement


def described(session: Session, actor: Actor, *rows: Match) -> list[MatchRead]:
    """Return matches as the actor reads them in a list."""
    sides = parties(session, (key for m in rows for key in (m.challenge_id, m.solution_id)))
    shape = match_read(actor)
    if shape is not MatchStaffRead:
        return [shape(**_common(match, sides)) for match in rows]
    keys = (match.decline_reason_id for match in rows)
    texts = audit_reasons.texts(session, (key for key in keys if key is not None))
    return [
        shape(
            **match.model_dump(),
            challenge=sides[match.challenge_id],
            solution=sides[match.solution_id],
            decline_reason_text=texts.get(match.decline_reason_id)
            if match.decline_reason_id
            else None,
        )
        for match in rows
    ]


def _common(match: Match, sides: Mapping[UUID, PartyRead]) -> dict[str, Any]:
    return {
        **match.model_dump(include={"id", "code", "state", "answer_by", "created_at"}),
        "challenge": sides[match.challenge_id],
        "solution": sides[match.solution_id],
    }


def of_run(session: Session, run_id: UUID) -> list[Match]:
    """Return all matches that come from a run, by code."""
    statement = select(Match).where(Match.run_id == run_id).order_by(col(Match.code))
    return [*session.exec(statement)]


def of_programme(session: Session, programme_id: UUID) -> list[Match]:
    """Return all matches of a programme, by code."""
    statement = select(Match).where(Match.programme_id == programme_id)
    return [*session.exec(statement.order_by(col(Match.code)))]


def of_submission(session: Session, actor: Actor, submission_id: UUID) -> list[Match]:
    """Return the matches of a submission that the actor may know of, by code."""
    statement = select(Match).where(
        sql.or_(
            col(Match.challenge_id) == submission_id, col(Match.solution_id) == submission_id
        ),
        readable(actor),
    )
    return [*session.exec(statement.order_by(col(Match.code)))]


def languages_of(session: Session, match: Match) -> dict[str, str | None]:
    """Return in which language each side of a match is written, by code."""
    keys = [match.challenge_id, match.solution_id]
    statement = select(Submission.code, Submission.language)
    return dict(session.exec(statement.where(col(Submission.id).in_(keys))).all())
