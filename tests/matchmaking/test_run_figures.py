"""A run in figures: how scores are spread, who stands high, and where both sides come from."""

from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session

from app.access.policy import OPERATOR, Actor, Role
from app.core.base.errors import Conflict, NotFound
from app.core.storage.database import Database
from app.matchmaking.engine import ranking
from app.matchmaking.lifecycle import RunState
from app.matchmaking.models import MatchRun
from app.matchmaking.service import run_figures
from app.matchmaking.service.run_figures import Countries
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import statements_of
from tests.factories import (
    a_challenge,
    a_programme,
    a_run,
    a_solution,
    a_suggestion,
    an_organisation,
)


def from_country(
    session: Session, run: MatchRun, country: str, kind: Any, **fields: Any
) -> Any:
    """A submission of a team of this country."""
    owner = an_organisation(session, country=country)
    common = {"programme_id": run.programme_id, "state": State.SELECTED}
    return kind(session, **common, organisation_id=owner.id, **fields)


def ranked(
    session: Session,
    run: MatchRun,
    challenge: Submission,
    *solutions: Submission,
    **fields: Any,
) -> None:
    """Suggestions for a challenge, the best first."""
    for rank, solution in enumerate(solutions, 1):
        a_suggestion(
            session,
            run,
            challenge_id=challenge.id,
            solution_id=solution.id,
            rank=rank,
            **fields,
        )


def scored(session: Session, *scores: float) -> MatchRun:
    run = a_run(session)
    for score in scores:
        a_suggestion(session, run, score=score)
    session.commit()
    return run


# --- scores ---


def test_scores_are_counted_between_bounds_from_zero_to_the_greatest(session: Session) -> None:
    run = scored(session, 0.0, 0.02, 0.0999, 0.1, 0.19)

    assert run_figures.scores(session, OPERATOR, run.id) == [
        *((0.0, 0.01, 1), (0.01, 0.02, 0), (0.02, 0.03, 1), (0.03, 0.04, 0)),
        *((0.04, 0.05, 0), (0.05, 0.06, 0), (0.06, 0.07, 0), (0.07, 0.08, 0)),
        *((0.08, 0.09, 0), (0.09, 0.1, 1), (0.1, 0.11, 1), (0.11, 0.12, 0)),
        *((0.12, 0.13, 0), (0.13, 0.14, 0), (0.14, 0.15, 0), (0.15, 0.16, 0)),
        *((0.16, 0.17, 0), (0.17, 0.18, 0), (0.18, 0.19, 0), (0.19, 0.2, 1)),
    ]


@pytest.mark.parametrize("score", [0.0, 0.004, 0.1, 0.3, 0.5, 0.7, 1.0])
def test_equal_scores_stand_in_the_last_bin_together(session: Session, score: float) -> None:
    run = scored(session, score, score, score)

    *lower, (low, high, n) = run_figures.scores(session, OPERATOR, run.id)

    assert (low <= score < high, n) == (True, 3)
    assert [count for *_, count in lower] == [0] * len(lower)
    assert len(lower) <= run_figures.MOST_BINS


def test_a_run_with_nothing_in_it_has_no_figures(session: Session) -> None:
    run = scored(session)

    assert run_figures.scores(session, OPERATOR, run.id) == []
    assert run_figures.standings(session, OPERATOR, run.id) == []
    assert run_figures.countries(session, OPERATOR, run.id) == Countries({}, {}, {})


# --- who stands high ---


def test_providers_are_counted_where_they_are_among_the_first_three(session: Session) -> None:
    run = a_run(session)
    a, b, c, d = (from_country(session, run, "NO", a_solution) for _ in range(4))
    challenges = [from_country(session, run, "FR", a_challenge) for _ in range(3)]
    hub = {"places": 3, "eligible": 3, "expected": 1.2}
    for challenge, order in zip(
        challenges, ((a, b, c, d), (b, a, d, c), (d, b, c, a)), strict=True
    ):
        for rank, solution in enumerate(order, 1):
            a_suggestion(
                session,
                run,
                challenge_id=challenge.id,
                solution_id=solution.id,
                rank=rank,
                hub=hub if solution is b else None,
            )
    session.commit()

    found = run_figures.standings(session, OPERATOR, run.id)

    assert [(one.provider.code, one.places) for one in found] == [
        (b.code, 3),
        *sorted([(a.code, 2), (c.code, 2), (d.code, 2)]),
    ]
    assert [one.hub and one.hub.model_dump() for one in found] == [hub, None, None, None]


def test_one_challenge_alone_has_three_providers_with_one_place_each(session: Session) -> None:
    run = a_run(session)
    challenge = from_country(session, run, "FR", a_challenge)
    solutions = [from_country(session, run, "NO", a_solution) for _ in range(5)]
    ranked(session, run, challenge, *solutions)
    session.commit()

    found = run_figures.standings(session, OPERATOR, run.id)

    assert [(one.provider.code, one.places) for one in found] == [
        (solution.code, 1) for solution in solutions[:3]
    ]


def test_high_means_the_same_as_where_hubs_are_found() -> None:
    assert run_figures.FIRST == ranking._BEST  # the two are one rule


# --- countries ---


def test_countries_are_joined_by_the_first_three_and_counted_once_a_submission(
    session: Session,
) -> None:
    run = a_run(session)
    first, second = (from_country(session, run, "FR", a_challenge) for _ in range(2))
    malta = from_country(session, run, "MT", a_challenge)
    norway = [from_country(session, run, "NO", a_solution) for _ in range(3)]
    singapore = from_country(session, run, "SG", a_solution)
    union = from_country(session, run, "EU", a_solution)
    ranked(session, run, first, *norway, singapore)
    ranked(session, run, second, singapore, norway[0])
    ranked(session, run, malta, union)
    session.commit()

    found = run_figures.countries(session, OPERATOR, run.id)

    assert found == Countries(
        challenges={"FR": 2, "MT": 1},
        providers={"NO": 3, "EU": 1, "SG": 1},
        links={("FR", "NO"): 4, ("FR", "SG"): 1, ("MT", "EU"): 1},
    )
    assert [*found.links] == [("FR", "NO"), ("FR", "SG"), ("MT", "EU")]


# --- of which runs, and at what cost ---

FIGURES = [
    run_figures.scores,
    run_figures.standings,
    run_figures.countries,
]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_run_without_a_result_has_no_figures_yet(session: Session, figure: Any) -> None:
    run = a_run(session, state=RunState.RUNNING)
    session.commit()

    with pytest.raises(Conflict, match="so it has no result"):
        figure(session, OPERATOR, run.id)


@pytest.mark.parametrize("figure", FIGURES)
def test_whoever_may_not_know_of_a_run_gets_no_figure_of_it(
    session: Session, figure: Any
) -> None:
    run = a_run(session)
    session.commit()
    member = Actor(uuid4(), {Role.MEMBER: frozenset({uuid4()})})

    with pytest.raises(NotFound):
        figure(session, member, run.id)


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_costs_as_many_statements_of_a_large_run_as_of_a_small_one(
    session: Session, database: Database, figure: Any
) -> None:
    statements = statements_of(database)
    costs = []
    programme = a_programme(session)
    for n in (1, 12):
        run = a_run(session, programme_id=programme.id)
        for _ in range(n):
            a_suggestion(session, run)
        session.commit()
        key = run.id
        session.expire_all()
        statements.clear()
        figure(session, OPERATOR, key)
        costs.append(len(statements))

    assert costs[0] == costs[1] <= 5
