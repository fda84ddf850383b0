"""Commands about the audit chain: verify, head."""

import re
from typing import Annotated

import typer

from app.cli.console import database_of, name_database, settings_at_hand
from app.cli.screen import out
from app.core.base.errors import Unprocessable
from app.core.storage import audit_verification
from app.core.storage.database import reading


def verify(
    head: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="A hash that `counterpart audit head` gave before."),
    ] = None,
) -> None:
    """Check that no audit event was changed, removed, added or moved.

    Names the first row that is wrong. Anyone who can write the whole database can also write
    the whole chain again; a hash that was kept elsewhere, given with --head, finds that too.
    """
    published = None if head is None else _hash_in(head)
    settings = settings_at_hand()
    with database_of(settings) as database, reading(database) as session:
        found = audit_verification.verify(session, published)
    out.print(f"The chain of {found.number} events is whole.", soft_wrap=True)
    out.print(f"Its end: {found.digest}", soft_wrap=True)
    name_database(settings)


def _hash_in(line: str) -> str:
    """Return the hash of a line that `audit head` has printed, with or without its number."""
    found = re.fullmatch(r"\s*(?:\d+\s+)?([0-9a-f]{64})\s*", line.lower())
    if found is None:
        raise Unprocessable(
            "What was given with --head is no hash of an event; the chain was not looked at.",
            remedy="Give the line that `counterpart audit head` printed, whole.",
        )
    return found[1]


def head() -> None:
    """Print how many audit events there are and the hash of the last, to be kept elsewhere."""
    with database_of(settings_at_hand()) as database, reading(database) as session:
        found = audit_verification.head(session)
    typer.echo(f"{found.number} {found.digest}")
