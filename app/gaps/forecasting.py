"""How many good solutions a challenge will have by the deadline, or nothing.

The model, in three sentences:

* Good solutions for a challenge come one by one and independently of each other, at a rate
  that nobody knows: with Jeffreys' prior for the rate of a Poisson process, what is still to
  come after `r` of them is a negative binomial count with `r` + 1/2 (Aitchison and Dunsmore
  1975, Statistical Prediction Analysis; the Gamma-Poisson model).
* Calls fill shortly before they close (Alfi, Parisi and Pietronero 2007, How people react to
  a deadline, Nature Physics 3), so what counts is no share of the time but the share of all
  arrivals that has come: a Beta about the mean of earlier calls at the same share of their
  time, as wide as these differ; where there are too few, about the middle between a call that
  fills evenly and one that fills by the inverse of the time left, which is what those authors
  found, and very wide.
* A negative binomial count with a Beta share is a beta negative binomial one, which has a
  closed form: no number is drawn, and equal inputs give equal answers.

Where the numbers are too small to say anything, nothing is said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, lgamma, log
from typing import Final

INTERVAL: Final = 0.8
"""How often the interval holds what comes, as far as the model does."""
LEAST_ARRIVED: Final = 5
"""Solutions that teams have sent to the call; of fewer no rate can be told."""
LEAST_SHARE: Final = 0.2
"""Share of all arrivals that is expected to have come; of less the rest is guesswork."""
LEAST_SUPPOSED: Final = 0.33
"""The same where no earlier calls say what has come: about half of the time is over."""
LEAST_CALLS: Final = 3
"""Earlier calls from which a curve of arrivals is taken."""
LEAST_IN_CALL: Final = 10
"""Arrivals of an earlier call that tells anything of the curve."""
MOST_FORECAST: Final = 999
"""Where an interval would reach further nothing is said."""

_JEFFREYS: Final = 0.5
_LAST: Final = 0.02
"""Share of the time that is left when a rush grows no more."""
_UNKNOWN: Final = 4.0
"""Weight of a share that nothing is known of but the middle of what it can be."""
_USUAL: Final = 20.0
"""Weight of a share of one call where another one is known."""


class Silence(StrEnum):
    """Why nothing is expected aloud."""

    NOT_OPEN = "not open"
    TOO_FEW = "too few"
    TOO_EARLY = "too early"


@dataclass(frozen=True, slots=True)
class Come:
    """Which share of all that will arrive in a call has come: a Beta distribution.

    Attributes
    ----------
    share : float in [0, 1]
        Its mean; 1 where the call is over.
    weight : float
        Sum of its two parameters: the greater, the surer.
    calls : int
        Earlier calls that it is taken from; 0 where it is the share of the time.
    """

    share: float
    weight: float
    calls: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What to expect by the deadline, what has come included.

    Attributes
    ----------
    expected : int
        The median: more is as likely as less.
    low, high : int
        Four times in five it is within these.
    """

    expected: int
    low: int
    high: int


def come_by(elapsed: float, earlier: Sequence[Sequence[float]]) -> Come:
    """Return which share of its arrivals a call has had when a share of its time is over.

    Parameters
    ----------
    elapsed : float
        Share of the time of the call; below 0 before it opens.
    earlier : sequence of sequences of float
        Of each earlier call, when each of its submissions arrived, as a share of its time.
        Calls with fewer than `LEAST_IN_CALL` tell nothing.

    Examples
    --------
    >>> come_by(0.5, []).calls
    0
    """
    told = [call for call in earlier if len(call) >= LEAST_IN_CALL]
    if elapsed >= 1:
        return Come(1.0, _UNKNOWN, len(told) if len(told) >= LEAST_CALLS else 0)
    if len(told) < LEAST_CALLS:
        return Come(_supposed(max(elapsed, 0.0)), _UNKNOWN, 0)
    shares = [sum(at <= elapsed for at in call) / len(call) for call in told]
    # Half of an arrival on either side: that none came later never means that none will.
    half = 0.5 / sum(map(len, told))
    mean = (sum(shares) / len(shares) + half) / (1 + 2 * half)
    spread = mean * (1 - mean)
    # The spread of these calls, and one call more that differs as `_USUAL` says; a new call
    # differs from their mean, which is not known for certain either.
    squares = sum((share - mean) ** 2 for share in shares) + spread / (_USUAL + 1)
    variance = squares / len(shares) * (1 + 1 / len(shares))
    return Come(mean, max(spread / variance - 1, _UNKNOWN), len(told))


def _supposed(elapsed: float) -> float:
    """Return the middle between a call that fills evenly and one with a rush at its end.

    The rush grows by the inverse of the time that is left, until a fiftieth of it is.
    """
    rush = log((1 + _LAST) / (1 - elapsed + _LAST)) / log((1 + _LAST) / _LAST)
    return (elapsed + rush) / 2


def silence(arrived: int, come: Come) -> Silence | None:
    """Return why nothing can be said of a call; None where something can.

    Parameters
    ----------
    arrived : int
        Solutions that teams have sent to the call so far, good or not.
    """
    if come.share >= 1:
        return None
    if arrived < LEAST_ARRIVED:
        return Silence.TOO_FEW
    least = LEAST_SHARE if come.calls else LEAST_SUPPOSED
    return Silence.TOO_EARLY if come.share < least else None


def forecast(good: int, arrived: int, come: Come, *, other: int = 0) -> Forecast | None:
    """Return how many good solutions a challenge will have by the deadline.

    Parameters
    ----------
    good : int
        That teams have sent to the call so far.
    arrived : int
        All that teams have sent to the call so far, good or not.
    come : Come
    other : int, default=0
        Good ones that say nothing of a rate, such as those that staff have imported.

    Returns
    -------
    forecast : Forecast or None
        None where the numbers are too small to say (`silence`), or where the interval would
        reach beyond `MOST_FORECAST`.

    Examples
    --------
    >>> forecast(3, 26, come_by(1.0, []))
    Forecast(expected=3, low=3, high=3)
    >>> forecast(3, 26, come_by(0.75, []))
    Forecast(expected=5, low=3, high=15)
    >>> forecast(0, 2, come_by(0.75, [])) is None
    True
    """
    there = good + other
    if silence(arrived, come) is not None:
        return None
    if come.share >= 1:
        return Forecast(there, there, there)
    tail = (1 - INTERVAL) / 2
    low, expected, high = _quantiles(good + _JEFFREYS, come, (tail, 0.5, 1 - tail))
    if there + high > MOST_FORECAST:
        return None
    return Forecast(there + expected, there + low, there + high)


def _quantiles(r: float, come: Come, shares: Sequence[float]) -> Iterator[int]:
    """Yield the least counts that reach these shares of a beta negative binomial count.

    P(0) = B(a + r, b) / B(a, b), and
    P(k + 1) / P(k) = (r + k) (b + k) / ((k + 1) (a + b + r + k)).
    """
    a, b = come.share * come.weight, (1 - come.share) * come.weight
    mass = exp(lgamma(a + r) + lgamma(a + b) - lgamma(a) - lgamma(a + b + r))
    reached, count = mass, 0
    for share in shares:
        while reached < share and count <= MOST_FORECAST:
            mass *= (r + count) * (b + count) / ((count + 1) * (a + b + r + count))
            count += 1
            reached += mass
        yield count
