"""The command `counterpart`: each command parses, calls one service function, and prints."""

import io
import sys

from app.cli.commands import cli


def main() -> None:
    """Run the command that the arguments name."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character shows its number instead.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    cli()
