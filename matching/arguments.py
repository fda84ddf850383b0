"""Checks of arguments that several rooms share: what makes no sense is a plain ValueError."""

from collections.abc import Iterable
from operator import index

import numpy as np
from numpy.typing import ArrayLike, NDArray


def mask_of(values: ArrayLike, shape: tuple[int, int], name: str) -> NDArray[np.bool_]:
    """Return true and false, one for each pair.

    Parameters
    ----------
    values : array of shape `shape`
        True and False, or 1 and 0.
    shape : (int, int)
    name : str
        What the caller calls it.

    Raises
    ------
    ValueError
        If it has another shape, or holds anything else: not a number is neither.
    """
    given = np.asarray(values)
    if given.shape != shape:
        raise ValueError(f"{name} must have the shape {shape}, got {given.shape}")
    if given.dtype == np.bool_:
        return given
    if given.size and not (
        np.issubdtype(given.dtype, np.number) and np.isin(given, (0, 1)).all()
    ):
        raise ValueError(f"{name} must hold True and False only, or 1 and 0")
    return given.astype(np.bool_)


def places_of(
    pairs: Iterable[tuple[int, int]], shape: tuple[int, int], name: str
) -> list[tuple[int, int]]:
    """Return pairs of positions as whole numbers.

    Raises
    ------
    ValueError
        If one is no pair of whole numbers, or lies outside.
    """
    found = []
    for pair in pairs:
        try:
            row, column = map(index, pair)
        except (TypeError, ValueError):
            raise ValueError(f"{name} must hold pairs of positions, got {pair!r}") from None
        if not (0 <= row < shape[0] and 0 <= column < shape[1]):
            raise ValueError(f"{name} must hold positions below {shape}, got {(row, column)}")
        found.append((row, column))
    return found
