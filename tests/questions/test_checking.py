"""What makes a form one that can be answered; all that is wrong is named at once."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.core.base.errors import FieldError
from app.core.base.validation_errors import field_errors
from app.programmes.lifecycle import CallKind
from app.questions.checking import faults, in_full
from app.questions.forms import Audience, Condition, Part, Question, QuestionType, Rule

NEEDED = [{"key": "problem", "required": True}, {"key": "outcome", "required": True}]
NO_SUCH = (
    "There is no such question with a list of answers, yes or no, a country or a language. "
    "Name one of this form."
)


def found(*more: dict[str, Any], rules: tuple[dict[str, Any], ...] = ()) -> dict[str, str]:
    """All that is wrong with a form that asks for the needed and for more, by its place."""
    questions = [Question.model_validate(one) for one in [*NEEDED, *more]]
    wrong = faults(CallKind.CHALLENGES, questions, [Rule.model_validate(one) for one in rules])
    return {error.pointer: str(error.detail) for error in wrong}


def own(key: str = "extra", **fields: Any) -> dict[str, Any]:
    return {"key": key, "type": "yes_no", "title": "Is it so?", **fields}


def test_a_form_with_questions_of_its_own_can_be_answered() -> None:
    depends = own("then", shown_if={"question": "extra", "says": ["yes"]})
    rule = {"subject": "answer", "question": "extra", "one_of": ["yes"], "reason": "It has to."}

    assert found(own(), depends, {"key": "tried", "required": True}, rules=(rule,)) == {}


@pytest.mark.parametrize(
    ("question", "place", "said"),
    [
        (own("themes"), "key", "themes has a meaning of its own. Choose another key."),
        (own("experience"), "key", "experience has a meaning of its own. Choose another key."),
        (own(title=""), "title", "Write what is asked, in 3 characters or more."),
        ({"key": "problem", "required": True}, "key", "problem is asked twice. Take one out."),
        (own(shown_if={"question": "no", "says": ["yes"]}), "shown_if/question", NO_SUCH),
        (own(shown_if={"question": "problem", "says": ["a"]}), "shown_if/question", NO_SUCH),
        (
            own(shown_if={"question": "extra", "says": ["yes"]}),
            "shown_if/question",
            "It depends on itself by way of other questions. Let one of them stand free.",
        ),
    ],
)
def test_a_question_that_cannot_be_asked_is_named_with_a_remedy(
    question: dict[str, Any], place: str, said: str
) -> None:
    assert found(question) == {f"/questions/2/{place}": said}


def test_questions_that_depend_on_one_another_are_refused() -> None:
    first = own("first", shown_if={"question": "second", "says": ["yes"]})
    second = own("second", shown_if={"question": "first", "says": ["no"]})
    circle = "It depends on itself by way of other questions. Let one of them stand free."

    assert found(first, second) == {
        "/questions/2/shown_if/question": circle,
        "/questions/3/shown_if/question": circle,
    }


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (own("other"), "Nobody can answer 'x'. Write yes or no."),
        (own("other", type="country"), "Nobody can answer 'x'. Write a code such as FR."),
        (own("other", type="language"), "Nobody can answer 'x'. Write a code such as fr."),
        (
            own("other", type="choice", options=["A", "B"]),
            "Nobody can answer 'x'. Write A or B.",
        ),
    ],
)
def test_a_condition_names_an_answer_that_somebody_can_give(
    other: dict[str, Any], said: str
) -> None:
    depends = own(shown_if={"question": "other", "says": ["x"]})
    rule = {"subject": "answer", "question": "other", "one_of": ["x"], "reason": "It has to."}

    assert found(other, depends, rules=(rule,)) == {
        "/questions/3/shown_if/says/0": said,
        "/rules/0/one_of/0": said,
    }


@pytest.mark.parametrize(
    ("rule", "place", "said"),
    [
        (
            {"subject": "country", "one_of": ["FR", "Atlantis"], "reason": "So it is."},
            "one_of/1",
            "'Atlantis' is no country. Write a code such as FR.",
        ),
        (
            {"subject": "level", "one_of": ["village"], "reason": "So it is."},
            "one_of/0",
            "'village' is no level of government. Write central or regional or local or other.",
        ),
        (
            {"subject": "answer", "question": "no", "one_of": ["a"], "reason": "So it is."},
            "question",
            NO_SUCH,
        ),
    ],
)
def test_a_rule_that_nobody_can_meet_is_refused(
    rule: dict[str, Any], place: str, said: str
) -> None:
    assert found(rules=(rule,)) == {f"/rules/0/{place}": said}


def test_what_every_submission_of_a_kind_needs_stays_in_its_form() -> None:
    optional = Question(key="problem")

    assert faults(CallKind.CHALLENGES, [optional], []) == [
        FieldError("/questions/0/required", "No submission of this kind can do without it."),
        FieldError("/questions", "Ask outcome: no submission of this kind can do without it."),
    ]


def test_of_a_question_of_ours_a_call_sets_its_place_and_its_limits_alone() -> None:
    sent = Question(
        key="tried",
        type=QuestionType.SHORT_TEXT,
        title="What else?",
        section="Before",
        required=True,
        most_words=50,
        audience=Audience.PUBLIC,
        shown_if=Condition(question="extra", says=["yes"]),
    )

    assert in_full(CallKind.CHALLENGES, sent) == Question(
        key="tried",
        section="Before",
        required=True,
        most_words=50,
        audience=Audience.PARTIES,
        part=Part.PROBLEM,
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"type": "number", "most_words": 3},
            "limits in words are for questions that take text",
        ),
        (
            {"type": "date", "least": 3},
            "limits of a number are for questions that take a number",
        ),
        (
            {"type": "number", "least": 3, "most": 2},
            "the smallest must not be larger than the largest",
        ),
        ({"type": "choice"}, "give at least two options to choose from"),
        ({"type": "yes_no", "options": ["a", "b"]}, "options are for questions with a list"),
        (
            {"type": "choice", "options": ["a", "A "]},
            "two options are the same; change one of them",
        ),
        ({"type": "number", "part": "problem"}, "only text has a part in the matching"),
        (
            {"type": "long_text", "part": "problem", "audience": "staff"},
            "what the matching reads is quoted to the other side of a pair: let the parties "
            "read it, or give it no part in the matching",
        ),
        (
            {"type": "choices", "options": ["a; b", "c"]},
            "leave out the semicolon, which separates options in a table",
        ),
    ],
)
def test_a_question_says_nothing_that_its_type_does_not_know(
    fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Question.model_validate({"key": "extra", "title": "What?", **fields})

    assert [str(error.detail) for error in field_errors(refused.value.errors())] == [said]
