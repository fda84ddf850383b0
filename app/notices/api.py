"""Routes about public notices, for those who write and approve them."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.references import Reference
from app.core.base.schemas import OffersRead
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedDep, ExpectedIfStatedDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.patches import PatchBody
from app.core.http.routing import Route
from app.notices import queries, service
from app.notices.lifecycle import LIFE
from app.notices.models import PublicNotice
from app.notices.schemas import NewNotice, NoticeDraft, NoticeQuery, NoticeRead, NoticeStepTaken

router = APIRouter(route_class=Route, prefix="/notices", tags=["public notices"])

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
