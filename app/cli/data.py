"""Commands about data: seed, import, run."""

from pathlib import Path
from typing import Annotated

import typer

from app.access.policy import OPERATOR
from app.cli.console import database_of, name_database, settings_at_hand
from app.cli.runs import carry_out, show_run
from app.cli.screen import out
from app.core.storage.database import reading, transaction
from app.matchmaking.schemas.runs import NewRun
from app.matchmaking.service import run_requests
from app.programmes import queries
from app.programmes import service as programmes
from app.seeding import loader
from app.submissions.lifecycle import Basis
from app.submissions.service import importing


def seed(
    themes_only: Annotated[
        bool,
        typer.Option("--themes-only", help="Load the themes alone, for a service of your own."),
    ] = False,
) -> None:
    """Load the themes and the 2023-2025 first edition: 4 challenges, 8 solutions, 8 pairs.

    The register gets its 44 practices. What is there already is left as it is.
    """
    with database_of(settings_at_hand()) as database, transaction(database) as session:
        if themes_only:
            out.print(f"Added {loader.load_themes(session)} themes.")
            return
        added = loader.load_first_edition(session)
    out.print(
        f"Added {added.themes} themes, {added.challenges} challenges, "
        f"{added.solutions} solutions, {added.notices} public notices, "
        f"{added.matches} matches, {added.practices} practices."
    )


def import_(
    programme: Annotated[str, typer.Argument(help="Code of the programme.")],
    call: Annotated[str, typer.Argument(help="Code of the call.")],
    file: Annotated[
        Path, typer.Argument(help="A file that ends with .xlsx, .csv, .tsv or .jsonl.")
    ],
    update: Annotated[
        bool,
        typer.Option(
            "--update",
            help="Change what the call has under the same id or code; add the rest. "
            "A blank cell changes nothing.",
        ),
    ] = False,
) -> None:
    """Take existing challenges or solutions into a call: the whole file, or nothing of it.

    Every fault is listed with its line and field. The fields of a record are
    described in the README; `counterpart template` writes a workbook to fill in.
    """
    notes: list[str] = []
    with database_of(settings_at_hand()) as database, transaction(database) as session:
        found = queries.known_call(session, programme, call)
        if update:
            taken_in = importing.update_from_file(session, OPERATOR, found, file, notes=notes)
        else:
            added = importing.import_file(session, OPERATOR, found, file, notes=notes)
            taken_in = importing.TakenIn(added, [])
    for note in notes:
        typer.echo(note, err=True)
    if taken_in.updated:
        out.print(f"Changed {len(taken_in.updated)} {found.kind}.")
    if added := taken_in.added:
        out.print(f"Took in {len(added)} {found.kind}: {added[0].code} to {added[-1].code}.")
    if not taken_in.updated and not added:
        out.print("Nothing was changed: the call holds what the file says.")


def run(
    programme: Annotated[str, typer.Argument(help="Code of the programme.")],
    top: Annotated[
        int | None, typer.Option(min=1, max=50, help="Suggestions kept for each challenge.")
    ] = None,
    basis: Annotated[
        Basis,
        typer.Option(
            help="What is ranked: all that is submitted, all that is eligible, or what is "
            "selected. Before it is selected the run is provisional."
        ),
    ] = Basis.SELECTED,
) -> None:
    """Match what is selected in a programme, and print the ranked suggestions."""
    settings = settings_at_hand()
    with database_of(settings) as database:
        with transaction(database) as session:
            found = programmes.programme(session, programme)
            new = NewRun(programme_id=found.id, top=top, basis=basis)
            requested = run_requests.request_run(session, OPERATOR, new, settings)
        carry_out(database, settings, requested)
        with reading(database) as session:
            show_run(session, requested.id)
    name_database(settings)
