"""The bridge to `matching`: records and rows become profiles, numbers become suggestions.

Nothing else in the service imports `matching`.
"""

from app.matchmaking.engine.asking import (
    RULES,
    TEXT_WEIGHT,
    Engine,
    Often,
    Spread,
    Suggestion,
    Sureness,
)
from app.matchmaking.engine.assigning import (
    Terms,
    assigned,
    regrets,
    steps,
)
from app.matchmaking.engine.encoders import encoder_of
from app.matchmaking.engine.models import Model, fitted
from app.matchmaking.engine.reading import (
    WORKING_LANGUAGE,
    field_of,
    language_told,
    profile_of,
)
from matching import (
    Assignment,
    Explanation,
    InfeasibleAssignment,
    Passage,
    Regrets,
    obstacles,
)
from matching.scoring.semantic import Encoder

__all__ = [
    "RULES",
    "TEXT_WEIGHT",
    "WORKING_LANGUAGE",
    "Assignment",
    "Encoder",
    "Engine",
    "Explanation",
    "InfeasibleAssignment",
    "Model",
    "Often",
    "Passage",
    "Regrets",
    "Spread",
    "Suggestion",
    "Sureness",
    "Terms",
    "assigned",
    "encoder_of",
    "field_of",
    "fitted",
    "language_told",
    "obstacles",
    "profile_of",
    "regrets",
    "steps",
]
