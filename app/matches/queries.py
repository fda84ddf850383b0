"""Reading matches: only those that the actor may know of."""

import sqlalchemy as sql
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.access.visibility import within_reach
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import named, refers
from app.matches.models import Match
from app.matches.schemas import MatchQuery, MatchRead, MatchStaffRead
from app.matchmaking.service.queries import parties
from app.programmes.models import Programme
from app.submissions.models import Submission


def match_read(actor: Actor) -> type[MatchRead]:
    """Return the form in which the actor reads matches."""
    return MatchStaffRead if policy.allows(actor, Action.NOTES_READ) else MatchRead


def matches(session: Session, actor: Actor, query: MatchQuery) -> Page[MatchRead]:
    """Return a page of the matches that the actor may read.

    Raises
    ------
    NotPermitted
        If the actor may read no match at all.
    """
    policy.require_somewhere(actor, Action.MATCH_READ)
    challenge, solution = aliased(Submission), aliased(Submission)
    statement = (
        select(Match)
        .join(challenge, col(challenge.id) == col(Match.challenge_id))
        .join(solution, col(solution.id) == col(Match.solution_id))
        .where(
            sql.or_(
                within_reach(actor, Action.MATCH_READ, challenge.organisation_id),
                within_reach(actor, Action.MATCH_READ, solution.organisation_id),
            )
        )
    )
    if query.code:
        statement = statement.where(named(Match, *query.code))
    if query.programme:
        of_programmes = refers(challenge.programme_id, Programme, *query.programme)
        statement = statement.where(of_programmes)
    found = page(
        session,
        statement,
        query,
        sortable={"code": Match.code, "created_at": Match.created_at},
        default="code",
        key=Match.id,
    )
    sides = parties(
        session, (key for m in found.rows for key in (m.challenge_id, m.solution_id))
    )
    shape = match_read(actor)
    shaped = [
        shape(
            **match.model_dump(),
            challenge=sides[match.challenge_id],
            solution=sides[match.solution_id],
        )
        for match in found.rows
    ]
    return Page(shaped, found.cursor)
