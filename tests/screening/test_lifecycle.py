"""The life of an exclusion: every state with every step, and who takes none."""

from itertools import product

import pytest

from app.core.base.errors import Conflict, TransitionNotAllowed, Unprocessable
from app.screening.lifecycle import BY_ITSELF, LIFE, ExclusionState, Facts
from app.submissions.lifecycle import State

ALLOWED = {
    ("proposed", "approve"): "approved",
    ("proposed", "refuse"): "refused",
    ("proposed", "take-back"): "taken_back",
}
ANOTHER = Facts(State.SUBMITTED, is_current=True, is_proposer=False, reason="It is signed.")
PROPOSER = Facts(State.SUBMITTED, is_current=True, is_proposer=True, reason="It is signed.")


@pytest.mark.parametrize(("state", "name"), list(product(ExclusionState, LIFE.steps)))
def test_a_step_leads_where_the_table_says_and_nowhere_else(
    state: ExclusionState, name: str
) -> None:
    step, facts = LIFE.step(name), PROPOSER if name == "take-back" else ANOTHER

    if (state, name) in ALLOWED:
        assert LIFE.advance(state, step, facts) == ALLOWED[state, name]
    else:
        with pytest.raises(TransitionNotAllowed):
            LIFE.advance(state, step, facts)


@pytest.mark.parametrize("state", ExclusionState)
def test_what_gives_way_was_proposed(state: ExclusionState) -> None:
    step = BY_ITSELF.step("lapse")

    if state is ExclusionState.PROPOSED:
        assert BY_ITSELF.advance(state, step, None) is ExclusionState.LAPSED
    else:
        with pytest.raises(TransitionNotAllowed):
            BY_ITSELF.advance(state, step, None)


@pytest.mark.parametrize("name", ["approve", "refuse"])
def test_who_has_proposed_it_neither_approves_nor_refuses(name: str) -> None:
    with pytest.raises(Conflict, match="You have proposed this yourself"):
        LIFE.advance(ExclusionState.PROPOSED, LIFE.step(name), PROPOSER)


def test_nobody_else_takes_it_back() -> None:
    with pytest.raises(Conflict, match="Somebody else has proposed this"):
        LIFE.advance(ExclusionState.PROPOSED, LIFE.step("take-back"), ANOTHER)


def test_who_has_proposed_it_is_told_why_it_is_refused() -> None:
    silent = Facts(State.SUBMITTED, is_current=True, is_proposer=False)

    with pytest.raises(Unprocessable) as refusal:
        LIFE.advance(ExclusionState.PROPOSED, LIFE.step("refuse"), silent)

    assert [error.pointer for error in refusal.value.errors] == ["/reason"]


@pytest.mark.parametrize("place", State)
def test_it_is_approved_where_the_submission_is_screened_alone(place: State) -> None:
    facts, step = Facts(place, is_current=True, is_proposer=False), LIFE.step("approve")

    if place in {State.SUBMITTED, State.RETURNED}:
        assert LIFE.advance(ExclusionState.PROPOSED, step, facts) is ExclusionState.APPROVED
    else:
        with pytest.raises(Conflict, match="The submission is"):
            LIFE.advance(ExclusionState.PROPOSED, step, facts)


def test_nobody_approves_it_about_another_version() -> None:
    facts = Facts(State.SUBMITTED, is_current=False, is_proposer=False)

    with pytest.raises(Conflict, match="another version"):
        LIFE.advance(ExclusionState.PROPOSED, LIFE.step("approve"), facts)
