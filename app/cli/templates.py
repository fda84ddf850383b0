"""`counterpart template`: a workbook to fill in."""

from pathlib import Path
from typing import Annotated

import typer

from app.core.base.files import whole
from app.programmes.lifecycle import CallKind
from app.seeding.vocabularies import theme_names
from app.submissions.service import templates


def template(
    kind: Annotated[CallKind, typer.Argument(help="What is to be filled in.")],
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where to write it.", show_default="the kind with .xlsx"
        ),
    ] = None,
) -> None:
    """Write a workbook with drop-downs, to be filled in and imported.

    `counterpart import` and `counterpart match` read it. The themes in it are those that come
    with the service; GET /api/v1/challenges/template has those of a service of your own.
    """
    path = output or Path(f"{kind}.xlsx")
    with whole(path) as file:
        file.write(templates.template(kind, theme_names()))
    typer.echo(f"Written to {path}.", err=True)
