"""How far a command is, on the error stream, if that is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar while the block works, from its beginning; nothing remains of it.

    Yields
    ------
    report : callable
        To be told how many of the total are done.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 -- for terminals alone
    from rich.progress import Progress  # noqa: PLC0415 -- for terminals alone

    with Progress(console=Console(stderr=True), transient=True) as shown:
        # until the first report nobody knows how long it takes
        bar = shown.add_task(what, total=None)
        yield lambda done: shown.update(bar, completed=done, total=total)
