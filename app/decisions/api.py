"""Routes about decisions and their release: for those who decide, and for auditors.

A team reads its own decision with its submission (`state`, `message`, `answer_by`), once it is
released, and answers with a step of the submission.
"""

from typing import Annotated
from uuid import UUID

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
from app.decisions import queries
from app.decisions.lifecycle import LIFE
from app.decisions.models import Decision, Release
from app.decisions.schemas import (
    DecisionDraft,
    DecisionLetterRead,
    DecisionLettersRead,
    DecisionQuery,
    DecisionRead,
    DecisionStepTaken,
    NewDecision,
    NewRelease,
    ReleaseQuery,
    ReleaseRead,
)
from app.decisions.service import drafts, releases, steps, writing

router = APIRouter(route_class=Route, prefix="/decisions", tags=["decisions"])
releasing = APIRouter(route_class=Route, prefix="/releases", tags=["decisions"])

STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))
StepName = Annotated[str, Path(json_schema_extra={"enum": list(LIFE.steps)})]
StepBody = Annotated[DecisionStepTaken, Body(default_factory=DecisionStepTaken)]


@router.get("")
@needs(Action.DECISION_READ)
def list_decisions(
    answer: AnswerDep, actor: ActorDep, query: Annotated[DecisionQuery, Query()]
) -> ListOf[DecisionRead]:
    """List decisions, those that are being made and those that were released."""
    return answer(
        lambda session, query: queries.search(session, actor, query), query, DecisionRead
    )


@router.post("", response_model=DecisionRead, status_code=status.HTTP_201_CREATED)
@needs(Action.DECISION_WRITE)
def create_decision(session: SessionDep, actor: ActorDep, new: NewDecision) -> Decision:
    """Draft a decision about an eligible submission, or the correction of a released one."""
    return drafts.draft(session, actor, new)


@router.get("/{decision_id}", response_model=DecisionRead)
@needs(Action.DECISION_READ)
def read_decision(session: ReadSessionDep, actor: ActorDep, decision_id: Reference) -> Decision:
    """Read a decision by its key, or the current one by the code of its submission."""
    return queries.get(session, actor, decision_id)


@router.put("/{decision_id}", response_model=DecisionRead)
@needs(Action.DECISION_WRITE)
def replace_decision(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    decision_id: Reference,
    draft: DecisionDraft,
) -> Decision:
    """Save a decision that is a draft, in place of what stood there."""
    return drafts.replace(session, actor, decision_id, draft, expected)


@router.patch("/{decision_id}", response_model=DecisionRead)
@needs(Action.DECISION_WRITE)
def change_decision(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    decision_id: Reference,
    patch: PatchBody,
) -> Decision:
    """Change a part of a decision that is a draft, by a JSON merge patch."""
    return drafts.change(session, actor, decision_id, patch, expected)


@router.get("/{decision_id}/letters")
@needs(Action.DECISION_READ)
def read_decision_letters(
    session: ReadSessionDep, actor: ActorDep, decision_id: Reference
) -> DecisionLettersRead:
    """Read the letter of a decision as the team will get it, in each language."""
    decision = queries.get(session, actor, decision_id)
    return DecisionLettersRead(
        letters=[
            DecisionLetterRead(language=tag, subject=letter.subject, body=letter.body)
            for tag, letter in writing.in_each_language(session, decision).items()
        ],
        readers=writing.count_readers(session, decision),
    )


@router.get("/{decision_id}/steps")
@needs(Action.DECISION_READ)
def list_decision_steps(
    session: ReadSessionDep, actor: ActorDep, decision_id: Reference
) -> OffersRead:
    """List every step from where the decision stands, and what each lacks."""
    decision = queries.get(session, actor, decision_id)
    return OffersRead.of(*steps.offers(session, actor, decision))


@router.post("/{decision_id}/steps/{step}", response_model=DecisionRead)
@within(*STEPS)
def take_decision_step(
    session: SessionDep,
    actor: ActorDep,
    decision_id: Reference,
    step: StepName,
    expected: ExpectedIfStatedDep,
    taken: StepBody,
) -> Decision:
    """Move a decision along its life: hand over, approve, send back, correct and so on."""
    return steps.take(session, actor, decision_id, step, taken, expected)


@releasing.get("")
@needs(Action.DECISION_READ)
def list_releases(
    answer: AnswerDep, actor: ActorDep, query: Annotated[ReleaseQuery, Query()]
) -> ListOf[ReleaseRead]:
    """List the releases, the newest first."""
    return answer(
        lambda session, query: queries.releases(session, actor, query), query, ReleaseRead
    )


@releasing.post("", response_model=ReleaseRead, status_code=status.HTTP_201_CREATED)
@needs(Action.DECISION_RELEASE)
def create_release(session: SessionDep, actor: ActorDep, new: NewRelease) -> Release:
    """Release all decisions of a call, with their letters; or none, and what is missing.

    A dry run tells what would happen.
    """
    return releases.release(session, actor, new)


@releasing.get("/{release_id}", response_model=ReleaseRead)
@needs(Action.DECISION_READ)
def read_release(session: ReadSessionDep, actor: ActorDep, release_id: UUID) -> Release:
    """Read one release."""
    return queries.release(session, actor, release_id)
