"""Files that we write for people: whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from app.core.errors import Conflict


def write_whole(path: Path, content: bytes, *, secret: bool = False) -> None:
    """Write a file beside its place first, and then put it there.

    Parameters
    ----------
    secret : bool, default=False
        True lets its owner alone read it, whoever could read what stood there.

    Raises
    ------
    Conflict
        If it cannot be written; what stood there is as it was.
    """
    target = path.resolve()
    draft = target.with_name(f".{target.name}.{uuid4().hex}")
    try:
        descriptor = os.open(
            draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o666
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        raise Conflict(
            f"{path} cannot be written: {error.strerror}.",
            remedy="Nothing was changed. Choose another file or folder.",
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink()
