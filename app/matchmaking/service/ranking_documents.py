"""The lists of a run as one document: written when they are stored, handed out as it is."""

import math
from itertools import groupby
from uuid import UUID

import sqlalchemy as sql
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import Conflict, NotFound
from app.core.base.messages import Message
from app.core.storage.reference_numbers import named
from app.matchmaking.models import MatchRun, Suggestion
from app.matchmaking.schemas.suggestions import RankedForRead, RankedRead, RankingRead
from app.matchmaking.service import queries
from app.submissions.models import Submission


def ranking(session: Session, actor: Actor, key: UUID | str) -> str:
    """Return the document of a run, a `RankingRead` in JSON.

    Raises
    ------
    NotFound
        If the actor may not know of the run.
    Conflict
        If it has no result yet, or never will; or if the document is larger than the service
        hands out at once.
    """
    # Its inputs, which may be large, are left where they are; so is a document that is.
    statement = select(MatchRun.id, MatchRun.state, sql.func.length(MatchRun.ranking))
    found = session.execute(statement.where(named(MatchRun, key))).first()
    if found is None or not policy.allows(actor, Action.RUN_READ):
        raise NotFound(Message("There is no run {key}.", key=key))
    run_id, state, length = found
    queries.require_result(state)
    if (length or 0) > session.info.get("table_bytes", math.inf):
        raise Conflict(
            Message("The ranking of {key} has {length:,} characters.", key=key, length=length),
            remedy="Read the suggestions of the run page by page.",
        )
    stored = session.exec(select(MatchRun.ranking).where(MatchRun.id == run_id)).one()
    # Runs of earlier versions have no document; theirs says the same.
    return stored or document(session, run_id)


def document(session: Session, run_id: UUID) -> str:
    """Write the document of the suggestions that are stored for a run.

    It is put together list by list, and no reasons are read for it: a run may have a hundred
    thousand lines.
    """
    columns = [
        getattr(Suggestion, name) for name in RankedRead.model_fields if name != "solution"
    ]
    rows = session.execute(
        sql.select(col(Suggestion.challenge_id), col(Suggestion.solution_id), *columns)
        .join(Submission, col(Submission.id) == col(Suggestion.challenge_id))
        .where(col(Suggestion.run_id) == run_id)
        .order_by(col(Submission.code), col(Suggestion.rank))
    ).mappings()
    sides = queries.parties(session, _sides(Suggestion.challenge_id, run_id)) | queries.parties(
        session, _sides(Suggestion.solution_id, run_id)
    )
    lists = (
        RankedForRead(
            challenge=sides[challenge_id],
            solutions=[RankedRead(solution=sides[row["solution_id"]], **row) for row in listed],
        ).model_dump_json()
        for challenge_id, listed in groupby(rows, lambda row: row["challenge_id"])
    )
    before, after = RankingRead(run_id=run_id, lists=[]).model_dump_json().rsplit("[]", 1)
    return f"{before}[{','.join(lists)}]{after}"


def _sides(key: UUID, run_id: UUID) -> SelectOfScalar[UUID]:
    return select(key).where(Suggestion.run_id == run_id).distinct()
