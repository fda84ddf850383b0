"""The bridge to `matching`: records and rows become profiles, numbers become suggestions.

Nothing else in the service imports `matching`.
"""

from app.matchmaking.engine.asking import (
    RULES,
    TEXT_WEIGHT,
    Engine,
    Spread,
    Suggestion,
    Sureness,
)
from app.matchmaking.engine.models import Model, fitted
from app.matchmaking.engine.reading import WORKING_LANGUAGE, field_of, profile_of
from matching import Explanation, Passage

__all__ = [
    "RULES",
    "TEXT_WEIGHT",
    "WORKING_LANGUAGE",
    "Engine",
    "Explanation",
    "Model",
    "Passage",
    "Spread",
    "Suggestion",
    "Sureness",
    "field_of",
    "fitted",
    "profile_of",
]
