"""What the row of names says: which column is which field, in the words that people use.

A schema may say in `ClassVar`s

* `headings`: other names of its fields, by field;
* `unread`: columns that our own tables have and that are left aside;
* `mistaken_for`: schemas whose files are brought here by mistake, by the word for their rows.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel

from app.core.base.text import comparable


class Headings:
    """The names that a schema understands.

    Parameters
    ----------
    schema : type of a pydantic model
    """

    def __init__(self, schema: type[BaseModel]) -> None:
        self.fields = tuple(schema.model_fields)
        self.required = tuple(n for n, f in schema.model_fields.items() if f.is_required())
        others: Mapping[str, Sequence[str]] = getattr(schema, "headings", {})
        self._meanings = {_key(name): name for name in self.fields}
        for field in self.fields:
            for name in others.get(field, ()):
                self._meanings.setdefault(_key(name), field)
        self._unread = frozenset(map(_key, getattr(schema, "unread", ())))
        self._schema = schema

    def field(self, heading: str) -> str | None:
        """Return the field that a heading means; None if it means none."""
        return self._meanings.get(_key(heading))

    def is_unread(self, heading: str) -> bool:
        """Tell whether this is a column of our own tables that nobody reads back."""
        return _key(heading) in self._unread

    def named(self, cells: Iterable[str]) -> frozenset[str]:
        """Return the fields that these headings name."""
        return frozenset(field for cell in cells if (field := self.field(cell)))

    def other_kind(self, cells: Sequence[str]) -> str | None:
        """Return what the rows are, where the headings are those of another kind of file."""
        others: Mapping[str, type[BaseModel]] = getattr(self._schema, "mistaken_for", {})
        ours = self.named(cells)
        for word, schema in others.items():
            other = Headings(schema)
            theirs = other.named(cells) - {*self.fields}
            if theirs and not ours - {*other.fields}:
                return word
        return None


def _key(heading: str) -> str:
    """Return a heading as it is compared: without case, signs and remarks in parentheses."""
    heading = re.sub(r"\([^()]*\)\s*$", "", heading)
    return re.sub(r"[\W_]+", " ", comparable(heading)).strip()
