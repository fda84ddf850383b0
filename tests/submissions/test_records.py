"""The exchange format: what a record may say, and how it becomes content."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.submissions.records import ChallengeRecord, SolutionRecord, SubmissionRecord
from app.submissions.schemas import ChallengeContent, SolutionContent

LEAST = {"id": "CH-1", "title": "Early flood warnings", "text": "Our river floods."}


def faults_of(schema: type[SubmissionRecord], record: dict[str, Any]) -> list[tuple[Any, ...]]:
    with pytest.raises(ValidationError) as refusal:
        schema.model_validate(record)
    return [(*error["loc"], error["msg"]) for error in refusal.value.errors()]


def test_a_record_has_the_passages_of_the_content() -> None:
    """The order is that of the form, and of what the matching reads."""
    assert ChallengeRecord.passages == (
        *("problem", "affected", "tried", "outcome", "constraints", "help_wanted"),
    )
    assert SolutionRecord.passages == (
        *("experience", "setting", "evidence", "failures", "transfer", "offer"),
    )
    assert ChallengeRecord.passages == tuple(ChallengeContent.model_fields)
    assert (*SolutionRecord.passages, "capacity") == tuple(SolutionContent.model_fields)


def test_a_single_text_becomes_the_first_passage() -> None:
    challenge = ChallengeRecord.model_validate(LEAST)
    solution = SolutionRecord.model_validate(LEAST | {"capacity": "3"})

    assert challenge.written() == {"text": "Our river floods."}
    assert ChallengeContent(**challenge.content()) == ChallengeContent(
        problem="Our river floods."
    )
    assert SolutionContent(**solution.content()) == SolutionContent(
        experience="Our river floods.", capacity=3
    )


def test_passages_are_told_in_the_order_of_the_form() -> None:
    record = ChallengeRecord(
        id="CH-1", title="Early flood warnings", outcome="Warned.", problem="Floods."
    )

    assert list(record.written().items()) == [("problem", "Floods."), ("outcome", "Warned.")]
    assert record.content() == {"problem": "Floods.", "outcome": "Warned."}


def test_lists_may_be_cells_with_semicolons() -> None:
    record = ChallengeRecord.model_validate(
        LEAST | {"country": "fr; DE;;FR", "themes": "sdg:10;practice:open-source"}
    )

    assert record.country == ["FR", "DE"]
    assert record.themes == ["sdg:10", "practice:open-source"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (
            {"id": "=1+1"},
            ("id", "'=1+1' does not begin with a letter or a digit. Change the id."),
        ),
        (
            {"themes": ["open source"]},
            (
                "themes",
                0,
                "'open source' is not the key of a theme. "
                "Write facet:code, such as practice:open-source or sdg:10.",
            ),
        ),
        (
            {"language": "en-GB"},
            (
                "language",
                "'en-GB' is not a language code. "
                "Write the code of the language alone, such as en or fr.",
            ),
        ),
        (
            {"subdivision": "Andalusia"},
            (
                "subdivision",
                "'Andalusia' is not a subdivision of ISO 3166-2. Write it as in ES-AN.",
            ),
        ),
        (
            {"problem": "Floods."},
            ("Both text and problem are given. Give the passages, or one text alone.",),
        ),
        (
            {"text": ""},
            (
                "The record has no text. Fill in text, or some of: "
                "problem, affected, tried, outcome, constraints, help_wanted.",
            ),
        ),
        ({"experience": "x"}, ("experience", "Extra inputs are not permitted")),
    ],
)
def test_what_a_record_may_not_say_is_refused_with_a_remedy(
    changes: dict[str, Any], fault: tuple[Any, ...]
) -> None:
    assert faults_of(ChallengeRecord, LEAST | changes) == [fault]


@pytest.mark.parametrize("capacity", [-1, 21, 1.5, True, "many"])
def test_a_capacity_is_a_whole_number_up_to_twenty(capacity: Any) -> None:
    [fault] = faults_of(SolutionRecord, LEAST | {"capacity": capacity})

    assert fault[0] == "capacity"
