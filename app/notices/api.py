"""Routes about public notices: for those who write and approve them, and for everybody."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request, Response, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.atom import MEDIA_TYPE, atom
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.schemas import OffersRead
from app.core.base.translations import ENGLISH, LANGUAGES, language
from app.core.http.access import needs, public, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedDep, ExpectedIfStatedDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.open_data import following, open_answer
from app.core.http.patches import PatchBody
from app.core.http.routing import JSON, Route
from app.notices import queries, service
from app.notices.feed import entry_of
from app.notices.lifecycle import LIFE
from app.notices.models import PublicNotice
from app.notices.queries import Published
from app.notices.schemas import (
    CatalogueQuery,
    CatalogueRead,
    FeedQuery,
    NewNotice,
    NoticeDraft,
    NoticeQuery,
    NoticeRead,
    NoticeStepTaken,
    OneRead,
    PublishedRead,
)
from app.settings import Settings

router = APIRouter(route_class=Route, prefix="/notices", tags=["public notices"])

catalogue = APIRouter(prefix="/public/v1", include_in_schema=False)
"""What is published, for everybody: without a token, cached, and open to other sites."""

STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))

StepName = Annotated[str, Path(json_schema_extra={"enum": list(LIFE.steps)})]
StepBody = Annotated[NoticeStepTaken, Body(default_factory=NoticeStepTaken)]


@router.get("")
@within(Action.NOTICE_READ)
def list_notices(
    answer: AnswerDep, actor: ActorDep, query: Annotated[NoticeQuery, Query()]
) -> ListOf[NoticeRead]:
    """List the public notices of your team, or of all teams, that are written or were."""
    return answer(
        lambda session, query: queries.search(session, actor, query), query, NoticeRead
    )


@router.post("", response_model=NoticeRead, status_code=status.HTTP_201_CREATED)
@needs(Action.NOTICE_WRITE)
def create_notice(session: SessionDep, actor: ActorDep, new: NewNotice) -> PublicNotice:
    """Begin the public notice of a selected challenge with what the challenge says."""
    return service.begin(session, actor, new)


@router.get("/{notice_id}", response_model=NoticeRead)
@within(Action.NOTICE_READ)
def read_notice(session: ReadSessionDep, actor: ActorDep, notice_id: Reference) -> PublicNotice:
    """Read one public notice, by its key or the code of its challenge."""
    return queries.get(session, actor, notice_id)


@router.put("/{notice_id}", response_model=NoticeRead)
@needs(Action.NOTICE_WRITE)
def replace_notice(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    notice_id: Reference,
    draft: NoticeDraft,
) -> PublicNotice:
    """Save a notice that is being written, in place of what stood there."""
    return service.replace(session, actor, notice_id, draft, expected)


@router.patch("/{notice_id}", response_model=NoticeRead)
@needs(Action.NOTICE_WRITE)
def change_notice(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    notice_id: Reference,
    patch: PatchBody,
) -> PublicNotice:
    """Change a part of a notice that is being written, by a JSON merge patch."""
    return service.change(session, actor, notice_id, patch, expected)


@router.get("/{notice_id}/steps")
@within(Action.NOTICE_READ)
def list_notice_steps(
    session: ReadSessionDep, actor: ActorDep, notice_id: Reference
) -> OffersRead:
    """List every step from where the notice stands, and what each lacks."""
    notice = queries.get(session, actor, notice_id)
    return OffersRead.of(*service.offers(session, actor, notice))


@router.post("/{notice_id}/steps/{step}", response_model=NoticeRead)
@within(*STEPS)
def take_notice_step(
    session: SessionDep,
    actor: ActorDep,
    notice_id: Reference,
    step: StepName,
    expected: ExpectedIfStatedDep,
    taken: StepBody,
) -> PublicNotice:
    """Move a notice along its life: propose, approve, publish, withdraw it and so on."""
    return service.take_step(session, actor, notice_id, step, taken, expected)


# --- what is published -------------------------------------------------------------------


@catalogue.get("/notices")
@public
def read_catalogue(
    request: Request,
    session: ReadSessionDep,
    settings: SettingsDep,
    query: Annotated[CatalogueQuery, Query()],
) -> Response:
    """List the published challenges, the newest first."""
    found = queries.catalogue(session, query)
    read = CatalogueRead(
        licence=settings.open_data_licence,
        items=[PublishedRead(**_published(one, settings)) for one in found.rows],
        next=following(request, found.cursor),
    )
    return open_answer(request, read.model_dump_json().encode(), JSON)


@catalogue.get("/notices.atom")
@public
def read_feed(
    request: Request,
    session: ReadSessionDep,
    settings: SettingsDep,
    query: Annotated[FeedQuery, Query()],
) -> Response:
    """Tell feed readers of the newest published challenges."""
    found = queries.catalogue(session, query)
    spoken = query.language if query.language in LANGUAGES else ENGLISH
    origin = settings.public_url
    feed = atom(
        [entry_of(one, origin=origin, language=spoken) for one in found.rows],
        address=f"{origin}/public/v1/notices.atom",
        page=f"{origin}/notices",
        title=language(spoken).say(Message("Published challenges")),
        language=spoken,
        rights=settings.open_data_licence,
    )
    return open_answer(request, feed, MEDIA_TYPE)


@catalogue.get("/notices/{notice_id}")
@public
def read_published(
    request: Request, session: ReadSessionDep, settings: SettingsDep, notice_id: Reference
) -> Response:
    """Read one published challenge, by its code."""
    one = queries.published(session, notice_id)
    address = f"{settings.public_url}/public/v1/notices/{one.notice.code}/questions"
    licence = settings.open_data_licence
    read = OneRead(**_published(one, settings), licence=licence, questions=address)
    return open_answer(request, read.model_dump_json().encode(), JSON)


def _published(one: Published, settings: Settings) -> dict[str, Any]:
    return {
        "code": one.notice.code,
        "url": f"{settings.public_url}/notices/{one.notice.code}",
        "programme": one.programme.code,
        "country": one.country,
        "organisation": one.organisation,
        "published_at": one.notice.published_at,
        "themes": one.notice.themes,
        "texts": one.notice.texts,
    }
