"""Keys of themes: what somebody meant who named one that does not exist. Pure."""

import difflib
from collections.abc import Set


def meant(key: str, known: Set[str]) -> str:
    """Return what to do about a key that is not known: the likely ones, or the list."""
    close = difflib.get_close_matches(key, sorted(known), n=3)
    return f"Did you mean {' or '.join(close)}?" if close else "GET /api/v1/themes lists them."
