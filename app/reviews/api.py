"""Routes about reviews: for reviewers, and for the staff who ask them.

A reviewer reaches what is assigned to them, and everything else looks as if it were not there.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, DatabaseDep
from app.attachments.api import FILE, download_of
from app.core.base.references import Reference
from app.core.base.schemas import OffersRead
from app.core.http.access import needs, within
from app.core.http.computing import Computed, worked_out
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedDep, ExpectedIfStatedDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.routing import Route
from app.core.storage.database import reading as reading_database
from app.programmes import service as programmes
from app.reviews import queries
from app.reviews.lifecycle import CONFLICT_LIFE, LIFE
from app.reviews.models import ConflictOfInterest, Review, Reviewer, Rubric
from app.reviews.schemas.conflicts import ConflictQuery, ConflictRead
from app.reviews.schemas.outcomes import (
    LackRead,
    PlanRead,
    PlanStored,
    ProposalRead,
    RankingQuery,
    StandingRead,
    StorePlan,
)
from app.reviews.schemas.reviewers import (
    NewReviewer,
    ReviewerDraft,
    ReviewerQuery,
    ReviewerRead,
)
from app.reviews.schemas.reviews import (
    DiscussionRead,
    NewComment,
    NewReview,
    ReviewQuery,
    ReviewRead,
    ReviewStepTaken,
    ReviewText,
    SubjectRead,
)
from app.reviews.schemas.rubrics import RubricDraft, RubricRead
from app.reviews.service import (
    assigning,
    conflicts,
    rankings,
    reading,
    reviewers,
    rubrics,
    steps,
    writing,
)

router = APIRouter(route_class=Route, prefix="/reviews", tags=["reviews"])
conflicting = APIRouter(route_class=Route, prefix="/conflicts", tags=["reviews"])
reviewing = APIRouter(route_class=Route, prefix="/reviewers", tags=["reviews"])
of_call = APIRouter(route_class=Route, prefix="/calls/{call_id}", tags=["reviews"])

STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))
StepName = Annotated[str, Path(json_schema_extra={"enum": list(LIFE.steps)})]
Resolving = Annotated[str, Path(json_schema_extra={"enum": list(CONFLICT_LIFE.steps)})]
StepBody = Annotated[ReviewStepTaken, Body(default_factory=ReviewStepTaken)]


@router.get("")
@needs(Action.REVIEW_READ)
def list_reviews(
    answer: AnswerDep, actor: ActorDep, query: Annotated[ReviewQuery, Query()]
) -> ListOf[ReviewRead]:
    """List reviews: reviewers their own, staff and auditors all."""
    return answer(
        lambda session, query: queries.search(session, actor, query), query, ReviewRead
    )


@router.post("", response_model=ReviewRead, status_code=status.HTTP_201_CREATED)
@needs(Action.REVIEW_ASSIGN)
def create_review(session: SessionDep, actor: ActorDep, new: NewReview) -> Review:
    """Ask one person to review one submission; a conflict of interest is never passed over."""
    return assigning.assign(session, actor, new)


@router.get("/{review_id}", response_model=ReviewRead)
@within(Action.REVIEW_READ)
def read_review(session: ReadSessionDep, actor: ActorDep, review_id: UUID) -> Review:
    """Read one review."""
    return queries.get(session, actor, review_id)


@router.put("/{review_id}", response_model=ReviewRead)
@within(Action.REVIEW_WRITE)
def replace_review(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    review_id: UUID,
    text: ReviewText,
) -> Review:
    """Write a review of one's own, in place of what stood there."""
    return writing.replace(session, actor, review_id, text, expected)


@router.get("/{review_id}/submission")
@within(Action.REVIEW_READ)
def read_reviewed_submission(
    session: ReadSessionDep, actor: ActorDep, review_id: UUID
) -> SubjectRead:
    """Read what a reviewer may know of the submission: the text after the declaration."""
    return reading.subject(session, queries.get(session, actor, review_id))


@router.get(
    "/{review_id}/attachments/{attachment_id}/content",
    responses=FILE,
    response_class=Response,
)
@within(Action.REVIEW_READ)
def read_reviewed_file(
    session: ReadSessionDep,
    actor: ActorDep,
    database: DatabaseDep,
    review_id: UUID,
    attachment_id: UUID,
) -> Response:
    """Read what a file of the submission holds, once its reviewer may read the text."""
    review = queries.get(session, actor, review_id)
    return download_of(reading.file(session, review, attachment_id), database)


