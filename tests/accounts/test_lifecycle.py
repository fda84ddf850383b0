"""The life of a user: every state with every step, spelt out once more by hand."""

from itertools import product

import pytest

from app.accounts.lifecycle import LIFE, Facts, UserState
from app.core.base.errors import Conflict, TransitionNotAllowed

ALLOWED = {
    ("invited", "deactivate"): "deactivated",
    ("active", "deactivate"): "deactivated",
    ("deactivated", "reactivate"): "active",
    ("deactivated", "erase"): "erased",
}
FREE = Facts(last_administrator=False)


@pytest.mark.parametrize(("state", "step"), list(product(UserState, LIFE.steps)))
def test_a_step_leads_where_the_table_says_and_nowhere_else(
    state: UserState, step: str
) -> None:
    if target := ALLOWED.get((state, step)):
        assert LIFE.advance(state, LIFE.step(step), FREE) == target
    else:
        with pytest.raises(TransitionNotAllowed):
            LIFE.advance(state, LIFE.step(step), FREE)


@pytest.mark.parametrize(
    ("facts", "detail"),
    [
        (Facts(True), "Nobody else who is active administers the service."),
        (Facts(True, ("A",)), "Nobody else who is active administers the service."),
        (
            Facts(False, ("A", "B")),
            "Nobody else would be left in A, B, and its drafts are seen by its own people "
            "alone.",
        ),
    ],
)
def test_nobody_leaves_who_would_be_missed(facts: Facts, detail: str) -> None:
    with pytest.raises(Conflict) as refusal:
        LIFE.advance(UserState.ACTIVE, LIFE.step("deactivate"), facts)

    assert refusal.value.detail == detail
