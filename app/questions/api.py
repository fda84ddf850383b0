"""Routes about what calls ask."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.references import Reference
from app.core.http.access import needs, signed_in
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.routing import Route
from app.programmes import service as programmes
from app.programmes.schemas import AnyProgramme
from app.questions import editions, service
from app.questions.schemas import FormDraft, FormQuery, FormRead, NextEdition

router = APIRouter(route_class=Route, tags=["programmes"])


@router.get("/calls/{call_id}/form")
@signed_in
def read_form(session: ReadSessionDep, actor: ActorDep, call_id: Reference) -> FormRead:
    """Read what a call asks; who writes calls reads the version that is prepared, if any."""
    return service.read(session, actor, call_id)


@router.put("/calls/{call_id}/form")
@needs(Action.CALL_WRITE)
def replace_form(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    call_id: Reference,
    draft: FormDraft,
) -> FormRead:
    """Change what a call asks; where somebody answers it already, prepare the next version."""
    return service.replace(session, actor, call_id, draft, expected)


@router.delete("/calls/{call_id}/form", status_code=status.HTTP_204_NO_CONTENT)
@needs(Action.CALL_WRITE)
def discard_form(
    session: SessionDep, actor: ActorDep, expected: ExpectedDep, call_id: Reference
) -> None:
    """Throw away the version that is prepared and not in use."""
    service.discard(session, actor, call_id, expected)


@router.get("/calls/{call_id}/form/versions")
@signed_in
def list_forms(
    answer: AnswerDep,
    actor: ActorDep,
    call_id: Reference,
    query: Annotated[FormQuery, Query()],
) -> ListOf[FormRead]:
    """List the versions of what a call asks."""
    return answer(
        lambda session, query: service.versions(session, actor, call_id, query),
        query,
        FormRead,
    )


@router.get("/calls/{call_id}/form/versions/{form_number}")
@signed_in
def read_form_version(
    session: ReadSessionDep,
    actor: ActorDep,
    call_id: Reference,
    form_number: Annotated[int, Path(ge=1, le=10_000)],
) -> FormRead:
    """Read one version of what a call asks."""
    return service.version(session, actor, call_id, form_number)


@router.post("/programmes/{programme_id}/next-edition", status_code=status.HTTP_201_CREATED)
@needs(Action.PROGRAMME_WRITE)
def begin_next_edition(
    session: SessionDep, actor: ActorDep, programme_id: Reference, draft: NextEdition
) -> AnyProgramme:
    """Begin another edition: calls with their dates, questions and conditions, as drafts."""
    return programmes.shown(actor, editions.begin(session, actor, programme_id, draft))
