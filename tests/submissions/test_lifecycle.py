"""The life of a submission: every state with every step."""

from dataclasses import replace
from itertools import product

import pytest

from app.core.base.errors import (
    CallNotOpen,
    Conflict,
    NotFound,
    TransitionNotAllowed,
    Unprocessable,
)
from app.submissions.lifecycle import BY_DECISION, BY_SCREENING, LIFE, Facts, Kind, State

ALLOWED = {
    ("draft", "submit"): "submitted",
    ("draft", "enter"): "submitted",
    ("draft", "withdraw"): "withdrawn",
    ("submitted", "reopen"): "draft",
    ("submitted", "return"): "returned",
    ("submitted", "pass"): "eligible",
    ("submitted", "withdraw"): "withdrawn",
    ("returned", "resubmit"): "submitted",
    ("returned", "return"): "returned",
    ("returned", "withdraw"): "withdrawn",
    ("ineligible", "appeal"): "submitted",
    ("ineligible", "withdraw"): "withdrawn",
    ("eligible", "withdraw"): "withdrawn",
    ("selected", "accept"): "accepted",
    ("selected", "decline"): "declined",
    ("selected", "withdraw"): "withdrawn",
    ("reserve", "withdraw"): "withdrawn",
    ("learning_track", "withdraw"): "withdrawn",
    ("not_selected", "withdraw"): "withdrawn",
    ("accepted", "withdraw"): "withdrawn",
}
DECIDED = {"selected", "reserve", "learning_track", "not_selected", "accepted", "declined"}
BY_A_DECISION = {
    (source, name): target
    for name, target in {
        "select": "selected",
        "hold-in-reserve": "reserve",
        "invite-to-learn": "learning_track",
        "set-aside": "not_selected",
    }.items()
    for source in {"eligible", *DECIDED} - {target}
}
BY_A_SECOND_PERSON = {
    ("submitted", "fail"): "ineligible",
    ("returned", "fail"): "ineligible",
}
READY = Facts(
    kind=Kind.CHALLENGE,
    content={"problem": "Floods.", "outcome": "Warnings."},
    themes=["policy-domain:ENVI", "practice:data-sharing"],
    call_closed=None,
    reason="Because.",
)
CLOSED = CallNotOpen("The call is closed.")


@pytest.mark.parametrize(("state", "name"), list(product(State, LIFE.steps)))
def test_a_step_leads_where_the_table_says_and_nowhere_else(state: State, name: str) -> None:
    step = LIFE.step(name)

    if (state, name) in ALLOWED:
        assert LIFE.advance(state, step, READY) == ALLOWED[state, name]
        assert step in LIFE.open_from(state)
    else:
        with pytest.raises(TransitionNotAllowed, match=f"cannot take the step {name}"):
            LIFE.advance(state, step, READY)
        assert step not in LIFE.open_from(state)


@pytest.mark.parametrize(("state", "name"), list(product(State, BY_DECISION.steps)))
def test_a_decision_moves_what_is_eligible_or_decided_and_nothing_else(
    state: State, name: str
) -> None:
    step = BY_DECISION.step(name)

    if (state, name) in BY_A_DECISION:
        assert BY_DECISION.advance(state, step, None) == BY_A_DECISION[state, name]
    else:
        with pytest.raises(TransitionNotAllowed):
            BY_DECISION.advance(state, step, None)


@pytest.mark.parametrize(("state", "name"), list(product(State, BY_SCREENING.steps)))
def test_what_is_screened_is_found_not_eligible_and_nothing_else(
    state: State, name: str
) -> None:
    step = BY_SCREENING.step(name)

    if (state, name) in BY_A_SECOND_PERSON:
        assert BY_SCREENING.advance(state, step, None) == BY_A_SECOND_PERSON[state, name]
    else:
        with pytest.raises(TransitionNotAllowed):
            BY_SCREENING.advance(state, step, None)


@pytest.mark.parametrize("name", sorted([*BY_DECISION.steps, *BY_SCREENING.steps]))
def test_no_person_takes_the_steps_of_two_people_alone(name: str) -> None:
    with pytest.raises(NotFound):
        LIFE.step(name)


