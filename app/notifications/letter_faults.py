"""What is wrong with the text of a letter that staff write, as far as its fields go."""

import string
from collections import Counter
from collections.abc import Iterator

from app.core.base.errors import FieldError
from app.core.base.messages import Message
from app.notifications.letter_texts import FIELDS, ONE_LINE, TEXTS, LetterKind, Template


def faults(kind: LetterKind, template: Template) -> Iterator[FieldError]:
    """Yield all that is wrong with a template, with the fields that there are."""
    text = TEXTS[kind]
    yield from _faults("/subject", template.subject, text.allowed & ONE_LINE)
    body = [*_faults("/body", template.body, text.allowed)]
    yield from body
    if not body:
        for name in text.needed:
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
