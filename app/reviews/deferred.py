"""Where the services reach what computes: loaded when it is needed, and not before."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from app.reviews.plans import Choice, Inputs, Plan


def plan(inputs: Inputs) -> Plan:
    """Return the best reviewers for all submissions; see `app.reviews.assigning`."""
    from app.reviews import assigning  # noqa: PLC0415 -- numpy and the engine load slowly

    return assigning.plan(inputs)


def choices(inputs: Inputs) -> list[Choice]:
    """Return every reviewer for one submission; see `app.reviews.assigning`."""
    from app.reviews import assigning  # noqa: PLC0415 -- numpy and the engine load slowly

    return assigning.choices(inputs)


def rank(scores: Sequence[tuple[str, str, float]], first: int) -> Any:
    """Return the ranking of (submission, reviewer, score); see `app.reviews.ranking`."""
    return _ranked(tuple(sorted(scores)), first)


# A table is written a page at a time, and each page is of the same ranking.
@lru_cache(maxsize=8)
def _ranked(scores: tuple[tuple[str, str, float], ...], first: int) -> Any:
    from app.reviews import ranking  # noqa: PLC0415 -- numpy loads slowly

    return ranking.rank([ranking.Score(*one) for one in scores], first)
