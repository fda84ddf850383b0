"""Two runs beside each other: what moved, and because of what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from app.access.policy import Actor
from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.matchmaking.models import MatchRun
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.service import bench, queries
from app.matchmaking.service.bench import Bench, Place

MOST_PAIRS: Final = 20_000
"""Pairs of a run up to which it is compared."""
ABOUT_TEXT: Final = frozenset({"themes", "language", "country", "organisation", "id"})
"""Fields of a record that are no text; all others are."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A submission that is not the same in both runs.

    Attributes
    ----------
    party : PartyRead
    what : str
        `new`, `gone`, or what of it changed: `text`, `themes`, `text and themes`, `other`.
    """

    party: PartyRead
    what: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A pair that stands elsewhere.

    Attributes
    ----------
    challenge, solution : PartyRead
    before, after : Place or None
        None where a run does not list it.
    """

    challenge: PartyRead
    solution: PartyRead
    before: Place | None
    after: Place | None

    @property
    def by(self) -> int:
        """How many places it moved; a pair that one run does not list comes first."""
        if self.before is None or self.after is None:
            return 1_000_000
        return abs(self.after.rank - self.before.rank)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is different between two runs.

    Attributes
    ----------
    before, after : MatchRun
    settings : mapping
        Settings that differ, by name: in the earlier and in the later run.
    changed : sequence of Changed
    moved : sequence of Moved
        Pairs that moved by two places or more, or that one run does not list, the most first.
    same : int
        Pairs that stand where they stood, or one place from there.
    versions : mapping
        Packages of which the two used different versions.
    """

    before: MatchRun
    after: MatchRun
    settings: Mapping[str, tuple[Any, Any]]
    changed: Sequence[Changed]
    moved: Sequence[Moved]
    same: int
    versions: Mapping[str, tuple[str | None, str | None]]


def compare(
    session: Session, actor: Actor, before: UUID | str, after: UUID | str
) -> Comparison:
    """Return what is different between two runs.

    Raises
    ------
    NotFound
        If the actor may not know of one of them.
    Conflict
        If one has no result, or is too large.
    """
    first, second = (queries.run(session, actor, key) for key in (before, after))
    for run in (first, second):
        queries.require_result(run.state, f"The run {run.code}")
        if run.n_challenges * run.n_solutions > MOST_PAIRS:
            raise Conflict(
                Message("The run {run} is too large to be compared here.", run=run.code),
                remedy="Compare the tables of both runs.",
            )
    benches = [bench.bench(session, run) for run in (first, second)]
    moved, same = _moved(*benches)
    return Comparison(
        first,
        second,
        _different(first.settings, second.settings),
        _changed(session, first, second),
        moved,
        same,
        _different(first.versions, second.versions),
    )


def _different(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    names = sorted({*before, *after})
    pairs = {name: (before.get(name), after.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _changed(session: Session, first: MatchRun, second: MatchRun) -> list[Changed]:
    before, after = (
        {record["id"]: record for side in (run.challenges, run.solutions) for record in side}
        for run in (first, second)
    )
    parties = queries.parties_by_code(session, {*before, *after})
    return [
        Changed(parties[code], _what(before.get(code), after.get(code)))
        for code in sorted({*before, *after})
        if before.get(code) != after.get(code) and code in parties
    ]


def _what(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    if before is None:
        return "new"
    if after is None:
        return "gone"
    names = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    parts = [
        *(["text"] if names - ABOUT_TEXT else []),
        *(["themes"] if "themes" in names else []),
    ]
    return " and ".join(parts) or "other"


def _moved(before: Bench, after: Bench) -> tuple[list[Moved], int]:
    challenges = {row.challenge.id: row.challenge for row in (*before.rows, *after.rows)}
    solutions = {**before.solutions, **after.solutions}
    pairs = [
        Moved(
            challenges[pair[0]],
            solutions[pair[1]],
            before.places.get(pair),
            after.places.get(pair),
        )
        for pair in {**before.places, **after.places}
    ]
    moved = [pair for pair in pairs if pair.by > 1]
    moved.sort(key=lambda pair: (-pair.by, pair.challenge.code, pair.solution.code))
    return moved, len(pairs) - len(moved)