@router.get("/{review_id}/discussion")
@within(Action.REVIEW_READ)
def read_discussion(
    session: ReadSessionDep, actor: ActorDep, review_id: UUID
) -> DiscussionRead:
    """Read what other reviewers have written, once one's own review is closed."""
    return reading.discussion(session, actor, queries.get(session, actor, review_id))


@router.post("/{review_id}/comments")
@within(Action.REVIEW_WRITE, Action.REVIEW_ASSIGN)
def create_comment(
    session: SessionDep, actor: ActorDep, review_id: UUID, new: NewComment
) -> DiscussionRead:
    """Say something in the discussion of a submission, without one's name."""
    review = queries.get(session, actor, review_id)
    reading.say(session, actor, review, new)
    return reading.discussion(session, actor, review)


@router.get("/{review_id}/steps")
@within(Action.REVIEW_READ)
def list_review_steps(session: ReadSessionDep, actor: ActorDep, review_id: UUID) -> OffersRead:
    """List every step from where the review stands, and what each lacks."""
    review = queries.get(session, actor, review_id)
    return OffersRead.of(*steps.offers(session, actor, review))


@router.post("/{review_id}/steps/{step}", response_model=ReviewRead)
@within(*STEPS)
def take_review_step(
    session: SessionDep,
    actor: ActorDep,
    review_id: UUID,
    step: StepName,
    expected: ExpectedIfStatedDep,
    taken: StepBody,
) -> Review:
    """Move a review along its life: accept, hand in, declare a conflict and so on."""
    return steps.take(session, actor, review_id, step, taken, expected)


@conflicting.get("")
@needs(Action.CONFLICT_RESOLVE)
def list_conflicts(
    answer: AnswerDep, actor: ActorDep, query: Annotated[ConflictQuery, Query()]
) -> ListOf[ConflictRead]:
    """List conflicts of interest: possible, declared and resolved."""
    return answer(
        lambda session, query: queries.conflicts(session, actor, query), query, ConflictRead
    )


@conflicting.get("/{conflict_id}", response_model=ConflictRead)
@needs(Action.CONFLICT_RESOLVE)
def read_conflict(
    session: ReadSessionDep, actor: ActorDep, conflict_id: UUID
) -> ConflictOfInterest:
    """Read one conflict of interest."""
    return queries.conflict(session, actor, conflict_id)


@conflicting.get("/{conflict_id}/steps")
@needs(Action.CONFLICT_RESOLVE)
def list_conflict_steps(
    session: ReadSessionDep, actor: ActorDep, conflict_id: UUID
) -> OffersRead:
    """List every step from where a conflict of interest stands."""
    one = queries.conflict(session, actor, conflict_id)
    return OffersRead.of(*conflicts.offers(session, actor, one))


@conflicting.post("/{conflict_id}/steps/{step}", response_model=ConflictRead)
@needs(Action.CONFLICT_RESOLVE)
def take_conflict_step(
    session: SessionDep,
    actor: ActorDep,
    conflict_id: UUID,
    step: Resolving,
    expected: ExpectedIfStatedDep,
    taken: StepBody,
) -> ConflictOfInterest:
    """Confirm, dismiss, waive or reinstate a conflict of interest, with a reason."""
    return conflicts.resolve(session, actor, conflict_id, step, taken, expected)


@reviewing.get("")
@needs(Action.REVIEW_ASSIGN)
def list_reviewers(
    answer: AnswerDep, actor: ActorDep, query: Annotated[ReviewerQuery, Query()]
) -> ListOf[ReviewerRead]:
    """List who reviews in which programme, and what they know."""
    return answer(
        lambda session, query: queries.reviewers(session, actor, query), query, ReviewerRead
    )


@reviewing.post("", response_model=ReviewerRead, status_code=status.HTTP_201_CREATED)
@needs(Action.REVIEW_ASSIGN)
def create_reviewer(session: SessionDep, actor: ActorDep, new: NewReviewer) -> Reviewer:
    """Let somebody with the role of a reviewer review in a programme."""
    return reviewers.appoint(session, actor, new)


