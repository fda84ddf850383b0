"""Which figures may be told, so that nobody can compute those that may not.

The one rule for statistics that leave the staff. A *small* figure, from 1 to one below the
limit, tells of single teams, and so does a small difference of two figures of one group: of
six that were submitted and five that were eligible, one was not. Neither is told (primary
suppression), nor what it could be computed from (complementary suppression: Cox 1980;
Willenborg and de Waal 2001). Zero is told.

Each group is counted at stages that lie within each other: whoever is selected was eligible.
A group is told up to a stage and withheld from there on, and what is withheld of a table
stands as one figure, the rest. Then what is withheld of one group can be as much as it and
the others of the rest allow, and it suffices to hold three things at each stage, for the rest
as for each group: what came this far, what did not, and what the others of the rest could
make up for, are none or at least the limit. Every small figure that is withheld can then have
more values than the limit (`tests/statistics/test_disclosure.py` solves for them by linear
programming).

What is decided at a stage depends on this stage and those before it alone. So the tables of two
chains that begin alike tell the same where they do. The same figures are always withheld in the
same way: asking again tells nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Counts = tuple[int, ...]
"""How many there are at each stage; never more than at the one before."""
Told = tuple[int | None, ...]
"""The same, as far as it is told; None is withheld."""


@dataclass(frozen=True, slots=True)
class Group:
    """Some of what is counted.

    Attributes
    ----------
    key : str
    counts : tuple of int
        By stage.
    known : tuple of int
        How many of these everybody knows of anyway, by stage; empty for none. They are not
        protected, and nobody is protected by them.
    parts : sequence of Group
        Groups that it consists of: each counted once, and none left out.
    """

    key: str
    counts: Counts
    known: Counts = ()
    parts: Sequence["Group"] = ()

    def hidden(self, stage: int) -> int:
        """Return how many there are of whom not everybody knows."""
        return self.counts[stage] - (self.known[stage] if self.known else 0)


@dataclass(frozen=True, slots=True)
class Shown:
    """A group as it may be told.

    Attributes
    ----------
    key : str
    counts : tuple of int or None
        By stage; None where it is withheld.
    parts : sequence of Shown
        Those of its parts of which something is told.
    rest : tuple of int or None
        By stage, how many there are in all parts that are withheld there.
    """

    key: str
    counts: Told
    parts: Sequence["Shown"] = ()
    rest: Told = ()


@dataclass(slots=True)
class _Row:
    """A part of a table while it is decided how far it is told.

    Attributes
    ----------
    group : Group
    hidden : tuple of int
        How many came to each stage of whom not everybody knows that.
    told : int
        At how many of these stages it is told, from the first on.
    """

    group: Group
    hidden: Counts
    told: int = field(default=0)


def protect(wholes: Sequence[Group], limit: int) -> list[Shown]:
    """Return what may be told of several tables of the same things, in the same order.

    Parameters
    ----------
    wholes : sequence of Group
        Each divides the same things in another way, so all have the same counts.
    limit : int
        The least figure that may be told, but for zero.
    """
    stages = _stages(wholes, limit)
    return [_shown(whole, stages, limit) for whole in wholes]


def may_be_told(count: int, limit: int) -> bool:
    """Tell whether a figure is none, or large enough."""
    return not 0 < count < limit


def _stages(wholes: Sequence[Group], limit: int) -> list[int]:
    """Return the stages at which the whole may be told, in every one of the tables."""
    kept: list[int] = []
    for stage in range(len(wholes[0].counts) if wholes else 0):
        rows = [_row(whole, [*kept[-1:], stage]) for whole in wholes]
        if all(_fits(row.hidden, len(row.hidden) - 1, limit) for row in rows):
            kept.append(stage)
        elif not kept:
            break  # what is less than too little
    return kept


def _row(group: Group, stages: Sequence[int]) -> _Row:
    return _Row(group, tuple(map(group.hidden, stages)))


def _shown(group: Group, stages: Sequence[int], limit: int) -> Shown:
    """Return a group that is told at these stages, and what may be told of its parts."""
    rows = [_row(part, stages) for part in group.parts]
    for row in rows:
        row.told = _reach(row.hidden, limit)
    for at in range(len(stages)):
        _withhold(rows, at, limit)
    told = {
        row.group.key: _shown(row.group, stages[: row.told], limit) for row in rows if row.told
    }
    parts = [part for part in told.values() if part.counts[0] is not None]
    return Shown(
        group.key,
        _told(group.counts, stages, limit),
        parts,
        _rest(group, {part.key: part for part in parts}, stages, limit),
    )


def _told(counts: Counts, stages: Sequence[int], limit: int) -> Told:
    # With what is known anyway a figure may be small although nothing hidden is.
    return tuple(
        count if stage in stages and may_be_told(count, limit) else None
        for stage, count in enumerate(counts)
    )


def _reach(hidden: Counts, limit: int) -> int:
    """Return at how many stages, from the first on, a group may be told by itself."""
    unfit = (at for at in range(len(hidden)) if not _fits(hidden, at, limit))
    return next(unfit, len(hidden))


def _fits(hidden: Counts, at: int, limit: int) -> bool:
    """Tell whether neither those who came to a stage are few, nor those who came no further."""
    return may_be_told(hidden[at], limit) and (
        at == 0 or may_be_told(hidden[at - 1] - hidden[at], limit)
    )


def _withhold(rows: Sequence[_Row], at: int, limit: int) -> None:
    """Withhold as many more rows at a stage as it needs."""
    while not _is_safe(rest := [row for row in rows if row.told <= at], at, limit):
        told = [row for row in rows if row.told > at and row.hidden[max(at - 1, 0)]]
        if not told:
            return  # all that is left is what the whole tells
        lacks_those_here = at == 0 or sum(row.hidden[at] for row in rest) < limit

        def cost(row: _Row, of_those_here: bool = lacks_those_here) -> tuple[bool, int, str]:
            """Order by what a row adds of what is lacking: as little as does, not none."""
            adds = row.hidden[at] if of_those_here else row.hidden[at - 1] - row.hidden[at]
            return adds == 0, adds, row.group.key

        min(told, key=cost).told = at


def _is_safe(rest: Sequence[_Row], at: int, limit: int) -> bool:
    """Tell whether nothing small can be computed of what is withheld at a stage."""
    if not rest:
        return True
    here = sum(row.hidden[at] for row in rest)
    if at == 0:
        return here >= limit and len(rest) > 1
    before = sum(row.hidden[at - 1] for row in rest)
    if here in {0, before}:  # all of them have come this far, or none
        return True
    newly = [row.hidden[at - 1] for row in rest if row.told == at]
    others = before - max(newly, default=0)
    return min(here, before - here, others) >= limit


def _rest(group: Group, shown: Mapping[str, Shown], stages: Sequence[int], limit: int) -> Told:
    """Return how many there are at each stage in the parts that are withheld there."""
    counts: list[int | None] = [None] * len(group.counts)
    for stage in stages:
        withheld = [
            part.counts[stage]
            for part in group.parts
            if part.key not in shown or shown[part.key].counts[stage] is None
        ]
        if withheld and may_be_told(sum(withheld), limit):
            counts[stage] = sum(withheld)
    return tuple(counts)
