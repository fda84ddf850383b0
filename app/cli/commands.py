"""All commands, by name."""

import typer

from app.cli import audit, backups, data, demo, match, people, serving
from app.cli.console import Commands

cli = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "Run and look after Counterpart, the matchmaking service of a "
        "government-to-government innovation incubator.\n\n"
        "Exit codes: 0 done, 1 refused (the reason is on the error stream), 2 wrong usage."
    ),
)

cli.command("demo")(demo.demo)
cli.command("match")(match.match)
cli.command("serve")(serving.serve)
cli.command("work")(serving.work)
# So that -1 is an argument, and no option.
cli.command("migrate", context_settings={"ignore_unknown_options": True})(serving.migrate)
cli.command("backup")(backups.backup)
cli.command("restore")(backups.restore)
cli.command("seed")(data.seed)
cli.command("import")(data.import_)
cli.command("run")(data.run)
cli.command("token")(people.token)
cli.command("key")(people.key)
cli.command("reseal")(people.reseal)
cli.command("purge")(people.purge)

user = typer.Typer(no_args_is_help=True, help="Look after the people who sign in.")
user.command("add")(people.add_user)
user.command("link")(people.link)
cli.add_typer(user, name="user")

chain = typer.Typer(no_args_is_help=True, help="Look after the record of who did what.")
chain.command("verify")(audit.verify)
chain.command("head")(audit.head)
cli.add_typer(chain, name="audit")
