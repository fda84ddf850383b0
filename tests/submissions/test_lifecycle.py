"""The life of a submission: every state with every step."""

from itertools import product

import pytest

from app.core.base.errors import CallNotOpen, NotFound, TransitionNotAllowed, Unprocessable
from app.submissions.lifecycle import LIFE, Facts, Kind, State

ALLOWED = {
    ("draft", "submit"): "submitted",
    ("draft", "withdraw"): "withdrawn",
    ("submitted", "reopen"): "draft",
    ("submitted", "return"): "returned",
    ("submitted", "pass"): "eligible",
    ("submitted", "withdraw"): "withdrawn",
    ("returned", "resubmit"): "submitted",
    ("returned", "withdraw"): "withdrawn",
    ("eligible", "select"): "selected",
    ("eligible", "set-aside"): "not_selected",
    ("eligible", "withdraw"): "withdrawn",
    ("selected", "reconsider"): "eligible",
    ("selected", "withdraw"): "withdrawn",
    ("not_selected", "reconsider"): "eligible",
    ("not_selected", "withdraw"): "withdrawn",
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


def test_a_step_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(NotFound) as refusal:
        LIFE.step("approve")

    assert refusal.value.remedy == (
        "The steps are: submit, reopen, return, resubmit, pass, select, set-aside, "
        "reconsider, withdraw."
    )


@pytest.mark.parametrize("name", ["submit", "reopen"])
def test_a_closed_call_closes_the_steps_that_need_it_open(name: str) -> None:
    step = LIFE.step(name)
    facts = Facts(Kind.CHALLENGE, READY.content, READY.themes, CLOSED)

    for state in step.sources:
        with pytest.raises(CallNotOpen):
            LIFE.advance(state, step, facts)


@pytest.mark.parametrize("name", sorted(set(LIFE.steps) - {"submit", "reopen"}))
def test_a_closed_call_does_not_stop_the_other_steps(name: str) -> None:
    step = LIFE.step(name)
    facts = Facts(Kind.CHALLENGE, READY.content, READY.themes, CLOSED, "Because.")

    for state in step.sources:
        assert LIFE.advance(state, step, facts) is step.target


@pytest.mark.parametrize("name", ["return", "set-aside", "reconsider"])
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
