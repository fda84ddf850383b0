"""Routes of open data: without a token, cached, and open to other sites."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from app.accounts.dependencies import SettingsDep
from app.core.base.clock import now
from app.core.base.references import Reference
from app.core.base.translations import ENGLISH, Tag
from app.core.base.translations import language as in_language
from app.core.http.access import public
from app.core.http.database_sessions import ReadSessionDep
from app.core.http.open_data import open_answer
from app.core.http.routing import JSON
from app.insights import catalogue_entry, open_data
from app.insights.open_schemas import ChallengeRow, Statistic, dictionary
from app.notices.schemas import CatalogueQuery

router = APIRouter(prefix="/public/v1", include_in_schema=False)

Ending = Literal["csv", "jsonl"]


@router.get("/statistics")
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


@router.get("/statistics.{ending}")
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


@router.get("/challenges.{ending}")
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


@router.get("/dictionary")
@public
def read_dictionary(
    request: Request, settings: SettingsDep, language: Tag = ENGLISH
) -> Response:
    """Tell what each member of the open data means."""
    read = dictionary(settings.open_data_licence, in_language(language))
    return open_answer(request, read.model_dump_json().encode(), JSON)


@router.get("/catalog.jsonld")
@public
def read_catalogue_entry(request: Request, settings: SettingsDep) -> Response:
    """Describe the open data for catalogues of data (DCAT-AP)."""
    entry = catalogue_entry.entry(
        settings.public_url, settings.open_data_licence, settings.contact
    )
    body = json.dumps(entry, ensure_ascii=False).encode()
    return open_answer(request, body, catalogue_entry.MEDIA_TYPE)
