"""Submissions that tell nearly the same: the bridge to the library, and what it remembers.

What is compared of a submission is made once and kept in memory under the version of its row,
so a question reads the texts alone that are new or were changed since the last one.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from app.matchmaking.likenesses import Alike, SideBySide, SubmittedTexts
from matching import Profile, Reader, compared
from matching.text.near_duplicates import LEAST, Fingerprint, alike, fingerprints

__all__ = ["LEAST", "MEMORY", "MOST_KEPT", "Memory", "near_duplicates", "side_by_side"]

MOST_KEPT: Final = 1 << 23
"""Runs of words that are kept, 12 bytes each; beyond them the memory starts anew."""

# Of its own, and without a memory of texts: what was read is kept as fingerprints.
_READER: Final = Reader(remembered=0)

_LOCK: Final = threading.Lock()


class Memory:
    """Fingerprints of submissions by key, each of one version of its row.

    Parameters
    ----------
    most : int, default=2**23
        Runs of words that are kept.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most = most
        self._kept: dict[UUID, tuple[int, Fingerprint]] = {}
        self._n_runs = 0

    def known(self, versions: Mapping[UUID, int]) -> dict[UUID, Fingerprint]:
        """Return what is kept of these submissions in just these versions."""
        with _LOCK:
            found = {key: self._kept.get(key) for key in versions}
        return {
            key: kept[1]
            for key, kept in found.items()
            if kept is not None and kept[0] == versions[key]
        }

    def read(self, submitted: Sequence[SubmittedTexts]) -> dict[UUID, Fingerprint]:
        """Read submissions, and keep what is compared of them."""
        profiles = [_profile(one) for one in submitted]
        found = fingerprints(profiles, _READER)
        with _LOCK:
            for one, fingerprint in zip(submitted, found, strict=True):
                before = self._kept.pop(one.key, None)
                self._n_runs -= before[1].hashes.size if before else 0
                if self._n_runs + fingerprint.hashes.size > self.most:
                    self._kept.clear()
                    self._n_runs = 0
                self._kept[one.key] = (one.version, fingerprint)
                self._n_runs += fingerprint.hashes.size
        return {one.key: each for one, each in zip(submitted, found, strict=True)}


MEMORY: Final = Memory()
"""One for the process."""


def near_duplicates(told: Mapping[UUID, Fingerprint], of: UUID | None = None) -> list[Alike]:
    """Find which tell nearly the same, the greatest share first.

    Parameters
    ----------
    told : mapping of UUID to Fingerprint
        From `MEMORY`.
    of : UUID, default=None
        The one that is compared with all others; None: all pairs.
    """
    keys = list(told)
    found = alike(list(told.values()), of=None if of is None else keys.index(of))
    return [Alike(keys[one.first], keys[one.second], *one[2:]) for one in found]


def side_by_side(
    one: SubmittedTexts, others: Iterable[SubmittedTexts], most: int
) -> list[SideBySide]:
    """Compare one submission with each of some others.

    Parameters
    ----------
    most : int
        Pairs of passages that are told of each, those with most words in common first.
    """
    reader = Reader()
    first, names = _profile(one), list(one.texts)
    answers = list[SideBySide]()
    for other in others:
        theirs = list(other.texts)
        found = compared(first, _profile(other), reader, most=most)
        passages = [
            (
                names[facing.first.passage],
                facing.first.marks,
                theirs[facing.second.passage],
                facing.second.marks,
            )
            for facing in found.passages
        ]
        answers.append(SideBySide(found.of_first, found.of_second, passages))
    return answers


def _profile(submitted: SubmittedTexts) -> Profile:
    return Profile(str(submitted.key), tuple(submitted.texts.values()))