def test_who_is_not_asked_neither_accepts_nor_declines() -> None:
    facts = replace(READY, not_asked=Conflict("The time is over."))

    for name in ("accept", "decline"):
        with pytest.raises(Conflict, match="The time is over"):
            LIFE.advance(State.SELECTED, LIFE.step(name), facts)


def test_who_is_not_asked_does_not_appeal_and_who_appeals_says_why() -> None:
    appeal = LIFE.step("appeal")
    final = replace(READY, not_asked=Conflict("This is final."))

    with pytest.raises(Conflict, match="This is final"):
        LIFE.advance(State.INELIGIBLE, appeal, final)
    with pytest.raises(Unprocessable) as refusal:
        LIFE.advance(State.INELIGIBLE, appeal, replace(READY, reason=""))

    assert [error.pointer for error in refusal.value.errors] == ["/reason"]


def test_what_is_overdue_is_not_sent_and_what_is_barred_neither_passes_nor_comes_back() -> None:
    facts = replace(READY, overdue=Conflict("Too late."), barred=Conflict("Wait."))

    with pytest.raises(Conflict, match="Too late"):
        LIFE.advance(State.RETURNED, LIFE.step("resubmit"), facts)
    for name in ("pass", "return"):
        with pytest.raises(Conflict, match="Wait"):
            LIFE.advance(State.SUBMITTED, LIFE.step(name), facts)
    assert LIFE.advance(State.SUBMITTED, LIFE.step("reopen"), facts) is State.DRAFT


def test_a_step_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(NotFound) as refusal:
        LIFE.step("approve")

    assert refusal.value.remedy == (
        "The steps are: submit, enter, reopen, return, resubmit, pass, appeal, accept, "
        "decline, withdraw."
    )


@pytest.mark.parametrize("name", ["submit", "enter", "reopen"])
def test_a_closed_call_closes_the_steps_that_need_it_open(name: str) -> None:
    step = LIFE.step(name)
    facts = Facts(Kind.CHALLENGE, READY.content, READY.themes, CLOSED)

    for state in step.sources:
        with pytest.raises(CallNotOpen):
            LIFE.advance(state, step, facts)


@pytest.mark.parametrize("name", sorted(set(LIFE.steps) - {"submit", "enter", "reopen"}))
def test_a_closed_call_does_not_stop_the_other_steps(name: str) -> None:
    step = LIFE.step(name)
    facts = Facts(Kind.CHALLENGE, READY.content, READY.themes, CLOSED, "Because.")

    for state in step.sources:
        assert LIFE.advance(state, step, facts) is step.target


@pytest.mark.parametrize("name", ["return"])
def test_a_team_is_told_why(name: str) -> None:
    step = LIFE.step(name)
    facts = Facts(Kind.CHALLENGE, READY.content, READY.themes, None)

    for state in step.sources:
        with pytest.raises(Unprocessable) as refusal:
            LIFE.advance(state, step, facts)
        assert [error.pointer for error in refusal.value.errors] == ["/reason"]


@pytest.mark.parametrize(
    ("domains", "practices", "goals", "mistakes"),
    [(1, 1, 0, 0), (3, 4, 3, 0), (4, 4, 3, 1), (3, 5, 3, 1), (3, 4, 4, 1), (0, 0, 4, 3)],
)
def test_a_submission_names_neither_too_few_nor_too_many_themes(
    domains: int, practices: int, goals: int, mistakes: int
) -> None:
    counts = {"policy-domain": domains, "practice": practices, "sdg": goals}
    themes = [f"{facet}:{number}" for facet, count in counts.items() for number in range(count)]
    facts = Facts(Kind.CHALLENGE, READY.content, themes, None)

    missing = LIFE.step("submit").missing(facts)

    assert [error.pointer for error in missing] == ["/themes"] * mistakes


def test_a_solution_needs_its_experience_and_no_problem() -> None:
    step = LIFE.step("submit")
    told = Facts(Kind.SOLUTION, {"experience": "Sensors."}, READY.themes, None)
    untold = Facts(Kind.SOLUTION, {"problem": "Floods."}, READY.themes, None)

    assert LIFE.advance(State.DRAFT, step, told) is State.SUBMITTED
    with pytest.raises(Unprocessable) as refusal:
        LIFE.advance(State.DRAFT, step, untold)
    assert [error.pointer for error in refusal.value.errors] == ["/content/experience"]
