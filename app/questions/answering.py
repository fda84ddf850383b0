"""What answers to a form are: which questions are shown, what is missing, who may take part.

Answers are a mapping by key, of built-in questions and of a call's own alike. A question that
is not shown has no answer: whatever stands there is read by nobody. Pure; of an order of the
questions nothing here depends.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import Field, TypeAdapter, ValidationError

from app.core.base.errors import FieldError
from app.core.base.messages import Message
from app.core.base.numbers import Decimal
from app.core.base.text import Line, Text, comparable
from app.core.base.validation_errors import field_errors
from app.core.tables.countries import NamedCountry
from app.core.tables.languages import language_of
from app.programmes.lifecycle import CallKind
from app.questions.builtin import by_key
from app.questions.forms import (
    LARGEST,
    WRITTEN,
    Audience,
    Condition,
    Form,
    Part,
    Question,
    QuestionType,
    Rule,
    Subject,
)

Answers = Mapping[str, Any]

LONGEST: Final = 20_000
"""Characters of a long text."""
LONGEST_LINE: Final = 500
"""Characters of a short text and of a link."""
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YES: Final = frozenset({"yes", "true", "oui", "sí", "si", "sim"})
_NO: Final = frozenset({"no", "false", "non", "não"})

_LONG: Final = TypeAdapter[str](Annotated[Text, Field(max_length=LONGEST)])
_SHORT: Final = TypeAdapter[str](Annotated[Line, Field(max_length=LONGEST_LINE)])
_NUMBER: Final = TypeAdapter[float](
    Annotated[Decimal, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
)
_COUNTRY: Final = TypeAdapter[str](NamedCountry)


def is_blank(value: Any) -> bool:
    """Tell whether an answer is none; zero and no are answers."""
    return value is None or value == "" or value == []


def taken(question: Question, given: Any) -> Any:
    """Return an answer as it is kept, of the type that the question asks for; None if blank.

    What is kept may still be too long or too short: that is looked at when it is sent.

    Raises
    ------
    ValueError
        With what is wrong and what to do, as a `Message`.
    """
    if isinstance(given, str) and not given.strip():
        given = None
    return None if is_blank(given) else _READERS[question.type](question, given)


def _by(adapter: TypeAdapter[Any]) -> Callable[[Question, Any], Any]:
    def read(_: Question, given: Any) -> Any:
        try:
            return adapter.validate_python(given)
        except ValidationError as error:
            raise ValueError(field_errors(error.errors())[0].detail) from None

    return read


def _number(question: Question, given: Any) -> Any:
    number = _by(_NUMBER)(question, given)
    return int(number) if number == int(number) else number


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise ValueError(Message("Send text here."))
    return given.strip()


def _option(question: Question, given: Any) -> Any:
    meant = comparable(_text(given))
    for option in question.options:
        if comparable(option) == meant:
            return option
    raise ValueError(
        Message(
            "{given!r} is not in the list. Choose one of: {options}.",
            given=given[:60],
            options="; ".join(question.options[:20]),
        )
    )


def _options(question: Question, given: Any) -> Any:
    several = given.split(";") if isinstance(given, str) else given
    if not isinstance(several, list):
        raise ValueError(Message("Send a list here, even of one item."))
    chosen = {_option(question, one) for one in several if one != ""}
    return [option for option in question.options if option in chosen]


def _date(_: Question, given: Any) -> str:
    text = _text(given)
    try:
        if not _DATE.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(
            Message("It is no date that exists. Write year, month and day, as in 2027-02-15.")
        ) from None


def _yes_no(_: Question, given: Any) -> bool:
    if isinstance(given, bool):
        return given
    said = comparable(_text(given))
    if said in _YES or said in _NO:
        return said in _YES
    raise ValueError(Message("It is neither yes nor no. Write one of the two."))


def _language(_: Question, given: Any) -> str:
    if code := language_of(_text(given)[:100]):
        return code
    raise ValueError(
        Message("{given!r} is not a language code. Write one such as fr.", given=given[:60])
    )


def _link(question: Question, given: Any) -> Any:
    address = _by(_SHORT)(question, given)
    try:
        parts = urlsplit(address)
        is_link = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_link = False
    if not is_link or " " in address:
        raise ValueError(
            Message("It is no address of a page. Copy it whole, as in https://example.org/a.")
        )
    return address


def _files(_: Question, given: Any) -> list[str]:
    """Return the names of files; that they are there is for others to see to."""
    several = given.split(";") if isinstance(given, str) else given
    if not isinstance(several, list):
        raise ValueError(Message("Send a list here, even of one item."))
    return [name for one in several if (name := _text(one))]


_READERS: Final[Mapping[QuestionType, Callable[[Question, Any], Any]]] = {
    QuestionType.SHORT_TEXT: _by(_SHORT),
    QuestionType.LONG_TEXT: _by(_LONG),
    QuestionType.CHOICE: _option,
    QuestionType.CHOICES: _options,
    QuestionType.NUMBER: _number,
    QuestionType.DATE: _date,
    QuestionType.YES_NO: _yes_no,
    QuestionType.COUNTRY: _by(_COUNTRY),
    QuestionType.LANGUAGE: _language,
    QuestionType.LINK: _link,
    QuestionType.FILE: _files,
}


def spoken(value: Any) -> list[str]:
    """Return what an answer says, as conditions name it."""
    if is_blank(value):
        return []
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def shown(form: Form, answers: Answers) -> tuple[Question, ...]:
    """Return the questions that are asked of somebody with these answers, in their order."""
    questions = {one.key: one for one in form.questions}
    known: dict[str, bool] = {}

    def is_shown(question: Question) -> bool:
        if question.key not in known:
            known[question.key] = False  # a circle, which no form has, shows nothing
            known[question.key] = question.shown_if is None or _is_met(
                question.shown_if, questions, answers, is_shown
            )
        return known[question.key]

    return tuple(one for one in form.questions if is_shown(one))


def _is_met(
    condition: Condition,
    questions: Mapping[str, Question],
    answers: Answers,
    is_shown: Callable[[Question], bool],
) -> bool:
    other = questions.get(condition.question)
    if other is None or not is_shown(other):
        return False
    return not {*spoken(answers.get(other.key))}.isdisjoint(condition.says)


def parted(form: Form, answers: Answers) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the answers to what is shown, and those that wait until it is shown again."""
    asked = {one.key for one in shown(form, answers)}
    filled = {key: value for key, value in answers.items() if not is_blank(value)}
    return (
        {key: value for key, value in filled.items() if key in asked},
        {key: value for key, value in filled.items() if key not in asked},
    )


