"""What makes a form one that can be answered; all that is wrong with it, at once."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from pydantic import BaseModel

from app.core.base.errors import FieldError
from app.core.base.messages import Message, either
from app.core.tables.countries import is_country
from app.core.tables.languages import language_of
from app.organisations.schemas import Level
from app.programmes.lifecycle import CallKind
from app.questions.builtin import BUILT_IN, as_question, by_key
from app.questions.forms import DECIDING, Question, QuestionType, Rule, Subject

RESERVED: Final = frozenset(
    (
        *(one.key for asked in BUILT_IN.values() for one in asked),
        *("id", "code", "title", "language", "summary", "themes", "content", "answers", "text"),
        *("offer", "capacity", "organisation", "country", "subdivision", "level", "sources"),
        *("notes", "programme", "call", "state", "message", "version", "created_at"),
        *(
            "updated_at",
            "submitted_at",
            "answer_by",
            "appeal",
            "asked",
            "programme_id",
            "call_id",
        ),
        *("written", "passages", "headings", "unread", "mistaken_for", "own", "own_keys"),
        *(name for name in dir(BaseModel) if not name.startswith("_")),
        *("organisation_id", "new"),
    )
)
"""Keys that a question of a call cannot have: a file would take one for the other."""


def in_full(kind: CallKind, question: Question) -> Question:
    """Return a question as it is kept: of one of ours only what a call may set is taken."""
    ours = by_key(kind).get(question.key)
    if ours is None:
        return question
    own = ("section", "required", "least_words", "most_words")
    return as_question(ours).model_copy(update={name: getattr(question, name) for name in own})


def faults(
    kind: CallKind, questions: Sequence[Question], rules: Sequence[Rule]
) -> list[FieldError]:
    """Return all that is wrong with a form of a call of this kind."""
    by_name = {one.key: one for one in questions}
    found = [
        FieldError(f"/questions/{index}/{name}", problem)
        for index, one in enumerate(questions)
        for name, problem in _of_question(kind, one, by_name, questions[:index])
    ]
    missing = [
        FieldError(
            "/questions",
            Message("Ask {key}: no submission of this kind can do without it.", key=key),
        )
        for key, ours in by_key(kind).items()
        if ours.request is not None and key not in by_name
    ]
    wrong_rules = [
        FieldError(f"/rules/{index}/{name}", problem)
        for index, rule in enumerate(rules)
        for name, problem in _of_rule(rule, by_name)
    ]
    return found + missing + wrong_rules


def _of_question(
    kind: CallKind,
    question: Question,
    by_name: Mapping[str, Question],
    before: Sequence[Question],
) -> Iterator[tuple[str, str]]:
    if any(one.key == question.key for one in before):
        yield "key", Message("{key} is asked twice. Take one out.", key=question.key)
    ours = by_key(kind).get(question.key)
    if ours is not None:
        if ours.request is not None and not question.required:
            yield "required", Message("No submission of this kind can do without it.")
        return
    if question.key in RESERVED:
        yield (
            "key",
            Message("{key} has a meaning of its own. Choose another key.", key=question.key),
        )
    if len(question.title) < 3:
        yield "title", Message("Write what is asked, in 3 characters or more.")
    if question.shown_if is not None:
        yield from _of_condition(question, by_name)


def _of_condition(
    question: Question, by_name: Mapping[str, Question]
) -> Iterator[tuple[str, str]]:
    condition = question.shown_if
    assert condition is not None  # noqa: S101 -- asked for by the caller
    other = by_name.get(condition.question)
    if other is None or other.type not in DECIDING:
        yield "shown_if/question", _NO_SUCH
        return
    yield from _unsaid(other, condition.says, "shown_if/says")
    seen, here = {question.key}, other
    while here.shown_if is not None and here.key not in seen:
        seen.add(here.key)
        following = by_name.get(here.shown_if.question)
        if following is None:
            return
        here = following
    if here.key in seen:
        yield (
            "shown_if/question",
            Message(
                "It depends on itself by way of other questions. Let one of them stand free."
            ),
        )


_NO_SUCH: Final = Message(
    "There is no such question with a list of answers, yes or no, a country or a language. "
    "Name one of this form."
)


def _unsaid(question: Question, says: Sequence[str], place: str) -> Iterator[tuple[str, str]]:
    """Yield what can never be the answer to a question."""
    for index, one in enumerate(says):
        match question.type:
            case QuestionType.YES_NO:
                possible = one in {"yes", "no"}
                remedy: str = Message("{one} or {other}", one="yes", other="no")
            case QuestionType.COUNTRY:
                possible, remedy = is_country(one), Message("a code such as FR")
            case QuestionType.LANGUAGE:
                possible, remedy = language_of(one) == one, Message("a code such as fr")
            case _:
                possible, remedy = one in question.options, either(question.options)
        if not possible:
            yield (
                f"{place}/{index}",
                Message(
                    "Nobody can answer {said!r}. Write {remedy}.", said=one[:60], remedy=remedy
                ),
            )


def _of_rule(rule: Rule, by_name: Mapping[str, Question]) -> Iterator[tuple[str, str]]:
    if rule.subject is Subject.ANSWER:
        other = by_name.get(rule.question or "")
        if other is None or other.type not in DECIDING:
            yield "question", _NO_SUCH
        else:
            yield from _unsaid(other, rule.one_of, "one_of")
        return
    levels = [level.value for level in Level]
    for index, one in enumerate(rule.one_of):
        if rule.subject is Subject.COUNTRY and not is_country(one):
            yield (
                f"one_of/{index}",
                Message("{code!r} is no country. Write a code such as FR.", code=one[:60]),
            )
        if rule.subject is Subject.LEVEL and one not in levels:
            yield (
                f"one_of/{index}",
                Message(
                    "{level!r} is no level of government. Write {levels}.",
                    level=one[:60],
                    levels=either(levels),
                ),
            )


def key_for(title: str, taken: Collection[str]) -> str:
    """Return a key for a question that asks this, which no other of its form has.

    Examples
    --------
    >>> key_for("Combien d'é\u0301coles ?", {"combien_d_ecoles"})
    'combien_d_ecoles_2'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = "_".join(re.findall("[a-z0-9]+", plain))[:_LONGEST_KEY].strip("_")
    stem = words if words[:1].isalpha() else f"q_{words}".strip("_")
    number, key = 1, stem
    while key in taken or key in RESERVED:
        number += 1
        key = f"{stem}_{number}"
    return key


_LONGEST_KEY: Final = 34
"""Characters that a key takes of a title; a number has place behind them."""
