"""The life of a match: every state with every step."""

from dataclasses import replace
from itertools import product

import pytest

from app.access.lifecycle import Life
from app.core.base.errors import Conflict, TransitionNotAllowed, Unprocessable
from app.matches.lifecycle import (
    BY_ITSELF,
    HOLDS,
    LIFE,
    LIVE,
    OVER,
    REPLACEABLE,
    RESERVES,
    WITHDRAWING,
    Consent,
    DeclineReason,
    Facts,
    MatchState,
    Side,
)

ALLOWED = {
    ("prepared", "take-out"): "discarded",
    ("offered", "accept"): "offered",
    ("offered", "take-back"): "offered",
    ("offered", "decline"): "declined",
    ("confirmed", "begin"): "active",
    ("active", "complete"): "completed",
    ("confirmed", "end"): "ended",
    ("active", "end"): "ended",
}
WITHOUT_A_PERSON = {
    ("prepared", "offer"): "offered",
    ("prepared", "drop"): "discarded",
    ("offered", "confirm"): "confirmed",
    ("offered", "lapse"): "lapsed",
    ("offered", "withdraw"): "withdrawn",
    ("confirmed", "withdraw"): "withdrawn",
    ("active", "break-off"): "ended",
    ("declined", "replace"): "replaced",
    ("lapsed", "replace"): "replaced",
    ("withdrawn", "replace"): "replaced",
}
YES = dict.fromkeys(Side, Consent.YES)
IN_THE_WAY = Conflict("It is withdrawn.")
ASKED = Facts(side=Side.SOLUTION, why=DeclineReason.NO_TIME, reason="Because.")


def facts_of(name: str) -> Facts:
    answers = {"take-back": {Side.SOLUTION: Consent.YES}, "confirm": YES}
    return replace(ASKED, answers=answers.get(name, {}))


@pytest.mark.parametrize(
    ("life", "allowed", "state", "name"),
    [
        *((LIFE, ALLOWED, *one) for one in product(MatchState, LIFE.steps)),
        *((BY_ITSELF, WITHOUT_A_PERSON, *one) for one in product(MatchState, BY_ITSELF.steps)),
    ],
)
def test_a_step_leads_where_the_table_says_and_nowhere_else(
    life: Life[MatchState, Facts],
    allowed: dict[tuple[str, str], str],
    state: MatchState,
    name: str,
) -> None:
    step = life.step(name)

    if (state, name) in allowed:
        assert life.advance(state, step, facts_of(name)) == allowed[state, name]
    else:
        with pytest.raises(TransitionNotAllowed):
            life.advance(state, step, facts_of(name))


@pytest.mark.parametrize(
    ("life", "name"), [(LIFE, "accept"), (LIFE, "begin"), (BY_ITSELF, "offer")]
)
def test_what_is_in_the_way_stops_a_pair_at_each_step_towards_each_other(
    life: Life[MatchState, Facts], name: str
) -> None:
    step = life.step(name)

    for state in step.sources:
        with pytest.raises(Conflict, match=r"It is withdrawn\."):
            life.advance(state, step, replace(facts_of(name), in_the_way=IN_THE_WAY))


@pytest.mark.parametrize(
    "answers", [{}, {Side.CHALLENGE: Consent.YES}, {**YES, Side.SOLUTION: Consent.NO}]
)
def test_one_yes_confirms_nothing(answers: dict[Side, Consent]) -> None:
    with pytest.raises(Conflict, match="Not both teams have accepted"):
        BY_ITSELF.advance(MatchState.OFFERED, BY_ITSELF.step("confirm"), Facts(answers=answers))


def test_two_who_may_not_be_brought_together_are_not_confirmed() -> None:
    facts = Facts(answers=YES, in_the_way=IN_THE_WAY)

    with pytest.raises(Conflict, match=r"It is withdrawn\."):
        BY_ITSELF.advance(MatchState.OFFERED, BY_ITSELF.step("confirm"), facts)


@pytest.mark.parametrize("name", ["accept", "take-back", "decline"])
def test_nothing_is_answered_late(name: str) -> None:
    with pytest.raises(Conflict, match="The time to answer this offer is over"):
        LIFE.advance(MatchState.OFFERED, LIFE.step(name), replace(facts_of(name), is_late=True))


@pytest.mark.parametrize(
    ("name", "answers", "told"),
    [
        ("accept", {Side.SOLUTION: Consent.YES}, "has accepted this offer already"),
        ("take-back", {Side.CHALLENGE: Consent.YES}, "has not answered this offer yet"),
    ],
)
def test_a_side_answers_for_itself(name: str, answers: dict[Side, Consent], told: str) -> None:
    with pytest.raises(Conflict, match=told):
        LIFE.advance(MatchState.OFFERED, LIFE.step(name), replace(ASKED, answers=answers))


@pytest.mark.parametrize(
    ("name", "state", "pointer"),
    [
        ("decline", MatchState.OFFERED, "/why"),
        ("end", MatchState.CONFIRMED, "/reason"),
        ("end", MatchState.ACTIVE, "/reason"),
    ],
)
def test_who_declines_or_ends_says_why(name: str, state: MatchState, pointer: str) -> None:
    with pytest.raises(Unprocessable) as refusal:
        LIFE.advance(state, LIFE.step(name), Facts(side=Side.SOLUTION))

    assert [error.pointer for error in refusal.value.errors] == [pointer]


def test_the_groups_of_states_hang_together() -> None:
    assert {*MatchState} == LIVE | OVER | {MatchState.DISCARDED}
    assert HOLDS < RESERVES < LIVE
    assert REPLACEABLE < OVER
    assert WITHDRAWING.keys() == RESERVES
    assert [side.other for side in Side] == [Side.SOLUTION, Side.CHALLENGE]
