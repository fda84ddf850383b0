"""What people should look at in the submissions of a call: copies, lists of words, bare claims.

What was found in a call is kept in memory under the versions of all that was read, so that a
page that is read again reads nothing.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Final
from uuid import UUID

from app.matchmaking.engine.keeping import Kept
from app.matchmaking.findings import LookedThrough, Screened, Spotted
from matching import UNKNOWN, Profile, Reader, Spot, plain_tag, recognise, screened
from matching.text.languages import STEMMED

MOST_KEPT: Final = 16
"""Calls of which it is kept what was found in them."""

Found = Mapping[UUID, LookedThrough]


class Memory:
    """What was found, by what was read; what was asked for longest ago is forgotten first."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._kept = Kept[Found](most)

    def of(
        self,
        versions: Hashable,
        pool: Callable[[], Sequence[Screened]],
        others: Callable[[], Sequence[Screened]],
    ) -> Found:
        """Return what is found in a pool.

        Parameters
        ----------
        versions : hashable
            What changes when any of the texts does.
        pool, others : callable
            Read what is looked through, the first to arrive first, and from what it may be
            copied beside itself. They are called where it is not known.
        """
        return self._kept.of(versions, lambda: looked_through(pool(), others()))


MEMORY: Final = Memory()
"""One for the process."""


def looked_through(pool: Sequence[Screened], others: Sequence[Screened]) -> Found:
    """Look through a pool.

    Parameters
    ----------
    pool : sequence of Screened
        The first to arrive first: of two that tell the same, the later one is the copy.
    others : sequence of Screened
        From what it may be copied beside the pool itself.
    """
    screening = screened(
        [_profile(one) for one in others], [_profile(one) for one in pool], Reader()
    )
    spots: dict[UUID, list[Spotted]] = {}

    def where(spot: Spot) -> tuple[UUID, str]:
        one = (others if spot.side == "query" else pool)[spot.profile]
        return one.key, list(one.texts)[spot.passage]

    for copy in screening.copies:
        key, field = where(copy.place)
        source, _ = where(copy.source)
        found = Spotted(field, copy.place.start, copy.place.stop, source)
        spots.setdefault(key, []).append(found)
    for spot in screening.lists:
        key, field = where(spot)
        spots.setdefault(key, []).append(Spotted(field, spot.start, spot.stop))
    return {
        one.key: LookedThrough(
            None if (language := profile.language or UNKNOWN) == UNKNOWN else language,
            language in STEMMED,
            tuple(spots.get(one.key, ())),
            tuple(sorted(profile.claimed)),
        )
        for one, profile in zip(pool, screening.pool, strict=True)
    }


def language_of(one: Screened) -> str:
    """Return the language of a submission: as it is stated, or else recognised."""
    return plain_tag(one.language or recognise("\n".join((one.title, *one.texts.values()))))


def _profile(one: Screened) -> Profile:
    return Profile(
        str(one.key),
        tuple(one.texts.values()),
        frozenset(one.themes),
        language=language_of(one),
    )
