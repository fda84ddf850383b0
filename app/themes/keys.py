"""Keys of themes: what somebody meant who named one that does not exist. Pure."""

import difflib
from collections.abc import Set

from app.core.base.messages import Message, either


def meant(key: str, known: Set[str]) -> Message:
    """Return what to do about a key that is not known: the likely ones, or the list."""
    close = difflib.get_close_matches(key, sorted(known), n=3)
    if not close:
        return Message("GET /api/v1/themes lists them.")
    return Message("Did you mean {key}?", key=either(close))
