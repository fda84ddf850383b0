"""The life of a consultation: every state with every step."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from app.advice.lifecycle import LIFE, ConsultationState, Facts
from app.core.base.errors import TransitionNotAllowed, Unprocessable

ALLOWED = {("open", "close"): "closed", ("closed", "reopen"): "open"}
AT = datetime(2027, 3, 1, tzinfo=UTC)
LATER = Facts(AT, AT + timedelta(days=1))


@pytest.mark.parametrize(("state", "name"), list(product(ConsultationState, LIFE.steps)))
def test_a_step_leads_where_the_table_says_and_nowhere_else(
    state: ConsultationState, name: str
) -> None:
    target = ALLOWED.get((state, name))

    if target is None:
        with pytest.raises(TransitionNotAllowed):
            LIFE.advance(state, LIFE.step(name), LATER)
    else:
        assert LIFE.advance(state, LIFE.step(name), LATER) == target


@pytest.mark.parametrize("due_at", [None, AT, AT - timedelta(days=1)])
def test_the_board_is_asked_again_by_a_date_that_is_still_to_come(
    due_at: datetime | None,
) -> None:
    with pytest.raises(Unprocessable) as refusal:
        LIFE.advance(ConsultationState.CLOSED, LIFE.step("reopen"), Facts(AT, due_at))

    assert [one.pointer for one in refusal.value.errors] == ["/due_at"]
