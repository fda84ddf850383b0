"""What the library says in words, so that a caller can say it in another language.

A sentence about an assignment is made of parts: names, numbers, and other phrases. It keeps
its template and its values, since nobody takes a finished sentence apart.
"""

from collections.abc import Callable, Mapping
from typing import Any, Self


class Phrase(str):
    """A sentence in English, or a part of one, that remembers what it was made of.

    Parameters
    ----------
    template : str
        With the names of values in braces, as `str.format` reads them.
    **values
        Names, numbers, and other phrases.

    Examples
    --------
    >>> phrase = Phrase("allow the pair {pair}", pair="(0, 2)")
    >>> phrase
    'allow the pair (0, 2)'
    >>> phrase.template, dict(phrase.values)
    ('allow the pair {pair}', {'pair': '(0, 2)'})
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:
        """Write the phrase in English."""
        phrase = super().__new__(cls, template.format(**values) if values else template)
        phrase.template, phrase.values = template, values
        return phrase

    def __reduce__(self) -> tuple[Callable[..., "Phrase"], tuple[str, dict[str, Any]]]:
        """Copy by template and values: the finished phrase may hold braces of its own."""
        return _again, (self.template, dict(self.values))


def _again(template: str, values: dict[str, Any]) -> Phrase:
    return Phrase(template, **values)
