"""Pools that are not a tuple in memory: several in a row, or one that stays on disk."""

import itertools
import json
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, overload

import numpy as np
from numpy.typing import NDArray

from matching.text.profile import Profile
from matching.text.reading import Offsets


class _Pool(Sequence[Profile]):
    """A sequence that is asked one position at a time."""

    @abstractmethod
    def _at(self, position: int) -> Profile:
        """Return the profile of a position from 0 on that the pool has."""

    @abstractmethod
    def _run(self, start: int, stop: int) -> Sequence[Profile]:
        """Return the profiles from a position up to another, without reading them."""

    @overload
    def __getitem__(self, index: int) -> Profile: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Profile]: ...

    def __getitem__(self, index: int | slice) -> Profile | Sequence[Profile]:
        if isinstance(index, slice):
            positions = range(*index.indices(len(self)))
            if positions.step == 1:
                return self._run(positions.start, max(positions.start, positions.stop))
            return tuple(self._at(i) for i in positions)
        if not -len(self) <= index < len(self):
            raise IndexError(f"the pool has {len(self)} profiles, asked for {index}")
        return self._at(index % len(self))

    def __iter__(self) -> Iterator[Profile]:
        return (self._at(i) for i in range(len(self)))


@dataclass(frozen=True, slots=True)
class Chained(_Pool):
    """Pools one after the other."""

    parts: tuple[Sequence[Profile], ...]

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)

    def _at(self, position: int) -> Profile:
        for part in self.parts:
            if position < len(part):
                return part[position]
            position -= len(part)
        raise IndexError(position)  # pragma: no cover -- checked before

    def _run(self, start: int, stop: int) -> Sequence[Profile]:
        firsts = itertools.accumulate(map(len, self.parts), initial=0)
        parts = [
            part[max(0, start - first) : max(0, stop - first)]
            for first, part in zip(firsts, self.parts, strict=False)
        ]
        found = tuple(part for part in parts if part)
        return found[0] if len(found) == 1 else Chained(found)


@dataclass(frozen=True, slots=True, eq=False)
class StoredProfiles(_Pool):
    """Profiles as lines of JSON, each read when it is asked for.

    Parameters
    ----------
    lines : uint8 array of shape (n_bytes,)
    ends : int64 array of shape (n_profiles + 1,)
        Line i lies from ``ends[i]`` to ``ends[i + 1]``.
    """

    lines: NDArray[np.uint8]
    ends: Offsets

    def __len__(self) -> int:
        return int(self.ends.size - 1)

    def _run(self, start: int, stop: int) -> "StoredProfiles":
        return StoredProfiles(self.lines, self.ends[start : stop + 1])

    def _at(self, position: int) -> Profile:
        line = self.lines[self.ends[position] : self.ends[position + 1]].tobytes()
        name, texts, themes, attributes, language, omitted, claimed, asks = json.loads(line)
        values = {attribute: frozenset(of) for attribute, of in attributes.items()}
        return Profile(
            name,
            tuple(texts),
            frozenset(themes),
            values,
            language,
            tuple((at, start, stop) for at, start, stop in omitted),
            frozenset(claimed),
            frozenset(asks),
        )


def written(profiles: Iterable[Profile], file: BinaryIO) -> Offsets:
    """Write profiles as lines; return where each of them ends, from 0 on."""
    ends = [0]
    for p in profiles:
        attributes = {name: sorted(values) for name, values in sorted(p.attributes.items())}
        told = [p.id, p.texts, sorted(p.themes), attributes, p.language]
        line = json.dumps([*told, p.omitted, sorted(p.claimed), sorted(p.asks)])
        ends.append(ends[-1] + file.write(line.encode("ascii") + b"\n"))
    return np.array(ends, dtype=np.int64)
