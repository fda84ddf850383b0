"""Routes about interests: for teams that tell them, and for the staff who read and ask."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.references import Reference
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.routing import Route
from app.interests import queries, service
from app.interests.schemas import (
    AskedRead,
    InterestDraft,
    InterestListed,
    InterestQuery,
    InterestRead,
    InterestsRead,
    NewAsking,
)

router = APIRouter(route_class=Route, tags=["interests"])


@router.get("/interests")
@within(Action.INTEREST_READ)
def list_interests(
    answer: AnswerDep, actor: ActorDep, query: Annotated[InterestQuery, Query()]
) -> ListOf[InterestListed]:
    """List what your teams have said of the other side, or all teams, the newest first."""
    return answer(
        lambda session, query: queries.search(session, actor, query), query, InterestListed
    )


@router.post("/interests")
@needs(Action.INTEREST_ASK)
def ask_for_interest(session: SessionDep, actor: ActorDep, new: NewAsking) -> AskedRead:
    """Show solutions to the owner of a challenge: title, summary and organisation of each."""
    return service.ask(session, actor, new)


@router.get("/submissions/{submission_id}/interests")
@within(Action.INTEREST_READ)
def list_submission_interests(
    session: ReadSessionDep, actor: ActorDep, submission_id: Reference
) -> InterestsRead:
    """List all of the other side of which a team can say something, and what it has said."""
    return InterestsRead(interests=queries.listed(session, actor, submission_id))


@router.get("/submissions/{submission_id}/interests/{counterpart_id}")
@within(Action.INTEREST_READ)
def read_interest(
    session: ReadSessionDep,
    actor: ActorDep,
    submission_id: Reference,
    counterpart_id: Reference,
) -> InterestRead:
    """Read what a team has said of one of the other side; empty where nothing."""
    submission = queries.of_team(session, actor, submission_id)
    return queries.read(*queries.one(session, submission, counterpart_id))


@router.put("/submissions/{submission_id}/interests/{counterpart_id}")
@needs(Action.INTEREST_WRITE)
def tell_interest(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    submission_id: Reference,
    counterpart_id: Reference,
    draft: InterestDraft,
) -> InterestRead:
    """Say how much your team would like to work with one of the other side."""
    return service.tell(session, actor, submission_id, counterpart_id, draft, expected)


@router.delete(
    "/submissions/{submission_id}/interests/{counterpart_id}",
    status_code=status.HTTP_204_NO_CONTENT,
)
@needs(Action.INTEREST_WRITE)
def take_interest_back(
    session: SessionDep, actor: ActorDep, submission_id: Reference, counterpart_id: Reference
) -> None:
    """Take back what your team has said of one of the other side."""
    service.take_back(session, actor, submission_id, counterpart_id)
