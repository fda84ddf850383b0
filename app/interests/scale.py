"""The five words in which a side tells its interest, and what each weighs."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class InterestWord(StrEnum):
    """How much a side would like to work with the other one."""

    CANNOT = "cannot"
    RATHER_NOT = "rather_not"
    OPEN = "open"
    INTERESTED = "interested"
    VERY = "very"


VALUES: Final[Mapping[InterestWord, float]] = MappingProxyType(
    {
        InterestWord.RATHER_NOT: -0.5,
        InterestWord.OPEN: 0.0,
        InterestWord.INTERESTED: 0.5,
        InterestWord.VERY: 1.0,
    }
)
"""What each word adds to a weight of 1; what was not told adds nothing, and `cannot` bars."""
