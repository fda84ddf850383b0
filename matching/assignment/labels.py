"""How sentences name rows, columns, pairs and numbers of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matching.assignment.problem import Names, NamesLike
from matching.statements import Statement

LISTED = 8


@dataclass(frozen=True, slots=True)
class Labels:
    """Names of rows and columns: positions, unless the caller gave better ones.

    Parameters
    ----------
    names : Names or None
    """

    names: Names | None = None

    @classmethod
    def of(cls, names: NamesLike | None) -> "Labels":
        """Return the labels of names, with or without words for one row and one column."""
        return cls(None if names is None else Names(*names))

    def one(self, side: str, position: int) -> str:
        """Return "row 3", or its name."""
        if self.names is None:
            return f"{side} {position}"
        return self.names[side == "column"][position]

    def many(self, side: str, positions: Sequence[int]) -> str:
        """Return "rows 0, 1 and 4", or their names; of a long list only the start."""
        if self.names is None:
            return f"{side}{'s' * (len(positions) != 1)} {listed(map(str, positions))}"
        return listed(self.one(side, p) for p in positions)

    def count(self, side: str, n: int) -> str:
        """Return "1 row" or "4 columns", in the words of the caller."""
        word = side if self.names is None else self.names[2 + (side == "column")]
        return Statement(f"1 {word}") if n == 1 else Statement(f"{{n:,}} {word}s", n=n)

    def pair(self, row: int, column: int) -> str:
        """Return "(3, 2)", or the names."""
        if self.names is None:
            return f"({row}, {column})"
        return f"({self.names.rows[row]}, {self.names.columns[column]})"


def listed(words: Iterable[str]) -> str:
    """Return "a, b and c"."""
    every = list(words)
    if len(every) > LISTED:
        every = [*every[: LISTED - 1], Statement("{n} more", n=len(every) - LISTED + 1)]
    *others, last = every
    if not others:
        return last
    before = others[0] if len(others) == 1 else ", ".join(others)
    return Statement("{one} and {other}", one=before, other=last)


def pairs(n: int) -> str:
    """Return "1 pair" or "4 pairs"."""
    return Statement("1 pair") if n == 1 else Statement("{n} pairs", n=n)
