"""Places for which requests queue: so many of a kind go on at once in an event loop."""

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar


class Turns:
    """The places of one kind.

    Parameters
    ----------
    name : str
        What is done there.
    """

    def __init__(self, name: str) -> None:
        self._limiter: RunVar[CapacityLimiter] = RunVar(name)

    def limiter(self, places: int) -> CapacityLimiter:
        """Return the places of this event loop; the first request of the loop makes them."""
        try:
            return self._limiter.get()
        except LookupError:
            self._limiter.set(CapacityLimiter(places))
            return self._limiter.get()
