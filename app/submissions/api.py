"""Routes about challenges and solutions: the same life, two typed contents."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Response, status
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.errors import BadQuery, NotPermitted
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.schemas import OffersRead
from app.core.http.access import needs, signed_in, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedDep, ExpectedIfStatedDep
from app.core.http.idempotency import key_required
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.openapi import responses
from app.core.http.patches import PatchBody
from app.core.http.routing import Route
from app.core.tables.exporting import MEDIA, Format
from app.programmes import service as programmes
from app.programmes.lifecycle import CallKind
from app.questions import service as questions
from app.submissions.lifecycle import LIFE, Kind
from app.submissions.models import Submission
from app.submissions.reuse_schemas import (
    ReusedRead,
)
from app.submissions.schemas import (
    READS,
    ChallengeDraft,
    ChallengeRead,
    NewChallenge,
    NewSolution,
    SolutionDraft,
    SolutionRead,
    StepTaken,
    SubmissionQuery,
)
from app.submissions.service import (
    asking,
    drafts,
    queries,
    reuse,
    steps,
    templates,
)
from app.submissions.service.own_columns import read_for
from app.themes import service as themes

challenges = APIRouter(
    route_class=Route,
    prefix="/challenges",
    tags=["challenges"],
)
solutions = APIRouter(
    route_class=Route,
    prefix="/solutions",
    tags=["solutions"],
)


READ = (Action.SUBMISSION_READ, Action.DRAFT_READ)
STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))

StepName = Annotated[str, Path(json_schema_extra={"enum": list(LIFE.steps)})]
QueryDep = Annotated[SubmissionQuery, Query()]
StepBody = Annotated[StepTaken, Body(default_factory=StepTaken)]


TEMPLATE: Final[dict[str, Any]] = {
    "response_class": Response,
    "responses": {200: {"description": "A workbook.", "content": {MEDIA[Format.XLSX]: {}}}},
}


CallDep = Annotated[
    Reference | None, Query(description="With the questions of this call; else with ours.")
]


def _template(
    session: Session, actor: Actor, kind: CallKind, key: UUID | str | None
) -> Response:
    form = None
    if key is not None:
        call = programmes.call(session, actor, key)
        if call.kind is not kind:
            raise BadQuery(
                Message("The call {call} asks for {kind}.", call=call.code, kind=call.kind),
                remedy="Name a call of this kind.",
            )
        form = questions.form_of_call(session, call)
    return Response(
        templates.template(kind, themes.names(session), form),
        headers={"Content-Disposition": f'attachment; filename="{kind}.xlsx"'},
        media_type=MEDIA[Format.XLSX],
    )


def _as_table(session: Session, actor: Actor, kind: Kind, query: SubmissionQuery) -> Any:
    """Return the form in which a list is read: as a table, questions of calls have columns."""
    if query.format is Format.JSON:
        return READS[kind]
    return read_for(session, actor, kind, query)


@challenges.get("")
@within(*READ)
def list_challenges(
    session: ReadSessionDep,
    answer: AnswerDep,
    actor: ActorDep,
    query: QueryDep,
) -> ListOf[ChallengeRead]:
    """List the challenges that you may read."""
    return answer(
        lambda session, query: queries.search(session, actor, Kind.CHALLENGE, query),
        query,
        _as_table(session, actor, Kind.CHALLENGE, query),
    )


@challenges.get("/template", **TEMPLATE)
@signed_in
def read_challenge_template(
    session: ReadSessionDep, actor: ActorDep, call: CallDep = None
) -> Response:
    """Read a workbook with drop-downs in which challenges can be written and then imported."""
    return _template(session, actor, CallKind.CHALLENGES, call)


@challenges.post("", response_model=ChallengeRead, status_code=status.HTTP_201_CREATED)
@needs(Action.DRAFT_WRITE)
def create_challenge(
    session: SessionDep, actor: ActorDep, settings: SettingsDep, new: NewChallenge
) -> Submission:
    """Begin a challenge as a draft in an open call."""
    return drafts.create(session, actor, Kind.CHALLENGE, new, most=settings.max_drafts)


@challenges.get("/{challenge_id}", response_model=ChallengeRead)
@within(*READ)
def read_challenge(
    session: ReadSessionDep, actor: ActorDep, challenge_id: Reference
) -> Submission:
    """Read one challenge, by its key or its code."""
    return queries.get(session, actor, Kind.CHALLENGE, challenge_id)


@challenges.get("/{challenge_id}/reused", responses=responses(NotPermitted))
@within(Action.DRAFT_READ)
def read_reused_of_challenge(
    session: ReadSessionDep, actor: ActorDep, challenge_id: Reference
) -> ReusedRead:
    """Tell which answers come from an earlier challenge, and from when; its team may know."""
    return reuse.of_kind(session, actor, Kind.CHALLENGE, challenge_id)


@challenges.put("/{challenge_id}", response_model=ChallengeRead)
@needs(Action.DRAFT_WRITE)
def replace_challenge(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    challenge_id: Reference,
    draft: ChallengeDraft,
) -> Submission:
    """Save a challenge that is being written, in place of what stood there."""
    return drafts.replace(session, actor, Kind.CHALLENGE, challenge_id, draft, expected)


@challenges.patch("/{challenge_id}", response_model=ChallengeRead)
@needs(Action.DRAFT_WRITE)
def change_challenge(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    challenge_id: Reference,
    patch: PatchBody,
) -> Submission:
    """Change a part of a challenge that is being written, by a JSON merge patch."""
    return drafts.change(session, actor, Kind.CHALLENGE, challenge_id, patch, expected)


@challenges.get("/{challenge_id}/steps")
@within(*READ)
def list_challenge_steps(
    session: ReadSessionDep, actor: ActorDep, challenge_id: Reference
) -> OffersRead:
    """List every step from where the challenge stands, and what each lacks."""
    return OffersRead.of(*steps.offers(session, actor, Kind.CHALLENGE, challenge_id))


@challenges.post("/{challenge_id}/steps/{step}", response_model=ChallengeRead)
@within(*STEPS)
@key_required("submit")
def take_challenge_step(
    session: SessionDep,
    actor: ActorDep,
    challenge_id: Reference,
    step: StepName,
    expected: ExpectedIfStatedDep,
    taken: StepBody,
) -> Submission:
    """Move a challenge along its life: submit, pass, select it and so on."""
    return steps.take(session, actor, Kind.CHALLENGE, challenge_id, step, taken, expected)


@solutions.get("")
@within(*READ)
def list_solutions(
    session: ReadSessionDep,
    answer: AnswerDep,
    actor: ActorDep,
    query: QueryDep,
) -> ListOf[SolutionRead]:
    """List the solutions that you may read."""
    return answer(
        lambda session, query: queries.search(session, actor, Kind.SOLUTION, query),
        query,
        _as_table(session, actor, Kind.SOLUTION, query),
    )


@solutions.get("/template", **TEMPLATE)
@signed_in
def read_solution_template(
    session: ReadSessionDep, actor: ActorDep, call: CallDep = None
) -> Response:
    """Read a workbook with drop-downs in which solutions can be written and then imported."""
    return _template(session, actor, CallKind.SOLUTIONS, call)


@solutions.post("", response_model=SolutionRead, status_code=status.HTTP_201_CREATED)
@needs(Action.DRAFT_WRITE)
def create_solution(
    session: SessionDep, actor: ActorDep, settings: SettingsDep, new: NewSolution
) -> Submission:
    """Begin a solution as a draft in an open call."""
    return drafts.create(session, actor, Kind.SOLUTION, new, most=settings.max_drafts)


@solutions.get("/{solution_id}", response_model=SolutionRead)
@within(*READ)
def read_solution(
    session: ReadSessionDep, actor: ActorDep, solution_id: Reference
) -> Submission:
    """Read one solution, by its key or its code."""
    return queries.get(session, actor, Kind.SOLUTION, solution_id)


@solutions.get("/{solution_id}/reused", responses=responses(NotPermitted))
@within(Action.DRAFT_READ)
def read_reused_of_solution(
    session: ReadSessionDep, actor: ActorDep, solution_id: Reference
) -> ReusedRead:
    """Tell which answers come from an earlier solution, and from when; its team may know."""
    return reuse.of_kind(session, actor, Kind.SOLUTION, solution_id)


@solutions.put("/{solution_id}", response_model=SolutionRead)
@needs(Action.DRAFT_WRITE)
def replace_solution(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    solution_id: Reference,
    draft: SolutionDraft,
) -> Submission:
    """Save a solution that is being written, in place of what stood there."""
    return drafts.replace(session, actor, Kind.SOLUTION, solution_id, draft, expected)


@solutions.patch("/{solution_id}", response_model=SolutionRead)
@needs(Action.DRAFT_WRITE)
def change_solution(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    solution_id: Reference,
    patch: PatchBody,
) -> Submission:
    """Change a part of a solution that is being written, by a JSON merge patch."""
    return drafts.change(session, actor, Kind.SOLUTION, solution_id, patch, expected)


@solutions.get("/{solution_id}/steps")
@within(*READ)
def list_solution_steps(
    session: ReadSessionDep, actor: ActorDep, solution_id: Reference
) -> OffersRead:
    """List every step from where the solution stands, and what each lacks."""
    return OffersRead.of(*steps.offers(session, actor, Kind.SOLUTION, solution_id))


@solutions.post("/{solution_id}/steps/{step}", response_model=SolutionRead)
@within(*STEPS)
@key_required("submit")
def take_solution_step(
    session: SessionDep,
    actor: ActorDep,
    solution_id: Reference,
    step: StepName,
    expected: ExpectedIfStatedDep,
    taken: StepBody,
) -> Submission:
    """Move a solution along its life: submit, pass, select it and so on."""
    return steps.take(session, actor, Kind.SOLUTION, solution_id, step, taken, expected)


# --- when a call asks anew ---------------------------------------------------------------


@challenges.post("/{challenge_id}/newest-form", response_model=ChallengeRead)
@needs(Action.DRAFT_WRITE)
def renew_challenge(
    session: SessionDep,
    actor: ActorDep,
    challenge_id: Reference,
    expected: ExpectedIfStatedDep,
) -> Submission:
    """Let a draft answer what its call asks now; what is not asked any more stands aside."""
    found = queries.get(session, actor, Kind.CHALLENGE, challenge_id)
    return asking.renew(session, actor, found, expected)


@solutions.post("/{solution_id}/newest-form", response_model=SolutionRead)
@needs(Action.DRAFT_WRITE)
def renew_solution(
    session: SessionDep,
    actor: ActorDep,
    solution_id: Reference,
    expected: ExpectedIfStatedDep,
) -> Submission:
    """Let a draft answer what its call asks now; what is not asked any more stands aside."""
    found = queries.get(session, actor, Kind.SOLUTION, solution_id)
    return asking.renew(session, actor, found, expected)
