"""Lists that anybody may read: what they are asked, and how words and themes are looked for."""

from typing import Any, Final, Self, TypeVar

from pydantic import Field, model_validator
from sqlalchemy import ColumnElement, String, and_, cast, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.core.base.messages import Message
from app.core.base.text import Line, comparable
from app.core.storage.pagination import ListQuery
from app.core.tables.exporting import Format

Row = TypeVar("Row")

MOST_WORDS: Final = 10
"""How many words somebody can search at once."""


class OpenQuery(ListQuery):
    """What every list that anybody may read understands; a feature adds its filters."""

    q: Line | None = Field(
        default=None,
        max_length=200,
        description="Words that stand in the text; the first ten count.",
    )

    @model_validator(mode="after")
    def _no_table(self) -> Self:
        if self.format is not Format.JSON:
            raise ValueError(Message("what is published is read as JSON, or as a feed"))
        return self


def with_words(
    statement: SelectOfScalar[Row], words: str | None, *, key: Any, text: Any, of: Any
) -> SelectOfScalar[Row]:
    """Return the statement with the rows alone in which each of these words stands.

    Each word is looked for in every row, so only the first `MOST_WORDS` count.

    Parameters
    ----------
    key : column
        The key of the rows.
    text, of : columns
        What is searched, as text is compared, and of which row it is.
    """
    told = [
        col(text).contains(word, autoescape=True)
        for word in comparable(words or "").split()[:MOST_WORDS]
    ]
    if not told:
        return statement
    return statement.where(col(key).in_(select(of).where(and_(*told))))


def holds_any(column: Any, values: list[str]) -> ColumnElement[bool]:
    """Return the condition for rows of which a list of short texts holds one of these."""
    written = cast(col(column), String)
    return or_(*(written.contains(f'"{value}"', autoescape=True) for value in values))
