"""The life of a run, and the words for what people decide.

    queued --start--> running --complete---> complete
      |                  |------find-none--> no_solution
      |------fail--------|------fail-------> failed ----retry--> queued
      '-----cancel-------'-----cancel------> cancelled --retry--> queued

`running` starts again when a worker died and the next one takes over. Workers take the steps
of `RUN_LIFE`, people those of `RUN_STEPS`.
"""

from enum import StrEnum
from typing import Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action


class RunState(StrEnum):
    """Where a run of the engine stands."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETE = "complete"
    NO_SOLUTION = "no_solution"
    FAILED = "failed"
    CANCELLED = "cancelled"


HAS_RESULT: Final = frozenset({RunState.COMPLETE, RunState.NO_SOLUTION})
"""Where suggestions are stored, and what was assigned or why nothing was."""


class Outcome(StrEnum):
    """What somebody decided about a suggestion."""

    CHOSEN = "chosen"
    RESERVE = "reserve"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


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
        "find-none",
        "Store the lists, and why no assignment meets all conditions",
        frozenset({RunState.RUNNING}),
        RunState.NO_SOLUTION,
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

RUN_STEPS: Final = Life[RunState, None](
    "A run",
    Step(
        "cancel",
        "Stop and discard what was computed",
        frozenset({RunState.QUEUED, RunState.RUNNING}),
        RunState.CANCELLED,
        Action.RUN_START,
    ),
    Step(
        "retry",
        "Compute it again from the same inputs",
        frozenset({RunState.FAILED, RunState.CANCELLED}),
        RunState.QUEUED,
        Action.RUN_START,
    ),
)
