"""What answers to a form are: pure rules, as tables and on any data."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.base.errors import FieldError
from app.programmes.lifecycle import CallKind
from app.questions.answering import (
    eligibility,
    is_blank,
    parted,
    passages,
    readable,
    shown,
    spoken,
    taken,
    unfinished,
    words_in,
)
from app.questions.builtin import built_in_form
from app.questions.forms import (
    Audience,
    Form,
    Part,
    Question,
    QuestionType,
    Rule,
    Subject,
    loaded,
    stored,
)

CITIES = ["Small city", "Large city", "Region"]


def a_question(type_: str = "short_text", **fields: Any) -> Question:
    fields.setdefault("key", "own")
    fields.setdefault("title", "What is it?")
    if type_ in {"choice", "choices"}:
        fields.setdefault("options", CITIES)
    return Question(type=QuestionType(type_), **fields)


@pytest.mark.parametrize(
    ("type_", "given_", "kept"),
    [
        ("short_text", "  Two words ", "Two words"),
        ("long_text", "One\nand two", "One\nand two"),
        ("choice", "small CITY", "Small city"),
        ("choices", ["Region", "Small city"], ["Small city", "Region"]),
        ("choices", "region; large city", ["Large city", "Region"]),
        ("number", "12", 12),
        ("number", 0, 0),
        ("number", "0.5", 0.5),
        ("number", -3.0, -3),
        ("date", "2027-02-15", "2027-02-15"),
        ("yes_no", "Yes", True),
        ("yes_no", False, False),
        ("yes_no", "não", False),
        ("country", "france", "FR"),
        ("country", "pt", "PT"),
        ("language", "French", "fr"),
        ("link", "https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("short_text", "   ", None),
        ("number", "", None),
        ("choices", [], None),
        ("yes_no", None, None),
    ],
)
def test_an_answer_is_kept_in_the_type_of_its_question(
    type_: str, given_: Any, kept: Any
) -> None:
    found = taken(a_question(type_), given_)

    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("type_", "given_", "said"),
    [
        ("short_text", "two\nlines", "write it on one line"),
        ("short_text", "x" * 501, "It has 501 characters; the maximum is 500."),
        ("long_text", 12, "Send text here."),
        (
            "choice",
            "Village",
            "'Village' is not in the list. Choose one of: Small city; Large city; Region.",
        ),
        ("choice", ["Region"], "Send text here."),
        (
            "choices",
            ["Region", "Village"],
            "'Village' is not in the list. Choose one of: Small city; Large city; Region.",
        ),
        ("choices", 3, "Send a list here, even of one item."),
        ("number", "1,200", "It is not a number; write digits and a point, such as 0.6."),
        ("number", True, "It is not a number; write digits and a point, such as 0.6."),
        ("number", 1e13, "It must be at most 1000000000000.0."),
        (
            "date",
            "2027-02-30",
            "It is no date that exists. Write year, month and day, as in 2027-02-15.",
        ),
        (
            "date",
            "20270215",
            "It is no date that exists. Write year, month and day, as in 2027-02-15.",
        ),
        ("yes_no", "perhaps", "It is neither yes nor no. Write one of the two."),
        ("yes_no", 1, "Send text here."),
        (
            "language",
            "Klingonese",
            "'Klingonese' is not a language code. Write one such as fr.",
        ),
        (
            "link",
            "javascript:alert(1)",
            "It is no address of a page. Copy it whole, as in https://example.org/a.",
        ),
        (
            "link",
            "https://",
            "It is no address of a page. Copy it whole, as in https://example.org/a.",
        ),
        (
            "link",
            "https://[",
            "It is no address of a page. Copy it whole, as in https://example.org/a.",
        ),
    ],
)
def test_an_answer_of_another_type_is_refused_with_a_remedy(
    type_: str, given_: Any, said: str
) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        taken(a_question(type_), given_)

    assert str(refused.value.args[0]) == said


FORM = Form(
    number=2,
    questions=(
        a_question("yes_no", key="runs"),
        a_question("number", key="homes", required=True, least=1, most=500),
        a_question(
            "short_text",
            key="place",
            required=True,
            most_words=3,
            shown_if={"question": "runs", "says": ["yes"]},
        ),
        a_question(
            "long_text",
            key="story",
            required=True,
            least_words=4,
            audience="parties",
            part="evidence",
            shown_if={"question": "scale", "says": ["Region"]},
        ),
        a_question("choices", key="scale", shown_if={"question": "runs", "says": ["yes"]}),
    ),
    rules=(
        Rule(
            subject=Subject.COUNTRY,
            one_of=["FR", "PT"],
            reason="Only two countries pay for it.",
        ),
        Rule(subject=Subject.LEVEL, one_of=["local"], reason="It is for cities."),
        Rule(
            subject=Subject.ANSWER,
            question="scale",
            one_of=["Region"],
            reason="Regions decide here.",
        ),
    ),
)
KIND = CallKind.CHALLENGES


@pytest.mark.parametrize(
    ("answers", "keys"),
    [
        ({}, ["runs", "homes"]),
        ({"runs": False, "scale": ["Region"]}, ["runs", "homes"]),
        ({"runs": True}, ["runs", "homes", "place", "scale"]),
        ({"runs": True, "scale": ["Region"]}, ["runs", "homes", "place", "story", "scale"]),
    ],
)
def test_a_question_is_shown_if_what_it_depends_on_is_shown_and_says_so(
    answers: dict[str, Any], keys: list[str]
) -> None:
    assert [one.key for one in shown(FORM, answers)] == keys


def test_all_that_is_missing_or_too_long_is_named_in_the_order_of_the_form() -> None:
    answers = {
        "runs": True,
        "homes": 0,
        "place": "far away in the hills",
        "scale": ["Region"],
        "story": "Too short.",
    }

    assert unfinished(KIND, FORM, answers) == [
        FieldError("/answers/homes", "It must be at least 1.0."),
        FieldError("/answers/place", "It has 5 words; the maximum is 3. Shorten it."),
        FieldError("/answers/story", "It has 2 words; the minimum is 4. Tell more."),
    ]
    assert unfinished(KIND, FORM, {"homes": 501}) == [
        FieldError("/answers/homes", "It must be at most 500.0.")
    ]
    assert unfinished(KIND, FORM, {}) == [FieldError("/answers/homes", "Answer this question.")]


def test_the_built_in_form_lacks_what_it_always_has() -> None:
    form = built_in_form(KIND)

    assert unfinished(KIND, form, {"problem": "", "outcome": ""}) == [
        FieldError("/content/problem", "Describe the problem."),
        FieldError(
            "/content/outcome", "Say what would be different if the problem were solved."
        ),
    ]


def test_the_matching_reads_texts_with_a_part_in_it_that_are_shown() -> None:
    answers = {"runs": True, "place": "Bay", "scale": ["Region"], "story": "We tried it twice."}

    assert passages(FORM, answers) == {"story": (Part.EVIDENCE, "We tried it twice.")}
    assert passages(FORM, answers | {"scale": ["Small city"]}) == {}


@pytest.mark.parametrize(
    ("country", "level", "answers", "met"),
    [
        ("FR", "local", {"runs": True, "scale": ["Region"]}, [True, True, True]),
        ("DE", "central", {"runs": True, "scale": ["Small city"]}, [False, False, False]),
        ("PT", "local", {"runs": True}, [True, True, None]),
        ("PT", "local", {"runs": False, "scale": ["Small city"]}, [True, True, None]),
    ],
)
def test_a_condition_about_what_is_not_asked_is_neither_met_nor_broken(
    country: str, level: str, answers: dict[str, Any], met: list[bool | None]
) -> None:
    assert [one.is_met for one in eligibility(FORM, country, level, answers)] == met


@pytest.mark.parametrize(
    ("reader", "keys"),
    [
        (Audience.PUBLIC, ["open"]),
        (Audience.PARTIES, ["open", "between"]),
        (Audience.REVIEWERS, ["open", "between", "judged"]),
        (Audience.STAFF, ["open", "between", "judged", "secret"]),
    ],
)
def test_an_answer_is_read_by_its_audience_and_by_those_who_are_closer(
    reader: Audience, keys: list[str]
) -> None:
    form = Form(
        questions=(
            a_question(key="open", audience="public"),
            a_question(key="between", audience="parties"),
            a_question(key="judged", audience="reviewers"),
            a_question(key="secret", audience="staff"),
            a_question("yes_no", key="shows"),
            a_question(
                key="hidden",
                audience="public",
                shown_if={"question": "shows", "says": ["yes"]},
            ),
        )
    )
    answers = {one.key: "Said." for one in form.questions} | {"shows": False, "gone": "Said."}

    found = readable(form, answers, reader)

    assert [key for key in found if key != "shows"] == keys


def test_words_stand_between_blanks() -> None:
    assert words_in(" one\n two\tthree ") == 3


# --- on any data ---

VALUES: dict[QuestionType, st.SearchStrategy[Any]] = {
    QuestionType.SHORT_TEXT: st.sampled_from(["", "a", "a b c d"]),
    QuestionType.LONG_TEXT: st.sampled_from(["", "a", "a b\nc d e"]),
    QuestionType.CHOICE: st.sampled_from([None, *CITIES]),
    QuestionType.CHOICES: st.lists(st.sampled_from(CITIES), unique=True),
    QuestionType.NUMBER: st.sampled_from([None, 0, 1, 2.5]),
    QuestionType.YES_NO: st.sampled_from([None, True, False]),
    QuestionType.COUNTRY: st.sampled_from([None, "FR", "PT"]),
}
SAYS = {
    QuestionType.CHOICE: CITIES,
    QuestionType.CHOICES: CITIES,
    QuestionType.YES_NO: ["yes", "no"],
    QuestionType.COUNTRY: ["FR", "PT"],
}


_COIN: st.SearchStrategy[Any] = st.booleans()


@st.composite
def asked(draw: st.DrawFn) -> tuple[Form, dict[str, Any]]:
    """A form whose questions depend on those before them, shuffled; and answers to it."""
    questions: list[Question] = []
    answers: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 6))):
        type_ = draw(st.sampled_from([*VALUES]))
        upon = [one for one in questions if one.type in SAYS]
        condition = None
        if upon and draw(_COIN):
            other = draw(st.sampled_from(upon))
            says = draw(st.lists(st.sampled_from(SAYS[other.type]), min_size=1, unique=True))
            condition = {"question": other.key, "says": says}
        written = type_ in {QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT}
        question = a_question(
            type_,
            key=f"q{number}",
            required=draw(_COIN),
            shown_if=condition,
            least_words=2 if written and draw(_COIN) else None,
            audience="parties",
            part="problem" if written else "none",
        )
        questions.append(question)
        answers[question.key] = draw(VALUES[type_])
    order = draw(st.randoms(use_true_random=False))
    order.shuffle(questions)
    return Form(questions=tuple(questions)), answers


@given(asked())
def test_an_answer_that_is_hidden_is_never_required_and_never_read(
    case: tuple[Form, dict[str, Any]],
) -> None:
    form, answers = case
    hidden = {one.key for one in form.questions} - {one.key for one in shown(form, answers)}

    read, waiting = parted(form, answers)

    assert not hidden & {*read, *passages(form, answers)}
    assert not {f"/answers/{key}" for key in hidden} & {
        error.pointer for error in unfinished(KIND, form, answers)
    }
    assert read | waiting == {k: v for k, v in answers.items() if not is_blank(v)}
    without = {key: value for key, value in answers.items() if key not in hidden}
    assert unfinished(KIND, form, without) == unfinished(KIND, form, answers)
    assert shown(form, without) == shown(form, answers)


@given(asked(), st.randoms(use_true_random=False))
def test_the_order_of_questions_changes_nothing_in_what_is_valid(
    case: tuple[Form, dict[str, Any]], order: random.Random
) -> None:
    form, answers = case
    questions = list(form.questions)
    order.shuffle(questions)
    other = Form(questions=tuple(questions))

    def of(asked_: Form) -> tuple[Any, ...]:
        lacks = unfinished(KIND, asked_, answers)
        return (
            {one.key for one in shown(asked_, answers)},
            {(lack.pointer, str(lack.detail)) for lack in lacks},
            parted(asked_, answers),
            passages(asked_, answers),
        )

    assert of(other) == of(form)


@given(asked())
def test_a_form_that_is_kept_comes_back_as_it_was(case: tuple[Form, dict[str, Any]]) -> None:
    form, _ = case

    assert loaded(stored(form), 0) == form


@given(asked())
def test_what_is_kept_is_taken_again_as_it_is(case: tuple[Form, dict[str, Any]]) -> None:
    form, answers = case

    for question in form.questions:
        kept = taken(question, answers[question.key])
        assert taken(question, kept) == kept
        if question.type is QuestionType.CHOICES:
            assert taken(question, "; ".join(spoken(kept))) == kept
