"""How sure a share is that few have led to."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

_Z: Final = 1.959964
"""The quantile of the normal distribution that leaves 2.5 % on either side."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a whole, with its 95 % interval; each from 0 to 1.

    Attributes
    ----------
    share, low, high : float
    """

    share: float
    low: float
    high: float


def share_of(count: int, whole: int) -> Share | None:
    """Return the share of a count with Wilson's score interval (1927); None of nothing.

    It holds what it says also for few and for shares near 0 and 1, where the usual one does
    not (Brown, Cai and DasGupta 2001).

    Examples
    --------
    >>> share_of(4, 72)
    Share(share=0.056, low=0.022, high=0.134)
    """
    if whole <= 0:
        return None
    share = count / whole
    weight = 1 + _Z**2 / whole
    middle = (share + _Z**2 / (2 * whole)) / weight
    half = _Z * sqrt(share * (1 - share) / whole + (_Z / (2 * whole)) ** 2) / weight
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Share(*(round(one, 3) for one in (share, low, high)))
