"""All commands, by name."""

from importlib.metadata import version
from typing import Annotated

import typer

from app.cli.lazy import Commands, Entry, LazyGroup


class User(LazyGroup):
    """The commands about the people who sign in."""

    entries = {
        "add": Entry(
            "app.cli.people:add_user",
            "Add somebody who may sign in, the first administrator too.",
        ),
        "list": Entry(
            "app.cli.people:list_users", "List the people, their roles and organisations."
        ),
        "role": Entry(
            "app.cli.people:give_role", "Give somebody one more role in an organisation."
        ),
        "link": Entry(
            "app.cli.people:link",
            "Make a link by which somebody sets a password, and print it; it works once.",
        ),
    }


class Programme(LazyGroup):
    """The commands about programmes."""

    entries = {
        "add": Entry(
            "app.cli.programmes:add_programme",
            "Add a programme, in which calls can be opened.",
        ),
        "list": Entry(
            "app.cli.programmes:list_programmes",
            "List the programmes: code, title, zone, and providers for each challenge.",
        ),
    }


class Call(LazyGroup):
    """The commands about calls."""

    entries = {
        "add": Entry(
            "app.cli.programmes:add_call",
            "Add a call to a programme; nobody sees it before it is published.",
        ),
        "list": Entry(
            "app.cli.programmes:list_calls",
            "List the calls: programme, code, kind, state, and when they are open.",
        ),
        "publish": Entry(
            "app.cli.programmes:publish_call",
            "Publish a call; it is open between its dates.",
        ),
    }


class Audit(LazyGroup):
    """The commands about the record of who did what."""

    entries = {
        "verify": Entry(
            "app.cli.audit:verify",
            "Check that no audit event was changed, removed, added or moved.",
        ),
        "head": Entry(
            "app.cli.audit:head",
            "Print how many audit events there are and the hash of the last, "
            "to be kept elsewhere.",
        ),
    }


class Counterpart(Commands):
    """All commands."""

    entries = {
        "demo": Entry(
            "app.cli.demo:demo",
            "Show the service with the real first edition: load it, match it, serve it.",
        ),
        "match": Entry(
            "app.cli.match:match",
            "Suggest solution providers for challenges, from two files, without a database.",
        ),
        "serve": Entry("app.cli.serving:serve", "Serve the HTTP interface until told to stop."),
        "work": Entry(
            "app.cli.serving:work",
            "Carry out background jobs, such as matchmaking runs, and send letters.",
        ),
        # So that -1 is an argument, and no option.
        "migrate": Entry(
            "app.cli.serving:migrate",
            "Bring the database to the schema version that this version needs.",
            {"ignore_unknown_options": True},
        ),
        "backup": Entry(
            "app.cli.backups:backup", "Write all data into one file, while the service runs."
        ),
        "restore": Entry(
            "app.cli.backups:restore",
            "Put the data of a backup in place of the database; stop the service first.",
        ),
        "seed": Entry(
            "app.cli.data:seed",
            "Load the themes and the 2023-2025 first edition: "
            "4 challenges, 8 solutions, 8 pairs.",
        ),
        "import": Entry(
            "app.cli.data:import_",
            "Take existing challenges or solutions into a call: "
            "the whole file, or nothing of it.",
        ),
        "run": Entry(
            "app.cli.data:run",
            "Match what is selected in a programme, and print the ranked suggestions.",
        ),
        "workbook": Entry(
            "app.cli.workbooks:workbook",
            "Write the decision workbook of a run: for each challenge its best five, and why.",
        ),
        "dossier": Entry(
            "app.cli.workbooks:dossier",
            "Write the dossier of a run for the advisory board, as PDF.",
        ),
        "template": Entry(
            "app.cli.templates:template",
            "Write a workbook with drop-downs, to be filled in and imported.",
        ),
        "token": Entry(
            "app.cli.people:token",
            "Make a token for the HTTP interface and print it; it cannot be shown again.",
        ),
        "key": Entry(
            "app.cli.people:key", "Make a key for COUNTERPART_SECRET_KEYS and print it."
        ),
        "reseal": Entry(
            "app.cli.people:reseal",
            "Encrypt second factors and secrets of webhooks with the first of "
            "COUNTERPART_SECRET_KEYS.",
        ),
        "purge": Entry(
            "app.cli.people:purge",
            "Erase people after the retention time, and remove what has expired.",
        ),
        "user": Entry("app.cli.commands:User", "Look after the people who sign in."),
        "programme": Entry("app.cli.commands:Programme", "Look after programmes."),
        "call": Entry("app.cli.commands:Call", "Look after the calls of programmes."),
        "audit": Entry("app.cli.commands:Audit", "Look after the record of who did what."),
    }


cli = typer.Typer(
    cls=Counterpart,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "Run and look after Counterpart, the matchmaking service of a "
        "government-to-government innovation incubator.\n\n"
        "Exit codes: 0 done, 1 refused (the reason is on the error stream), 2 wrong usage."
    ),
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"counterpart {version('counterpart')}")
        raise typer.Exit


@cli.callback()
def counterpart(
    show_version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_show_version,
            is_eager=True,
            help="Say which version this is.",
        ),
    ] = False,
) -> None:
    """Run and look after the service; each command has its own help."""
    del show_version
