"""Routes about challenges and solutions: the same life, two typed contents."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Response, status
from sqlmodel import Session

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.errors import NotPermitted
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
from app.programmes.lifecycle import CallKind
from app.questions.schemas import FormRead
from app.submissions.lifecycle import LIFE, Kind
from app.submissions.models import LatePermit, Submission
from app.submissions.schemas import (
    ChallengeDraft,
    ChallengeRead,
    LatePermitQuery,
    LatePermitRead,
    LatePermitStaffRead,
    NewChallenge,
    NewLatePermit,
    NewSolution,
    ReusedRead,
    SolutionDraft,
    SolutionRead,
    StepTaken,
    SubmissionQuery,
)
from app.submissions.service import (
    asking,
    drafts,
    late_permits,
    queries,
    reuse,
    steps,
    templates,
)
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


late = APIRouter(route_class=Route, tags=["programmes"])

READ = (Action.SUBMISSION_READ, Action.DRAFT_READ)
STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))

StepName = Annotated[str, Path(json_schema_extra={"enum": list(LIFE.steps)})]
QueryDep = Annotated[SubmissionQuery, Query()]
StepBody = Annotated[StepTaken, Body(default_factory=StepTaken)]


TEMPLATE: Final[dict[str, Any]] = {
    "response_class": Response,
    "responses": {200: {"description": "A workbook.", "content": {MEDIA[Format.XLSX]: {}}}},
}


def _template(session: Session, kind: CallKind) -> Response:
    return Response(
        templates.template(kind, themes.names(session)),
        headers={"Content-Disposition": f'attachment; filename="{kind}.xlsx"'},
        media_type=MEDIA[Format.XLSX],
    )


@challenges.get("")
@within(*READ)
def list_challenges(
    answer: AnswerDep,
    actor: ActorDep,
    query: QueryDep,
) -> ListOf[ChallengeRead]:
    """List the challenges that you may read."""
    return answer(
        lambda session, query: queries.search(session, actor, Kind.CHALLENGE, query),
        query,
        ChallengeRead,
    )


@challenges.get("/template", **TEMPLATE)
@signed_in
def read_challenge_template(session: ReadSessionDep, _: ActorDep) -> Response:
    """Read a workbook with drop-downs in which challenges can be written and then imported."""
    return _template(session, CallKind.CHALLENGES)


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
    answer: AnswerDep,
    actor: ActorDep,
    query: QueryDep,
) -> ListOf[SolutionRead]:
    """List the solutions that you may read."""
    return answer(
        lambda session, query: queries.search(session, actor, Kind.SOLUTION, query),
        query,
        SolutionRead,
    )


@solutions.get("/template", **TEMPLATE)
@signed_in
def read_solution_template(session: ReadSessionDep, _: ActorDep) -> Response:
    """Read a workbook with drop-downs in which solutions can be written and then imported."""
    return _template(session, CallKind.SOLUTIONS)


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


@late.post("/calls/{call_id}/form/use")
@needs(Action.CALL_PUBLISH)
def use_form(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    call_id: Reference,
    expected: ExpectedIfStatedDep,
) -> FormRead:
    """Ask by the version that is prepared from now on, and tell the teams that write."""
    return asking.use(session, actor, call_id, expected, origin=settings.public_url)


# --- who may be late ---------------------------------------------------------------------


@late.get("/calls/{call_id}/late-permits")
@within(*READ)
def list_late_permits(
    answer: AnswerDep,
    actor: ActorDep,
    call_id: Reference,
    query: Annotated[LatePermitQuery, Query()],
) -> ListOf[LatePermitStaffRead] | ListOf[LatePermitRead]:
    """List which teams may send to a call until later than others; a team reads its own."""
    return answer(
        lambda session, query: late_permits.permits(session, actor, call_id, query),
        query,
        late_permits.read(actor),
    )


@late.post(
    "/calls/{call_id}/late-permits",
    response_model=LatePermitStaffRead,
    status_code=status.HTTP_201_CREATED,
)
@needs(Action.CALL_EXTEND)
def permit_late(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    call_id: Reference,
    new: NewLatePermit,
) -> LatePermit:
    """Let a team send what it writes until later; another permit of it is replaced."""
    return late_permits.give(session, actor, call_id, new, origin=settings.public_url)


@late.get("/late-permits/{permit_id}")
@within(*READ)
def read_late_permit(
    session: ReadSessionDep, actor: ActorDep, permit_id: UUID
) -> LatePermitStaffRead | LatePermitRead:
    """Read one late permit; its team reads it without the reason."""
    found = late_permits.permit(session, actor, permit_id)
    return late_permits.read(actor).model_validate(found)


@late.delete("/late-permits/{permit_id}", status_code=status.HTTP_204_NO_CONTENT)
@needs(Action.CALL_EXTEND)
def take_late_permit_back(session: SessionDep, actor: ActorDep, permit_id: UUID) -> None:
    """Take a late permit back; what was sent under it stays."""
    late_permits.take_back(session, actor, permit_id)
