"""The command `counterpart`: each command parses, calls one service function, and prints."""

import io
import sys

from app.core.base.collecting import collect_seldom


def main() -> None:
    """Run the command that the arguments name; an interrupt ends it without a word."""
    # before anything is loaded, which makes most objects of a short command
    collect_seldom()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character shows its number instead.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        from app.cli.commands import cli  # noqa: PLC0415 -- loading is interrupted quietly too

        cli()
    except KeyboardInterrupt:
        sys.exit(130)
