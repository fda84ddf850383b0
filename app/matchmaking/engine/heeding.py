"""How what sides have said of each other counts in the assignment, and nowhere else.

A pair of which a side says that it cannot is left out, unless people lock it. What is said
otherwise weighs the scores of the assignment alone: a score counts 1 + w * m times, where w is
the weight of the run and m the mean of what both sides say (`VALUES`), 0 for who says nothing.
No score, rank or reason that anybody reads depends on it.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.interests.scale import VALUES, InterestWord
from app.matchmaking.engine.ranking import Engine, Pair
from app.matchmaking.results import RunInputs, Said

SIDES = 2


def without(inputs: RunInputs) -> RunInputs:
    """Return what a run is asked with as though nobody had said anything."""
    return replace(inputs, interests=())


def shapes(inputs: RunInputs) -> bool:
    """Tell whether what was said can make another assignment."""
    weighed = inputs.settings.interest_weight > 0
    return any(
        word is InterestWord.CANNOT or (weighed and VALUES[word])
        for _, _, _, word in inputs.interests
    )


def barred(engine: Engine, interests: Sequence[Said]) -> list[Pair]:
    """Return the pairs of which a side says that it cannot."""
    return engine.positions(
        {(one[0], one[1]) for one in interests if one[3] is InterestWord.CANNOT},
        known_only=True,
    )


def weights(
    engine: Engine, interests: Sequence[Said], weight: float
) -> NDArray[np.float64] | None:
    """Return how often the score of each pair counts; None where each counts once."""
    said = [one for one in interests if VALUES.get(one[3])]
    if not weight or not said:
        return None
    found = np.ones((len(engine.challenges), len(engine.pool)))
    for challenge, solution, _, word in said:
        for place in engine.positions([(challenge, solution)], known_only=True):
            found[place] += weight * VALUES[word] / SIDES
    return found
