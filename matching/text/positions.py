"""Runs of positions in arrays that stand one behind the other."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray


def slices(n: int, size: int) -> Iterator[slice]:
    """Yield runs of at most `size` positions that cover n, one after the other."""
    for start in range(0, n, size):
        yield slice(start, min(start + size, n))


def runs(starts: NDArray[Any], sizes: NDArray[Any]) -> NDArray[np.intp]:
    """Return, run after run, the positions from each start on.

    Parameters
    ----------
    starts, sizes : int arrays of shape (n_runs,)

    Returns
    -------
    positions : intp array of shape (sum of sizes,)
    """
    before = np.cumsum(sizes) - sizes
    every = np.arange(sizes.sum(), dtype=np.intp)
    every += np.repeat(starts - before, sizes)
    return every
