"""Lines of a result that wait in a file until they are stored, so that memory stays flat.

Nothing is computed while the database is held for writing, and no reasons pile up in memory:
the columns of a line are written as JSON when they are made and read back one at a time. What
the database keeps as JSON too is not taken apart again: reading it took longer than storing it.
"""

import weakref
from collections.abc import Callable, Iterator
from itertools import groupby
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from pydantic_core import from_json, to_json

from app.core.storage.json_columns import Written, written
from app.matchmaking.engine.pipeline import Suggestions
from app.matchmaking.engine.suggestions import Suggestion
from app.matchmaking.results import Line

_IN_MEMORY: Final = 8 * 2**20
"""Bytes up to which no file is made."""


class Spooled:
    """Lines that can be read again and again.

    Parameters
    ----------
    file : binary file
        One line of JSON each.
    n_lines : int
    """

    def __init__(self, file: IO[bytes], n_lines: int) -> None:
        self._file = file
        self._n_lines = n_lines
        weakref.finalize(self, file.close)

    def __len__(self) -> int:
        return self._n_lines

    def __iter__(self) -> Iterator[Line]:
        """Read them in their order."""
        self._file.seek(0)
        for line in self._file:
            challenge, solution, plain, documents = from_json(line)
            kept = {name: Written(document) for name, document in documents.items()}
            yield Line(challenge, solution, plain | kept)


def spooled(
    suggestions: Suggestions,
    columns: Callable[[Suggestion], dict[str, Any]],
    report: Callable[[int], None],
) -> Spooled:
    """Make suggestions and put them by.

    Parameters
    ----------
    suggestions : Suggestions
        Challenge after challenge.
    columns : callable
        Returns the columns of the line of a suggestion.
    report : callable
        Is told after each challenge how many are done.
    """
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 -- it lives as long as its lines do
    by_challenge = groupby(suggestions, lambda suggestion: suggestion.challenge.id)
    for done, (challenge, of_one) in enumerate(by_challenge, 1):
        for suggestion in of_one:
            plain, documents = dict[str, Any](), dict[str, str]()
            for name, value in columns(suggestion).items():
                if isinstance(value, dict | list):
                    documents[name] = written(value)
                else:
                    plain[name] = value
            line = (challenge, suggestion.provider.id, plain, documents)
            file.write(to_json(line) + b"\n")
        report(done)
    return Spooled(file, len(suggestions))
