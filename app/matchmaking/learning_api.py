"""Routes about what verdicts teach."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, DatabaseDep
from app.core.base.references import Reference
from app.core.http.access import needs, within
from app.core.http.computing import Computed, worked_out
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedIfStatedDep
from app.core.http.routing import Route
from app.core.storage.database import reading
from app.matchmaking.schemas.learning import Adoption, TaughtRead
from app.matchmaking.service import learning
from app.programmes import service as programmes
from app.programmes.queries import stated_programme
from app.programmes.schemas import AnyProgramme

router = APIRouter(route_class=Route, tags=["matchmaking"])


@router.get("/programmes/{programme_id}/agreement", response_model=TaughtRead)
@within(Action.RUN_READ)
def read_agreement(
    session: ReadSessionDep, actor: ActorDep, programme_id: Reference
) -> Response:
    """Tell how well rankings agree with verdicts, and which weight these propose, if any."""
    return Computed(learning.taught(session, actor, programme_id))


def _taught(
    request: Request, database: DatabaseDep, actor: ActorDep, new: Adoption
) -> TaughtRead:
    """Compute what is proposed before anybody waits for the writer."""
    with reading(database) as session:
        by = stated_programme(session, new.taught_by, "taught_by")
        compute = learning.taught(session, actor, by.id)
    return worked_out(request, compute)


@router.post(
    "/programmes/{programme_id}/text-weight",
    dependencies=[Depends(_taught)],  # before the key is claimed, which opens a session
)
@needs(Action.WEIGHT_ADOPT)
def adopt_text_weight(
    session: SessionDep,
    actor: ActorDep,
    programme_id: Reference,
    expected: ExpectedIfStatedDep,
    new: Adoption,
    found: Annotated[TaughtRead, Depends(_taught)],
) -> AnyProgramme:
    """Let a programme that has not begun rank as the verdicts of another one propose."""
    by = programmes.programme(session, found.programme_id)
    changed = learning.adopt(session, actor, programme_id, by, found.proposal, expected)
    return programmes.shown(actor, changed)


@router.delete("/programmes/{programme_id}/text-weight")
@needs(Action.WEIGHT_ADOPT)
def drop_text_weight(
    session: SessionDep,
    actor: ActorDep,
    programme_id: Reference,
    expected: ExpectedIfStatedDep,
) -> AnyProgramme:
    """Let a programme that has not begun rank by the usual weight again."""
    changed = learning.drop(session, actor, programme_id, expected)
    return programmes.shown(actor, changed)
