"""How much the tests of faults do: a little each time, all of it by `make faults`."""

import os
from typing import Final

FULL: Final = os.environ.get("COUNTERPART_TEST_FAULTS") == "full"


def times(full: int, *, quick: int) -> int:
    """Return how often to do something."""
    return full if FULL else quick
