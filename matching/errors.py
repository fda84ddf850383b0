"""What `matching` refuses on purpose, as one tree under ValueError.

ValueError
`-- MatchingError               a question that has no answer as it was put
    |-- InfeasibleAssignment    the conditions of an assignment contradict each other
    `-- UnusableModel           a model on disk is not the one named, or of another kind

A parameter out of its range is a plain ValueError, as in scikit-learn.
"""


class MatchingError(ValueError):
    """A question to the engine that has no answer as it was put."""


class InfeasibleAssignment(MatchingError):
    """No assignment keeps every bound, lock, forbidden pair and rule at once.

    Parameters
    ----------
    reason : str
        One sentence that names the condition, with positions.
    rows, columns : tuple of int, default=()
        Positions that the reason speaks of, so that a caller can put names to them.
    """

    def __init__(
        self, reason: str, *, rows: tuple[int, ...] = (), columns: tuple[int, ...] = ()
    ) -> None:
        super().__init__(reason)
        self.rows = rows
        self.columns = columns


class UnusableModel(MatchingError):
    """A model on disk is not the one that was named, or of a kind that cannot be read."""
