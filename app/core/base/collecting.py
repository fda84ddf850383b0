"""How often Python looks for garbage that refers to itself."""

import gc
from typing import Final

OBJECTS_BETWEEN: Final = 20_000
"""How many more objects are there before the collector of garbage looks for cycles again."""


def collect_seldom() -> None:
    """Let the collector look seldom, in this process.

    Python's own threshold lets it look every 700 objects. A page makes some ten thousand,
    nearly all of which go with it, and a run as many for a few challenges: it looks once a
    page at most. Loading the service takes a sixth less so, and so does a run.
    """
    gc.set_threshold(OBJECTS_BETWEEN, *gc.get_threshold()[1:])
