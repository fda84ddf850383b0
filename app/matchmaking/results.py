"""What goes into the engine and comes out of it, as plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.interests.scale import InterestWord
from app.matchmaking.schemas.settings import RunSettings
from app.submissions.lifecycle import Kind
from app.submissions.records import ChallengeRecord, SolutionRecord

Said = tuple[str, str, Kind, InterestWord]
"""Codes of challenge and solution, which side says it, and the word."""


@dataclass(frozen=True, slots=True)
class RunInputs:
    """Everything that a run's answer depends on.

    Attributes
    ----------
    settings : RunSettings
    challenges, solutions : sequence
        What is ranked.
    background : sequence
        What was submitted elsewhere, by which words are weighed.
    interests : sequence
        What sides say of each other; for the assignment alone.
    """

    settings: RunSettings
    challenges: Sequence[ChallengeRecord]
    solutions: Sequence[SolutionRecord]
    background: Sequence[ChallengeRecord | SolutionRecord] = ()
    interests: Sequence[Said] = ()


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
    warnings : sequence of dict
        What to look at in the submission itself, as it is stored with suggestions.
    """

    lines: Sequence["Line"]
    model: str | None
    warnings: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class OfferInputs:
    """A solution, and the published challenges of its programme.

    Attributes
    ----------
    settings : RunSettings
    record : SolutionRecord
    challenges : sequence of ChallengeRecord
        What the public notices say, of length >= 1.
    """

    settings: RunSettings
    record: SolutionRecord
    challenges: Sequence[ChallengeRecord]


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a solution has in common with a published challenge: in words, without a score.

    Attributes
    ----------
    challenge : str
        Its code; of two challenges that of the other one.
    words, themes : sequence of str
        What both mention, and the keys of themes that both have, the strongest first.
    passages : dict
        The best passage of each side, as it is stored with suggestions.
    untold : sequence of str
        What the challenge asks for and the solution does not tell of, in its words.
    other_language : bool
        Whether the two are written in languages that cannot be compared.
    """

    challenge: str
    words: Sequence[str]
    themes: Sequence[str]
    passages: dict[str, Any]
    untold: Sequence[str]
    other_language: bool


@dataclass(frozen=True, slots=True)
class OfferResult:
    """For which published challenges a solution may help.

    Attributes
    ----------
    meetings : sequence of Meeting
        Those that have most in common first.
    warnings : sequence of dict
        What to look at in the solution itself, as it is stored with suggestions.
    """

    meetings: Sequence[Meeting]
    warnings: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One suggestion with its reasons, as it is stored.

    Attributes
    ----------
    challenge, solution : str
        Their codes.
    columns : dict
        The other columns of a stored suggestion, in plain JSON; lists and objects may be
        written already (`core.storage.json_columns.Written`).
    """

    challenge: str
    solution: str
    columns: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A challenge that has fewer providers than it wishes for.

    Attributes
    ----------
    challenge : str
        Its code.
    providers, missing : int
        How many it has, and how many it has not.
    open_to : int
        How many providers of the pool may be matched with it.
    would_serve : sequence of str
        Codes of the best that would serve it with one place more, at most three.
    too_little : int
        How many more keep the rules and have too little in common with it to be proposed.
    """

    challenge: str
    providers: int
    missing: int
    open_to: int
    would_serve: Sequence[str]
    too_little: int = 0


@dataclass(frozen=True, slots=True)
class Whole:
    """The best whole assignment, or why there is none.

    Attributes
    ----------
    objective : str
        What counts first: `leximin`, `total` or `maxmin`.
    providers : (int, int)
        Least and most for each challenge.
    pairs : sequence of (str, str)
        Codes of challenge and solution, sorted.
    total, bound : float or None
        Sum of the scores, each rounded to 0.0001, and what no assignment as fair exceeds;
        equal, which is the proof. None where there is no assignment.
    fairness : sequence of float
        The best score of each challenge, the worst-off first.
    weakest_sum : float or None
        The least sum of the scores of a challenge, which `maxmin` raises.
    reason : str or None
        The conditions that contradict each other, as a message.
    relaxations : sequence of mappings
        The cheapest relaxations: `cost` in steps, and `changes`, a message each.
    places : int or None
        How many challenges the providers can take together; None where nobody counted.
    floor : float or None
        The least share of what a challenge asks that a provider tells, to be proposed.
    shortfalls : sequence of Shortfall
        Challenges that have fewer providers than `providers` says, by code; empty where
        all wishes are met.
    """

    objective: str
    providers: tuple[int, int]
    pairs: Sequence[tuple[str, str]] = ()
    total: float | None = None
    bound: float | None = None
    fairness: Sequence[float] = ()
    weakest_sum: float | None = None
    reason: str | None = None
    relaxations: Sequence[Mapping[str, Any]] = ()
    places: int | None = None
    floor: float | None = None
    shortfalls: Sequence[Shortfall] = ()


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run has found.

    Attributes
    ----------
    lines : iterable of Line
        Challenge after challenge; they can be read again and again.
    assignment : Whole
    versions : dict
        What it was computed with.
    warnings : mapping of str to list of dict
        What to look at in solutions, by their codes, those included that are not listed.
    untold : mapping of str to sequence of str
        What challenges ask for and no solution tells of, by their codes, in their words.
    unread : sequence of str
        The codes of those whose language is unknown.
    heeding : Heeding or None
        The assignment that heeds interests; None where none can make a difference.
    """

    lines: Iterable[Line]
    assignment: Whole
    versions: dict[str, str]
    warnings: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    untold: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unread: Sequence[str] = ()
    heeding: "Heeding | None" = None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A run asked once more, under other conditions.

    Attributes
    ----------
    settings : RunSettings
    locked, forbidden : sequence of (str, str)
        Codes of challenge and solution.
    capacities : mapping of str to int
        By the code of a solution, where it differs from its record.
    withdrawn : sequence of str
        Codes of challenges and solutions that have been withdrawn since: none is chosen.
    """

    settings: RunSettings
    locked: Sequence[tuple[str, str]] = ()
    forbidden: Sequence[tuple[str, str]] = ()
    capacities: Mapping[str, int] = field(default_factory=dict)
    withdrawn: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ChosenPair:
    """A pair of an assignment.

    Attributes
    ----------
    challenge, solution : str
        Their codes.
    rank : int
        Place of the solution in the whole list of the challenge.
    score : float
    """

    challenge: str
    solution: str
    rank: int
    score: float

    @property
    def codes(self) -> tuple[str, str]:
        """Both sides."""
        return self.challenge, self.solution


@dataclass(frozen=True, slots=True)
class Heeding:
    """The best whole assignment that heeds interests, with its pairs, or why there is none."""

    whole: Whole
    chosen: Sequence[ChosenPair]


@dataclass(frozen=True, slots=True)
class Loss:
    """What an assignment loses.

    Attributes
    ----------
    fairness : sequence of (int, float)
        Place, 1 for the worst-off challenge, and what it loses; for `maxmin` the weakest
        sum at place 1, for `total` nothing. Places that lose nothing are left out.
    total : float
        Below 0 where less fairness brings a greater total.
    """

    fairness: Sequence[tuple[int, float]]
    total: float


@dataclass(frozen=True, slots=True)
class Regret:
    """What it costs to force a pair, or to forbid it where it is chosen.

    Attributes
    ----------
    challenge, solution : str
        Their codes.
    chosen : bool
    loss : Loss or None
        None: there is no such assignment.
    """

    challenge: str
    solution: str
    chosen: bool
    loss: Loss | None


@dataclass(frozen=True, slots=True)
class Floor:
    """The best total under which no challenge has less than a floor.

    Attributes
    ----------
    floor, total, cost : float
        The cost is what the total is below the greatest of all.
    """

    floor: float
    total: float
    cost: float
