"""What a run was asked with, for people who read tables: each setting in words."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from app.core.tables.languages import language_name
from app.matchmaking.schemas.settings import RunSettings
from app.submissions.lifecycle import Basis

OBJECTIVES: Final = MappingProxyType(
    {
        "leximin": "The worst-off challenge, then the next one",
        "total": "The sum of the scores",
        "maxmin": "The weakest sum of a challenge",
    }
)
BASES: Final = MappingProxyType(
    {
        Basis.SUBMITTED: "All that was submitted",
        Basis.ELIGIBLE: "All that was eligible or selected",
        Basis.SELECTED: "What was selected",
    }
)
KEPT_OUT: Final = "Kept out of the assignment, as rejected in earlier runs"

Said = tuple[str, str | int | float]


def settings_in_words(settings: RunSettings) -> Iterator[Said]:
    """Yield a name and a value for each setting; one of each pair that was kept out."""
    yield "What is ranked", BASES[settings.basis]
    yield "Suggestions kept for each challenge", settings.top
    yield "Share of the texts in the score", settings.text_weight
    yield "Least providers of a challenge", settings.providers_min
    yield "Most providers of a challenge", settings.providers_max
    yield "Every challenge must have the least number", _answer(settings.require_all)
    yield "Pairs of one country are left out", _answer(settings.cross_border)
    yield "Least share of a challenge told, to be assigned", settings.floor
    yield "Weight of the interests of both sides, in the assignment", settings.interest_weight
    yield "What counts first in the assignment", OBJECTIVES[settings.objective]
    yield "Working language", language_name(settings.working_language)
    yield "Sentence encoder (SHA-256)", settings.encoder or "None: words alone count"
    if not settings.rejected:
        yield KEPT_OUT, "None"
    for challenge, solution in settings.rejected:
        yield KEPT_OUT, f"{challenge} with {solution}"


def _answer(value: bool) -> str:
    return "Yes" if value else "No"
