"""The command `counterpart`: each command parses, calls one service function, and prints."""

from app.cli.commands import cli


def main() -> None:
    """Run the command that the arguments name."""
    cli()
