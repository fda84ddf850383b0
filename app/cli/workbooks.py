"""`counterpart workbook`: a run for those who decide."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app.access.policy import OPERATOR
from app.cli.console import database_of, settings_at_hand
from app.core.base.files import whole
from app.core.storage.database import reading
from app.insights.queries import names_of
from app.matchmaking.service import workbooks


def workbook(
    run: Annotated[str, typer.Argument(help="Code of the run, such as RUN-2026-001.")],
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where to write it.", show_default="the code with .xlsx"
        ),
    ] = None,
) -> None:
    """Write the decision workbook of a run: for each challenge its best five, and why.

    It says what people have decided about each pair so far, and who.
    """
    with database_of(settings_at_hand()) as database:
        with reading(database) as session:
            found = workbooks.require_result(session, OPERATOR, run)
        parts = workbooks.decision_workbook(
            partial(reading, database), OPERATOR, found, names_of
        )
        path = output or Path(f"{found.code}.xlsx")
        with whole(path) as file:
            for part in parts:
                file.write(part)
    typer.echo(f"Written to {path}.", err=True)
