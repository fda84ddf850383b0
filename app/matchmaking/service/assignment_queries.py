"""Questions about the assignment of a run: who, at what cost otherwise, and what if.

What takes long is not computed here: such a question is read, and what answers it without a
session is returned.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.access.policy import Actor
from app.core.base.errors import Conflict, FieldError
from app.core.base.kept_messages import KEEPING
from app.core.base.messages import Joined, Message, both
from app.interests import queries as interests
from app.matchmaking import deferred
from app.matchmaking.models import MatchRun, Suggestion
from app.matchmaking.results import Loss, RunInputs, Shortfall, WhatIf, Whole
from app.matchmaking.schemas.assignments import (
    MOST_PAIRS,
    ChosenRead,
    FloorRead,
    FrontierRead,
    LossRead,
    NewWhatIf,
    PlaceRead,
    RegretLineRead,
    RegretQuery,
    RegretRead,
    WhatIfRead,
    WholeRead,
)
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.schemas.runs import AssignmentRead
from app.matchmaking.schemas.settings import Objective, RunSettings
from app.matchmaking.service import heeding, inputs, pairs_today, queries
from app.matchmaking.service.naming import Naming
from app.settings import Settings

MAX_PAIRS: Final[Mapping[str, int]] = {
    "leximin": MOST_PAIRS,
    "total": MOST_PAIRS,
    "maxmin": 200,
}
"""Pairs up to which a question is answered while its asker waits: seconds at the most."""


def assignment(session: Session, actor: Actor, key: UUID | str) -> WholeRead:
    """Return the assignment of a run as it is stored, with both sides of each pair named.

    Raises
    ------
    NotFound
        If the actor may not know of the run.
    Conflict
        If the run has no result yet, or never will.
    """
    run = queries.ended_run(session, actor, key)
    told = _stored(run, actor).model_dump(context=KEEPING)
    heeded = heeding.chosen_of(run, actor)
    if heeded is not None:
        by_code = queries.parties_by_code(session, {c for pair in heeded for c in pair.codes})
        chosen = _chosen(
            (by_code[one.challenge], by_code[one.solution], one.rank, one.score)
            for one in heeded
        )
        return WholeRead(**told, run_id=run.id, chosen=chosen)
    statement = select(Suggestion).where(Suggestion.run_id == run.id, col(Suggestion.assigned))
    rows = session.exec(statement).all()
    sides = queries.parties(session, (k for r in rows for k in (r.challenge_id, r.solution_id)))
    chosen = _chosen(
        (sides[row.challenge_id], sides[row.solution_id], row.rank, row.score) for row in rows
    )
    return WholeRead(**told, run_id=run.id, chosen=chosen)


def regret(
    session: Session,
    actor: Actor,
    key: UUID | str,
    query: RegretQuery,
    settings: Settings,
    new: NewWhatIf | None = None,
) -> Callable[[], RegretRead]:
    """Return what tells for every open pair what going against the assignment costs.

    Parameters
    ----------
    new : NewWhatIf, optional
        Other conditions than those of the run, as in `what_if`.

    Raises
    ------
    NotFound
        If the actor may not know of the run.
    Unprocessable
        If the conditions name what is not in the run, or make no sense.
    Conflict
        If there is no assignment, or the run is too large to be asked at once; under other
        conditions the first is found when it is computed.
    Unavailable
        If the sentence encoder of the run is not there; when it is computed.
    """
    run, objective, conditions = _question(session, actor, key, new)
    frozen = _frozen(run, actor)
    keys = inputs.keys_of(session, _codes(run))

    def compute() -> RegretRead:
        lines = [
            RegretLineRead(
                challenge_id=keys[one.challenge],
                challenge=one.challenge,
                solution_id=keys[one.solution],
                solution=one.solution,
                chosen=one.chosen,
                cost=_cost(one.loss),
            )
            for one in deferred.costs(frozen(), settings.embedding_folder, conditions)
            if _is_among(query.challenge, keys[one.challenge], one.challenge)
            and _is_among(query.solution, keys[one.solution], one.solution)
        ]
        return RegretRead(run_id=run.id, objective=objective, lines=lines)

    return compute


def frontier(
    session: Session,
    actor: Actor,
    key: UUID | str,
    settings: Settings,
    new: NewWhatIf | None = None,
) -> Callable[[], FrontierRead]:
    """Return what tells what each step of fairness costs in total.

    Parameters
    ----------
    new : NewWhatIf, optional
        Other conditions than those of the run, as in `what_if`.

    Raises
    ------
    NotFound, Unprocessable, Conflict, Unavailable
        As for `regret`.
    """
    run, objective, conditions = _question(session, actor, key, new)
    frozen = _frozen(run, actor)

    def compute() -> FrontierRead:
        steps = deferred.floors(frozen(), settings.embedding_folder, conditions)
        return FrontierRead(
            run_id=run.id,
            objective=objective,
            steps=[FloorRead(floor=s.floor, total=s.total, cost=s.cost) for s in steps],
        )

    return compute


def what_if(
    session: Session,
    actor: Actor,
    key: UUID | str,
    new: NewWhatIf,
    settings: Settings,
    *,
    plainly: bool = False,
) -> Callable[[], WhatIfRead]:
    """Return what assigns a run under other conditions, and compares; nothing is stored.

    Parameters
    ----------
    plainly : bool, default=False
        Whether it is told as to somebody who may not read interests.

    Raises
    ------
    NotFound
        If the actor may not know of the run.
    Unprocessable
        If the conditions name what is not in the run, or make no sense.
    Conflict
        If the run has no result yet, or is too large to be asked at once.
    Unavailable
        If the sentence encoder of the run is not there; when it is computed.
    """
    reader = None if plainly else actor
    run, _, conditions = _asked(session, actor, key, new)
    stored = _stored(run, reader)
    sides = queries.parties_by_code(session, _codes(run))
    frozen = _frozen(run, reader)
    withdrawn = conditions.withdrawn
    asked, weight = conditions.settings, run.settings.get("interest_weight", 0.0)
    same_scores = asked.text_weight == run.settings["text_weight"]
    same_scores &= not _heeds(reader) or asked.interest_weight == weight

    def compute() -> WhatIfRead:
        whole, chosen = deferred.what_if(frozen(), conditions, settings.embedding_folder)
        loss = deferred.loss_between(_whole(stored), whole) if same_scores else None
        return WhatIfRead(
            run_id=run.id,
            assignment=AssignmentRead.model_validate(whole, from_attributes=True),
            chosen=_chosen(
                (sides[pair.challenge], sides[pair.solution], pair.rank, pair.score)
                for pair in chosen
            ),
            added=sorted({*whole.pairs} - {*stored.pairs}),
            removed=sorted({*stored.pairs} - {*whole.pairs}),
            withdrawn=list(withdrawn),
            cost=_cost(loss),
        )

    return compute


def _is_among(wanted: Sequence[UUID | str], key: UUID, code: str) -> bool:
    """Tell whether one of these names it, or any would do."""
    return not wanted or key in wanted or code in wanted


def _heeds(reader: Actor | None) -> bool:
    """Tell whether interests go into what somebody is answered; None: as anybody is."""
    return reader is not None and interests.reads_all(reader)


def _frozen(run: MatchRun, reader: Actor | None) -> Callable[[], RunInputs]:
    """Load what a run was asked with; return what checks and reads it without a session.

    What sides have said of each other goes in for those alone who may read it: an answer that
    depends on it would tell it.
    """
    return partial(inputs.frozen, inputs.loaded(run), heeding=_heeds(reader))


def _codes(run: MatchRun) -> set[str]:
    """Return the codes of all that a run holds; its inputs are loaded with them."""
    return {record["id"] for side in (run.challenges, run.solutions) for record in side}


def _question(
    session: Session, actor: Actor, key: UUID | str, new: NewWhatIf | None
) -> tuple[MatchRun, Objective, WhatIf | None]:
    """Return a run, what counts first, and the conditions if they are not those of the run."""
    if new is not None:
        return _asked(session, actor, key, new)
    run, settings = _assigned(session, actor, key)
    return run, settings.objective, None


def _asked(
    session: Session, actor: Actor, key: UUID | str, new: NewWhatIf
) -> tuple[MatchRun, Objective, WhatIf]:
    """Return the same of a run that is asked about under other conditions."""
    run = queries.ended_run(session, actor, key)
    conditions = _conditions(session, run, new)
    objective = conditions.settings.objective
    _require_small(run, objective)
    return run, objective, conditions


def _assigned(session: Session, actor: Actor, key: UUID | str) -> tuple[MatchRun, RunSettings]:
    """Return a run that has an assignment, small enough to be asked about."""
    run = queries.ended_run(session, actor, key)
    stored = _stored(run, actor) if run.assignment is not None else None
    if stored is not None and stored.reason is not None:
        ways = [Joined(", ", r.changes) for r in stored.relaxations]
        raise Conflict(
            Message(
                "The run {run} has no assignment: {reason}.",
                run=run.code,
                reason=stored.reason,
            ),
            remedy=Message("Try a relaxation with what-if: {ways}.", ways=_any_of(ways))
            if ways
            else "Try a relaxation with what-if, with fewer conditions.",
        )
    settings = RunSettings.model_validate(run.settings)
    _require_small(run, settings.objective)
    return run, settings


def _any_of(ways: Sequence[str]) -> str:
    one, *others = ways
    return Message("{one}; or {other}", one=one, other=_any_of(others)) if others else one


def _require_small(run: MatchRun, objective: Objective) -> None:
    most = MAX_PAIRS[objective]
    if run.n_challenges * run.n_solutions > most:
        raise Conflict(
            Message(
                "The run {run} has {n_challenges} x {n_solutions} pairs; under the objective "
                "{objective} up to {most:,} can be asked about while you wait.",
                run=run.code,
                n_challenges=run.n_challenges,
                n_solutions=run.n_solutions,
                objective=objective,
                most=most,
            ),
            remedy="Ask with `counterpart match` on the machine, or for a run of its own.",
        )


def _stored(run: MatchRun, actor: Actor | None) -> AssignmentRead:
    """Return the assignment of a run as its reader may know it; None: as anybody may."""
    known = run.assignment if actor is None else heeding.assignment_of(run, actor)
    return AssignmentRead.model_validate(known)


def _whole(stored: AssignmentRead) -> Whole:
    known = stored.model_dump(exclude={"shortfalls", "warnings", "untold", "unread"})
    shortfalls = [Shortfall(**one.model_dump()) for one in stored.shortfalls]
    return Whole(**known, shortfalls=shortfalls)


def _chosen(pairs: Iterable[tuple[PartyRead, PartyRead, int, float]]) -> list[ChosenRead]:
    """Return pairs with their ranks and scores; by challenge, the highest score first."""
    lines = [
        ChosenRead(challenge=challenge, solution=solution, rank=rank, score=score)
        for challenge, solution, rank, score in pairs
    ]
    return sorted(lines, key=lambda one: (one.challenge.code, one.rank))


def _cost(loss: Loss | None) -> LossRead | None:
    if loss is None:
        return None
    places = [PlaceRead(place=place, loss=lost) for place, lost in loss.fairness]
    return LossRead(fairness=places, total=loss.total)


# --- conditions ------------------------------------------------------------------------


def _conditions(session: Session, run: MatchRun, new: NewWhatIf) -> WhatIf:
    """Turn what somebody asks into codes and settings; refuse all that is wrong at once."""
    naming = Naming(session, run)
    locked, forbidden = (
        [naming.pair(name, at, pair) for at, pair in enumerate(pairs)]
        for name, pairs in (("locked", new.locked), ("forbidden", new.forbidden))
    )
    capacities: dict[str, int] = {}
    for at, one in enumerate(new.capacities):
        pointer = f"/capacities/{at}/solution_id"
        code = naming.code(pointer, one.solution_id, naming.solutions)
        if code in capacities:
            naming.errors.append(FieldError(pointer, "This solution is named twice."))
        capacities[code] = one.capacity
    changed: dict[str, Any] = {
        name: value
        for name in RunSettings.model_fields
        if (value := getattr(new, name, None)) is not None
    }
    settings = RunSettings.model_validate(run.settings | changed)
    if settings.providers_min > settings.providers_max:
        naming.errors.append(
            FieldError(
                "/providers_max",
                Message(
                    "It is below the minimum, {providers_min}.",
                    providers_min=settings.providers_min,
                ),
            )
        )
    withdrawn = pairs_today.withdrawn(session, _codes(run))
    naming.errors += [
        FieldError(f"/locked/{at}", Message("{code} takes no part any more.", code=both(gone)))
        for at, pair in enumerate(locked)
        if (gone := [code for code in pair if code in withdrawn])
    ]
    if naming.errors:
        raise naming.refusal()
    return WhatIf(settings, locked, forbidden, capacities, withdrawn)
