"""Every state with every step of a practice, and what a step waits for."""

from itertools import product
from typing import Any

import pytest

from app.core.base.errors import Conflict, TransitionNotAllowed, Unprocessable
from app.register.lifecycle import LIFE, Facts, PracticeState

WHOLE: dict[str, Any] = {
    "title": "One counter",
    "summary": "One form for all.",
    "text": "People tell the city once.",
    "language": "en",
    "themes": ["practice:service-design"],
}
TABLE = {
    ("draft", "offer"): "offered",
    ("draft", "withdraw"): "withdrawn",
    ("draft", "remove"): "removed",
    ("offered", "take-back"): "draft",
    ("offered", "list"): "listed",
    ("offered", "ask-for-changes"): "draft",
    ("offered", "decline"): "declined",
    ("offered", "withdraw"): "withdrawn",
    ("offered", "remove"): "removed",
    ("listed", "revise"): "draft",
    ("listed", "withdraw"): "withdrawn",
    ("listed", "remove"): "removed",
    ("declined", "revise"): "draft",
    ("declined", "withdraw"): "withdrawn",
    ("declined", "remove"): "removed",
    ("withdrawn", "revise"): "draft",
    ("removed", "revise"): "draft",
    ("removed", "restore"): "listed",
}


def facts(**other: Any) -> Facts:
    given: dict[str, Any] = {"text": WHOLE, "is_listed": True, "reason": "It is too short."}
    return Facts(**given | other)


@pytest.mark.parametrize(("state", "name"), [*product(PracticeState, LIFE.steps)])
def test_a_step_leads_where_the_table_says_and_nowhere_else(
    state: PracticeState, name: str
) -> None:
    step, of_a_team = LIFE.step(name), name != "restore"
    known = facts(is_of_a_team=of_a_team)

    if (state, name) in TABLE:
        assert LIFE.advance(state, step, known) == TABLE[state, name]
    else:
        with pytest.raises(TransitionNotAllowed):
            LIFE.advance(state, step, known)


def test_what_is_offered_is_whole() -> None:
    empty: dict[str, Any] = {
        "title": "City",
        "summary": "",
        "text": "",
        "language": None,
        "themes": [],
    }

    with pytest.raises(Unprocessable) as refusal:
        LIFE.advance(PracticeState.DRAFT, LIFE.step("offer"), facts(text=empty))

    pointers = [error.pointer for error in refusal.value.errors]
    assert pointers == ["/title", "/summary", "/text", "/language", "/themes"]


@pytest.mark.parametrize("name", ["ask-for-changes", "decline", "remove"])
def test_a_team_is_told_why(name: str) -> None:
    with pytest.raises(Unprocessable) as refusal:
        LIFE.advance(PracticeState.OFFERED, LIFE.step(name), facts(reason=""))

    assert [error.pointer for error in refusal.value.errors] == ["/reason"]


@pytest.mark.parametrize("name", ["list", "ask-for-changes", "decline"])
def test_nobody_decides_about_what_their_own_organisation_offers(name: str) -> None:
    with pytest.raises(Conflict, match="Your own organisation"):
        LIFE.advance(PracticeState.OFFERED, LIFE.step(name), facts(is_own=True))


def test_what_is_not_listed_is_not_removed() -> None:
    with pytest.raises(Conflict, match="Nothing of this practice is listed"):
        LIFE.advance(PracticeState.DECLINED, LIFE.step("remove"), facts(is_listed=False))


def test_what_belongs_to_a_team_is_listed_again_by_its_offer_alone() -> None:
    with pytest.raises(Conflict, match="A team stands behind"):
        LIFE.advance(PracticeState.REMOVED, LIFE.step("restore"), facts())
