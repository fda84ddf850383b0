"""Asking where a submission would stand, before there is a run."""

from collections.abc import Callable, Mapping
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.matchmaking import deferred
from app.matchmaking.results import PreviewInputs, PreviewResult
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.schemas.suggestions import (
    PreviewLineRead,
    PreviewQuery,
    PreviewRead,
    WarningRead,
)
from app.matchmaking.service import inputs, queries
from app.organisations.models import Organisation
from app.programmes.models import Programme
from app.settings import Settings
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from app.submissions.records import AnsweredChallenge, AnsweredSolution
from app.submissions.service import queries as submissions


def preview(
    session: Session, actor: Actor, key: UUID | str, query: PreviewQuery, settings: Settings
) -> Callable[[], PreviewRead]:
    """Return what tells where a submission would stand among what is selected now.

    Nothing is stored. The submission may be in any state in which the actor may read it.

    Raises
    ------
    NotFound
        If there is no such submission, or none that the actor may read.
    NotPermitted
        If the actor may not read runs.
    """
    row = submissions.find(session, actor, key)
    policy.require(actor, Action.RUN_READ)
    programme = session.get_one(Programme, row.programme_id)
    stated = inputs.record(session, row, session.get_one(Organisation, row.organisation_id))
    chosen = inputs.chosen(programme, settings, top=query.top)
    challenges, solutions = (
        inputs.taken(session, programme.id, kind) for kind in (Kind.CHALLENGE, Kind.SOLUTION)
    )
    records = (stated, *challenges, *solutions)
    sides = queries.parties_by_code(session, (record["id"] for record in records))
    as_record = AnsweredChallenge if row.kind is Kind.CHALLENGE else AnsweredSolution

    def compute() -> PreviewRead:
        frozen = PreviewInputs(
            chosen,
            row.kind,
            as_record.model_validate(stated),
            *inputs.second_format(challenges, solutions),
        )
        return _described(row, deferred.preview(programme.id, frozen, settings), sides)

    return compute


def _described(
    row: Submission, found: PreviewResult, sides: Mapping[str, PartyRead]
) -> PreviewRead:
    """Name the two sides of each line."""
    return PreviewRead(
        submission_id=row.id,
        kind=row.kind,
        model=found.model,
        warnings=[WarningRead.model_validate(warning) for warning in found.warnings],
        lines=[
            PreviewLineRead(
                challenge=sides[line.challenge],
                solution=sides[line.solution],
                **line.columns,
            )
            for line in found.lines
        ],
    )
