"""What is compared of submissions that may tell the same, and what of it is alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SubmittedTexts:
    """What a submission tells, in the words of its team.

    Attributes
    ----------
    key : UUID
    version : int
        Of the row that they were read from.
    texts : mapping of str to str
        By name, in the order of the form.
    """

    key: UUID
    version: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Alike:
    """Two submissions that tell nearly the same.

    Attributes
    ----------
    first, second : UUID
    of_first, of_second : float
        Share of the telling words of one that stand in the other as well.
    """

    first: UUID
    second: UUID
    of_first: float
    of_second: float


Marks = Sequence[tuple[int, int]]
"""Places in a text: the first character, and the one behind the last."""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """What two submissions have in common.

    Attributes
    ----------
    of_first, of_second : float
        As in `Alike`.
    passages : sequence of (str, Marks, str, Marks)
        Names and marks of two passages with words in common, those with most first.
    """

    of_first: float
    of_second: float
    passages: Sequence[tuple[str, Marks, str, Marks]]
