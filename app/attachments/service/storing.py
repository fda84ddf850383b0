"""What becomes of any file that people send: looked at, kept in pieces, and read again.

Whose it is, and who may read it, the room says that keeps it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from app.attachments.content import FileKind, recognised
from app.core.base.clock import now
from app.core.base.errors import Failure, FieldError, NotFound, TooLarge, Unprocessable
from app.core.base.messages import Message
from app.core.storage.database import Database, reading

PIECE: Final = 512 * 1024
"""Bytes of each piece but the last one."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it was sent.

    Attributes
    ----------
    name : str
        As its sender calls it.
    file : binary file or None
        None where none was sent.
    size : int
        In bytes.
    question : str or None
        The key of the question that it answers.
    """

    name: str
    file: BinaryIO | None
    size: int
    question: str | None = None


class Removed(Protocol):
    """A row of a file that was removed."""

    id: UUID
    size: int
    removed_at: datetime | None


Row = TypeVar("Row", bound=Removed)


def beyond(rows: Iterable[Row], most: int, most_bytes: int) -> Iterator[Row]:
    """Yield what was removed first, beyond what may wait in number and bytes."""
    size = 0
    newest = sorted(rows, key=lambda row: (row.removed_at or now(), row.id), reverse=True)
    for number, row in enumerate(newest, 1):
        size += row.size
        if number > most or size > most_bytes:
            yield row


def looked_at(sent: Sent, most: int) -> tuple[FileKind, BinaryIO]:
    """Return what a file is, told by what it holds.

    Parameters
    ----------
    most : int
        Bytes that it may have.

    Raises
    ------
    Unprocessable
        If no file was sent, or it is none that we take.
    TooLarge
        If it is larger than a file may be.
    """
    if sent.file is None:
        raise refused(Message("Choose a file."))
    if sent.size > most:
        raise TooLarge(
            Message("The file has more than {limit} MB.", limit=most // 1_000_000),
            remedy="Send a smaller one: a PDF can be saved with smaller pictures.",
        )
    try:
        return recognised(sent.file, sent.size), sent.file
    except ValueError as error:
        raise refused(Message.of(error.args[0])) from error


def refused(problem: str, field: str = "/file") -> Unprocessable:
    """Return the refusal of a file, at the field that is the reason."""
    return Unprocessable("The file cannot be taken.", errors=[FieldError(field, problem)])


def digest(file: BinaryIO) -> str:
    """Return the SHA-256 of what a file holds, in hexadecimal digits."""
    file.seek(0)
    found = hashlib.sha256()
    while content := file.read(PIECE):
        found.update(content)
    return found.hexdigest()


def store(session: Session, table: type[SQLModel], key: UUID, file: BinaryIO) -> None:
    """Keep what a file holds in the pieces of a table.

    Parameters
    ----------
    table : type of SQLModel
        Its key is whose pieces they are, and the number of each.
    key : UUID
        Of the row that says what the file is.
    """
    owner, number = (column.name for column in vars(table)["__table__"].primary_key)
    file.seek(0)
    count = 0
    while content := file.read(PIECE):
        session.execute(insert(table), [{owner: key, number: count, "content": content}])
        count += 1


def pieces(
    database: Database, table: type[SQLModel], key: UUID, size: int, sha256: str
) -> Iterator[bytes]:
    """Yield what a file holds; each piece is read by a session of its own.

    Parameters
    ----------
    size : int
        Of the whole file, in bytes.
    sha256 : str
        Of what it held when it was sent.

    Raises
    ------
    NotFound
        If it was removed for good meanwhile.
    Failure
        If it does not hold what was sent.
    """
    found = hashlib.sha256()
    for number in range(-(-size // PIECE)):
        with reading(database) as session:
            piece: bytes | None = getattr(session.get(table, (key, number)), "content", None)
        if piece is None:
            raise NotFound(Message("There is no file {key}.", key=key))
        found.update(piece)
        yield piece
    if found.hexdigest() != sha256:
        raise Failure("The file does not hold what was sent.")
