"""Routes about runs, suggestions, verdicts, matches and jobs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status

from app.accounts.dependencies import ONCE, ActorDep, Once
from app.core.declaring import needs, within
from app.core.errors import (
    BadQuery,
    Conflict,
    NotFound,
    NotPermitted,
    NotSignedIn,
    TooLarge,
    Unavailable,
    Unprocessable,
)
from app.core.etags import ExpectedIfSaidDep
from app.core.exports import Format
from app.core.lists import AnswerDep, ListOf
from app.core.openapi import DONE_ONCE, STEP, responses
from app.core.routing import Route
from app.core.schemas import OfferRead, OffersRead
from app.core.sessions import ReadSessionDep, SessionDep
from app.matchmaking.lifecycle import RUN_STEPS
from app.matchmaking.models import Verdict
from app.matchmaking.schemas.deciding import (
    MatchQuery,
    MatchRead,
    MatchStaffRead,
    NewVerdict,
    Undoing,
    VerdictQuery,
    VerdictRead,
)
from app.matchmaking.schemas.questions import (
    FrontierRead,
    NewWhatIf,
    RegretQuery,
    RegretRead,
    WhatIfRead,
    WholeRead,
)
from app.matchmaking.schemas.runs import JobRead, NewRun, RunQuery, RunRead
from app.matchmaking.schemas.suggestions import (
    PreviewQuery,
    PreviewRead,
    RankingRead,
    SuggestionQuery,
    SuggestionRead,
)
from app.matchmaking.service import (
    deciding,
    previewing,
    questioning,
    ranking,
    reading,
    requesting,
    stepping,
)
from app.policy import Action

router = APIRouter(
    route_class=Route, tags=["matchmaking"], responses=responses(NotSignedIn, Unavailable)
)

StepName = Annotated[str, Path(json_schema_extra={"enum": list(RUN_STEPS.steps)})]


@router.post(
    "/match-runs",
    dependencies=[Depends(Once(frozenset({"*"})))],
    status_code=status.HTTP_202_ACCEPTED,
    responses={
        **responses(NotPermitted, Conflict, TooLarge, *DONE_ONCE),
        202: {
            "description": "The run is queued.",
            "headers": {
                "Location": {
                    "description": "The job that tells how far it is.",
                    "schema": {"type": "string"},
                }
            },
        },
    },
)
@needs(Action.RUN_START)
def create_run(
    request: Request, response: Response, session: SessionDep, actor: ActorDep, new: NewRun
) -> RunRead:
    """Ask for a run; `Location` names the job that tells how far it is."""
    run = requesting.request_run(session, actor, new, request.app.state.settings)
    response.headers["Location"] = f"/api/v1/jobs/{run.job_id}"
    return reading.describe(run)


@router.get("/match-runs", responses=responses(BadQuery, NotPermitted))
@needs(Action.RUN_READ)
def list_runs(
    answer: AnswerDep,
    session: ReadSessionDep,
    actor: ActorDep,
    query: Annotated[RunQuery, Query()],
) -> ListOf[RunRead]:
    """List the runs, the newest first."""
    return answer(reading.runs(session, actor, query), RunRead)


@router.get("/match-runs/{run_id}", responses=responses(NotFound))
@within(Action.RUN_READ)
def read_run(session: ReadSessionDep, actor: ActorDep, run_id: UUID) -> RunRead:
    """Read one run: its state, settings, digest and assignment."""
    return reading.describe(reading.run(session, actor, run_id))


@router.get(
    "/match-runs/{run_id}/ranking",
    response_model=RankingRead,
    responses=responses(Conflict, NotFound),
)
@within(Action.RUN_READ)
def read_ranking(session: ReadSessionDep, actor: ActorDep, run_id: UUID) -> Response:
    """Read all lists of a run at once, as they were stored with it."""
    found = ranking.ranking(session, actor, run_id)
    return Response(found, media_type="application/json")


@router.get("/match-runs/{run_id}/suggestions", responses=responses(BadQuery, NotFound))
@within(Action.RUN_READ)
def list_suggestions(
    answer: AnswerDep,
    session: ReadSessionDep,
    actor: ActorDep,
    run_id: UUID,
    query: Annotated[SuggestionQuery, Query()],
) -> ListOf[SuggestionRead]:
    """List the suggestions of a run: by challenge, the best first, with reasons."""
    if query.format is Format.JSON:
        lines = reading.written_suggestions(session, actor, run_id, query)
        return answer.written(lines)  # type: ignore[return-value]  # -- FastAPI hands a response on as it is
    return answer(reading.suggestions(session, actor, run_id, query), SuggestionRead)


@router.get(
    "/match-runs/{run_id}/suggestions/{challenge_id}/{solution_id}",
    responses=responses(NotFound),
)
@within(Action.RUN_READ)
def read_suggestion(
    session: ReadSessionDep,
    actor: ActorDep,
    run_id: UUID,
    challenge_id: UUID,
    solution_id: UUID,
) -> SuggestionRead:
    """Read one suggestion of a run."""
    return reading.suggestion(session, actor, run_id, challenge_id, solution_id)


@router.get("/match-runs/{run_id}/steps", responses=responses(NotFound))
@within(Action.RUN_READ)
def list_run_steps(session: ReadSessionDep, actor: ActorDep, run_id: UUID) -> OffersRead:
    """List every step from where the run stands."""
    state, offers = stepping.offers(session, actor, run_id)
    return OffersRead(state=state, steps=[OfferRead.model_validate(o) for o in offers])


@router.post(
    "/match-runs/{run_id}/steps/{step}",
    dependencies=[ONCE],
    responses=responses(NotFound, NotPermitted, Conflict, *STEP),
)
@needs(Action.RUN_START)
def take_run_step(
    session: SessionDep,
    actor: ActorDep,
    run_id: UUID,
    step: StepName,
    expected: ExpectedIfSaidDep,
) -> RunRead:
    """Cancel a run, or have it computed again from the same frozen inputs."""
    return reading.describe(stepping.take(session, actor, run_id, step, expected))


@router.get("/match-runs/{run_id}/assignment", responses=responses(Conflict, NotFound))
@within(Action.RUN_READ)
def read_assignment(session: ReadSessionDep, actor: ActorDep, run_id: UUID) -> WholeRead:
    """Read the best whole assignment of a run with its proof, or why there is none."""
    return questioning.assignment(session, actor, run_id)


@router.get("/match-runs/{run_id}/regret", responses=responses(BadQuery, Conflict, NotFound))
@within(Action.RUN_READ)
def read_regret(
    request: Request,
    session: ReadSessionDep,
    actor: ActorDep,
    run_id: UUID,
    query: Annotated[RegretQuery, Query()],
) -> RegretRead:
    """Tell what it costs to force each pair, or to forbid it where it is chosen."""
    return questioning.regret(session, actor, run_id, query, request.app.state.settings)


@router.get("/match-runs/{run_id}/frontier", responses=responses(Conflict, NotFound))
@within(Action.RUN_READ)
def read_frontier(
    request: Request, session: ReadSessionDep, actor: ActorDep, run_id: UUID
) -> FrontierRead:
    """Tell what each step of fairness costs in total."""
    return questioning.frontier(session, actor, run_id, request.app.state.settings)


@router.post(
    "/match-runs/{run_id}/what-if",
    responses=responses(Conflict, NotFound, TooLarge, Unprocessable),
)
@within(Action.RUN_READ)
def ask_what_if(
    request: Request, session: ReadSessionDep, actor: ActorDep, run_id: UUID, new: NewWhatIf
) -> WhatIfRead:
    """Assign under other weights, locks and capacities; nothing is stored."""
    return questioning.what_if(session, actor, run_id, new, request.app.state.settings)


@router.get(
    "/match-previews/{submission_id}",
    responses=responses(BadQuery, NotFound, NotPermitted),
)
@within(Action.SUBMISSION_READ, Action.DRAFT_READ, Action.RUN_READ)
def read_preview(
    request: Request,
    session: ReadSessionDep,
    actor: ActorDep,
    submission_id: UUID,
    query: Annotated[PreviewQuery, Query()],
) -> PreviewRead:
    """Tell where a submission would stand among what is selected now; nothing is stored."""
    settings = request.app.state.settings
    return previewing.preview(session, actor, submission_id, query, settings)


@router.post(
    "/verdicts",
    dependencies=[ONCE],
    response_model=VerdictRead,
    status_code=status.HTTP_201_CREATED,
    responses=responses(NotPermitted, Conflict, TooLarge, *DONE_ONCE),
)
@needs(Action.VERDICT_WRITE)
def create_verdict(session: SessionDep, actor: ActorDep, new: NewVerdict) -> Verdict:
    """Decide about a pair of a run, with a reason; the newest verdict counts."""
    return deciding.decide(session, actor, new)


@router.post(
    "/verdicts/{verdict_id}/undo",
    dependencies=[ONCE],
    response_model=VerdictRead,
    status_code=status.HTTP_201_CREATED,
    responses=responses(NotFound, NotPermitted, Conflict, TooLarge, *DONE_ONCE),
)
@needs(Action.VERDICT_WRITE)
def undo_verdict(
    session: SessionDep, actor: ActorDep, verdict_id: UUID, said: Undoing
) -> Verdict:
    """Take the newest verdict on a pair back, with a reason; what counted before counts."""
    return deciding.undo(session, actor, verdict_id, said.reason)


@router.get("/verdicts", responses=responses(BadQuery, NotPermitted))
@needs(Action.RUN_READ)
def list_verdicts(
    answer: AnswerDep,
    session: ReadSessionDep,
    actor: ActorDep,
    query: Annotated[VerdictQuery, Query()],
) -> ListOf[VerdictRead]:
    """List the verdicts, the newest first, earlier ones of a suggestion included."""
    return answer(reading.verdicts(session, actor, query), VerdictRead)


@router.get("/verdicts/{verdict_id}", response_model=VerdictRead, responses=responses(NotFound))
@within(Action.RUN_READ)
def read_verdict(session: ReadSessionDep, actor: ActorDep, verdict_id: UUID) -> Verdict:
    """Read one verdict."""
    return reading.verdict(session, actor, verdict_id)


@router.get("/matches", responses=responses(BadQuery, NotPermitted))
@needs(Action.MATCH_READ)
def list_matches(
    answer: AnswerDep,
    session: ReadSessionDep,
    actor: ActorDep,
    query: Annotated[MatchQuery, Query()],
) -> ListOf[MatchStaffRead] | ListOf[MatchRead]:
    """List the pairs that people brought together."""
    return answer(reading.matches(session, actor, query), reading.match_read(actor))


@router.get("/jobs/{job_id}", responses=responses(NotFound))
@within(Action.JOB_READ)
def read_job(session: ReadSessionDep, actor: ActorDep, job_id: int) -> JobRead:
    """Read how far a piece of background work is."""
    return reading.job(session, actor, job_id)
