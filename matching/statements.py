"""What the library says in words, so that a caller can say it in another language.

A sentence about an assignment is made of parts: names, numbers, and other statements. It keeps
its template and its values, since nobody takes a finished sentence apart.
"""

from collections.abc import Mapping
from typing import Any, Self


class Statement(str):
    """A sentence in English, or a part of one, that remembers what it was made of.

    Parameters
    ----------
    template : str
        With the names of values in braces, as `str.format` reads them.
    **values
        Names, numbers, and other statements.

    Examples
    --------
    >>> statement = Statement("allow the pair {pair}", pair="(0, 2)")
    >>> statement
    'allow the pair (0, 2)'
    >>> statement.template, dict(statement.values)
    ('allow the pair {pair}', {'pair': '(0, 2)'})
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:
        """Write the statement in English."""
        statement = super().__new__(cls, template.format(**values) if values else template)
        statement.template, statement.values = template, values
        return statement
