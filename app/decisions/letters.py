"""How the letters of decisions read: texts of ours in four languages, and fields in them.

A lead may write another text for a call. In it stand words and the named fields alone: what
it is filled with is never read as a template, so that no title can say what a letter says.
"""

import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.core.base.errors import FieldError
from app.core.base.messages import Message
from app.core.base.translations import Language


class LetterKind(StrEnum):
    """What a letter tells."""

    SELECTED = "selected"
    RESERVE = "reserve"
    LEARNING_TRACK = "learning_track"
    NOT_SELECTED = "not_selected"
    PROMOTION = "promotion"
    CORRECTION = "correction"


FIELDS: Final[Mapping[str, Message]] = {
    "code": Message("The code of the submission"),
    "title": Message("The title of the submission"),
    "organisation": Message("The name of the team's organisation"),
    "call": Message("The title of the call"),
    "programme": Message("The title of the programme"),
    "outcome": Message("What was decided, in a word"),
    "feedback": Message("The feedback for this team"),
    "answer": Message(
        "A paragraph that asks the team to accept or decline, with the date; empty where it is "
        "not asked"
    ),
}
"""What may stand in braces, and what it becomes."""
ONE_LINE: Final = frozenset({"code", "title", "organisation", "call", "programme", "outcome"})
"""Those that may stand in a subject."""
ASKING: Final = frozenset({LetterKind.SELECTED, LetterKind.PROMOTION, LetterKind.CORRECTION})
"""Letters that may ask for an answer."""

ANSWER: Final = Message(
    "Please accept or decline your place by {answer_by}. Sign in, open the submission, and "
    "choose. If your team cannot take part, another one can have the place."
)
_SUBJECT: Final = Message('The decision about {code}, "{title}"')

DEFAULTS: Final[Mapping[LetterKind, tuple[Message, Message]]] = {
    LetterKind.SELECTED: (
        _SUBJECT,
        Message(
            'Hello,\n\nthank you for {code}, "{title}", which you sent to: {call}. It is '
            "selected.\n\n{feedback}\n\n{answer}\n"
        ),
    ),
    LetterKind.RESERVE: (
        _SUBJECT,
        Message(
            'Hello,\n\nthank you for {code}, "{title}", which you sent to: {call}. It is held '
            "in reserve: if a selected team gives its place back, you may get it. You need to "
            "do nothing for that, and we will write to you.\n\n{feedback}\n"
        ),
    ),
    LetterKind.LEARNING_TRACK: (
        _SUBJECT,
        Message(
            'Hello,\n\nthank you for {code}, "{title}", which you sent to: {call}. It is not '
            "selected for the incubation, and we invite your team to the learning track that "
            "goes along with it.\n\n{feedback}\n"
        ),
    ),
    LetterKind.NOT_SELECTED: (
        _SUBJECT,
        Message(
            'Hello,\n\nthank you for {code}, "{title}", which you sent to: {call}. It is not '
            "selected. We know how much work stands behind it.\n\n{feedback}\n\nYour text "
            "stays yours, and is not published.\n"
        ),
    ),
    LetterKind.PROMOTION: (
        Message('A place has become free for {code}, "{title}"'),
        Message(
            'Hello,\n\nyour submission {code}, "{title}", was held in reserve. A place has '
            "become free, and it is selected now.\n\n{feedback}\n\n{answer}\n"
        ),
    ),
    LetterKind.CORRECTION: (
        Message('A correction of the decision about {code}, "{title}"'),
        Message(
            "Hello,\n\nwhat we told you about your submission {code}, "
            '"{title}", was not right, and we are sorry. The decision is now: {outcome}.\n\n'
            "{feedback}\n\n{answer}\n"
        ),
    ),
}
"""Subject and text of each letter, where a lead has written none for the call."""

_GAP: Final = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Template:
    """Subject and text of a letter, with fields in braces."""

    subject: str
    body: str


def default(kind: LetterKind, language: Language) -> Template:
    """Return how a letter reads in a language as long as nobody has written another one."""
    subject, body = DEFAULTS[kind]
    return Template(language.gettext(subject.template), language.gettext(body.template))


def faults(kind: LetterKind, template: Template) -> Iterator[FieldError]:
    """Yield all that is wrong with a template, with the fields that there are."""
    yield from _faults("/subject", template.subject, ONE_LINE)
    allowed = frozenset(FIELDS) - ({"answer"} if kind not in ASKING else set())
    body = [*_faults("/body", template.body, allowed)]
    yield from body
    needed = ["feedback"] + ["answer"] * (kind in ASKING)
    if not body:
        for name in needed:
            if name not in _named(template.body):
                field = f"{{{name}}}"
                problem = Message("Put {field} where it shall stand.", field=field)
                yield FieldError("/body", problem)


def _faults(pointer: str, text: str, allowed: frozenset[str]) -> Iterator[FieldError]:
    names = ", ".join(f"{{{name}}}" for name in FIELDS if name in allowed)
    try:
        parts = [*string.Formatter().parse(text)]
    except ValueError:
        problem = Message(
            "Braces stand for fields alone. Close each, and write a brace itself twice. The "
            "fields are: {names}.",
            names=names,
        )
        yield FieldError(pointer, problem)
        return
    # many times the feedback would make a letter, and a page of letters, too large to send
    often = Counter(name for _, name, _, _ in parts if name is not None)
    for repeated in [one for one, times in often.items() if times > 1 and one in allowed]:
        field = f"{{{repeated}}}"
        yield FieldError(pointer, Message("{field} may stand there once.", field=field))
    for _, name, spec, conversion in parts:
        if name is not None and (name not in allowed or spec or conversion):
            written = name + (f"!{conversion}" if conversion else "")
            written += f":{spec}" if spec else ""
            field = f"{{{written}}}"
            problem = Message(
                "{field} is no field that can stand here. The fields are: {names}.",
                field=field,
                names=names,
            )
            yield FieldError(pointer, problem)


def _named(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def filled(template: Template, values: Mapping[str, str]) -> Template:
    """Return a letter: each field with its value, which is taken as it stands.

    Parameters
    ----------
    template : Template
        Without faults.
    values : mapping of str to str
        One for each of `FIELDS`.
    """
    return Template(
        " ".join(_filled(template.subject, values).split()),
        _GAP.sub("\n\n", _filled(template.body, values)).strip() + "\n",
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    return "".join(
        literal + (values[name] if name is not None else "")
        for literal, name, _, _ in string.Formatter().parse(text)
    )
