"""A form on one page, a row for each question: for those who fill it in without a connection.

The rows are the same in a workbook and in JSON. A row has a key, such as `title`,
`content.problem` or `answers.scale`, what is asked, what is wanted, what may be chosen, the
answer that stands there, and a fingerprint of it (`seen`): by that the file tells later what
was changed in it, and the service what was changed there.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.core.base.messages import Message
from app.core.base.translations import Language
from app.core.tables.countries import country_codes
from app.core.tables.languages import OFFERED
from app.programmes.lifecycle import CallKind
from app.questions.answering import is_blank
from app.questions.builtin import by_key
from app.questions.forms import Form, Question, QuestionType
from app.submissions.content import MOST_CHALLENGES
from app.submissions.schemas import MOST_THEMES
from app.submissions.service.answered import ANSWERS, CONTENT

CAPACITY: Final = f"{CONTENT}capacity"
TITLES: Final[Mapping[str, Message]] = {
    "title": Message("Title"),
    "language": Message("Language"),
    "themes": Message("Themes"),
    "summary": Message("Summary"),
    CAPACITY: Message("How many challenges can you take on?"),
}
"""What stands around the questions of every form."""
YES, NO = Message("yes"), Message("no")

Labels = Mapping[str, str]
"""What a theme is called in one language, by its key."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of a form.

    Attributes
    ----------
    name : str
    title : str
        In the language of the reader; as the call wrote it, if it is its own.
    wanted : list of str
        What to write there: sentences.
    choices : mapping from what is shown to what is kept
        Empty where there is no list.
    question : Question or None
        None for what stands around the questions.
    is_several : bool
        Whether several can be chosen, with semicolons between them.
    """

    name: str
    title: str
    wanted: list[str]
    choices: Mapping[str, Any] = field(default_factory=dict)
    question: Question | None = None
    is_several: bool = False

    def said(self, value: Any) -> str:
        """Return an answer as people read it."""
        shown = {_hashable(kept): text for text, kept in self.choices.items()}
        if isinstance(value, list):
            return "; ".join(shown.get(one, str(one)) for one in value)
        if isinstance(value, bool):
            return shown.get(value, str(value))
        return "" if is_blank(value) else shown.get(value, str(value))


def _hashable(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | str) else str(value)


def seen_of(value: Any) -> str:
    """Return the fingerprint of an answer; that of a blank one is the same for all of them."""
    kept = None if is_blank(value) else value
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def rows_of(kind: CallKind, form: Form, into: Language, themes: Labels) -> list[Asked]:
    """Return what a call asks, in the language of the reader.

    Parameters
    ----------
    themes : mapping from key to what it is called in that language
    """
    say = into.say
    text = [Asked("title", say(TITLES["title"]), [say(Message("From 5 to 200 characters."))])]
    tongues = {into.language_name(code): code for code in OFFERED}
    hint = Message("In which you write. Leave it blank, and it is recognised.")
    text.append(Asked("language", say(TITLES["language"]), [say(hint)], _sorted(tongues)))
    for question in form.questions:
        text.append(_asked(kind, question, into))
        if question.key == "offer" and kind is CallKind.SOLUTIONS:
            note = Message("A whole number from 0 to {most}.", most=MOST_CHALLENGES)
            text.append(Asked(CAPACITY, say(TITLES[CAPACITY]), [say(note)]))
    labels = _sorted({label: key for key, label in themes.items()})
    several = Message("At most {most}, with semicolons between them.", most=MOST_THEMES)
    text.append(Asked("themes", say(TITLES["themes"]), [say(several)], labels, None, True))
    hint = Message("In the working language of the programme, where you write in another.")
    text.append(Asked("summary", say(TITLES["summary"]), [say(hint)]))
    return text


def _sorted(choices: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(choices.items(), key=lambda one: one[0].casefold()))


def _asked(kind: CallKind, question: Question, into: Language) -> Asked:
    ours = by_key(kind).get(question.key)
    name = f"{CONTENT if ours else ANSWERS}{question.key}"
    title = into.say(ours.title) if ours else question.title
    hints = [into.say(ours.hint)] if ours else [question.hint] if question.hint else []
    return Asked(
        name,
        title,
        [*hints, *(into.say(one) for one in _limits(question))],
        _choices(question, into),
        question,
        question.type is QuestionType.CHOICES,
    )


def _limits(question: Question) -> list[Message]:
    least, most = question.least_words, question.most_words
    both = (question.least, question.most)
    found: dict[Message, object] = {
        Message("It has to be answered."): question.required,
        Message("From {least} to {most} words.", least=least, most=most): least and most,
        Message("At most {most} words.", most=most): most and not least,
        Message("At least {least} words.", least=least): least and not most,
        Message("At least {least}.", least=both[0]): both[0] is not None,
        Message("At most {most}.", most=both[1]): both[1] is not None,
        **{text: question.type is kind for kind, text in _TYPED.items()},
        Message("It is asked only upon some answers to another question."): question.shown_if,
    }
    return [text for text, counts in found.items() if counts]


_TYPED: Final = {
    QuestionType.DATE: Message("Year, month and day, as in 2027-02-15."),
    QuestionType.CHOICES: Message("Several, with semicolons between them."),
}


def _choices(question: Question, into: Language) -> dict[str, Any]:
    match question.type:
        case QuestionType.YES_NO:
            return {into.say(YES): True, into.say(NO): False}
        case QuestionType.COUNTRY:
            return _sorted({into.country(code): code for code in country_codes()})
        case QuestionType.LANGUAGE:
            return _sorted({into.language_name(code): code for code in OFFERED})
    return {option: option for option in question.options}


def needed(rows: Sequence[Asked]) -> frozenset[str]:
    """Return the names of what has to be answered before it can be sent."""
    return frozenset(
        one.name
        for one in rows
        if one.name == "title" or (one.question and one.question.required)
    )
