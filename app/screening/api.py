"""Routes about screening: for those who screen, and for auditors.

A team reads that its submission is not eligible with the submission (`state`, `message`,
`answer_by`), once somebody has approved it, and appeals with a step of the submission.
"""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request, Response, status
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.entity_tags import Expected
from app.core.base.references import Reference
from app.core.base.schemas import OffersRead
from app.core.http.access import needs, within
from app.core.http.computing import Computed
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedIfStatedDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.routing import Route
from app.core.storage.database import reading
from app.screening import queries
from app.screening.lifecycle import LIFE
from app.screening.models import Exclusion
from app.screening.schemas import (
    CountRead,
    ExclusionQuery,
    ExclusionRead,
    ExclusionStepTaken,
    FindingKind,
    LineRead,
    NewExclusion,
    ProposedThemesRead,
    QueueQuery,
    QueueRead,
    ThemesConfirmed,
    ThemesRead,
)
from app.screening.service import exclusions, findings, theme_proposals
from app.submissions.lifecycle import Kind
from app.submissions.schemas import RevisionChangesRead, RevisionRead, RevisionsRead
from app.submissions.service import revisions

router = APIRouter(route_class=Route, prefix="/exclusions", tags=["screening"])

STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))
StepName = Annotated[str, Path(json_schema_extra={"enum": list(LIFE.steps)})]
StepBody = Annotated[ExclusionStepTaken, Body(default_factory=ExclusionStepTaken)]

of_call = APIRouter(route_class=Route, prefix="/calls", tags=["screening"])
adding = APIRouter(route_class=Route, tags=["screening"])
of_submission = APIRouter(route_class=Route, prefix="/submissions", tags=["screening"])

READ = (Action.SUBMISSION_READ, Action.DRAFT_READ)
Number = Annotated[int, Path(ge=1, le=1_000_000)]


@router.get("")
@needs(Action.EXCLUSION_READ)
def list_exclusions(
    answer: AnswerDep, actor: ActorDep, query: Annotated[ExclusionQuery, Query()]
) -> ListOf[ExclusionRead]:
    """List which submissions are proposed as not eligible, or were."""
    return answer(
        lambda session, query: queries.search(session, actor, query), query, ExclusionRead
    )


@router.post("", response_model=ExclusionRead, status_code=status.HTTP_201_CREATED)
@needs(Action.SUBMISSION_SCREEN)
def create_exclusion(session: SessionDep, actor: ActorDep, new: NewExclusion) -> Exclusion:
    """Propose that a submission is not eligible; its team knows nothing of it yet."""
    return exclusions.propose(session, actor, new)


@router.get("/{exclusion_id}", response_model=ExclusionRead)
@needs(Action.EXCLUSION_READ)
def read_exclusion(
    session: ReadSessionDep, actor: ActorDep, exclusion_id: Reference
) -> Exclusion:
    """Read an exclusion by its key, or the newest by the code of its submission."""
    return queries.get(session, actor, exclusion_id)


@router.get("/{exclusion_id}/steps")
@needs(Action.EXCLUSION_READ)
def list_exclusion_steps(
    session: ReadSessionDep, actor: ActorDep, exclusion_id: Reference
) -> OffersRead:
    """List every step from where the exclusion stands, and what each lacks."""
    found = queries.get(session, actor, exclusion_id)
    return OffersRead.of(*exclusions.offers(session, actor, found))


@router.post("/{exclusion_id}/steps/{step}", response_model=ExclusionRead)
@within(*STEPS)
def take_exclusion_step(
    session: SessionDep,
    actor: ActorDep,
    exclusion_id: Reference,
    step: StepName,
    expected: ExpectedIfStatedDep,
    taken: StepBody,
) -> Exclusion:
    """Approve an exclusion that somebody else has proposed, refuse it, or take one's own back.

    What is approved is told to the team at once, with how and until when it can appeal.
    """
    return exclusions.take(session, actor, exclusion_id, step, taken, expected)


# --- what people should look at ----------------------------------------------------------


@of_call.get("/{call_id}/screening", response_model=QueueRead)
@needs(Action.SUBMISSION_SCREEN)
def read_screening(
    request: Request,
    session: ReadSessionDep,
    actor: ActorDep,
    call_id: Reference,
    query: Annotated[QueueQuery, Query()],
) -> Response:
    """List what of a call is to be screened, with what people should look at in each."""
    opened = partial(reading, request.app.state.database)
    compute = findings.queue(session, actor, call_id, query, opened)
    return Computed(lambda: _queue_read(compute()))


def _queue_read(queue: findings.Queue) -> QueueRead:
    return QueueRead(
        n=queue.n,
        n_compared=queue.n_compared,
        counts=[CountRead(finding=kind, n=queue.counts[kind]) for kind in FindingKind],
        lines=[LineRead.model_validate(line) for line in queue.lines],
        following=queue.following,
    )


@of_submission.get("/{submission_id}/proposed-themes", response_model=ProposedThemesRead)
@needs(Action.SUBMISSION_SCREEN)
def list_proposed_themes(
    session: ReadSessionDep, actor: ActorDep, submission_id: Reference
) -> Response:
    """List the themes of whose names a submission has the words, with these words."""
    compute = theme_proposals.proposed(session, actor, submission_id)
    return Computed(lambda: ProposedThemesRead(themes=compute()))


@adding.post("/challenges/{challenge_id}/themes")
@needs(Action.SUBMISSION_SCREEN)
def add_themes_to_challenge(
    session: SessionDep,
    actor: ActorDep,
    challenge_id: Reference,
    expected: ExpectedIfStatedDep,
    added: ThemesConfirmed,
) -> ThemesRead:
    """Add themes to a challenge that is screened; its team reads them there."""
    return _with_themes(session, actor, Kind.CHALLENGE, challenge_id, added, expected)


@adding.post("/solutions/{solution_id}/themes")
@needs(Action.SUBMISSION_SCREEN)
def add_themes_to_solution(
    session: SessionDep,
    actor: ActorDep,
    solution_id: Reference,
    expected: ExpectedIfStatedDep,
    added: ThemesConfirmed,
) -> ThemesRead:
    """Add themes to a solution that is screened; its team reads them there."""
    return _with_themes(session, actor, Kind.SOLUTION, solution_id, added, expected)


def _with_themes(
    session: Session,
    actor: Actor,
    kind: Kind,
    key: UUID | str,
    added: ThemesConfirmed,
    expected: Expected,
) -> ThemesRead:
    row = theme_proposals.confirm(session, actor, kind, key, added.themes, expected)
    return ThemesRead(themes=row.themes)


# --- what was sent -----------------------------------------------------------------------


@of_submission.get("/{submission_id}/revisions")
@within(*READ)
def list_revisions(
    session: ReadSessionDep, actor: ActorDep, submission_id: Reference
) -> RevisionsRead:
    """List what was sent of a challenge or a solution, the newest first."""
    rows = revisions.of_submission(session, actor, submission_id)
    return RevisionsRead(revisions=[RevisionRead.model_validate(row) for row in rows])


@of_submission.get(
    "/{submission_id}/revisions/{revision_number}/changes", response_model=RevisionChangesRead
)
@within(*READ)
def read_changes(
    session: ReadSessionDep, actor: ActorDep, submission_id: Reference, revision_number: Number
) -> Response:
    """Read what a team changed between a revision and the one before, word by word."""
    return Computed(revisions.changes(session, actor, submission_id, revision_number))
