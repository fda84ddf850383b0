"""The life of a question: every state with every step, and when one can be asked."""

from dataclasses import replace
from itertools import product

import pytest

from app.core.base.errors import Conflict, TransitionNotAllowed, Unprocessable
from app.enquiries.lifecycle import (
    ASKING_LIFE,
    LIFE,
    AskingFacts,
    AskingState,
    EnquiryState,
    Facts,
    not_to_ask,
)

ALLOWED = {
    ("waiting", "answer"): "answered",
    ("waiting", "decline"): "declined",
    ("waiting", "withdraw"): "withdrawn",
    ("answered", "correct"): "answered",
    ("answered", "decline"): "declined",
}
READY = Facts(is_public=True, answer="Yes.", language="en", reason="It names people.")


@pytest.mark.parametrize(("state", "name"), list(product(EnquiryState, LIFE.steps)))
def test_a_step_leads_where_the_table_says_and_nowhere_else(
    state: EnquiryState, name: str
) -> None:
    step = LIFE.step(name)

    if (state, name) in ALLOWED:
        assert LIFE.advance(state, step, READY) == ALLOWED[state, name]
    else:
        with pytest.raises(TransitionNotAllowed, match=f"cannot take the step {name}"):
            LIFE.advance(state, step, READY)


@pytest.mark.parametrize(("state", "name"), list(product(AskingState, ASKING_LIFE.steps)))
def test_asking_is_closed_and_opened_and_nothing_else(state: AskingState, name: str) -> None:
    step = ASKING_LIFE.step(name)

    if (state, name) in {("open", "close-asking"), ("closed", "open-asking")}:
        assert ASKING_LIFE.advance(state, step, None) is step.target is not state
    else:
        with pytest.raises(TransitionNotAllowed):
            ASKING_LIFE.advance(state, step, None)


def test_nothing_is_answered_that_nobody_would_read() -> None:
    hidden = replace(READY, is_public=False)

    with pytest.raises(Conflict, match="not published at present"):
        LIFE.advance(EnquiryState.WAITING, LIFE.step("answer"), hidden)
    for name in ("decline", "withdraw"):
        assert LIFE.advance(EnquiryState.WAITING, LIFE.step(name), hidden)


@pytest.mark.parametrize(
    ("name", "pointers"),
    [
        ("answer", ["/answer", "/language"]),
        ("correct", ["/answer", "/language"]),
        ("decline", ["/reason"]),
        ("withdraw", []),
    ],
)
def test_each_step_asks_for_what_it_needs(name: str, pointers: list[str]) -> None:
    step = LIFE.step(name)

    assert [error.pointer for error in step.missing(Facts())] == pointers
    for state in step.sources if pointers else ():
        with pytest.raises(Unprocessable):
            LIFE.advance(state, step, Facts())


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        (AskingFacts(), None),
        (AskingFacts(waiting=49, waiting_of_person=2, declined_of_person=2, kept=199), None),
        (AskingFacts(is_own=True), "Your own team"),
        (AskingFacts(is_called=False), "No call for solutions"),
        (AskingFacts(is_halted=True), "have closed"),
        (AskingFacts(waiting_of_person=3), "wait for an answer"),
        (AskingFacts(declined_of_person=3), "have declined several"),
        (AskingFacts(waiting=50), "as many questions"),
        (AskingFacts(kept=200), "as many questions"),
    ],
)
def test_a_question_can_be_asked_but_for_these_reasons(
    facts: AskingFacts, problem: str | None
) -> None:
    refusal = not_to_ask(facts)

    assert (refusal is None) if problem is None else (refusal and problem in refusal.detail)
