"""How often the interval of the gap watch holds what comes, on made-up calls.

    python -m benchmarks.forecast

A call has some number of solutions about a mean, 72 challenges of which each takes some of
them as good, and a shape in which they arrive: most of them shortly before the deadline, in
each call a little otherwise. Some earlier calls of the same kind are known, or none. At some
shares of the time of the call the forecast is made, and held to what there was at the deadline:
how often the interval holds it, where the forecast speaks, and how far off it is.

*even* calls fill evenly, *late* ones by a power of the share of the time about 3 (a half has
come at four fifths), and *rushed* ones as Alfi, Parisi and Pietronero found registrations for
a conference: by the inverse of the time that is left.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from app.gaps.forecasting import INTERVAL, come_by, forecast

Floats = NDArray[np.float64]
Shape = Callable[[np.random.Generator, int], Floats]

CHALLENGES: Final = 72
SOLUTIONS: Final = (26, 300)
"""Those of the first edition and of a large one; with many, whole numbers hide less."""
DRAWS: Final = 300
TIMES: Final = (0.5, 0.75, 0.95)
EARLIER: Final = (0, 3, 8)


def even(random: np.random.Generator, n: int) -> Floats:
    """Return when so many arrive, each at any time."""
    return np.asarray(random.random(n))


def late(random: np.random.Generator, n: int) -> Floats:
    """Return when so many arrive, by a power that differs from call to call."""
    return np.asarray(random.random(n) ** (1 / random.lognormal(np.log(3), 0.25)))


def rushed(random: np.random.Generator, n: int) -> Floats:
    """Return when so many arrive, by the inverse of the time that is left."""
    cut = random.lognormal(np.log(0.02), 0.5)  # where it stops growing
    # F(t) = ln((1 + c) / (1 - t + c)) / ln((1 + c) / c)
    return np.asarray(1 + cut - (1 + cut) * (cut / (1 + cut)) ** random.random(n))


SHAPES: Final[dict[str, Shape]] = {"even": even, "late": late, "rushed": rushed}


@dataclass(frozen=True, slots=True)
class Held:
    """What became of the forecasts of one kind of call, at one share of its time.

    Attributes
    ----------
    spoken : float
        Share of the calls in which something was said.
    within, below : float
        Share of the challenges for which the interval held what came, and for which less came.
    within_of_some : float
        The same where a challenge had a good solution already.
    width : float
        Mean of the width of the intervals.
    bias : float
        Mean of what was expected less what came.
    """

    spoken: float
    within: float
    within_of_some: float
    below: float
    width: float
    bias: float


def held(
    shape: Shape, solutions: int, earlier: int, elapsed: float, draws: int = DRAWS
) -> Held | None:
    """Try the forecast on made-up calls; None where nothing was said in any."""
    random = np.random.default_rng(1)
    rows: list[tuple[int, int, int, int, int]] = []
    spoken = 0
    for _ in range(draws):
        known = [shape(random, 10 + random.poisson(solutions)).tolist() for _ in range(earlier)]
        arrived = shape(random, max(1, random.poisson(solutions)))
        # What share of all solutions is good for each challenge: for many next to none.
        of_each = random.beta(0.6, 6, CHALLENGES)
        good = random.random((CHALLENGES, arrived.size)) < of_each[:, None]
        come = come_by(elapsed, known)
        so_far = arrived <= elapsed
        told = False
        for row in good:
            there = int(row[so_far].sum())
            found = forecast(there, int(so_far.sum()), come)
            if found is not None:
                told = True
                rows.append((there, int(row.sum()), found.expected, found.low, found.high))
        spoken += told
    if not rows:
        return None
    there, whole, expected, low, high = np.array(rows).T
    within = (low <= whole) & (whole <= high)
    some = there > 0
    return Held(
        spoken / draws,
        float(within.mean()),
        float(within[some].mean()),
        float((whole < low).mean()),
        float((high - low).mean()),
        float((expected - whole).mean()),
    )


def main() -> None:
    """Print the table."""
    table = Table(
        title=f"Intervals of {INTERVAL:.0%}: {DRAWS} calls of {CHALLENGES} challenges"
    )
    names = (
        "calls",
        "solutions",
        "earlier",
        "time over",
        "speaks",
        "holds",
        "where some had come",
    )
    for name in (*names, "came fewer", "width", "bias"):
        table.add_column(name, justify="right")
    for name, shape in SHAPES.items():
        for solutions, earlier, elapsed in product(SOLUTIONS, EARLIER, TIMES):
            found = held(shape, solutions, earlier, elapsed)
            figures = ("-",) * 6 if found is None else _written(found)
            table.add_row(name, str(solutions), str(earlier), f"{elapsed:.0%}", *figures)
    Console(width=120).print(table)


def _written(found: Held) -> tuple[str, ...]:
    return (
        *(f"{found.spoken:.0%}", f"{found.within:.1%}", f"{found.within_of_some:.1%}"),
        *(f"{found.below:.1%}", f"{found.width:.2f}", f"{found.bias:+.2f}"),
    )


if __name__ == "__main__":
    main()
