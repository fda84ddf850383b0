"""Answers that are kept in memory under what they were computed from."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """Answers by what was read; what was asked for longest ago is forgotten first.

    Parameters
    ----------
    most : int
        How many are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, versions: Hashable, compute: Callable[[], Answer]) -> Answer:
        """Return an answer, computed where it is not kept.

        Parameters
        ----------
        versions : hashable
            What changes when anything does that it is computed from.
        """
        with self._lock:
            if (known := self._kept.get(versions)) is not None:
                self._kept.move_to_end(versions)
                return known
        found = compute()
        with self._lock:
            self._kept[versions] = found
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found
