"""Who may be matched with whom: hard constraints, read as data, each with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.text.profile import Profile


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


class Classes(NamedTuple):
    """Profiles that no rule can tell apart, put together.

    Parameters
    ----------
    of : int32 array of shape (n_profiles,)
        The class of each profile.
    examples : list of Profile
        One for each class, of attributes alone.
    """

    of: NDArray[np.int32]
    examples: list[Profile]


@dataclass(frozen=True, eq=False)
class Attributes:
    """The attributes of profiles, each different statement of them once.

    Parameters
    ----------
    stated : sequence of mappings of str to frozenset of str
    of : int32 array of shape (n_profiles,)
        The place in `stated` of what each profile states.
    """

    stated: Sequence[Mapping[str, frozenset[str]]]
    of: NDArray[np.int32]
    _known: dict[tuple[str, ...], Classes] = field(default_factory=dict, repr=False)

    @classmethod
    def of_profiles(cls, profiles: Sequence[Profile]) -> Self:
        """Gather what profiles state."""
        known: dict[frozenset[tuple[str, frozenset[str]]], int] = {}
        of = [known.setdefault(frozenset(p.attributes.items()), len(known)) for p in profiles]
        return cls([dict(items) for items in known], np.array(of, dtype=np.int32))

    def followed_by(self, other: "Attributes") -> "Attributes":
        """Return the attributes of both, one after the other."""
        return Attributes(
            [*self.stated, *other.stated],
            np.concatenate([self.of, other.of + np.int32(len(self.stated))]),
        )

    def classes(self, rules: Sequence[Rule]) -> Classes:
        """Put profiles together that have the same values of all that the rules compare.

        Made once for the same attributes.
        """
        names = tuple(sorted({rule.attribute for rule in rules}))
        if names not in self._known:
            values = dict[tuple[frozenset[str], ...], int]()
            of = [
                values.setdefault(tuple(one.get(n, frozenset()) for n in names), len(values))
                for one in self.stated
            ]
            examples = [
                Profile("", (), attributes=dict(zip(names, each, strict=True)))
                for each in values
            ]
            self._known[names] = Classes(np.array(of, dtype=np.int32)[self.of], examples)
        return self._known[names]


class Admission(NamedTuple):
    """Which pairs may be listed, in a form that takes no array of all pairs.

    Parameters
    ----------
    table : bool array of shape (n_query_classes, n_pool_classes)
    query_class : int32 array of shape (n_queries,)
    pool_class : int32 array of shape (n_pool,)
    excluded_ends : int64 array of shape (n_queries + 1,)
    excluded : int64 array
        Positions in the pool that are left out besides, query after query, ascending.
    """

    table: NDArray[np.bool_]
    query_class: NDArray[np.int32]
    pool_class: NDArray[np.int32]
    excluded_ends: NDArray[np.int64]
    excluded: NDArray[np.int64]

    def mask(self) -> NDArray[np.bool_]:
        """Return the array of all pairs, of shape (n_queries, n_pool)."""
        admitted = self.table[self.query_class[:, None], self.pool_class[None, :]]
        queries = np.repeat(np.arange(self.query_class.size), np.diff(self.excluded_ends))
        admitted[queries, self.excluded] = False
        return admitted

    def within(self, first: int, last: int) -> "Admission":
        """Return the admission to the profiles of the pool from `first` up to `last`."""
        here = (self.excluded >= first) & (self.excluded < last)
        ends = np.concatenate([[0], np.cumsum(here)])[self.excluded_ends]
        return self._replace(
            pool_class=self.pool_class[first:last],
            excluded_ends=ends,
            excluded=self.excluded[here] - first,
        )


def admission(
    rules: Sequence[Rule], queries: Sequence[Profile], pool: Classes, excluded: NDArray[np.intp]
) -> Admission:
    """Tell which pairs keep every rule and are not excluded.

    Parameters
    ----------
    excluded : int array of shape (n_excluded, 2)
        Position of the query and in the pool, sorted.
    """
    query_classes = Attributes.of_profiles(queries).classes(rules)
    ends = np.searchsorted(excluded[:, 0], np.arange(len(queries) + 1))
    return Admission(
        table=eligible(rules, query_classes.examples, pool.examples),
        query_class=query_classes.of,
        pool_class=pool.of,
        excluded_ends=ends.astype(np.int64),
        excluded=np.ascontiguousarray(excluded[:, 1], dtype=np.int64),
    )


def _incidence(
    sets: Sequence[frozenset[str]], columns: dict[str, int]
) -> sparse.csr_array[np.int32]:
    indices = [columns[value] for values in sets for value in sorted(values)]
    indptr = np.cumsum([0, *(len(values) for values in sets)])
    ones = np.ones(len(indices), dtype=np.int32)
    return sparse.csr_array((ones, indices, indptr), shape=(len(sets), len(columns)))
