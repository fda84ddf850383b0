"""Files that we write for people: whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

from app.core.base.errors import Conflict
from app.core.base.messages import Message

# With the 8 KB of Python the system is called for each few lines of an answer.
_BUFFER: Final = 1 << 18


def write_whole(path: Path, content: bytes, *, secret: bool = False) -> None:
    """Write a file beside its place first, and then put it there.

    Parameters
    ----------
    secret : bool, default=False
        True lets only its owner read it, whoever could read the file before.

    Raises
    ------
    Conflict
        If it cannot be written; what stood there is as it was.
    """
    with whole(path, secret=secret) as file:
        file.write(content)


@contextmanager
def whole(path: Path, *, secret: bool = False) -> Iterator[BinaryIO]:
    """Open a file to be written beside its place; it gets there when the block succeeds.

    Parameters
    ----------
    secret : bool, default=False
        True lets only its owner read it, whoever could read the file before.

    Raises
    ------
    Conflict
        If it cannot be written; what stood there is as it was.
    """
    target = path.resolve()
    draft = target.with_name(f".{target.name}.{uuid4().hex}")
    try:
        descriptor = os.open(
            draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o666
        )
        with os.fdopen(descriptor, "w+b", buffering=_BUFFER) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        put(draft, target)
    except OSError as error:
        raise Conflict(
            Message("{path} cannot be written: {reason}.", path=path, reason=error.strerror),
            remedy="Nothing was changed. Choose another file or folder.",
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink()


def put(draft: Path, target: Path) -> None:
    """Put a whole file in its place, so that it is still there after a power cut."""
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
