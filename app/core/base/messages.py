"""Sentences for people that can be told in other languages.

A refusal is raised far from its reader, and nobody knows there in which language that
will be. So a sentence is kept as what a translator needs: the template, which is the key of
its translation, and the values.
"""

import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, Self

Translate = Callable[[str], str | None]
"""Returns what a template is in another language; None if nobody has translated it."""
Write = Callable[[Any, str], str]
"""Writes a value as a format specification wants it: `format` does so in English."""


class Message(str):
    """A sentence in English that remembers its template and its values.

    Parameters
    ----------
    template : str
        With the names of values in braces, as `str.format` reads them. Without values it is
        the sentence as it stands.
    **values
        Numbers and instants as they are: how they are written depends on the language.

    Examples
    --------
    >>> message = Message("There is no run {run}.", run="RUN-2026-001")
    >>> message
    'There is no run RUN-2026-001.'
    >>> message.translated({"There is no run {run}.": "Il n'y a pas de {run}."}.get)
    "Il n'y a pas de RUN-2026-001."
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:
        """Write the sentence in English."""
        message = super().__new__(cls, template.format(**values) if values else template)
        message.template, message.values = template, values
        return message

    @classmethod
    def of(cls, text: str) -> "Message":
        """Return a sentence as a message; one that is one already as it is."""
        return text if isinstance(text, Message) else cls(text)

    def __reduce__(self) -> tuple[Callable[..., "Message"], tuple[str, dict[str, Any]]]:
        """Copy by template and values: the finished sentence may hold braces of its own."""
        return _again, (self.template, dict(self.values))

    def translated(self, translation: Translate, write: Write = format) -> str:
        """Return the sentence in another language; in English where it has no translation.

        Parameters
        ----------
        translation : callable
            Returns what a template is in that language; None if nobody has translated it.
        write : callable, optional
            Writes a value, such as a number, as that language has it.
        """
        template = translation(self.template) or self.template
        if not self.values:
            return template
        return _Filling(translation, write).vformat(template, (), self.values)


class Joined(Message):
    """Several sentences in one, with the same between each two.

    Examples
    --------
    >>> Joined("; ", ["Shorten it.", Message("It has {n} words.", n=3)])
    'Shorten it.; It has 3 words.'
    """

    __slots__ = ("parts",)

    parts: Sequence[str]

    def __new__(cls, separator: str, parts: Iterable[str], /) -> Self:
        """Write the sentences in English, one after the other."""
        parts = tuple(parts)
        message = super().__new__(cls, separator.join(parts))
        message.template, message.parts = separator, parts
        return message

    def __reduce__(self) -> Any:
        """Copy by what it consists of."""
        return Joined, (self.template, self.parts)

    def translated(self, translation: Translate, write: Write = format) -> str:
        """Return each of the sentences in another language."""
        return self.template.join(
            Message.of(part).translated(translation, write) for part in self.parts
        )


class Sentence(Message):
    """What a validator says in half a sentence, with a capital and a full stop.

    Examples
    --------
    >>> Sentence("write it on one line")
    'Write it on one line.'
    """

    __slots__ = ("half",)

    half: Message

    def __new__(cls, half: str, /) -> Self:
        """Write the sentence in English."""
        message = super().__new__(cls, _whole(half))
        message.half = Message.of(half)
        return message

    def __reduce__(self) -> Any:
        """Copy by what it was made of."""
        return Sentence, (self.half,)

    def translated(self, translation: Translate, write: Write = format) -> str:
        """Return the sentence in another language."""
        return _whole(self.half.translated(translation, write))


def _whole(half: str) -> str:
    return f"{half[:1].upper()}{half[1:]}.".replace("..", ".")


def either(names: Sequence[str]) -> str:
    """Return what could be meant: `a or b or c`."""
    one, *others = names
    return Message("{one} or {other}", one=one, other=either(others)) if others else one


def both(names: Sequence[str]) -> str:
    """Return all of it: `a and b and c`."""
    one, *others = names
    return Message("{one} and {other}", one=one, other=both(others)) if others else one


class Word(str):
    """A word of one of our tables, such as a state, as people read it."""

    __slots__ = ("kind",)

    kind: str

    def __new__(cls, member: Enum) -> Self:
        """Write it in English."""
        word = super().__new__(cls, str(member.value).replace("_", " "))
        word.kind = kind_of(type(member))
        return word


def kind_of(table: type[Enum]) -> str:
    """Return in which context the words of an enumeration are translated."""
    name = table.__name__
    return "state" if name.endswith("State") else name.lower()


class _Filling(string.Formatter):
    """Fills values into a template as a language writes them."""

    def __init__(self, translation: Translate, write: Write) -> None:
        self._translation, self._write = translation, write

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        value = super().get_value(key, args, kwargs)
        return translated(value, self._translation, self._write)

    def format_field(self, value: Any, format_spec: str) -> str:
        return self._write(value, format_spec)


def _again(template: str, values: dict[str, Any]) -> Message:
    return Message(template, **values)


def translated(value: Any, translation: Translate, write: Write = format) -> Any:
    """Return a message in another language, and any other value as it is."""
    return value.translated(translation, write) if isinstance(value, Message) else value
