"""The colours of charts: the tokens of the style sheet, which a test holds together."""

from types import MappingProxyType
from typing import Final

TOKENS: Final = MappingProxyType(
    {
        "navy": "#14264a",
        "blue": "#1d4f9c",
        "amber-line": "#c2600a",
        "ink": "#0b0c0c",
        "muted": "#4a5368",
        "line": "#cfd5df",
        "line-strong": "#7a8498",
    }
)
"""The tokens of `assets/styles/_tokens.scss` that charts are drawn in, by name."""

TAKES_PART: Final = "#c9d9ef"
"""A country from which somebody takes part: the second shade of the heat map."""
LAND: Final = "#e4e8ef"
"""Every other country: the ground of bars."""
PAPER: Final = "#ffffff"
