"""Routes about runs, suggestions, verdicts, matches and jobs."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, DatabaseDep
from app.core.base.errors import Conflict, NotPermitted
from app.core.base.references import Reference
from app.core.base.schemas import OffersRead
from app.core.base.translations import language, preferred
from app.core.http.access import needs, within
from app.core.http.computing import Computed, ComputedFile
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedIfStatedDep
from app.core.http.idempotency import key_required, without_key
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.openapi import responses
from app.core.http.routing import Route
from app.core.storage.database import reading
from app.core.tables.exporting import MEDIA, Format
from app.documents import typesetting
from app.matchmaking.lifecycle import RUN_STEPS
from app.matchmaking.models import Verdict
from app.matchmaking.schemas.assignments import (
    FrontierRead,
    NewWhatIf,
    RegretQuery,
    RegretRead,
    WhatIfRead,
    WholeRead,
)
from app.matchmaking.schemas.notices import MeetingsRead
from app.matchmaking.schemas.runs import DossierQuery, NewRun, RunQuery, RunRead
from app.matchmaking.schemas.suggestions import (
    PreviewQuery,
    PreviewRead,
    RankingRead,
    SuggestionQuery,
    SuggestionRead,
)
from app.matchmaking.schemas.verdicts import NewVerdict, Undoing, VerdictQuery, VerdictRead
from app.matchmaking.service import (
    assignment_queries,
    dossiers,
    offers,
    previews,
    queries,
    ranking_documents,
    run_requests,
    run_steps,
    verdict_queries,
    verdicts,
    workbooks,
)

router = APIRouter(route_class=Route, tags=["matchmaking"])

StepName = Annotated[str, Path(json_schema_extra={"enum": list(RUN_STEPS.steps)})]


@router.post(
    "/match-runs",
    status_code=status.HTTP_202_ACCEPTED,
    responses={
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
@key_required()
def create_run(
    request: Request, response: Response, session: SessionDep, actor: ActorDep, new: NewRun
) -> RunRead:
    """Ask for a run; `Location` names the job that tells how far it is."""
    run = run_requests.request_run(session, actor, new, request.app.state.settings)
    response.headers["Location"] = f"/api/v1/jobs/{run.job_id}"
    return queries.describe(run, actor)


@router.get("/match-runs")
@needs(Action.RUN_READ)
def list_runs(
    answer: AnswerDep,
    actor: ActorDep,
    query: Annotated[RunQuery, Query()],
) -> ListOf[RunRead]:
    """List the runs, the newest first."""
    return answer(lambda session, query: queries.runs(session, actor, query), query, RunRead)


@router.get("/match-runs/{run_id}")
@within(Action.RUN_READ)
def read_run(session: ReadSessionDep, actor: ActorDep, run_id: Reference) -> RunRead:
    """Read one run: its state, settings, digest and assignment."""
    return queries.describe(queries.run(session, actor, run_id), actor)


@router.get(
    "/match-runs/{run_id}/ranking", response_model=RankingRead, responses=responses(Conflict)
)
@within(Action.RUN_READ)
def read_ranking(session: ReadSessionDep, actor: ActorDep, run_id: Reference) -> Response:
    """Read all lists of a run at once, as they were stored with it."""
    found = ranking_documents.ranking(session, actor, run_id)
    return Response(found, media_type="application/json")


@router.get(
    "/match-runs/{run_id}/workbook",
    response_class=Response,
    responses={
        200: {"description": "A workbook.", "content": {MEDIA[Format.XLSX]: {}}},
        **responses(Conflict),
    },
)
@within(Action.RUN_READ)
def read_workbook(
    request: Request, session: ReadSessionDep, actor: ActorDep, run_id: Reference
) -> Response:
    """Read the decision workbook: for each challenge its best five, why, and the verdicts."""
    state = request.app.state
    run = workbooks.require_result(session, actor, run_id)
    opened = partial(reading, state.database)
    return ComputedFile(
        lambda: workbooks.decision_workbook(opened, actor, run, state.words.names),
        f"{run.code}.xlsx",
        MEDIA[Format.XLSX],
    )


@router.get(
    "/match-runs/{run_id}/dossier",
    response_class=Response,
    responses={
        200: {"description": "A document.", "content": {typesetting.MEDIA_TYPE: {}}},
        **responses(Conflict),
    },
)
@within(Action.RUN_READ)
def read_dossier(
    request: Request,
    session: ReadSessionDep,
    actor: ActorDep,
    run_id: Reference,
    query: Annotated[DossierQuery, Query()],
) -> Response:
    """Read the dossier for the advisory board: method, suggestions with reasons, verdicts."""
    state = request.app.state
    run = workbooks.require_result(session, actor, run_id)
    opened = partial(reading, state.database)
    into = language(query.language or preferred(request.headers.get("accept-language")))
    return ComputedFile(
        lambda: dossiers.dossier(opened, actor, run, state.words.names, into),
        f"{run.code}.pdf",
        typesetting.MEDIA_TYPE,
        {**typesetting.PRIVATE, "Content-Language": into.tag, "Vary": "Accept-Language"},
    )


@router.get("/match-runs/{run_id}/suggestions")
@within(Action.RUN_READ)
def list_suggestions(
    answer: AnswerDep,
    session: ReadSessionDep,
    actor: ActorDep,
    run_id: Reference,
    query: Annotated[SuggestionQuery, Query()],
) -> ListOf[SuggestionRead]:
    """List the suggestions of a run: by challenge, the best first, with reasons."""
    if query.format is Format.JSON:
        lines = queries.written_suggestions(session, actor, run_id, query)
        return answer.written(lines)  # type: ignore[return-value]  # -- FastAPI hands a response on as it is
    return answer(
        lambda session, query: queries.suggestions(session, actor, run_id, query),
        query,
        SuggestionRead,
    )


@router.get("/match-runs/{run_id}/suggestions/{challenge_id}/{solution_id}")
@within(Action.RUN_READ)
def read_suggestion(
    session: ReadSessionDep,
    actor: ActorDep,
    run_id: Reference,
    challenge_id: Reference,
    solution_id: Reference,
) -> SuggestionRead:
    """Read one suggestion of a run."""
    return queries.suggestion(session, actor, run_id, challenge_id, solution_id)


@router.get("/match-runs/{run_id}/steps")
@within(Action.RUN_READ)
def list_run_steps(session: ReadSessionDep, actor: ActorDep, run_id: Reference) -> OffersRead:
    """List every step from where the run stands."""
    return OffersRead.of(*run_steps.offers(session, actor, run_id))


@router.post("/match-runs/{run_id}/steps/{step}")
@needs(Action.RUN_START)
def take_run_step(
    session: SessionDep,
    actor: ActorDep,
    run_id: Reference,
    step: StepName,
    expected: ExpectedIfStatedDep,
) -> RunRead:
    """Cancel a run, or have it computed again from the same frozen inputs."""
    return queries.describe(run_steps.take(session, actor, run_id, step, expected), actor)


@router.get("/match-runs/{run_id}/assignment", responses=responses(Conflict))
@within(Action.RUN_READ)
def read_assignment(session: ReadSessionDep, actor: ActorDep, run_id: Reference) -> WholeRead:
    """Read the best whole assignment of a run with its proof, or why there is none."""
    return assignment_queries.assignment(session, actor, run_id)


@router.get(
    "/match-runs/{run_id}/regret", response_model=RegretRead, responses=responses(Conflict)
)
@within(Action.RUN_READ)
def read_regret(
    request: Request,
    session: ReadSessionDep,
    actor: ActorDep,
    run_id: Reference,
    query: Annotated[RegretQuery, Query()],
) -> Response:
    """Tell what it costs to force each pair, or to forbid it where it is chosen."""
    settings = request.app.state.settings
    return Computed(assignment_queries.regret(session, actor, run_id, query, settings))


@router.get(
    "/match-runs/{run_id}/frontier",
    response_model=FrontierRead,
    responses=responses(Conflict),
)
@within(Action.RUN_READ)
def read_frontier(
    request: Request, session: ReadSessionDep, actor: ActorDep, run_id: Reference
) -> Response:
    """Tell what each step of fairness costs in total."""
    settings = request.app.state.settings
    return Computed(assignment_queries.frontier(session, actor, run_id, settings))


@router.post("/match-runs/{run_id}/what-if", response_model=WhatIfRead)
@within(Action.RUN_READ)
@without_key
def ask_what_if(
    request: Request,
    session: ReadSessionDep,
    actor: ActorDep,
    run_id: Reference,
    new: NewWhatIf,
) -> Response:
    """Assign under other weights, locks and capacities; nothing is stored."""
    settings = request.app.state.settings
    return Computed(assignment_queries.what_if(session, actor, run_id, new, settings))


@router.get(
    "/match-previews/{submission_id}",
    response_model=PreviewRead,
    responses=responses(NotPermitted),
)
@within(Action.SUBMISSION_READ, Action.DRAFT_READ, Action.RUN_READ)
def read_preview(
    request: Request,
    session: ReadSessionDep,
    actor: ActorDep,
    submission_id: Reference,
    query: Annotated[PreviewQuery, Query()],
) -> Response:
    """Tell where a submission would stand among what is selected now; nothing is stored."""
    settings = request.app.state.settings
    return Computed(previews.preview(session, actor, submission_id, query, settings))


@router.get(
    "/solutions/{solution_id}/published-challenges",
    response_model=MeetingsRead,
    responses=responses(NotPermitted),
)
@within(Action.DRAFT_READ)
def read_published_challenges_for_solution(
    request: Request, session: ReadSessionDep, actor: ActorDep, solution_id: Reference
) -> Response:
    """Tell its team for which published challenges a solution may help, in words."""
    settings = request.app.state.settings
    return Computed(offers.meetings(session, actor, solution_id, settings))


def _checked(database: DatabaseDep, actor: ActorDep, new: NewVerdict) -> verdicts.Ground:
    """Read what a verdict stands on and check it, before anybody waits for the writer."""
    with reading(database) as session:
        found = verdicts.ground(session, actor, new)
    verdicts.require_open(found, new.outcome)
    return found


@router.post(
    "/verdicts",
    response_model=VerdictRead,
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(_checked)],  # before the key is claimed, which opens a session
)
@needs(Action.VERDICT_WRITE)
def create_verdict(
    session: SessionDep,
    actor: ActorDep,
    new: NewVerdict,
    found: Annotated[verdicts.Ground, Depends(_checked)],
) -> Verdict:
    """Decide about a pair of a run, with a reason; the newest verdict counts."""
    return verdicts.decide(session, actor, new, found)


@router.post(
    "/verdicts/{verdict_id}/undo",
    response_model=VerdictRead,
    status_code=status.HTTP_201_CREATED,
)
@needs(Action.VERDICT_WRITE)
def undo_verdict(
    session: SessionDep, actor: ActorDep, verdict_id: UUID, undoing: Undoing
) -> Verdict:
    """Take the newest verdict on a pair back, with a reason; what counted before counts."""
    return verdicts.undo(session, actor, verdict_id, undoing.reason)


@router.get("/verdicts")
@needs(Action.RUN_READ)
def list_verdicts(
    answer: AnswerDep,
    actor: ActorDep,
    query: Annotated[VerdictQuery, Query()],
) -> ListOf[VerdictRead]:
    """List the verdicts, the newest first, earlier ones of a suggestion included."""
    return answer(
        lambda session, query: verdict_queries.verdicts(session, actor, query),
        query,
        VerdictRead,
    )


@router.get("/verdicts/{verdict_id}", response_model=VerdictRead)
@within(Action.RUN_READ)
def read_verdict(session: ReadSessionDep, actor: ActorDep, verdict_id: UUID) -> Verdict:
    """Read one verdict."""
    return verdict_queries.verdict(session, actor, verdict_id)
