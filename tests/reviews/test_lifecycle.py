"""The lives of a review and of a conflict of interest: every state with every step."""

from dataclasses import replace
from itertools import product

import pytest

from app.core.base.errors import Conflict, TransitionNotAllowed, Unprocessable
from app.reviews.lifecycle import (
    BY_WRITING,
    CONFLICT_LIFE,
    LIFE,
    ConflictState,
    Facts,
    Resolution,
    ReviewState,
)
from app.submissions.lifecycle import State

WAITING = ("assigned", "accepted", "in_progress")
ALLOWED = {
    ("assigned", "accept"): "accepted",
    ("in_progress", "submit"): "submitted",
    ("submitted", "reopen"): "in_progress",
    ("submitted", "compare"): "locked",
    ("submitted", "lock"): "locked",
    ("locked", "unlock"): "in_progress",
    **{
        (state, step): target
        for state in WAITING
        for step, target in (
            ("declare-conflict", "conflict"),
            ("decline", "declined"),
            ("unassign", "unassigned"),
        )
    },
}
RESOLVING = {
    ("possible", "confirm"): "confirmed",
    ("declared", "confirm"): "confirmed",
    ("possible", "dismiss"): "dismissed",
    ("declared", "waive"): "waived",
    ("confirmed", "waive"): "waived",
    ("waived", "reinstate"): "confirmed",
    ("dismissed", "reinstate"): "confirmed",
}
WHOLE = Facts(
    place=State.ELIGIBLE,
    comment="The need is told in figures.",
    recommendation="select",
    confidence="high",
    reason="Because.",
)


@pytest.mark.parametrize(("state", "name"), list(product(ReviewState, LIFE.steps)))
def test_a_step_leads_where_the_table_says_and_nowhere_else(
    state: ReviewState, name: str
) -> None:
    step = LIFE.step(name)

    if (state, name) in ALLOWED:
        assert LIFE.advance(state, step, WHOLE) == ALLOWED[state, name]
    else:
        with pytest.raises(TransitionNotAllowed):
            LIFE.advance(state, step, WHOLE)


@pytest.mark.parametrize("state", ReviewState)
def test_a_review_is_written_after_the_declaration_and_until_it_is_handed_in(
    state: ReviewState,
) -> None:
    step = BY_WRITING.step("begin")

    if state in {"accepted", "in_progress"}:
        assert BY_WRITING.advance(state, step, WHOLE) == "in_progress"
    else:
        with pytest.raises(TransitionNotAllowed):
            BY_WRITING.advance(state, step, WHOLE)


@pytest.mark.parametrize(("state", "name"), list(product(ConflictState, CONFLICT_LIFE.steps)))
def test_a_conflict_is_resolved_as_the_table_says(state: ConflictState, name: str) -> None:
    step, facts = CONFLICT_LIFE.step(name), Resolution("Because.")

    if (state, name) in RESOLVING:
        assert CONFLICT_LIFE.advance(state, step, facts) == RESOLVING[state, name]
    else:
        with pytest.raises(TransitionNotAllowed):
            CONFLICT_LIFE.advance(state, step, facts)


@pytest.mark.parametrize("name", CONFLICT_LIFE.steps)
def test_nobody_resolves_a_conflict_of_their_own_or_without_a_reason(name: str) -> None:
    step = CONFLICT_LIFE.step(name)
    state = next(iter(step.sources))

    with pytest.raises(Conflict, match="your own"):
        CONFLICT_LIFE.advance(state, step, Resolution("Because.", is_own=True))
    with pytest.raises(Unprocessable):
        CONFLICT_LIFE.advance(state, step, Resolution())


@pytest.mark.parametrize("name", ["accept", "submit", "reopen", "compare"])
def test_a_conflict_of_interest_stops_a_reviewer_at_every_step(name: str) -> None:
    step = LIFE.step(name)

    with pytest.raises(Conflict, match="conflict of interest stands"):
        LIFE.advance(next(iter(step.sources)), step, replace(WHOLE, is_barred=True))


@pytest.mark.parametrize("name", ["declare-conflict", "decline", "unassign", "lock"])
def test_a_conflict_of_interest_keeps_nobody_from_leaving(name: str) -> None:
    step = LIFE.step(name)

    assert LIFE.advance(next(iter(step.sources)), step, replace(WHOLE, is_barred=True))


@pytest.mark.parametrize("name", ["accept", "submit", "reopen", "compare", "unlock"])
@pytest.mark.parametrize("place", sorted({*State} - {State.ELIGIBLE}))
def test_what_is_not_eligible_is_not_reviewed(name: str, place: State) -> None:
    step = LIFE.step(name)

    with pytest.raises(Conflict, match="The submission is"):
        LIFE.advance(next(iter(step.sources)), step, replace(WHOLE, place=place))


def test_a_review_is_handed_in_whole() -> None:
    empty = Facts(State.ELIGIBLE, unscored=["The need", "The reach"], comment="Good.")

    with pytest.raises(Unprocessable) as refusal:
        LIFE.advance(ReviewState.IN_PROGRESS, LIFE.step("submit"), empty)

    assert [(one.pointer, str(one.detail)) for one in refusal.value.errors] == [
        ("/scores", "Give a score for “The need”."),
        ("/scores", "Give a score for “The reach”."),
        (
            "/comment_team",
            "Write at least 20 characters for the team: what is strong, what is missing.",
        ),
        ("/recommendation", "Say what you recommend."),
        ("/confidence", "Say how well you know the field."),
    ]


@pytest.mark.parametrize("name", ["declare-conflict", "decline", "unassign", "unlock"])
def test_who_leaves_or_opens_again_says_why(name: str) -> None:
    step = LIFE.step(name)

    with pytest.raises(Unprocessable):
        LIFE.advance(next(iter(step.sources)), step, replace(WHOLE, reason=""))
