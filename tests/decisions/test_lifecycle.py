"""The life of a decision: every state with every step."""

from dataclasses import replace
from itertools import product

import pytest

from app.core.base.errors import Conflict, TransitionNotAllowed, Unprocessable
from app.decisions.lifecycle import BY_OUTCOME, BY_RELEASE, LIFE, DecisionState, Facts
from app.submissions.lifecycle import BY_DECISION, DECIDED, State

ALLOWED = {
    ("draft", "hand-over"): "ready",
    ("draft", "discard"): "discarded",
    ("ready", "approve"): "approved",
    ("ready", "send-back"): "draft",
    ("ready", "revise"): "draft",
    ("approved", "send-back"): "draft",
    ("approved", "revise"): "draft",
    ("approved", "correct"): "released",
}
BY_THE_CALL = {("approved", "release"): "released", ("released", "give-way"): "corrected"}
FIRST = Facts(
    reasons="All reviewers agreed.",
    feedback="You know your problem in figures.",
    place=State.ELIGIBLE,
    corrects=False,
    has_written=False,
    reason="Because.",
)
CORRECTION = replace(FIRST, place=State.NOT_SELECTED, corrects=True)


def facts_of(name: str) -> Facts:
    return CORRECTION if name == "correct" else FIRST


@pytest.mark.parametrize(("state", "name"), list(product(DecisionState, LIFE.steps)))
def test_a_step_leads_where_the_table_says_and_nowhere_else(
    state: DecisionState, name: str
) -> None:
    step = LIFE.step(name)

    if (state, name) in ALLOWED:
        assert LIFE.advance(state, step, facts_of(name)) == ALLOWED[state, name]
    else:
        with pytest.raises(TransitionNotAllowed, match=f"cannot take the step {name}"):
            LIFE.advance(state, step, facts_of(name))


@pytest.mark.parametrize(("state", "name"), list(product(DecisionState, BY_RELEASE.steps)))
def test_a_release_takes_what_is_approved_and_a_correction_what_is_released(
    state: DecisionState, name: str
) -> None:
    step = BY_RELEASE.step(name)

    if (state, name) in BY_THE_CALL:
        assert BY_RELEASE.advance(state, step, None) == BY_THE_CALL[state, name]
    else:
        with pytest.raises(TransitionNotAllowed):
            BY_RELEASE.advance(state, step, None)


def test_each_outcome_has_a_step_of_its_submission_that_leads_to_the_same_word() -> None:
    assert {
        outcome: BY_DECISION.step(name).target.value for outcome, name in BY_OUTCOME.items()
    } == {outcome: outcome.value for outcome in BY_OUTCOME}
    assert {*BY_OUTCOME.values()} == {*BY_DECISION.steps}


def test_who_wrote_a_decision_does_not_approve_it() -> None:
    with pytest.raises(Conflict, match="You wrote this decision"):
        LIFE.advance(
            DecisionState.READY, LIFE.step("approve"), replace(FIRST, has_written=True)
        )


@pytest.mark.parametrize("name", ["hand-over", "approve"])
@pytest.mark.parametrize("place", [s for s in State if s is not State.ELIGIBLE])
def test_only_what_is_eligible_is_decided_about(name: str, place: State) -> None:
    step = LIFE.step(name)

    for state in step.sources:
        with pytest.raises(Conflict, match="The submission is"):
            LIFE.advance(state, step, replace(FIRST, place=place))


@pytest.mark.parametrize("name", ["hand-over", "approve", "correct"])
@pytest.mark.parametrize("place", State)
def test_only_what_was_decided_is_corrected(name: str, place: State) -> None:
    step = LIFE.step(name)
    facts = replace(CORRECTION, place=place)

    for state in step.sources:
        if place in DECIDED:
            assert LIFE.advance(state, step, facts) is step.target
        else:
            with pytest.raises(Conflict, match="The submission is"):
                LIFE.advance(state, step, facts)


def test_a_first_decision_is_not_released_alone() -> None:
    with pytest.raises(Conflict, match="with all others of its call"):
        LIFE.advance(DecisionState.APPROVED, LIFE.step("correct"), FIRST)


def test_a_correction_does_not_ask_for_an_answer_by_a_date_that_is_over() -> None:
    with pytest.raises(Unprocessable) as refusal:
        LIFE.advance(
            DecisionState.APPROVED, LIFE.step("correct"), replace(CORRECTION, is_late=True)
        )

    assert [error.pointer for error in refusal.value.errors] == ["/answer_by"]


@pytest.mark.parametrize(
    ("reasons", "feedback", "pointers"),
    [
        ("Because.", "You know your problem in figures.", []),
        ("", "You know your problem in figures.", ["/reasons"]),
        ("Because.", "", ["/feedback"]),
        ("Because.", "Not this time, dear.", []),
        ("Because.", "Not this time, dea.", ["/feedback"]),
        ("", "", ["/reasons", "/feedback"]),
    ],
)
def test_a_second_person_reads_what_is_whole(
    reasons: str, feedback: str, pointers: list[str]
) -> None:
    facts = replace(FIRST, reasons=reasons, feedback=feedback)

    missing = LIFE.step("hand-over").missing(facts)

    assert [error.pointer for error in missing] == pointers


@pytest.mark.parametrize("name", ["hand-over", "approve", "correct"])
def test_a_place_that_is_not_free_is_given_by_no_step(name: str) -> None:
    step = LIFE.step(name)
    facts = replace(CORRECTION, no_place="CH-1 has given no place of this call back.")

    for state in step.sources:
        with pytest.raises(Conflict, match="has given no place"):
            LIFE.advance(state, step, facts)


@pytest.mark.parametrize("name", ["hand-over", "approve", "correct"])
@pytest.mark.parametrize("place", sorted(DECIDED))
def test_who_has_accepted_is_not_asked_again(name: str, place: State) -> None:
    facts = replace(CORRECTION, place=place, asks=True)

    pointers = [error.pointer for error in LIFE.step(name).missing(facts)]

    assert pointers == (["/answer_by"] if place is State.ACCEPTED else [])


def test_what_is_sent_back_comes_with_a_reason() -> None:
    for state in LIFE.step("send-back").sources:
        with pytest.raises(Unprocessable) as refusal:
            LIFE.advance(state, LIFE.step("send-back"), replace(FIRST, reason=""))
        assert [error.pointer for error in refusal.value.errors] == ["/reason"]
