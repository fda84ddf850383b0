"""What goes into the engine and comes out of it, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.matchmaking.schemas import RunSettings
from app.submissions.lifecycle import Kind
from app.submissions.records import ChallengeRecord, SolutionRecord


@dataclass(frozen=True, slots=True)
class RunInputs:
    """Everything that a run's answer depends on."""

    settings: RunSettings
    challenges: Sequence[ChallengeRecord]
    solutions: Sequence[SolutionRecord]


@dataclass(frozen=True, slots=True)
class PreviewInputs:
    """A submission, and what is selected beside it.

    Attributes
    ----------
    settings : RunSettings
    kind : Kind
        What the submission is.
    record : ChallengeRecord or SolutionRecord
        The submission itself; it may be among those that are selected.
    challenges, solutions : sequence
        What is selected in its programme now.
    """

    settings: RunSettings
    kind: Kind
    record: ChallengeRecord | SolutionRecord
    challenges: Sequence[ChallengeRecord]
    solutions: Sequence[SolutionRecord]


@dataclass(frozen=True, slots=True)
class PreviewResult:
    """Where a submission would stand.

    Attributes
    ----------
    lines : sequence of Line
        Without band and assignment: these belong to a run.
    model : str or None
        The version of the model; None where there was nothing to compare with.
    """

    lines: Sequence["Line"]
    model: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One suggestion with its reasons.

    Attributes
    ----------
    challenge, solution : str
        Their codes.
    columns : dict
        The other columns of a stored suggestion.
    """

    challenge: str
    solution: str
    columns: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run has found.

    Attributes
    ----------
    lines : sequence of Line
    assignment : dict
        The best whole assignment: objective, total, pairs; or why there is none.
    versions : dict
        What it was computed with.
    """

    lines: Sequence[Line]
    assignment: dict[str, Any]
    versions: dict[str, str]
