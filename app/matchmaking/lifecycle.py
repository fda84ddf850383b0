"""The life of a run, and the words for what people decide.

    queued --start--> running --complete--> complete
      '-----fail--------'--fail--> failed

`running` starts again when a worker died and the next one takes over.
"""

from enum import StrEnum
from typing import Final

from app.lifecycle import Life, Step
from app.policy import Action


class RunState(StrEnum):
    """Where a run of the engine stands."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"


class Outcome(StrEnum):
    """What somebody decided about a suggestion."""

    CHOSEN = "chosen"
    RESERVE = "reserve"
    REJECTED = "rejected"


class MatchState(StrEnum):
    """Where a match stands; the states before come with offers and consents."""

    COMPLETED = "completed"


RUN_LIFE: Final = Life[RunState, None](
    "A run",
    Step(
        "start",
        "Begin to compute",
        frozenset({RunState.QUEUED, RunState.RUNNING}),
        RunState.RUNNING,
        Action.RUN_START,
    ),
    Step(
        "complete",
        "Store what was computed",
        frozenset({RunState.RUNNING}),
        RunState.COMPLETE,
        Action.RUN_START,
    ),
    Step(
        "fail",
        "Give up",
        frozenset({RunState.QUEUED, RunState.RUNNING}),
        RunState.FAILED,
        Action.RUN_START,
    ),
)
