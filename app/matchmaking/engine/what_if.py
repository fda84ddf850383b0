"""Questions about the assignment of a run, answered from its frozen inputs.

Pure, as the run itself: the same inputs and conditions give the same answer.
"""

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.matchmaking.engine import heeding
from app.matchmaking.engine.assigning import Terms, message_of, regrets, steps
from app.matchmaking.engine.encoders import encoder_of
from app.matchmaking.engine.pipeline import Matching
from app.matchmaking.engine.profiles import profile_of
from app.matchmaking.engine.ranking import Engine, rules_of
from app.matchmaking.engine.run import (
    matching_in,
    named_pairs,
    solutions_of,
    terms_of,
    whole_of,
)
from app.matchmaking.results import ChosenPair, Floor, Loss, Regret, RunInputs, WhatIf, Whole
from matching import InfeasibleAssignment, Regrets, obstacles


def what_if(
    inputs: RunInputs, conditions: WhatIf, folder: Path | None
) -> tuple[Whole, Sequence[ChosenPair]]:
    """Assign under other conditions.

    Parameters
    ----------
    folder : Path or None
        Where the sentence encoder lies, should the settings name one.

    Returns
    -------
    whole : Whole
    chosen : sequence of ChosenPair
        By challenge, the highest score first.

    Raises
    ------
    Unavailable
        If the sentence encoder is not there.
    """
    engine, terms = _asked(inputs, folder, conditions)
    whole = whole_of(engine, terms)
    return whole, named_pairs(engine, whole)


def _asked(
    inputs: RunInputs, folder: Path | None, conditions: WhatIf | None
) -> tuple[Engine, Terms]:
    """Return the scores and the terms of a run, or of the same under other conditions."""
    if conditions is None:
        engine = _matching(inputs, folder).engine
        return engine, terms_of(inputs, engine)
    inputs = replace(inputs, settings=conditions.settings)
    engine = _matching(inputs, folder).engine
    plain = terms_of(inputs, engine)
    locked = engine.positions(conditions.locked)
    # who locks a pair has heard that a side cannot, and knows better
    refused = {*heeding.barred(engine, inputs.interests)} & {*locked}
    return engine, replace(
        plain,
        capacities=[
            conditions.capacities.get(record.id, record.capacity)
            for record in solutions_of(inputs)
        ],
        locked=locked,
        forbidden={
            *({*plain.forbidden} - refused),
            *engine.positions(inputs.settings.rejected, known_only=True),
            *engine.positions(conditions.forbidden),
            *_of(engine, frozenset(conditions.withdrawn)),
        },
    )


def _of(engine: Engine, codes: Set[str]) -> Iterator[tuple[int, int]]:
    """Yield the positions of all pairs of which a side is one of these."""
    challenges, providers = (
        np.array([profile.id in codes for profile in side], dtype=np.bool_)
        for side in (engine.challenges, engine.pool)
    )
    rows, columns = np.nonzero(challenges[:, None] | providers)
    yield from zip(rows.tolist(), columns.tolist(), strict=True)


def loss_between(before: Whole, after: Whole) -> Loss | None:
    """Return what an assignment loses; None where one is missing or not known in full."""
    if before.total is None or before.bound is None or after.total is None:
        return None
    vectors = [_fairness(whole, after.objective) for whole in (before, after)]
    fairness = tuple(a - b for a, b in zip(*vectors, strict=True))
    return _loss(fairness, before.total - after.total)


def costs(
    inputs: RunInputs, folder: Path | None, conditions: WhatIf | None = None
) -> list[Regret]:
    """Return for every open pair what going against the best assignment costs.

    Parameters
    ----------
    conditions : WhatIf, optional
        Other conditions than those of the run.

    Raises
    ------
    Conflict
        If there is no assignment.
    Unavailable
        If the sentence encoder is not there.
    """
    engine, terms = _asked(inputs, folder, conditions)
    with _told_if_infeasible():
        return costs_of(engine, terms)


def costs_of(engine: Engine, terms: Terms) -> list[Regret]:
    """Return for every open pair what going against the best assignment costs."""
    found = regrets(engine, terms)
    rows, columns = np.nonzero(~np.isnan(found.total))
    return [
        Regret(
            engine.challenges[i].id,
            engine.pool[j].id,
            bool(found.chosen[i, j]),
            _cost(found, i, j),
        )
        for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
    ]


def floors(
    inputs: RunInputs, folder: Path | None, conditions: WhatIf | None = None
) -> list[Floor]:
    """Return what each step of fairness costs in total.

    Parameters
    ----------
    conditions : WhatIf, optional
        Other conditions than those of the run.

    Raises
    ------
    Conflict
        If there is no assignment.
    Unavailable
        If the sentence encoder is not there.
    """
    engine, terms = _asked(inputs, folder, conditions)
    with _told_if_infeasible():
        return floors_of(engine, terms)


@contextmanager
def _told_if_infeasible() -> Iterator[None]:
    try:
        yield
    except InfeasibleAssignment as refusal:
        raise Conflict(
            Message("There is no assignment: {reason}.", reason=message_of(refusal.reason)),
            remedy="Try a relaxation with what-if, with fewer conditions.",
        ) from refusal


def floors_of(engine: Engine, terms: Terms) -> list[Floor]:
    """Return what each step of fairness costs in total."""
    return [Floor(step.floor, step.total, step.cost) for step in steps(engine, terms)]


def obstacles_of(inputs: RunInputs, challenge: str, solution: str) -> tuple[str, ...]:
    """Return the reasons of the rules of a run that a pair breaks; none if it is open."""
    language = inputs.settings.working_language
    rules = rules_of(cross_border=inputs.settings.cross_border)
    sides = (
        profile_of(record, working_language=language)
        for records, code in ((inputs.challenges, challenge), (inputs.solutions, solution))
        for record in records
        if record.id == code
    )
    return obstacles(rules, *sides)


def _matching(inputs: RunInputs, folder: Path | None) -> Matching:
    return matching_in(inputs, encoder=encoder_of(folder, inputs.settings.encoder))


def _fairness(whole: Whole, objective: str) -> Sequence[float]:
    """Return what the objective compares before the total."""
    if objective == "maxmin":
        return [whole.weakest_sum or 0.0]
    return whole.fairness if objective == "leximin" else []


def _cost(found: Regrets, row: int, column: int) -> Loss | None:
    cost = found.cost(row, column)
    return None if cost is None else _loss(cost.fairness, cost.total)


def _loss(fairness: Sequence[float], total: float) -> Loss:
    # Scores are compared in steps of 0.0001; what a difference of floats adds is no loss.
    lost = [(place, round(loss, 4)) for place, loss in enumerate(fairness, 1)]
    return Loss([(place, loss) for place, loss in lost if loss], round(total, 4))