@reviewing.get("/{reviewer_id}", response_model=ReviewerRead)
@needs(Action.REVIEW_ASSIGN)
def read_reviewer(session: ReadSessionDep, actor: ActorDep, reviewer_id: UUID) -> Reviewer:
    """Read what a reviewer knows, reads and takes on."""
    return queries.reviewer(session, actor, reviewer_id)


@reviewing.put("/{reviewer_id}", response_model=ReviewerRead)
@needs(Action.REVIEW_ASSIGN)
def replace_reviewer(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    reviewer_id: UUID,
    draft: ReviewerDraft,
) -> Reviewer:
    """Change what a reviewer knows, reads and takes on."""
    return reviewers.change(session, actor, reviewer_id, draft, expected)


@of_call.get("/rubric", response_model=RubricRead)
@needs(Action.REVIEW_ASSIGN)
def read_rubric(session: ReadSessionDep, actor: ActorDep, call_id: Reference) -> Rubric:
    """Read by what the submissions of a call are reviewed."""
    return queries.rubric(session, actor, programmes.call(session, actor, call_id))


@of_call.put("/rubric", response_model=RubricRead)
@needs(Action.REVIEW_ASSIGN)
def replace_rubric(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    call_id: Reference,
    draft: RubricDraft,
) -> Rubric:
    """Write the rubric of a call; of a first one `If-Match` is `*`."""
    call = programmes.call(session, actor, call_id)
    return rubrics.write(session, actor, call, draft, expected)


@of_call.get("/review-plan", response_model=PlanRead)
@needs(Action.REVIEW_ASSIGN)
def read_review_plan(session: ReadSessionDep, actor: ActorDep, call_id: Reference) -> Response:
    """Work out who would review what; nobody is asked by that."""
    call = programmes.call(session, actor, call_id)
    compute = assigning.preview(session, actor, call)
    return Computed(lambda: _plan_read(compute()))


def _plan_read(planned: assigning.Planned) -> PlanRead:
    return PlanRead(
        tag=planned.inputs.tag,
        total=planned.plan.total,
        proposals=[
            ProposalRead(
                submission_id=UUID(one.submission),
                user_id=UUID(one.reviewer),
                fit=one.fit,
                cost=one.cost,
            )
            for one in planned.plan.proposals
        ],
        lacks=[
            LackRead(
                submission_id=UUID(one.submission),
                missing=one.missing,
                obstacles={name.value: count for name, count in one.obstacles.items()},
                helpers=[UUID(key) for key in one.helpers],
            )
            for one in planned.plan.lacks
        ],
    )


def _planned(
    request: Request,
    database: DatabaseDep,
    actor: ActorDep,
    call_id: Reference,
    asked: StorePlan,
) -> assigning.Planned:
    """Work the plan out again before anybody waits for the writer, if nothing has changed."""
    with reading_database(database) as session:
        call = programmes.call(session, actor, call_id)
        given = assigning.inputs(session, actor, call)
    given.require(asked.expected)
    return worked_out(request, lambda: assigning.worked_out(given))


@of_call.post(
    "/review-plan",
    response_model=PlanStored,
    dependencies=[Depends(_planned)],  # before the key is claimed, which opens a session
)
@needs(Action.REVIEW_ASSIGN)
def create_planned_reviews(
    session: SessionDep,
    actor: ActorDep,
    call_id: Reference,
    planned: Annotated[assigning.Planned, Depends(_planned)],
) -> PlanStored:
    """Ask all reviewers of the plan as it was read; or nobody, where something has changed."""
    call = programmes.call(session, actor, call_id)
    made = assigning.store(session, actor, call, planned)
    return PlanStored(reviews=len(made))


@of_call.get("/review-ranking", response_model=ListOf[StandingRead])
@needs(Action.REVIEW_READ)
def list_review_ranking(
    session: ReadSessionDep,
    answer: AnswerDep,
    actor: ActorDep,
    call_id: Reference,
    query: Annotated[RankingQuery, Query()],
) -> Response:
    """List the submissions of a call by what their reviews say together, the best first."""
    compute = rankings.search(session, actor, call_id, query)
    return answer.computed(compute, query, StandingRead)
