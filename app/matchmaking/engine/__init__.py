"""All computing of the matchmaking, and the bridge to `matching`.

Records become profiles, numbers become suggestions. Nothing else in the service imports
`matching`, and the services reach it by `app.matchmaking.deferred`, as numpy loads slowly.
"""

from app.matchmaking.engine import (
    duplicates,
    findings,
    gaps,
    learning,
    offering,
    peers,
    preview,
    run,
    theme_words,
    what_if,
)
from app.matchmaking.engine.encoders import encoder_of
from app.matchmaking.engine.models import Model
from app.matchmaking.engine.profiles import profile_of
from app.matchmaking.engine.ranking import Engine
from matching import Contribution
from matching.scoring.semantic import Encoder

__all__ = [
    "Contribution",
    "Encoder",
    "Engine",
    "Model",
    "duplicates",
    "encoder_of",
    "findings",
    "gaps",
    "learning",
    "offering",
    "peers",
    "preview",
    "profile_of",
    "run",
    "theme_words",
    "what_if",
]
