"""What `matching` refuses on purpose, as one tree under ValueError.

ValueError
`-- MatchingError               a question that has no answer as it was put
    |-- InfeasibleAssignment    the conditions of an assignment contradict each other
    `-- UnusableModel           a model on disk is not the one named, or of another kind

A parameter out of its range is a plain ValueError, as in scikit-learn.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Changes of the conditions that together make an answer possible.

    Parameters
    ----------
    cost : int
        How many steps the conditions give way: one for each pair, lock or unit of a bound.
    changes : tuple of str
        One `Statement` for each change, as in "raise the maximum of column 2 from 1 to 2".
    """

    cost: int
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why there is no answer, and what would help.

    Parameters
    ----------
    sentence : str
        The conditions that contradict each other, as a `Statement`.
    rows, columns : tuple of int
        Positions that the sentence speaks of.
    relaxations : tuple of Relaxation
        The cheapest of each kind and of all kinds mixed, the cheapest first.
    """

    sentence: str
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    relaxations: tuple[Relaxation, ...]


class MatchingError(ValueError):
    """A question to the engine that has no answer as it was put."""


class InfeasibleAssignment(MatchingError):
    """No assignment keeps every bound, lock, forbidden pair and rule at once.

    Parameters
    ----------
    reason : str
        One sentence, a `Statement`, that names the conditions that contradict each other.
    rows, columns : tuple of int, default=()
        Positions that the reason speaks of, so that a caller can put names to them.
    diagnose : callable
        Finds the diagnosis, when somebody asks for it.
    """

    def __init__(
        self,
        reason: str,
        *,
        rows: tuple[int, ...],
        columns: tuple[int, ...],
        diagnose: Callable[[], Diagnosis],
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.rows = rows
        self.columns = columns
        self._diagnose = diagnose

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """Return the sentence with the relaxations, which take a while on a large table."""
        return self._diagnose()


class UnusableModel(MatchingError):
    """A model on disk is not the one that was named, or of a kind that cannot be read."""
