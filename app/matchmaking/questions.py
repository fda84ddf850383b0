"""Questions about the assignment of a run, answered from its frozen inputs.

Pure, as the run itself: the same inputs and conditions give the same answer. It loads the
engine, so import it where an answer is wanted and not before.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.matchmaking.computation import Computing, whole_of
from app.matchmaking.engine import (
    RULES,
    Engine,
    Regrets,
    Suggestion,
    Terms,
    encoder_of,
    obstacles,
    profile_of,
    regrets,
    steps,
)
from app.matchmaking.results import Floor, Loss, Regret, RunInputs, WhatIf, Whole


def what_if(
    inputs: RunInputs, asked: WhatIf, folder: Path | None
) -> tuple[Whole, Sequence[tuple[tuple[str, str], Suggestion]]]:
    """Assign under other conditions.

    Parameters
    ----------
    folder : Path or None
        Where the sentence encoder lies, should the settings name one.

    Returns
    -------
    whole : Whole
    lines : sequence of ((str, str), Suggestion)
        The chosen pairs with rank and score: by challenge, the highest score first.

    Raises
    ------
    Unavailable
        If the sentence encoder is not there.
    """
    computing = _computing(replace(inputs, settings=asked.settings), folder)
    terms = replace(
        computing.terms(),
        capacities=[
            asked.capacities.get(record.id, record.capacity) for record in computing.solutions
        ],
        locked=computing.engine.positions(asked.locked),
        forbidden=computing.engine.positions(asked.forbidden),
    )
    whole = whole_of(computing.engine, terms)
    return whole, [
        (computing.codes(suggestion), suggestion)
        for suggestion in computing.engine.chosen(computing.engine.positions(whole.pairs))
    ]


def loss_between(before: Whole, after: Whole) -> Loss | None:
    """Return what an assignment loses; None where one is missing or not known in full."""
    if before.total is None or before.bound is None or after.total is None:
        return None
    vectors = [_fairness(whole, after.objective) for whole in (before, after)]
    fairness = tuple(a - b for a, b in zip(*vectors, strict=True))
    return _loss(fairness, before.total - after.total)


def costs(inputs: RunInputs, folder: Path | None) -> list[Regret]:
    """Return for every open pair what going against the run's assignment costs.

    Raises
    ------
    InfeasibleAssignment
        If the run has none.
    Unavailable
        If the sentence encoder is not there.
    """
    computing = _computing(inputs, folder)
    return costs_of(computing.engine, computing.terms())


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


def floors(inputs: RunInputs, folder: Path | None) -> list[Floor]:
    """Return what each step of fairness costs in total.

    Raises
    ------
    InfeasibleAssignment
        If the run has no assignment.
    Unavailable
        If the sentence encoder is not there.
    """
    computing = _computing(inputs, folder)
    return floors_of(computing.engine, computing.terms())


def floors_of(engine: Engine, terms: Terms) -> list[Floor]:
    """Return what each step of fairness costs in total."""
    return [Floor(step.floor, step.total, step.cost) for step in steps(engine, terms)]


def obstacles_of(inputs: RunInputs, challenge: str, solution: str) -> tuple[str, ...]:
    """Return the reasons of the rules of a run that a pair breaks; none if it is open."""
    if not inputs.settings.cross_border:
        return ()
    language = inputs.settings.working_language
    [asked] = [r for r in inputs.challenges if r.id == challenge]
    [offered] = [r for r in inputs.solutions if r.id == solution]
    return obstacles(
        RULES,
        profile_of(asked, working_language=language),
        profile_of(offered, working_language=language),
    )


def _computing(inputs: RunInputs, folder: Path | None) -> Computing:
    return Computing(inputs, encoder=encoder_of(folder, inputs.settings.encoder))


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
