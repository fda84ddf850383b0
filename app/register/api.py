"""Routes about practices: for teams that offer them, staff who list them, and everybody."""

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
from app.register import queries, service
from app.register.feed import entry_of
from app.register.lifecycle import LIFE
from app.register.models import ListedPractice
from app.register.schemas import (
    ListedRead,
    NewPractice,
    NewSolutionOf,
    OnePracticeRead,
    PracticeDraft,
    PracticeQuery,
    PracticeRead,
    PracticeStepTaken,
    RegisterFeedQuery,
    RegisterQuery,
    RegisterRead,
)
from app.settings import Settings
from app.submissions.models import Submission
from app.submissions.schemas import SolutionRead

router = APIRouter(route_class=Route, prefix="/practices", tags=["register of practices"])

register = APIRouter(prefix="/public/v1", include_in_schema=False)
"""What is listed, for everybody: without a token, cached, and open to other sites."""

STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))

StepName = Annotated[str, Path(json_schema_extra={"enum": list(LIFE.steps)})]
StepBody = Annotated[PracticeStepTaken, Body(default_factory=PracticeStepTaken)]


@router.get("")
@within(Action.PRACTICE_READ)
def list_practices(
    answer: AnswerDep, actor: ActorDep, query: Annotated[PracticeQuery, Query()]
) -> ListOf[PracticeRead]:
    """List the practices of your organisation, or all that were offered or are listed."""
    return answer(
        lambda session, query: queries.search(session, actor, query), query, PracticeRead
    )


@router.post("", status_code=status.HTTP_201_CREATED)
@needs(Action.PRACTICE_WRITE)
def create_practice(session: SessionDep, actor: ActorDep, new: NewPractice) -> PracticeRead:
    """Begin a practice of your organisation; no call has to be open."""
    return queries.read(session, actor, service.begin(session, actor, new))


@router.get("/{practice_id}")
@within(Action.PRACTICE_READ)
def read_practice(
    session: ReadSessionDep, actor: ActorDep, practice_id: Reference
) -> PracticeRead:
    """Read one practice, by its key or its code."""
    return queries.read(session, actor, queries.get(session, actor, practice_id))


@router.put("/{practice_id}")
@needs(Action.PRACTICE_WRITE)
def replace_practice(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    practice_id: Reference,
    draft: PracticeDraft,
) -> PracticeRead:
    """Save a practice that is being written, in place of what stood there."""
    practice = service.replace(session, actor, practice_id, draft, expected)
    return queries.read(session, actor, practice)


@router.patch("/{practice_id}")
@needs(Action.PRACTICE_WRITE)
def change_practice(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    practice_id: Reference,
    patch: PatchBody,
) -> PracticeRead:
    """Change a part of a practice that is being written, by a JSON merge patch."""
    practice = service.change(session, actor, practice_id, patch, expected)
    return queries.read(session, actor, practice)


@router.get("/{practice_id}/steps")
@within(Action.PRACTICE_READ)
def list_practice_steps(
    session: ReadSessionDep, actor: ActorDep, practice_id: Reference
) -> OffersRead:
    """List every step from where the practice stands, and what each lacks."""
    practice = queries.get(session, actor, practice_id)
    return OffersRead.of(*service.offers(actor, practice))


@router.post("/{practice_id}/steps/{step}")
@within(*STEPS)
def take_practice_step(
    session: SessionDep,
    actor: ActorDep,
    practice_id: Reference,
    step: StepName,
    expected: ExpectedIfStatedDep,
    taken: StepBody,
) -> PracticeRead:
    """Move a practice along its life: offer, list, decline, withdraw it and so on."""
    practice = service.take_step(session, actor, practice_id, step, taken, expected)
    return queries.read(session, actor, practice)


@router.post(
    "/{practice_id}/solutions",
    response_model=SolutionRead,
    status_code=status.HTTP_201_CREATED,
)
@needs(Action.PRACTICE_WRITE)
def begin_solution_of_practice(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    practice_id: Reference,
    new: NewSolutionOf,
) -> Submission:
    """Begin a solution in an open call with what a listed practice of yours says."""
    return service.begin_solution(session, actor, practice_id, new, most=settings.max_drafts)


# --- what is listed ----------------------------------------------------------------------


@register.get("/practices")
@public
def read_register(
    request: Request,
    session: ReadSessionDep,
    settings: SettingsDep,
    query: Annotated[RegisterQuery, Query()],
) -> Response:
    """List the practices of the register, the newest first."""
    found = queries.register(session, query)
    read = RegisterRead(
        licence=settings.open_data_licence,
        items=[ListedRead(**_listed(one, settings)) for one in found.rows],
        next=following(request, found.cursor),
    )
    return open_answer(request, read.model_dump_json().encode(), JSON)


@register.get("/practices.atom")
@public
def read_register_feed(
    request: Request,
    session: ReadSessionDep,
    settings: SettingsDep,
    query: Annotated[RegisterFeedQuery, Query()],
) -> Response:
    """Tell feed readers of the newest practices of the register."""
    found = queries.register(session, query)
    spoken = query.language if query.language in LANGUAGES else ENGLISH
    origin = settings.public_url
    feed = atom(
        [entry_of(one, origin=origin, language=spoken) for one in found.rows],
        address=f"{origin}/public/v1/practices.atom",
        page=f"{origin}/register",
        title=language(spoken).say(Message("Register of practices")),
        language=spoken,
        rights=settings.open_data_licence,
    )
    return open_answer(request, feed, MEDIA_TYPE)


@register.get("/practices/{practice_id}")
@public
def read_listed(
    request: Request, session: ReadSessionDep, settings: SettingsDep, practice_id: Reference
) -> Response:
    """Read one practice of the register, by its code."""
    one = queries.listed(session, practice_id)
    read = OnePracticeRead(**_listed(one, settings), licence=settings.open_data_licence)
    return open_answer(request, read.model_dump_json().encode(), JSON)


def _listed(one: ListedPractice, settings: Settings) -> dict[str, Any]:
    """Return what everybody reads of a practice: no key, and nothing of a draft."""
    said = one.model_dump(include={*ListedRead.model_fields} - {"url"})
    return said | {"url": f"{settings.public_url}/register/{one.code}"}
