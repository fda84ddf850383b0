"""The board of a run: for each challenge the best whole assignment beside what people chose."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.matchmaking.lifecycle import Outcome
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.schemas.verdicts import VerdictRead
from app.matchmaking.service.bench import Bench, Place, Row, chosen_today


class Agreement(StrEnum):
    """How what people chose for a challenge compares with the assignment."""

    DIFFERS = "differs"
    OPEN = "open"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Seat:
    """A provider on a side of a challenge.

    Attributes
    ----------
    provider : PartyRead
    place : Place or None
        Where the run lists the pair; None where it does not.
    verdict : VerdictRead or None
        The one that counts.
    given_to, chosen_for : sequence of PartyRead
        Other challenges to which the assignment, or people, give the provider.
    """

    provider: PartyRead
    place: Place | None
    verdict: VerdictRead | None
    given_to: Sequence[PartyRead]
    chosen_for: Sequence[PartyRead]

    @property
    def outcome(self) -> Outcome:
        """What people have decided about the pair."""
        return self.verdict.outcome if self.verdict is not None else Outcome.UNDECIDED

    @property
    def assigned(self) -> bool:
        """Tell whether the assignment gives the provider to this challenge."""
        return self.place is not None and self.place.assigned

    @property
    def chosen(self) -> bool:
        """Tell whether people have chosen the provider for this challenge."""
        return self.outcome is Outcome.CHOSEN


@dataclass(frozen=True, slots=True)
class Lane:
    """A challenge with those who stand on a side of it, the best place first.

    Attributes
    ----------
    row : Row
    seats : sequence of Seat
        All that the assignment holds or people have decided about.
    """

    row: Row
    seats: Sequence[Seat]

    @property
    def assigned(self) -> list[Seat]:
        """Whom the assignment gives the challenge."""
        return [seat for seat in self.seats if seat.assigned]

    @property
    def chosen(self) -> list[Seat]:
        """Whom people have chosen."""
        return [seat for seat in self.seats if seat.chosen]

    @property
    def reserve(self) -> list[Seat]:
        """Who is in reserve."""
        return [seat for seat in self.seats if seat.outcome is Outcome.RESERVE]

    @property
    def rejected(self) -> list[Seat]:
        """Who is rejected."""
        return [seat for seat in self.seats if seat.outcome is Outcome.REJECTED]

    @property
    def gained(self) -> list[Seat]:
        """Whom people have chosen and the assignment has not."""
        return [seat for seat in self.chosen if not seat.assigned]

    @property
    def lost(self) -> list[Seat]:
        """Whom the assignment has and people have not chosen, where that is decided."""
        return [
            seat
            for seat in self.assigned
            if not seat.chosen
            and (self.row.is_complete or seat.outcome is not Outcome.UNDECIDED)
        ]

    @property
    def agreement(self) -> Agreement:
        """How the two sides compare."""
        if self.gained or self.lost:
            return Agreement.DIFFERS
        return Agreement.SAME if self.row.is_complete else Agreement.OPEN


def lanes(whole: Bench) -> list[Lane]:
    """Return the challenges of a run; those that differ first, then those that are open."""
    assigned = [pair for pair, place in whole.places.items() if place.assigned]
    given, chosen = _of_providers(whole, assigned), _of_providers(whole, _chosen(whole))
    held = {*assigned, *whole.verdicts}
    of_challenge = defaultdict[UUID, list[UUID]](list)
    for challenge, solution in held:
        of_challenge[challenge].append(solution)
    return sorted(
        (
            Lane(
                row,
                sorted(
                    (
                        _seat(whole, row, key, given, chosen)
                        for key in of_challenge[row.challenge.id]
                    ),
                    key=lambda seat: (
                        seat.place.rank if seat.place else whole.run.n_solutions + 1,
                        seat.provider.code,
                    ),
                ),
            )
            for row in _rows(whole)
        ),
        key=lambda lane: (list(Agreement).index(lane.agreement), lane.row.challenge.code),
    )


def _chosen(whole: Bench) -> list[tuple[UUID, UUID]]:
    """Return the pairs that people have chosen."""
    return [
        pair for pair, verdict in whole.verdicts.items() if verdict.outcome is Outcome.CHOSEN
    ]


def _rows(whole: Bench) -> list[Row]:
    """Return all challenges, those included of which people alone have decided something."""
    listed = {row.challenge.id for row in whole.rows}
    wanted = int(whole.run.settings["providers_max"])
    chosen = chosen_today(whole.verdicts, whole.gone)
    more = {challenge for challenge, _ in whole.verdicts} - listed
    return [
        *whole.rows,
        *(Row(whole.parties[key], chosen[key], wanted) for key in more),
    ]


def _seat(
    whole: Bench,
    row: Row,
    key: UUID,
    given: Mapping[UUID, Sequence[PartyRead]],
    chosen: Mapping[UUID, Sequence[PartyRead]],
) -> Seat:
    pair = (row.challenge.id, key)
    return Seat(
        whole.parties[key],
        whole.places.get(pair),
        whole.verdicts.get(pair),
        *(
            [other for other in found.get(key, ()) if other.id != row.challenge.id]
            for found in (given, chosen)
        ),
    )


def _of_providers(
    whole: Bench, pairs: Iterable[tuple[UUID, UUID]]
) -> Mapping[UUID, Sequence[PartyRead]]:
    """Return the challenges of each provider, of pairs of a challenge and a solution."""
    found = defaultdict[UUID, list[PartyRead]](list)
    for challenge, solution in pairs:
        found[solution].append(whole.parties[challenge])
    return found
