"""The rubric of a call: written by the staff, and frozen by the first review."""

from typing import Final

from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.core.base.entity_tags import Expected
from app.core.base.errors import Conflict
from app.core.storage import audit
from app.programmes.models import Call
from app.reviews import queries
from app.reviews.models import Rubric
from app.reviews.schemas.rubrics import RubricDraft, RubricRead

_SCORED: Final = ("points", "criteria", "is_blind")
"""What the first review freezes."""


def write(
    session: Session, actor: Actor, call: Call, draft: RubricDraft, expected: Expected | None
) -> Rubric:
    """Write the rubric of a call, or change it.

    Parameters
    ----------
    expected : Expected or None
        On which state a change is based; None for a first one.

    Raises
    ------
    NotPermitted
        If the actor may not assign reviews.
    Stale
        If it is no longer as expected.
    Conflict
        If a review was begun by it, and the change is about what is scored.
    """
    policy.require(actor, Action.REVIEW_ASSIGN)
    fields = draft.model_dump(mode="python", exclude={"criteria"}) | {
        "criteria": [one.model_dump() for one in draft.criteria]
    }
    rubric = queries.rubric_of(session, call.id)
    if rubric is None:
        rubric = Rubric(programme_id=call.programme_id, call_id=call.id, **fields)
    else:
        session.refresh(rubric, with_for_update=True)
        if expected is not None:
            expected.require(RubricRead.model_validate(rubric))
        _change(rubric, fields)
    session.add(rubric)
    session.flush()
    audit.record(session, actor.user_id, "write rubric", "call", call.id, number=rubric.number)
    return rubric


def _change(rubric: Rubric, fields: dict[str, object]) -> None:
    scored = any(fields[name] != getattr(rubric, name) for name in _SCORED)
    if scored and rubric.frozen_at is not None:
        raise Conflict(
            "A review was begun by this rubric: what is scored stays as it is.",
            remedy="Change how many reviewers are wanted, or the date.",
        )
    rubric.number += scored
    for name, value in fields.items():
        setattr(rubric, name, value)


def freeze(session: Session, rubric: Rubric) -> None:
    """Let what is scored stay as it is from now on."""
    if rubric.frozen_at is None:
        rubric.frozen_at = now()
        session.flush()
