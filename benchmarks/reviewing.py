"""Reviews at the size of a large edition, in process CPU: assigning, and ranking.

    python -m benchmarks reviewing

Reviewers and submissions are made up: themes from a vocabulary as large as ours, a text of some
words each, countries, a tenth of a thousandth of pairs barred. The optimum of the plain
assignment, where it is solved without prices as well, says what the prices lose.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from app.reviews import assigning, ranking
from app.reviews.plans import Asked, Candidate, Inputs
from app.reviews.ranking import Score
from benchmarks.report import Figure, Target, cpu_seconds

EACH: Final = 3
ASSIGNED_IN: Final = 5.0
"""Seconds of process CPU for 200 reviewers and 10,000 submissions."""


def made(n_submissions: int, n_reviewers: int, seed: int = 1) -> Inputs:
    """Return submissions that want three reviewers each; reviewers have a tenth to spare."""
    random = np.random.default_rng(seed)
    themes = [f"practice:{number}" for number in range(60)]
    words = [f"word{number}" for number in range(3_000)]
    countries = [f"C{number}" for number in range(40)]

    def some(count: int) -> frozenset[str]:
        return frozenset(random.choice(themes, count, replace=False).tolist())

    def text(count: int) -> str:
        return " ".join(random.choice(words, count).tolist())

    room = int(EACH * n_submissions / n_reviewers * 1.1)
    submissions = [
        Asked(
            f"s{number:05}",
            (text(150),),
            some(5),
            "en",
            str(random.choice(countries)),
            EACH,
        )
        for number in range(n_submissions)
    ]
    reviewers = [
        Candidate(
            f"r{number:03}",
            text(60),
            some(8),
            frozenset({"en"}),
            frozenset({str(random.choice(countries))}),
            room,
        )
        for number in range(n_reviewers)
    ]
    barred = {
        (f"s{random.integers(n_submissions):05}", f"r{random.integers(n_reviewers):03}")
        for _ in range(n_submissions // 10)
    }
    return Inputs(submissions, reviewers, frozenset(barred))


def run(*, large: bool = False) -> Sequence[Figure]:
    """Return how long it takes, and what the prices lose on a size that both solve."""
    assigning.plan(made(60, 12))  # what is compiled is loaded
    found = []
    inputs = made(10_000, 200)
    before = cpu_seconds()
    plan = assigning.plan(inputs)
    spent = cpu_seconds() - before
    what = "200 reviewers x 10,000 submissions, three each"
    found.append(Figure(f"{what}: assigned", spent, "s", Target(ASSIGNED_IN, at_least=False)))
    found.append(Figure(f"{what}: lacking", float(len(plan.lacks)), "submissions"))
    small = made(300, 60)
    exact = assigning.plan(small).total
    limit, assigning.SMALL = assigning.SMALL, 0  # type: ignore[misc]  # -- measured as if large
    priced = assigning.plan(small).total
    assigning.SMALL = limit  # type: ignore[misc]  # -- as it was
    found.append(Figure("prices against the optimum, 60 x 300", priced / exact, "of its total"))
    random = np.random.default_rng(2)
    scores = [
        Score(one.submission, one.reviewer, float(random.integers(1, 6)))
        for one in plan.proposals
    ]
    before = cpu_seconds()
    ranking.rank(scores, 40)
    found.append(Figure("30,000 reviews ranked", cpu_seconds() - before, "s"))
    return found
