"""Moves on the board: a provider goes to another challenge, off it, or in from the reserve.

A move is kept as verdicts, all of them or none, with one reason.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sql
from sqlmodel import Session, col, select

from app.access.policy import Actor
from app.core.base.errors import FieldError, NotFound, Unprocessable
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import MatchRun, Verdict
from app.matchmaking.schemas.moves import KeptMove, NewMove
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.schemas.verdicts import Decision
from app.matchmaking.service import inputs, pairs_today, queries, verdicts

Pair = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Change:
    """What a move makes of one pair.

    Attributes
    ----------
    challenge, solution : PartyRead
    before, after : Outcome
    newest : int
        Number of the newest verdict on the pair; 0 for none.
    """

    challenge: PartyRead
    solution: PartyRead
    before: Outcome
    after: Outcome
    newest: int


@dataclass(frozen=True, slots=True)
class Overbooked:
    """A provider that would have more challenges than it takes on.

    Attributes
    ----------
    capacity : int
        How many it takes on, as the run has frozen it.
    chosen : int
        For how many it would be chosen; those that have withdrawn do not count.
    """

    capacity: int
    chosen: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a move does.

    Attributes
    ----------
    solution : PartyRead
    source, target : PartyRead or None
    changes : sequence of Change
        Empty where nothing would change, or somebody has to make room first.
    sitting : sequence of PartyRead
        Those of whom one makes room, as all places of the target are taken.
    overbooked : Overbooked or None
        What a person has to say yes to before the move is kept.
    """

    solution: PartyRead
    source: PartyRead | None
    target: PartyRead | None
    changes: Sequence[Change]
    sitting: Sequence[PartyRead]
    overbooked: Overbooked | None = None


def plan(session: Session, run: MatchRun, new: NewMove) -> Plan:
    """Return what a move would do to the verdicts that count now; nothing is stored.

    Raises
    ------
    Unprocessable
        If what is named is not there.
    """
    solution = _party(session, run, "solution", new.solution)
    source, target = (
        _party(session, run, name, key) if key is not None else None
        for name, key in (("source", new.source), ("target", new.target))
    )
    standing = pairs_today.standing(session, run.id)
    gone = pairs_today.gone(session, run.id)
    before = {pair: verdict.outcome for pair, verdict in standing.items()}
    if target is None:
        return Plan(solution, source, None, (), ())
    after: dict[Pair, Outcome] = {(target.id, solution.id): new.outcome}
    if source is not None and source.id != target.id and (source.id, solution.id) in before:
        after[source.id, solution.id] = new.left_as
    takes_a_place = new.outcome is Outcome.CHOSEN
    seats = [pair for pair in _chosen(before) if gone.isdisjoint(pair)]
    sitting = _sitting(run, seats, target.id, solution.id) if takes_a_place else []
    parties = queries.parties(session, [*sitting, *(key for pair in after for key in pair)])
    leaving = next((parties[key] for key in sitting if _names(new, parties[key])), None)
    if leaving is not None:
        after[target.id, leaving.id] = new.instead_as
    is_open = bool(sitting) and leaving is None
    numbers = newest_numbers(session, run.id, after)
    changes = [
        Change(
            parties[pair[0]],
            parties[pair[1]],
            before.get(pair, Outcome.UNDECIDED),
            outcome,
            numbers.get(pair, 0),
        )
        for pair, outcome in after.items()
        if outcome is not before.get(pair, Outcome.UNDECIDED)
    ]
    return Plan(
        solution,
        source,
        target,
        () if is_open else changes,
        [parties[key] for key in sitting],
        _overbooked(
            run, solution, seats, _chosen(dict.fromkeys(seats, Outcome.CHOSEN) | after)
        ),
    )


def grounds(
    session: Session, actor: Actor, run: MatchRun, planned: Plan, kept: KeptMove
) -> list[tuple[Decision, verdicts.Ground]]:
    """Read what the verdicts of a move stand on, with the numbers that its decider saw.

    Raises
    ------
    NotPermitted
        As for `verdicts.ground`.
    Unprocessable
        As for `verdicts.ground`; and if it is not said yet where the provider goes, who makes
        room, or that it gets more than it takes on.
    Conflict
        If it changes other pairs than its decider saw.
    """
    if not kept.newest:
        _require_said(planned)
    if not planned.changes or len(planned.changes) != len(kept.newest):
        raise verdicts.overtaken()
    if planned.overbooked is not None and not kept.overbooked:
        error = FieldError(
            "/overbooked", "Say that this is on purpose, or choose another provider."
        )
        raise Unprocessable("The provider takes on fewer challenges.", errors=[error])
    decisions = [
        Decision(
            run_id=run.id,
            challenge_id=change.challenge.code,
            solution_id=change.solution.code,
            outcome=change.after,
            reason=kept.reason,
            newest=newest,
        )
        for change, newest in zip(planned.changes, kept.newest, strict=True)
    ]
    return [(one, verdicts.ground(session, actor, one)) for one in decisions]


