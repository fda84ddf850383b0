"""What both sides say weighs in the assignment that heeds it, and nowhere else."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.interests.scale import VALUES, InterestWord
from app.matchmaking.engine import heeding
from app.matchmaking.engine.run import carry_out, matching_in, terms_of, whole_of
from app.matchmaking.engine.what_if import what_if
from app.matchmaking.results import RunInputs, RunResult, Said, WhatIf, Whole
from app.matchmaking.schemas.settings import Objective, RunSettings
from app.settings import Settings
from app.submissions.lifecycle import Kind
from app.submissions.records import ChallengeRecord, SolutionRecord
from tests.matching.strategies import promise

WORDS = "river flood sensor warning school bus tax form permit clinic nurse radio map phone"
CHALLENGES = [
    ChallengeRecord(id=f"CH-{n}", title=f"Number {n}", text=" ".join(WORDS.split()[n : n + 6]))
    for n in range(4)
]
SOLUTIONS = [
    SolutionRecord(
        id=f"SO-{n}",
        title=f"Experience {n}",
        text=" ".join(WORDS.split()[2 * n : 2 * n + 7]),
        capacity=1 + n % 2,
    )
    for n in range(5)
]
OBJECTIVES: tuple[Objective, ...] = ("leximin", "total", "maxmin")


def inputs(
    interests: Iterable[Said] = (), *, weight: float = 0, objective: Objective = "leximin"
) -> RunInputs:
    chosen = RunSettings(
        top=3,
        text_weight=0.6,
        providers_min=1,
        providers_max=2,
        working_language="en",
        objective=objective,
        require_all=False,
        interest_weight=weight,
    )
    return RunInputs(chosen, CHALLENGES, SOLUTIONS, interests=tuple(interests))


ENGINE = matching_in(inputs()).engine
"""One for all: no score depends on what anybody says."""

PAIRS = [(c.id, s.id) for c in CHALLENGES for s in SOLUTIONS]
SAID = st.dictionaries(
    st.tuples(st.sampled_from(PAIRS), st.sampled_from(list(Kind))),
    st.sampled_from(list(InterestWord)),
    max_size=12,
).map(lambda found: [(*pair, side, word) for (pair, side), word in found.items()])
WEIGHTS = st.sampled_from([0.0, 0.1, 0.5, 1.0])
LOUDER = dict(zip(list(InterestWord)[:-1], list(InterestWord)[1:], strict=True))


def whole(of: RunInputs) -> Whole:
    return whole_of(ENGINE, terms_of(of, ENGINE))


def ran(of: RunInputs) -> RunResult:
    return carry_out(of, lambda _done, _total: None, Settings())


@settings(promise, max_examples=100)
@given(interests=SAID, objective=st.sampled_from(OBJECTIVES))
def test_without_a_weight_and_without_a_no_the_assignment_is_the_same(
    interests: list[Said], objective: Objective
) -> None:
    said = [one for one in interests if one[3] is not InterestWord.CANNOT]

    assert whole(inputs(said, objective=objective)) == whole(inputs(objective=objective))
    assert not heeding.shapes(inputs(said, objective=objective))


@settings(promise, max_examples=8)
@given(interests=SAID, weight=WEIGHTS)
def test_ranks_scores_reasons_and_the_plain_assignment_are_the_same_bytes_whatever_is_said(
    interests: list[Said], weight: float
) -> None:
    silent, loud = ran(inputs(weight=weight)), ran(inputs(interests, weight=weight))

    def told(found: RunResult) -> list[tuple[str, str, dict[str, object]]]:
        columns = [(one.challenge, one.solution, dict(one.columns)) for one in found.lines]
        return [
            (c, s, {k: v for k, v in row.items() if k != "heeded"}) for c, s, row in columns
        ]

    assert told(loud) == told(silent)
    assert replace(loud, lines=(), heeding=None) == replace(silent, lines=(), heeding=None)
    assert silent.heeding is None


@settings(promise, max_examples=150)
@given(interests=SAID, weight=WEIGHTS, objective=st.sampled_from(OBJECTIVES), data=st.data())
def test_a_side_that_says_more_never_loses_a_pair_that_it_had(
    interests: list[Said], weight: float, objective: Objective, data: st.DataObject
) -> None:
    before = whole(inputs(interests, weight=weight, objective=objective))
    if not before.pairs:
        return
    pair = data.draw(st.sampled_from(list(before.pairs)))
    side = data.draw(st.sampled_from(list(Kind)))
    known = {(c, s, of): word for c, s, of, word in interests}
    word = known.get((*pair, side), InterestWord.OPEN)
    louder = known | {(*pair, side): LOUDER.get(word, word)}

    after = whole(
        inputs(
            [(*key, said) for key, said in louder.items()], weight=weight, objective=objective
        )
    )

    assert pair in after.pairs


@settings(promise, max_examples=100)
@given(interests=SAID, weight=WEIGHTS, objective=st.sampled_from(OBJECTIVES))
def test_no_pair_is_assigned_of_which_a_side_cannot(
    interests: list[Said], weight: float, objective: Objective
) -> None:
    found = whole(inputs(interests, weight=weight, objective=objective))

    refused = {(c, s) for c, s, _, word in interests if word is InterestWord.CANNOT}
    assert not refused & set(found.pairs)


@pytest.mark.parametrize(
    ("challenge", "solution", "expected"),
    [
        (None, "very", 1.25),
        ("very", "very", 1.5),
        ("interested", "rather_not", 1.0),
        ("rather_not", "rather_not", 0.75),
        ("open", "open", 1.0),
    ],
)
def test_a_score_counts_by_the_mean_of_what_both_say(
    challenge: str | None, solution: str, expected: float
) -> None:
    sides = ((Kind.CHALLENGE, challenge), (Kind.SOLUTION, solution))
    said = [("CH-1", "SO-2", side, InterestWord(word)) for side, word in sides if word]

    weights = heeding.weights(
        ENGINE, [*said, ("CH-0", "SO-0", Kind.SOLUTION, InterestWord.VERY)], 0.5
    )

    assert weights is not None
    assert weights[1, 2] == pytest.approx(expected)
    assert weights[0, 0] == pytest.approx(1.25)
    assert sorted({*weights.ravel().tolist()} - {expected, 1.25}) in ([1.0], [])


def test_each_word_but_the_no_has_a_value_in_their_order() -> None:
    words = [word for word in InterestWord if word is not InterestWord.CANNOT]

    assert list(VALUES) == words
    assert list(VALUES.values()) == sorted(VALUES.values())
    assert 1 + min(VALUES.values()) > 0


def test_what_is_heeded_is_told_with_ranks_and_scores_as_they_are() -> None:
    plain = ran(inputs())
    first, *_ = plain.assignment.pairs
    found = ran(inputs([(*first, Kind.SOLUTION, InterestWord.CANNOT)], weight=1))

    assert found.assignment == plain.assignment
    assert found.heeding is not None
    assert first not in found.heeding.whole.pairs
    scores = {(line.challenge, line.solution): line.columns["score"] for line in plain.lines}
    told = {one.codes: one.score for one in found.heeding.chosen}
    assert {*told} == {*found.heeding.whole.pairs}
    assert {pair: score for pair, score in told.items() if pair in scores} == {
        pair: scores[pair] for pair in told if pair in scores
    }
    heeded = {(line.challenge, line.solution): line.columns["heeded"] for line in found.lines}
    assert {pair for pair, is_so in heeded.items() if is_so} == {*told} & {*heeded}


def test_a_run_that_is_computed_again_gives_the_same() -> None:
    of = inputs([("CH-1", "SO-2", Kind.SOLUTION, InterestWord.VERY)], weight=0.7)
    once, again = ran(of), ran(of)

    assert [*once.lines] == [*again.lines]
    assert once.heeding == again.heeding is not None


def test_who_locks_a_pair_goes_over_a_no_and_over_no_other_rule() -> None:
    plain = whole(inputs())
    first, *_ = plain.pairs
    of = inputs([(*first, Kind.CHALLENGE, InterestWord.CANNOT)])

    locked, _ = what_if(of, WhatIf(of.settings, locked=[first]), None)
    rejected = of.settings.model_copy(update={"rejected": (first,)})
    barred, _ = what_if(replace(of, settings=rejected), WhatIf(rejected, locked=[first]), None)

    assert first in locked.pairs
    assert barred.reason is not None
