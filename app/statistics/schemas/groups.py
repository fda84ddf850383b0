"""By what statistics count, and how far."""

from enum import StrEnum


class FunnelStage(StrEnum):
    """How far a submission has come."""

    SUBMITTED = "submitted"
    ELIGIBLE = "eligible"
    SELECTED = "selected"
    SUGGESTED = "suggested"
    MATCHED = "matched"


class Division(StrEnum):
    """By what submissions are counted."""

    REGION = "region"
    COUNTRY = "country"
    LEVEL = "level"
    LANGUAGE = "language"
    EXPERIENCE = "experience"
    THEME = "theme"


class Experience(StrEnum):
    """Whether an organisation takes part for the first time."""

    FIRST_TIME = "first_time"
    BEFORE = "before"
