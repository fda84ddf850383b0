"""PostgreSQL's own programs, for what only they can do: a whole database out and in."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from app.core.base.errors import Unavailable
from app.core.base.messages import Message

DEBIAN: Final = Path("/usr/lib/postgresql")
"""Where Debian keeps the programs of each version, beside the newest ones on the path."""


def program(name: str, debian: Path = DEBIAN) -> str:
    """Return where a program of PostgreSQL is: on the path, or the newest of Debian's.

    Raises
    ------
    Unavailable
        If it is not installed.
    """
    newest = max(debian.glob(f"*/bin/{name}"), key=_version, default="")
    found = shutil.which(name) or str(newest)
    if not found:
        raise Unavailable(
            Message("The program {name} of PostgreSQL is not installed here.", name=name),
            remedy="Install the client programs of PostgreSQL, on Debian postgresql-client.",
        )
    return found


def _version(path: Path) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", path.parts[-3])]


def dump(url: URL, snapshot: str, into: Path) -> None:
    """Write the database, as the snapshot of a transaction sees it, in PostgreSQL's own format.

    Raises
    ------
    Unavailable
        If `pg_dump` is not there or cannot do it.
    """
    _call(
        url,
        [
            program("pg_dump"),
            f"--dbname={_address(url)}",
            f"--snapshot={snapshot}",
            f"--file={into}",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            "--no-comments",
        ],
    )


def script_of(dumped: Path, into: Path) -> None:
    """Turn a dump into statements; this reads all of it, and finds what is damaged.

    Raises
    ------
    Unavailable
        If `pg_restore` is not there or cannot read it.
    """
    options = ["--no-owner", "--no-privileges", f"--file={into}"]
    _call(None, [program("pg_restore"), *options, str(dumped)])


def execute(url: URL, scripts: Sequence[Path]) -> None:
    """Carry out files of statements, all of them in one transaction.

    Raises
    ------
    Unavailable
        If one fails; the database is as it was.
    """
    options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    files = [f"--file={script}" for script in scripts]
    _call(url, [program("psql"), f"--dbname={_address(url)}", *options, *files])


def _address(url: URL) -> str:
    """Return the address without its password: others can read the arguments of a program."""
    shown = URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    )
    return shown.render_as_string()


def _call(url: URL | None, command: Sequence[str]) -> None:
    password = {"PGPASSWORD": str(url.password)} if url is not None and url.password else {}
    done = subprocess.run(  # noqa: S603 -- PostgreSQL's programs; the operator names the rest
        command,
        env={**os.environ, **password},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        name = Path(command[0]).name
        raise Unavailable(
            Message(
                "{name} ended with code {returncode}: {reason}",
                name=name,
                returncode=done.returncode,
                reason=_reason(done.stderr),
            ),
            remedy="Nothing was changed. Correct this and run the command again.",
        )


def _reason(output: str) -> str:
    """Return the first complaint; what follows it may quote rows."""
    complaints = [line for line in output.splitlines() if "error" in line.lower()]
    return (complaints or output.splitlines() or ["no reason given"])[0]
