"""The life of a match."""

from enum import StrEnum


class MatchState(StrEnum):
    """Where a match stands; the states before come with offers and consents."""

    COMPLETED = "completed"