def words_in(text: str) -> int:
    """Return how many words a text has: what stands between blanks."""
    return len(text.split())


def unfinished(kind: CallKind, form: Form, answers: Answers) -> list[FieldError]:
    """Return all that answers lack before they can be sent, in the order of the form."""
    found = [
        (question, _lack(kind, question, answers.get(question.key)))
        for question in shown(form, answers)
    ]
    return [
        FieldError(pointer_to(kind, question.key), lack)
        for question, lack in found
        if lack is not None
    ]


def pointer_to(kind: CallKind, key: str) -> str:
    """Return where an answer stands in a submission."""
    return f"/content/{key}" if key in by_key(kind) else f"/answers/{key}"


def _lack(kind: CallKind, question: Question, value: Any) -> str | None:
    if is_blank(value):
        return _request(kind, question) if question.required else None
    if question.type in WRITTEN:
        return _wrong_length(question, words_in(value))
    if question.type is QuestionType.FILE:
        return _too_many(question.most_files or 1, len(value))
    if question.type is QuestionType.NUMBER:
        if question.least is not None and value < question.least:
            return Message("It must be at least {ge}.", ge=question.least)
        if question.most is not None and value > question.most:
            return Message("It must be at most {le}.", le=question.most)
    return None


def _request(kind: CallKind, question: Question) -> str:
    if question.type is QuestionType.FILE:
        return Message("Add a file.")
    ours = by_key(kind).get(question.key)
    return (ours and ours.request) or Message("Answer this question.")


def _too_many(most: int, count: int) -> str | None:
    if count <= most:
        return None
    return Message(
        "It has {count} files; the maximum is {most}. Remove some.", count=count, most=most
    )


def _wrong_length(question: Question, words: int) -> str | None:
    if question.most_words is not None and words > question.most_words:
        return Message(
            "It has {words:,} words; the maximum is {most:,}. Shorten it.",
            words=words,
            most=question.most_words,
        )
    if question.least_words is not None and words < question.least_words:
        return Message(
            "It has {words:,} words; the minimum is {least:,}. Tell more.",
            words=words,
            least=question.least_words,
        )
    return None


def passages(form: Form, answers: Answers) -> dict[str, tuple[Part, str]]:
    """Return what the matching reads: texts with a part in it that are shown, by key."""
    return {
        one.key: (one.part, answers[one.key])
        for one in shown(form, answers)
        if one.part is not Part.NONE and answers.get(one.key)
    }


def readable(form: Form, answers: Answers, reader: Audience) -> dict[str, Any]:
    """Return the answers that somebody may read who is not of the team.

    Parameters
    ----------
    reader : Audience
        What the reader is: `staff` reads all, `public` what is for everybody alone.
    """
    closeness = [*Audience]
    known = {one.key: one.audience for one in shown(form, answers)}
    return {
        key: value
        for key, value in answers.items()
        if key in known and closeness.index(known[key]) <= closeness.index(reader)
    }


@dataclass(frozen=True, slots=True)
class Found:
    """A condition of taking part, and whether a team meets it.

    Attributes
    ----------
    rule : Rule
    is_met : bool or None
        None where the question that it looks at is not answered, or not asked.
    """

    rule: Rule
    is_met: bool | None


def eligibility(form: Form, country: str, level: str, answers: Answers) -> list[Found]:
    """Return each condition of taking part and whether it is met.

    Parameters
    ----------
    country : str
        The code of the organisation's country.
    level : str
        Its level of government.
    """
    asked = {one.key for one in shown(form, answers)}

    def says(rule: Rule) -> list[str]:
        match rule.subject:
            case Subject.COUNTRY:
                return [country]
            case Subject.LEVEL:
                return [level]
        return spoken(answers.get(rule.question or "")) if rule.question in asked else []

    return [
        Found(rule, not {*said}.isdisjoint(rule.one_of) if (said := says(rule)) else None)
        for rule in form.rules
    ]
