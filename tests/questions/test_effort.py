"""How long answering takes at least."""

from typing import Any

import pytest

from app.questions.effort import CHOSEN, answering, reading


@pytest.mark.parametrize(
    ("value", "is_text", "minutes"),
    [
        pytest.param("", True, 0.0, id="nothing"),
        pytest.param([], False, 0.0, id="none of a list"),
        pytest.param(" ".join(["word"] * 190), True, 10.0, id="a text of 190 words"),
        pytest.param(True, False, CHOSEN, id="a yes"),
        pytest.param(0, False, CHOSEN, id="a number, were it 0"),
        pytest.param(["a", "b", "c"], False, 3 * CHOSEN, id="three of a list"),
    ],
)
def test_an_answer_takes_the_time_of_its_words_or_of_its_choices(
    value: Any, is_text: bool, minutes: float
) -> None:
    assert answering(value, is_text=is_text) == pytest.approx(minutes)


def test_reading_takes_less_than_a_tenth_of_writing_the_same() -> None:
    text = " ".join(["word"] * 238)

    assert reading(text) == pytest.approx(1.0)
    assert reading(text) < answering(text, is_text=True) / 10
