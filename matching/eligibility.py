"""Who may be matched with whom: hard constraints, read as data, each with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.profile import Profile


@dataclass(frozen=True, slots=True)
class Rule:
    """One constraint on one attribute of the two profiles.

    Parameters
    ----------
    attribute : str
        The attribute to compare, a set of values on each side.
    shared : bool
        True: the two sides must have a value in common, and a side that states
        none accepts any. False: they must have no value in common; a side that
        states none has nothing in common, so it is admitted.
    reason : str
        What to tell people about a pair that breaks the rule.
    """

    attribute: str
    shared: bool
    reason: str

    def admits(self, queries: Sequence[Profile], pool: Sequence[Profile]) -> NDArray[np.bool_]:
        """Tell for every pair whether it keeps the rule.

        Returns
        -------
        admitted : bool array of shape (n_queries, n_pool)
        """
        left, right = self._values(queries), self._values(pool)
        columns = {value: i for i, value in enumerate(sorted(set().union(*left, *right)))}
        common = (_incidence(left, columns) @ _incidence(right, columns).T).toarray() > 0
        if not self.shared:
            return np.logical_not(common)
        silent_left = np.array([not values for values in left], dtype=np.bool_)
        silent_right = np.array([not values for values in right], dtype=np.bool_)
        return np.asarray(common | silent_left[:, None] | silent_right[None, :])

    def _values(self, profiles: Sequence[Profile]) -> list[frozenset[str]]:
        return [p.attributes.get(self.attribute, frozenset()) for p in profiles]


def eligible(
    rules: Sequence[Rule], queries: Sequence[Profile], pool: Sequence[Profile]
) -> NDArray[np.bool_]:
    """Tell for every pair whether it keeps every rule.

    Returns
    -------
    eligible : bool array of shape (n_queries, n_pool)

    Examples
    --------
    >>> here = Profile("a", (), attributes={"country": frozenset({"FR"})})
    >>> there = Profile("b", (), attributes={"country": frozenset({"NO"})})
    >>> rule = Rule("country", shared=False, reason="Both are in the same country.")
    >>> eligible([rule], [here], [here, there])
    array([[False,  True]])
    """
    admitted = np.ones((len(queries), len(pool)), dtype=np.bool_)
    for rule in rules:
        admitted &= rule.admits(queries, pool)
    return admitted


def obstacles(rules: Sequence[Rule], query: Profile, candidate: Profile) -> tuple[str, ...]:
    """Return the reasons of the rules that the pair breaks; none if it is eligible."""
    return tuple(r.reason for r in rules if not r.admits([query], [candidate])[0, 0])


def _incidence(
    sets: Sequence[frozenset[str]], columns: dict[str, int]
) -> sparse.csr_array[np.int32]:
    indices = [columns[value] for values in sets for value in sorted(values)]
    indptr = np.cumsum([0, *(len(values) for values in sets)])
    ones = np.ones(len(indices), dtype=np.int32)
    return sparse.csr_array((ones, indices, indptr), shape=(len(sets), len(columns)))
