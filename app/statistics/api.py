"""Routes of statistics: the report and peers for staff, and open data for everybody."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.clock import now
from app.core.base.errors import Conflict
from app.core.base.references import Reference
from app.core.base.translations import ENGLISH, Tag
from app.core.base.translations import language as in_language
from app.core.http.access import needs, public, within
from app.core.http.computing import Computed
from app.core.http.database_sessions import ReadSessionDep
from app.core.http.open_data import open_answer
from app.core.http.openapi import responses
from app.core.http.routing import JSON, Route
from app.notices.schemas import CatalogueQuery
from app.statistics.schemas.coverage import CoverageRead, FairnessRead
from app.statistics.schemas.open_data import ChallengeRow, Statistic, dictionary
from app.statistics.schemas.peers import PeersRead
from app.statistics.service import catalogue_entry, coverage, open_data, peers

router = APIRouter(route_class=Route, tags=["statistics"])

open_router = APIRouter(prefix="/public/v1", include_in_schema=False)
"""Open data: without a token, cached, and open to other sites."""

Ending = Literal["csv", "jsonl"]


@router.get("/programmes/{programme_id}/fairness")
@needs(Action.SUBMISSION_READ)
def read_coverage(
    session: ReadSessionDep, actor: ActorDep, settings: SettingsDep, programme_id: Reference
) -> CoverageRead:
    """Tell who takes part in a programme and how far each group came; small ones are withheld.

    Suggestions are those of its newest run.
    """
    return coverage.of_programme(session, actor, programme_id, settings)


@router.get(
    "/match-runs/{run_id}/fairness",
    response_model=FairnessRead,
    responses=responses(Conflict),
)
@within(Action.RUN_READ)
def read_fairness(
    session: ReadSessionDep, actor: ActorDep, settings: SettingsDep, run_id: Reference
) -> Response:
    """Tell the same of one run, with what would have been the most even assignment."""
    return Computed(coverage.of_run(session, actor, run_id, settings))


@router.get(
    "/programmes/{programme_id}/peers",
    response_model=PeersRead,
    responses=responses(Conflict),
)
@needs(Action.SUBMISSION_READ)
def list_peers(
    session: ReadSessionDep, actor: ActorDep, settings: SettingsDep, programme_id: Reference
) -> Response:
    """List for each challenge those with a similar problem, also where it has no provider."""
    return Computed(peers.peers(session, actor, programme_id, settings))


# --- for everybody ----------------------------------------------------------------------


@open_router.get("/statistics")
@public
def read_statistics(
    request: Request,
    session: ReadSessionDep,
    settings: SettingsDep,
    programme: Reference | None = None,
    language: Tag = ENGLISH,
) -> Response:
    """Tell how many of each group came how far, as far as everybody may know it."""
    found = open_data.statistics(session, settings, programme, language, now())
    return open_answer(request, found.model_dump_json().encode(), JSON)


@open_router.get("/statistics.{ending}")
@public
def download_statistics(
    request: Request,
    session: ReadSessionDep,
    settings: SettingsDep,
    ending: Ending,
    programme: Reference | None = None,
    language: Tag = ENGLISH,
) -> Response:
    """Hand the same out as a table."""
    found = open_data.statistics(session, settings, programme, language, now())
    media_type, written = open_data.WRITERS[ending]
    return open_answer(request, written(Statistic, found.items), media_type)


@open_router.get("/challenges.{ending}")
@public
def download_challenges(
    request: Request,
    session: ReadSessionDep,
    settings: SettingsDep,
    ending: Ending,
    query: Annotated[CatalogueQuery, Query()],
) -> Response:
    """Hand out a page of the published challenges as a table, the newest first."""
    found = open_data.challenges(session, settings, query)
    media_type, written = open_data.WRITERS[ending]
    answer = open_answer(request, written(ChallengeRow, found.rows), media_type)
    if found.cursor:
        url = request.url.include_query_params(cursor=found.cursor)
        answer.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
    return answer


@open_router.get("/dictionary")
@public
def read_dictionary(
    request: Request, settings: SettingsDep, language: Tag = ENGLISH
) -> Response:
    """Tell what each member of the open data means."""
    read = dictionary(settings.open_data_licence, in_language(language))
    return open_answer(request, read.model_dump_json().encode(), JSON)


@open_router.get("/catalog.jsonld")
@public
def read_catalogue_entry(request: Request, settings: SettingsDep) -> Response:
    """Describe the open data for catalogues of data (DCAT-AP)."""
    entry = catalogue_entry.entry(
        settings.public_url, settings.open_data_licence, settings.contact
    )
    body = json.dumps(entry, ensure_ascii=False).encode()
    return open_answer(request, body, catalogue_entry.MEDIA_TYPE)
