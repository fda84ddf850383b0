"""Commands about the audit chain: verify, head."""

from typing import Annotated

import typer

from app.cli.console import database_of, out, settings_of
from app.core import audit_check
from app.core.database import reading


def verify(
    head: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="A hash that `counterpart audit head` gave before."),
    ] = None,
) -> None:
    """Check that no audit event was changed, removed, added or moved.

    Names the first row that is wrong. Whoever can write the whole database can also write
    the whole chain anew; a hash that was kept elsewhere, given with --head, finds that too.
    """
    with database_of(settings_of()) as database, reading(database) as session:
        found = audit_check.verify(session, head and head.strip().lower())
    out.print(f"The chain of {found.number} events is whole.", soft_wrap=True)
    out.print(f"Its end: {found.digest}", soft_wrap=True)


def head() -> None:
    """Print how many audit events there are and the hash of the last, to be kept elsewhere."""
    with database_of(settings_of()) as database, reading(database) as session:
        found = audit_check.head(session)
    typer.echo(f"{found.number} {found.digest}")
