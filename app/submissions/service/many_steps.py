"""The same step for many submissions: first what would happen to each, then it happens."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlmodel import Session, select

from app.access import policy
from app.access.policy import Actor
from app.core.base.errors import FieldError, Unprocessable
from app.core.base.messages import Message
from app.core.storage.reference_numbers import named
from app.submissions.lifecycle import LIFE, Kind
from app.submissions.models import Submission
from app.submissions.schemas import StepTaken
from app.submissions.service import steps
from app.submissions.service.queries import readable

MOST: Final = 200
"""How many submissions take a step at once."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a step, or a draft about it, would do to one submission.

    Attributes
    ----------
    submission : Submission
    obstacle : str or None
        Why nothing is done; None where something is.
    """

    submission: Submission
    obstacle: str | None


def prospects(
    session: Session,
    actor: Actor,
    programme_id: UUID,
    kind: Kind,
    codes: Collection[UUID | str],
    name: str,
) -> list[Prospect]:
    """Return what a step would do to some submissions of a programme, in the order of codes.

    What is not there, or not for this actor to read, is left out.

    Raises
    ------
    NotFound
        If there is no such step.
    NotPermitted
        If the actor may take it nowhere.
    Unprocessable
        If too many are named, or none.
    """
    step = LIFE.step(name)
    policy.require_somewhere(actor, step.action)
    require_few(codes)
    statement = select(Submission).where(
        named(Submission, *codes),
        Submission.programme_id == programme_id,
        Submission.kind == kind,
        readable(actor),
    )
    rows = sorted(session.exec(statement), key=lambda row: row.code)
    return [Prospect(row, steps.obstacle(session, actor, row, step)) for row in rows]


def take(
    session: Session,
    actor: Actor,
    programme_id: UUID,
    kind: Kind,
    codes: Collection[UUID | str],
    name: str,
    taken: StepTaken,
) -> Sequence[Submission]:
    """Let each of some submissions take a step that can; return those that have.

    Raises
    ------
    NotFound, NotPermitted, Unprocessable
        As `prospects`, or if the step needs a reason and there is none: then none has taken it.
    """
    able = [
        found.submission
        for found in prospects(session, actor, programme_id, kind, codes, name)
        if found.obstacle is None
    ]
    return [steps.take(session, actor, kind, row.id, name, taken) for row in able]


def require_few(codes: Collection[UUID | str]) -> None:
    """Do nothing, or refuse to do something with none or with too many submissions.

    Raises
    ------
    Unprocessable
        If none is named, or more than `MOST`.
    """
    if not codes:
        error = FieldError("/code", "Tick at least one submission.")
        raise Unprocessable("Nothing was chosen.", errors=[error])
    if len(codes) > MOST:
        error = FieldError("/code", Message("Choose at most {most} at once.", most=MOST))
        raise Unprocessable("Too many were chosen.", errors=[error])
