"""`counterpart workbook` and `counterpart dossier`: a run for those who decide and advise."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app.access.policy import OPERATOR
from app.cli.console import database_of, settings_at_hand
from app.core.base.files import whole
from app.core.base.translations import Tag
from app.core.base.translations import language as language_of
from app.core.storage.database import reading
from app.insights.queries import names_of
from app.matchmaking.service import dossiers, workbooks


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


def dossier(
    run: Annotated[str, typer.Argument(help="Code of the run, such as RUN-2026-001.")],
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where to write it.", show_default="the code with .pdf"
        ),
    ] = None,
    language: Annotated[Tag, typer.Option(help="In which language it speaks.")] = "en",
) -> None:
    """Write the dossier of a run for the advisory board, as PDF.

    It holds the method in plain words, for each challenge the best five with their reasons, the
    best whole assignment, and what people have decided so far.
    """
    with database_of(settings_at_hand()) as database:
        with reading(database) as session:
            found = workbooks.require_result(session, OPERATOR, run)
        parts = dossiers.dossier(
            partial(reading, database), OPERATOR, found, names_of, language_of(language)
        )
        path = output or Path(f"{found.code}.pdf")
        with whole(path) as file:
            for part in parts:
                file.write(part)
    typer.echo(f"Written to {path}.", err=True)
