"""What of a run depends on interests, kept apart: for those alone who may read them.

All else that is stored of a run is as though nobody had said anything. Whoever may not read
interests so reads nothing from which one could be told, and no reader of runs has to know.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from app.access.policy import Actor
from app.core.base.errors import Conflict
from app.core.base.kept_messages import KEEPING
from app.core.base.messages import Message
from app.interests import queries as interests
from app.interests.scale import InterestWord
from app.matchmaking.models import MatchRun, Suggestion
from app.matchmaking.results import ChosenPair, Heeding
from app.matchmaking.schemas.interests import InterestsOfPair
from app.matchmaking.schemas.runs import AssignmentRead
from app.matchmaking.service import inputs
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission

Pair = tuple[UUID, UUID]

REFUSED = {
    Kind.CHALLENGE: Message(
        "The team of {challenge} says that it cannot work with {solution}."
    ),
    Kind.SOLUTION: Message("The team of {solution} says that it cannot work with {challenge}."),
}
"""What stands in the way of a pair, by the side that says so."""


def obstacles(sides: Iterable[Kind], challenge: str, solution: str) -> list[str]:
    """Return in sentences which sides of a pair say that they cannot."""
    return [Message(REFUSED[side], challenge=challenge, solution=solution) for side in sides]


def refusal(
    session: Session, actor: Actor, challenge: Submission, solution: Submission
) -> Conflict | None:
    """Return why two are not brought together: a side says today that it cannot.

    Who may not read interests is not told who says it, nor that anybody does.
    """
    sides = interests.refused_by(session, challenge.id, solution.id)
    if not sides:
        return None
    if not interests.reads_all(actor):
        return Conflict(
            Message(
                "{challenge} and {solution} cannot be brought together at present.",
                challenge=challenge.code,
                solution=solution.code,
            ),
            remedy="Choose another pair, or ask somebody who reads more of it than you.",
        )
    first, *_ = obstacles(sides, challenge.code, solution.code)
    return Conflict(
        first,
        remedy="Talk with that team: it can change what it says. Or choose another pair.",
    )


def stored(found: Heeding | None) -> dict[str, Any] | None:
    """Return the assignment that heeds interests as it is stored with its run."""
    if found is None:
        return None
    read = AssignmentRead.model_validate(asdict(found.whole))
    return {
        "assignment": read.model_dump(mode="json", context=KEEPING),
        "chosen": [asdict(one) for one in found.chosen],
    }


def assignment_of(run: MatchRun, actor: Actor) -> dict[str, Any] | None:
    """Return the assignment of a run as its reader may know it, as it is stored."""
    if run.assignment is None or run.heeding is None or not interests.reads_all(actor):
        return run.assignment
    beside = {name: run.assignment[name] for name in ("untold", "unread", "warnings")}
    return {**run.heeding["assignment"], **beside}


def chosen_of(run: MatchRun, actor: Actor) -> list[ChosenPair] | None:
    """Return the pairs that are assigned where interests are heeded; None to who may not."""
    if run.heeding is None or not interests.reads_all(actor):
        return None
    return [ChosenPair(**one) for one in run.heeding["chosen"]]


@dataclass(frozen=True, slots=True)
class Heeded:
    """What of a run a reader may know of interests.

    Attributes
    ----------
    said : mapping from challenge, solution and side to InterestWord
        By codes; empty for who may not read interests.
    heeds : bool
        Whether what `heeded` of a line says counts for this reader.
    """

    said: Mapping[tuple[str, str, Kind], InterestWord] = field(default_factory=dict)
    heeds: bool = False

    def of(self, challenge: str, solution: str) -> InterestsOfPair | None:
        """Return what both sides of a pair had said; None where neither had."""
        words = {
            side: word
            for side in Kind
            if (word := self.said.get((challenge, solution, side))) is not None
        }
        if not words:
            return None
        refused = [side for side, word in words.items() if word is InterestWord.CANNOT]
        return InterestsOfPair(
            challenge=words.get(Kind.CHALLENGE),
            solution=words.get(Kind.SOLUTION),
            obstacles=obstacles(refused, challenge, solution),
        )

    def assigned(self, row: Any) -> bool:
        """Tell whether a stored line is in the assignment that this reader may know."""
        return bool(row.assigned if row.heeded is None or not self.heeds else row.heeded)

    def column(self) -> ColumnElement[bool]:
        """Return the condition for lines in the assignment that this reader may know."""
        if not self.heeds:
            return col(Suggestion.assigned)  # type: ignore[return-value]  # -- a mapped column is one
        return func.coalesce(Suggestion.heeded, Suggestion.assigned)


NOTHING = Heeded()
"""For who may not read interests."""


def heeded(session: Session, actor: Actor, run_id: UUID) -> Heeded:
    """Return what an actor may know of the interests of a run."""
    if not interests.reads_all(actor):
        return NOTHING
    run = session.exec(select(MatchRun.interests).where(col(MatchRun.id) == run_id)).one()
    told = inputs.said_in(run)
    return Heeded({(c, s, side): word for c, s, side, word in told}, heeds=True)
