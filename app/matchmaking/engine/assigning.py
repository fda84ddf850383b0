"""Questions about the assignment: the best as a whole, and what going against it costs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.core.base.messages import Message
from app.matchmaking.engine.ranking import Engine, Pair
from app.matchmaking.results import Shortfall
from app.matchmaking.schemas.settings import FLOOR
from matching import Assignment, Names, Regrets, Statement, Step, assign, frontier, regret

# Who would serve a challenge with a place more: so many are named.
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Terms:
    """How the challenges share the pool.

    Parameters
    ----------
    least, most : int
        How many providers each challenge wishes for at least, and has at most.
    capacities : sequence of int, one for each of the pool
        How many challenges each provider takes on.
    objective : {"leximin", "total", "maxmin"}
        What counts first: the worst-off challenge and then the next one, the sum of the
        scores, or the challenge with the weakest sum.
    locked, forbidden : collections of (int, int), default=()
        Pairs of positions that must and pairs that may not be chosen.
    floor : float in [0, 1], default=FLOOR
        The least share of what a challenge asks that a provider tells; a pair below it is
        not proposed, unless it is locked.
    weights : array of the shape of the scores, default=None
        How often the score of each pair counts; None: each once.
    require_all : bool, default=False
        True insists on `least` for every challenge. False serves as many challenges as can
        be, and meets as many of their wishes.
    """

    least: int
    most: int
    capacities: Sequence[int]
    objective: str
    locked: Collection[Pair] = ()
    forbidden: Collection[Pair] = ()
    require_all: bool = False
    floor: float = FLOOR
    weights: NDArray[np.float64] | None = None


COUNTED: Final = (
    *(Message("1 challenge"), Message("{n:,} challenges")),
    *(Message("1 provider"), Message("{n:,} providers")),
)
"""What statements of the library call some of each side, put together there from our words."""


def message_of(statement: Any) -> Any:
    """Return a statement of the library, with all that it is made of, as a message.

    Names and numbers stay as they are.
    """
    if not isinstance(statement, Statement):
        return statement
    return Message(
        statement.template,
        **{name: message_of(value) for name, value in statement.values.items()},
    )


def assigned(engine: Engine, terms: Terms) -> Assignment:
    """Return the pairs that are best as a whole.

    Raises
    ------
    InfeasibleAssignment
        If the terms contradict each other; the sentences name the records.
    """
    return assign(_counted(engine, terms), **_options(engine, terms))


def regrets(engine: Engine, terms: Terms) -> Regrets:
    """Tell for every pair what it costs to force it, or to forbid it where it is chosen.

    Raises
    ------
    InfeasibleAssignment
        As for `assigned`.
    """
    return regret(_counted(engine, terms), **_options(engine, terms))


def steps(engine: Engine, terms: Terms) -> tuple[Step, ...]:
    """Tell what each step of fairness costs in total.

    A sum of scores has no floor: for the objective `total` the floor is that of `leximin`.

    Raises
    ------
    InfeasibleAssignment
        As for `assigned`.
    """
    options = _options(engine, terms)
    if terms.objective == "total":
        options["objective"] = "leximin"
    return frontier(_counted(engine, terms), **options)


def shortfalls(engine: Engine, terms: Terms, found: Assignment) -> tuple[Shortfall, ...]:
    """Return which challenges miss providers, and who would serve them with a place more."""
    open_pairs = _open(engine, terms)
    for pair in terms.forbidden:
        open_pairs[pair] = False
    n_little = (engine.admitted & ~engine.enough(terms.floor)).sum(axis=1)
    n_open, chosen = open_pairs.sum(axis=1), np.zeros(open_pairs.shape, dtype=np.bool_)
    chosen[tuple(np.array(found.pairs, dtype=np.intp).reshape(-1, 2).T)] = True
    missing = np.array(found.shortfall, dtype=np.int64)
    rows = np.flatnonzero(missing)
    # who is open to a challenge that misses somebody and has not been chosen, has no place left
    counted = _counted(engine, terms)[rows]
    scores = np.where(open_pairs[rows] & ~chosen[rows], counted, -np.inf)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :_NAMED]
    return tuple(
        Shortfall(
            engine.challenges[i].id,
            int(chosen[i].sum()),
            int(missing[i]),
            int(n_open[i]),
            tuple(engine.pool[j].id for j in best[at].tolist() if np.isfinite(scores[at, j])),
            int(n_little[i]),
        )
        for at, i in enumerate(rows.tolist())
    )


def _open(engine: Engine, terms: Terms) -> NDArray[np.bool_]:
    """Return the pairs that may be proposed; what people lock needs nothing in common."""
    pairs = engine.enough(terms.floor)
    for pair in terms.locked:
        pairs[pair] = engine.admitted[pair]
    return pairs


def _counted(engine: Engine, terms: Terms) -> NDArray[np.float64]:
    """Return the scores as the assignment counts them."""
    return engine.scores if terms.weights is None else engine.scores * terms.weights


def _options(engine: Engine, terms: Terms) -> dict[str, Any]:
    challenges, providers = (
        [profile.id for profile in side] for side in (engine.challenges, engine.pool)
    )
    columns = [(0, capacity) for capacity in terms.capacities]
    return {
        "rows": (terms.least, terms.most),
        "columns": np.array(columns, dtype=np.int64),
        "eligible": _open(engine, terms),
        "locked": terms.locked,
        "forbidden": terms.forbidden,
        "objective": terms.objective,
        "partial": not terms.require_all,
        "names": Names(challenges, providers, "challenge", "provider"),
    }