def keep(
    session: Session,
    actor: Actor,
    run: MatchRun,
    new: NewMove,
    decisions: Sequence[tuple[Decision, verdicts.Ground]],
) -> list[Verdict]:
    """Record the verdicts of a move, all of them or none.

    Raises
    ------
    NotPermitted
        If the actor may not decide.
    Conflict
        If somebody has decided about one of its pairs, or has taken the place, meanwhile.
    """
    now = [
        (c.challenge.code, c.solution.code, c.after) for c in plan(session, run, new).changes
    ]
    if now != [(one.challenge_id, one.solution_id, one.outcome) for one, _ in decisions]:
        raise verdicts.overtaken()
    return verdicts.decide_together(session, actor, decisions)


def undo(
    session: Session, actor: Actor, run: MatchRun, keys: Sequence[UUID], reason: str
) -> list[Verdict]:
    """Take the verdicts of a move of a run back, all of them or none.

    Raises
    ------
    NotFound
        If the run has no such move: one of the verdicts is another run's, or one is left out.
    NotPermitted, Conflict
        As for `verdicts.undo`.
    """
    first = session.exec(
        select(Verdict).where(Verdict.run_id == run.id, Verdict.id == keys[0])
    ).first()
    if first is None or set(keys) != set(_together(session, first)):
        raise NotFound("There is no such move.")
    undone = [verdicts.undo(session, actor, key, reason) for key in keys]
    for verdict in undone:
        verdict.created_at = undone[0].created_at  # so that it can be undone as a whole again
    return undone


def _together(session: Session, verdict: Verdict) -> Sequence[UUID]:
    """Return the verdicts that were recorded with this one: of one person, at one instant."""
    return session.exec(
        select(Verdict.id).where(
            Verdict.run_id == verdict.run_id,
            Verdict.decided_by == verdict.decided_by,
            Verdict.created_at == verdict.created_at,
        )
    ).all()


def made(session: Session, run_id: UUID, keys: Sequence[UUID]) -> list[Verdict]:
    """Return those verdicts of a run that still are the newest of their pairs, in order."""
    statement = select(Verdict).where(Verdict.run_id == run_id, col(Verdict.id).in_(keys))
    found = sorted(session.exec(statement), key=lambda verdict: keys.index(verdict.id))
    numbers = newest_numbers(session, run_id, [(v.challenge_id, v.solution_id) for v in found])
    return [v for v in found if v.number == numbers[v.challenge_id, v.solution_id]]


def newest_numbers(
    session: Session, run_id: UUID, pairs: Collection[Pair]
) -> Mapping[Pair, int]:
    """Return the number of the newest verdict on some pairs of a run that have one."""
    challenge, solution = col(Verdict.challenge_id), col(Verdict.solution_id)
    statement = (
        select(challenge, solution, sql.func.max(Verdict.number))
        .where(
            Verdict.run_id == run_id,
            challenge.in_({pair[0] for pair in pairs}),
            solution.in_({pair[1] for pair in pairs}),
        )
        .group_by(challenge, solution)
    )
    return {(c, s): number for c, s, number in session.exec(statement)}


def _require_said(planned: Plan) -> None:
    """Do nothing, or refuse a move of which something is not said yet."""
    if planned.target is None:
        error = FieldError("/target", "Choose to which challenge.")
    elif planned.changes:
        return
    elif planned.sitting:
        error = FieldError("/instead_of", "Choose who makes room.")
    else:
        error = FieldError("/outcome", "Nothing would change. Choose something else.")
    raise Unprocessable("This is no move yet.", errors=[error])


def _chosen(outcomes: Mapping[Pair, Outcome]) -> list[Pair]:
    return [pair for pair, outcome in outcomes.items() if outcome is Outcome.CHOSEN]


def _overbooked(
    run: MatchRun, solution: PartyRead, before: Collection[Pair], after: Collection[Pair]
) -> Overbooked | None:
    """Return how a move gives a provider more than it takes on; None where it does not."""
    (record,) = inputs.frozen(run, only={solution.code}).solutions
    had, has = (sum(key == solution.id for _, key in chosen) for chosen in (before, after))
    return Overbooked(record.capacity, has) if has > max(record.capacity, had) else None


def _sitting(
    run: MatchRun, seats: Collection[Pair], target: UUID, solution: UUID
) -> list[UUID]:
    """Return who is chosen for a challenge, where all its places are taken by others."""
    chosen = [key for challenge, key in seats if challenge == target]
    full = len(chosen) >= int(run.settings["providers_max"])
    return chosen if full and solution not in chosen else []


def _names(new: NewMove, party: PartyRead) -> bool:
    return new.instead_of in {party.code, party.id}


def _party(session: Session, run: MatchRun, name: str, reference: UUID | str) -> PartyRead:
    """Return what is named of a side of the run: what it does not hold is not there."""
    records = run.solutions if name == "solution" else run.challenges
    found = verdicts.side_of(session, reference, records)
    if found is None:
        raise verdicts.not_in_the_run({name: reference})
    return queries.parties(session, [found.id])[found.id]
