"""The rule for conflicts of interest: what stands between a reviewer and a team.

* One organisation: the reviewer holds a role in the organisation of the team.
* One government: the same country and the same level; below the central one also the same
  subdivision, where both are known. Whoever works for a ministry judges no other ministry of
  their government, and may judge a town of their country. `other` says nothing of the level,
  so it counts as every level of its country. Country alone would bar whole regions from one
  another; the automatic assignment keeps countries apart by itself, as a wish of the
  programme and not as a conflict.
* A tie: the reviewer, or the staff, have named the organisation.
* A collaboration: the reviewer works on a submission of that organisation, or has done so.
* An earlier match: an organisation of the reviewer was brought together with that one before.

All of it is possible only, until somebody looks: staff confirm, dismiss or waive it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.reviews.lifecycle import BARRING, ConflictKind, ConflictState

CENTRAL: Final = "central"
ANY_LEVEL: Final = "other"


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation, as the rule sees it.

    Attributes
    ----------
    id : UUID
    country : str
        ISO 3166-1.
    level : str
        `central`, `regional`, `local` or `other`.
    subdivision : str or None
        ISO 3166-2; None where it is not known.
    """

    id: UUID
    country: str
    level: str
    subdivision: str | None = None


@dataclass(frozen=True, slots=True)
class Interests:
    """What a reviewer is close to.

    Attributes
    ----------
    bodies : sequence of Body
        Those in which they hold a role.
    ties, matched, helped : collections of UUID
        Organisations that were named, that theirs were matched with, and on a submission of
        which they collaborate or have done so.
    """

    bodies: Sequence[Body] = ()
    ties: Collection[UUID] = frozenset()
    matched: Collection[UUID] = frozenset()
    helped: Collection[UUID] = frozenset()


def kinds(reviewer: Interests, team: Body) -> tuple[ConflictKind, ...]:
    """Return all that stands between a reviewer and a team, in the order of the kinds."""
    found = {
        ConflictKind.SAME_ORGANISATION: any(body.id == team.id for body in reviewer.bodies),
        ConflictKind.SAME_GOVERNMENT: any(
            _is_one_government(body, team) for body in reviewer.bodies
        ),
        ConflictKind.TIE: team.id in reviewer.ties,
        ConflictKind.COLLABORATION: team.id in reviewer.helped,
        ConflictKind.EARLIER_MATCH: team.id in reviewer.matched,
    }
    return tuple(kind for kind, stands in found.items() if stands)


def _is_one_government(one: Body, other: Body) -> bool:
    if one.country != other.country:
        return False
    levels = {one.level, other.level}
    if ANY_LEVEL in levels:
        return True
    if len(levels) > 1:
        return False
    known = {body.subdivision for body in (one, other)} - {None}
    return levels == {CENTRAL} or len(known) < 2 or one.subdivision == other.subdivision


def among(
    reviewer: Interests, teams: Iterable[Body]
) -> Iterator[tuple[UUID, tuple[ConflictKind, ...]]]:
    """Yield the teams between which and a reviewer something stands, and what."""
    named = {*reviewer.ties, *reviewer.matched, *reviewer.helped}
    near = {*named, *(body.id for body in reviewer.bodies)}
    countries = {body.country for body in reviewer.bodies}
    for team in teams:
        # Most teams are from elsewhere: the rule is asked about the others alone.
        if (team.country in countries or team.id in near) and (found := kinds(reviewer, team)):
            yield team.id, found


def bars(found: Collection[str], state: ConflictState | None, covered: Collection[str]) -> bool:
    """Tell whether a reviewer is kept from a submission.

    Parameters
    ----------
    found : collection of ConflictKind
        What stands between them now.
    state : ConflictState or None
        Where the conflict stands that is stored; None where there is none.
    covered : collection of ConflictKind
        What it was about when it was last looked at.
    """
    if state in BARRING:
        return True
    return bool({*found} - ({*covered} if state is not None else set()))


def countries(reviewers: Mapping[UUID, Interests]) -> dict[UUID, frozenset[str]]:
    """Return the countries of each reviewer."""
    return {
        key: frozenset(body.country for body in one.bodies) for key, one in reviewers.items()
    }
