"""The life of a public notice: every state with every step."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from app.core.base.errors import Conflict, TransitionNotAllowed, Unprocessable
from app.notices.lifecycle import LIFE, Facts, NoticeState
from tests.factories import a_text

ALLOWED = {
    ("draft", "propose"): "proposed",
    ("proposed", "approve"): "approved",
    ("proposed", "ask-for-changes"): "draft",
    ("proposed", "revise"): "draft",
    ("approved", "ask-for-changes"): "draft",
    ("approved", "publish"): "published",
    ("approved", "revise"): "draft",
    ("published", "withdraw"): "withdrawn",
    ("withdrawn", "revise"): "draft",
}
READY = Facts([a_text()], "en", is_selected=True, reason="Because.")


@pytest.mark.parametrize(("state", "name"), list(product(NoticeState, LIFE.steps)))
def test_a_step_leads_where_the_table_says_and_nowhere_else(
    state: NoticeState, name: str
) -> None:
    step = LIFE.step(name)

    if (state, name) in ALLOWED:
        assert LIFE.advance(state, step, READY) == ALLOWED[state, name]
    else:
        with pytest.raises(TransitionNotAllowed, match=f"cannot take the step {name}"):
            LIFE.advance(state, step, READY)


@pytest.mark.parametrize("name", ["propose", "approve", "publish"])
def test_nothing_moves_towards_the_public_while_the_challenge_is_not_selected(
    name: str,
) -> None:
    step = LIFE.step(name)
    facts = replace(READY, is_selected=False)

    for state in step.sources:
        with pytest.raises(Conflict, match="not selected"):
            LIFE.advance(state, step, facts)


@pytest.mark.parametrize("name", ["ask-for-changes", "withdraw", "revise"])
def test_the_ways_back_stay_open_when_the_challenge_is_no_longer_selected(name: str) -> None:
    step = LIFE.step(name)
    facts = replace(READY, is_selected=False)

    for state in step.sources:
        assert LIFE.advance(state, step, facts) is step.target


@pytest.mark.parametrize("name", ["ask-for-changes", "withdraw"])
def test_the_other_side_is_told_why(name: str) -> None:
    step = LIFE.step(name)

    for state in step.sources:
        with pytest.raises(Unprocessable) as refusal:
            LIFE.advance(state, step, replace(READY, reason=""))
        assert [error.pointer for error in refusal.value.errors] == ["/reason"]


@pytest.mark.parametrize(
    ("texts", "pointers"),
    [
        ([a_text()], []),
        ([a_text(), a_text("fr")], []),
        ([a_text("fr")], ["/texts"]),
        ([a_text(title="Four")], ["/texts/0/title"]),
        (
            [a_text(), a_text("fr", title="", problem="", outcome="")],
            ["/texts/1/title", "/texts/1/problem", "/texts/1/outcome"],
        ),
    ],
)
def test_a_team_is_asked_about_what_is_whole_in_each_language(
    texts: list[dict[str, Any]], pointers: list[str]
) -> None:
    missing = LIFE.step("propose").missing(replace(READY, texts=texts))

    assert [error.pointer for error in missing] == pointers
