"""Sentences for people that can be told in other languages.

A refusal is raised far from its reader, and nobody knows there in which language that
will be. So a sentence with something in it is kept as what a translator needs: the template,
which is the key of its translation, and the values.
"""

from collections.abc import Callable, Mapping
from typing import Any, Self


class Message(str):
    """A sentence in English that remembers its template and its values.

    Parameters
    ----------
    template : str
        With the names of values in braces, as `str.format` reads them.
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
        message = super().__new__(cls, template.format(**values))
        message.template, message.values = template, values
        return message

    def __reduce__(self) -> tuple[Callable[..., "Message"], tuple[str, dict[str, Any]]]:
        """Copy by template and values: the finished sentence may hold braces of its own."""
        return _again, (self.template, dict(self.values))

    def translated(self, translation: Callable[[str], str | None]) -> str:
        """Return the sentence in another language; in English where it has no translation.

        Parameters
        ----------
        translation : callable
            Returns what a template is in that language; None if nobody has translated it.
        """
        values = {name: translated(value, translation) for name, value in self.values.items()}
        return (translation(self.template) or self.template).format(**values)


def _again(template: str, values: dict[str, Any]) -> Message:
    return Message(template, **values)


def translated(value: Any, translation: Callable[[str], str | None]) -> Any:
    """Return a message in another language, and any other value as it is."""
    return value.translated(translation) if isinstance(value, Message) else value
