"""Who reviews what: each wish met as far as can be, nothing barred, and nobody overloaded."""

from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.base.errors import Stale
from app.reviews import assigning
from app.reviews.assigning import choices, plan
from app.reviews.plans import Asked, Candidate, Inputs, Obstacle, Plan

WATER, DATA = "policy-domain:ENVI", "practice:data-sharing"


def asked(name: str, **fields: object) -> Asked:
    one = Asked(name, ("Our river floods.",), frozenset({WATER}), "en", "FR", 2)
    return replace(one, **fields)  # type: ignore[arg-type]  # -- fields of a test


def candidate(name: str, **fields: object) -> Candidate:
    one = Candidate(name, "", frozenset({WATER}), frozenset(), frozenset({"BR"}), 5)
    return replace(one, **fields)  # type: ignore[arg-type]  # -- fields of a test


def pairs(found: Plan) -> set[tuple[str, str]]:
    return {(one.submission, one.reviewer) for one in found.proposals}


def test_those_who_know_the_field_are_proposed() -> None:
    inputs = Inputs(
        [asked("water", wanted=1), asked("data", themes=frozenset({DATA}), wanted=1)],
        [candidate("u"), candidate("v", themes=frozenset({DATA}))],
    )

    found = plan(inputs)

    assert pairs(found) == {("water", "u"), ("data", "v")}
    assert found.lacks == []
    assert all(one.fit > 0 and one.cost is not None and one.cost > 0 for one in found.proposals)


def test_words_tell_of_expertise_too() -> None:
    inputs = Inputs(
        [asked("floods", wanted=1, themes=frozenset())],
        [
            candidate("a", themes=frozenset(), expertise="Hiring and training of teachers"),
            candidate("b", themes=frozenset(), expertise="Warning people of floods of a river"),
        ],
    )

    assert pairs(plan(inputs)) == {("floods", "b")}


@pytest.mark.parametrize(
    ("fields", "barred", "before", "obstacle"),
    [
        ({}, {("s", "u")}, set(), Obstacle.CONFLICT),
        ({}, set(), {("s", "u")}, Obstacle.ASKED),
        ({"countries": frozenset({"FR", "BR"})}, set(), set(), Obstacle.COUNTRY),
        ({"languages": frozenset({"pt"})}, set(), set(), Obstacle.LANGUAGE),
    ],
)
def test_what_is_barred_is_never_proposed_and_the_lack_says_why(
    fields: dict[str, object],
    barred: set[tuple[str, str]],
    before: set[tuple[str, str]],
    obstacle: Obstacle,
) -> None:
    reviewers = [candidate("u", **fields), candidate("v", themes=frozenset())]
    inputs = Inputs([asked("s")], reviewers, frozenset(barred), frozenset(before))

    found = plan(inputs)

    assert pairs(found) == {("s", "v")}
    (lack,) = found.lacks
    assert (lack.submission, lack.missing, lack.obstacles) == ("s", 1, {obstacle: 1})


def test_who_is_full_is_named_as_the_one_who_would_help() -> None:
    inputs = Inputs([asked("a", wanted=1), asked("b", wanted=1)], [candidate("u", room=1)])

    found = plan(inputs)

    assert len(found.proposals) == 1
    (lack,) = found.lacks
    assert (lack.missing, lack.obstacles, lack.helpers) == (1, {Obstacle.FULL: 1}, ("u",))


def test_a_language_that_nobody_has_stated_keeps_nobody_away() -> None:
    inputs = Inputs(
        [asked("s", language=None, wanted=1)], [candidate("u", languages=frozenset({"pt"}))]
    )

    assert pairs(plan(inputs)) == {("s", "u")}


def test_without_reviewers_all_is_missing_and_without_submissions_nothing() -> None:
    assert plan(Inputs([], [candidate("u")])) == Plan((), [])
    (lack,) = plan(Inputs([asked("s")], [])).lacks
    assert (lack.submission, lack.missing) == ("s", 2)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_on_any_data_wishes_limits_and_bars_are_kept(seed: int) -> None:
    inputs = _at_random(seed, 8, 4)

    found = plan(inputs)

    load = Counter(one.reviewer for one in found.proposals)
    got = Counter(one.submission for one in found.proposals)
    missing = {one.submission: one.missing for one in found.lacks}
    assert len(pairs(found)) == len(found.proposals)
    assert not pairs(found) & (inputs.barred | inputs.asked)
    assert all(load[one.id] <= one.room for one in inputs.reviewers)
    assert all(got[s.id] + missing.get(s.id, 0) == s.wanted for s in inputs.submissions)


def _at_random(seed: int, n_submissions: int, n_reviewers: int) -> Inputs:
    random = np.random.default_rng(seed)
    themes = [f"practice:{i}" for i in range(6)]

    def some() -> frozenset[str]:
        return frozenset(random.choice(themes, 2, replace=False).tolist())

    submissions = [
        asked(f"s{i}", themes=some(), country=str(random.choice(["FR", "BR", "IT"])))
        for i in range(n_submissions)
    ]
    reviewers = [
        candidate(f"r{j}", themes=some(), room=int(random.integers(0, 6)))
        for j in range(n_reviewers)
    ]
    barred = {
        (f"s{random.integers(n_submissions)}", f"r{random.integers(n_reviewers)}")
        for _ in range(4)
    }
    return Inputs(submissions, reviewers, frozenset(barred))


def test_prices_find_what_the_exact_solver_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = _at_random(5, 60, 30)
    exact = plan(inputs)

    monkeypatch.setattr(assigning, "SMALL", 0)
    priced = plan(inputs)

    assert [one.missing for one in priced.lacks] == [one.missing for one in exact.lacks]
    assert priced.total >= 0.98 * exact.total
    assert all(one.cost is None for one in priced.proposals)


def test_by_hand_each_choice_says_its_fit_its_obstacles_and_its_cost() -> None:
    inputs = Inputs(
        [asked("s")],
        [
            candidate("best"),
            candidate("full", room=0),
            candidate("near", countries=frozenset({"FR"})),
            candidate("other", themes=frozenset({DATA})),
        ],
        barred=frozenset({("s", "other")}),
    )

    found = {one.reviewer: one for one in choices(inputs)}

    assert {name: one.obstacles for name, one in found.items()} == {
        "best": (),
        "full": (Obstacle.FULL,),
        "near": (Obstacle.COUNTRY,),
        "other": (Obstacle.CONFLICT,),
    }
    assert found["best"].cost == 0
    assert found["other"].cost == pytest.approx(found["best"].fit - found["other"].fit)
    assert found["other"].cost > 0


def test_what_was_looked_at_is_stored_and_nothing_else() -> None:
    inputs = Inputs([asked("s")], [candidate("u")])
    changes = [
        replace(inputs, barred=frozenset({("s", "u")})),
        replace(inputs, asked=frozenset({("s", "u")})),
        replace(inputs, reviewers=[candidate("u", room=4)]),
        replace(inputs, reviewers=[candidate("u", languages=frozenset({"pt"}))]),
        replace(inputs, submissions=[asked("s", wanted=1)]),
        replace(inputs, submissions=[asked("s", country="IT")]),
    ]

    inputs.require(inputs.tag)
    for other in changes:
        with pytest.raises(Stale):
            other.require(inputs.tag)
    tags = [one.tag for one in changes]
    assert all(one != other for one, other in combinations(tags, 2))
