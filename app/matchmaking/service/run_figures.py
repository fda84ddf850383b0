"""A run in figures: how scores are spread, who stands high, and where both sides come from.

Each is asked for by itself, with a number of statements that does not grow with the run.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sql
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.access.policy import Actor
from app.matchmaking.models import Suggestion
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.schemas.suggestions import HubRead
from app.matchmaking.service import queries
from app.organisations.models import Organisation
from app.submissions.models import Submission

FIRST: Final = 3
"""Up to which place a provider stands high, as where hubs are found."""
MOST_STANDINGS: Final = 20
"""How many providers are named, those that stand high most often first."""
STEPS: Final = (0.005, 0.01, 0.02, 0.05, 0.1)
"""How wide the bins of scores may be; the narrowest that needs no more than `MOST_BINS`."""
MOST_BINS: Final = 20

Bin = tuple[float, float, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """A provider that stands high.

    Attributes
    ----------
    provider : PartyRead
    places : int
        For how many challenges it is among the first three.
    hub : HubRead or None
        Given where that is more often than chance explains.
    """

    provider: PartyRead
    places: int
    hub: HubRead | None


@dataclass(frozen=True, slots=True)
class Countries:
    """Where the two sides of a run come from.

    Attributes
    ----------
    challenges, providers : mappings of str to int
        How many with a suggestion come from each country, by its code, the most first.
    links : mapping of (str, str) to int
        For how many pairs a provider from the second country is among the first three of a
        challenge from the first, the most first.
    """

    challenges: Mapping[str, int]
    providers: Mapping[str, int]
    links: Mapping[tuple[str, str], int]


def scores(session: Session, actor: Actor, key: UUID | str) -> list[Bin]:
    """Return how many listed pairs of a run have scores between bounds, from 0 up.

    Raises
    ------
    NotFound
        If the actor may not know of the run.
    Conflict
        If the run has no result yet, or never will.
    """
    run = queries.ended_run(session, actor, key)
    most: float | None = session.exec(
        select(sql.func.max(Suggestion.score)).where(Suggestion.run_id == run.id)
    ).one()
    if most is None:
        return []
    bounds = _bounds(most)
    score = col(Suggestion.score)
    counts: Sequence[int] = session.execute(
        sql.select(
            *(
                sql.func.sum(sql.case((sql.and_(score >= low, score < high), 1), else_=0))
                for low, high in bounds
            )
        ).where(col(Suggestion.run_id) == run.id)
    ).one()
    return [(low, high, n) for (low, high), n in zip(bounds, counts, strict=True)]


def _bounds(most: float) -> list[tuple[float, float]]:
    """Return the bounds of bins from 0 up; the last one holds the greatest score."""
    step = next((step for step in STEPS if most / step < MOST_BINS), STEPS[-1])
    edges = [0.0]
    while edges[-1] <= most:
        edges.append(round(len(edges) * step, 3))
    return list(pairwise(edges))


def standings(session: Session, actor: Actor, key: UUID | str) -> list[Standing]:
    """Return the providers that are among the first three most often.

    Raises
    ------
    NotFound, Conflict
        As for `scores`.
    """
    run = queries.ended_run(session, actor, key)
    high = (col(Suggestion.run_id) == run.id, col(Suggestion.rank) <= FIRST)
    n = sql.func.count()
    counted: Mapping[UUID, int] = dict(
        session.exec(
            select(Suggestion.solution_id, n)
            .join(Submission, col(Submission.id) == col(Suggestion.solution_id))
            .where(*high)
            .group_by(col(Suggestion.solution_id), col(Submission.code))
            .order_by(n.desc(), col(Submission.code))
            .limit(MOST_STANDINGS)
        ).all()
    )
    # The same of a provider in each of its lines, and often: read once for each.
    hubs = dict(
        session.exec(
            select(Suggestion.solution_id, sql.cast(Suggestion.hub, sql.Text))
            .where(
                *high,
                col(Suggestion.solution_id).in_(counted),
                col(Suggestion.hub).is_not(None),
            )
            .distinct()
        ).all()
    )
    sides = queries.parties(session, counted)
    return [
        Standing(
            sides[key],
            places,
            HubRead.model_validate(json.loads(hubs[key])) if key in hubs else None,
        )
        for key, places in counted.items()
    ]


def countries(session: Session, actor: Actor, key: UUID | str) -> Countries:
    """Return where the challenges and the providers of a run come from, and what joins them.

    Raises
    ------
    NotFound, Conflict
        As for `scores`.
    """
    run = queries.ended_run(session, actor, key)
    of_run = col(Suggestion.run_id) == run.id
    challenges, providers = (
        _most_first(
            session.exec(
                select(Organisation.country, sql.func.count(column.distinct()))
                .select_from(Suggestion)
                .join(Submission, col(Submission.id) == column)
                .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
                .where(of_run)
                .group_by(col(Organisation.country))
            )
        )
        for column in (col(Suggestion.challenge_id), col(Suggestion.solution_id))
    )
    asking, giving = aliased(Submission), aliased(Submission)
    owner, provider = aliased(Organisation), aliased(Organisation)
    joined = session.exec(
        select(owner.country, provider.country, sql.func.count())
        .select_from(Suggestion)
        .join(asking, col(asking.id) == col(Suggestion.challenge_id))
        .join(owner, col(owner.id) == col(asking.organisation_id))
        .join(giving, col(giving.id) == col(Suggestion.solution_id))
        .join(provider, col(provider.id) == col(giving.organisation_id))
        .where(of_run, col(Suggestion.rank) <= FIRST)
        .group_by(col(owner.country), col(provider.country))
    )
    return Countries(challenges, providers, _most_first(((a, b), n) for a, b, n in joined))


def _most_first(counted: Iterable[tuple[Any, int]]) -> dict[Any, int]:
    return dict(sorted(counted, key=lambda one: (-one[1], one[0])))
