"""`python -m benchmarks [--large] [NAME ...]`: the comparisons one after the other.

The table says which targets are missed; the exit code speaks of failures alone, such as a peer
whose answer differs from ours.
"""

import importlib
import time
from enum import StrEnum
from typing import Annotated, Final

import typer
from rich.console import Console

from benchmarks.report import Figure, cpu_seconds, keep, machine, show


class Comparison(StrEnum):
    """The modules of this package that compare something, quick ones first."""

    processes = "processes"
    vectorize = "vectorize"
    topk = "topk"
    scoring = "scoring"
    assignment = "assignment"
    arrivals = "arrivals"
    duplicates = "duplicates"
    screening = "screening"
    statistics = "statistics"
    reviewing = "reviewing"
    large_call = "large_call"
    catalogue = "catalogue"
    large_edition = "large_edition"
    endtoend = "endtoend"
    backends = "backends"


LONG: Final = frozenset({Comparison.catalogue, Comparison.large_edition})
"""What takes minutes by itself: it runs by its name, or with `--large`."""


def main(
    names: Annotated[
        list[Comparison] | None,
        typer.Argument(help="Comparisons to run; none: all but two that take minutes."),
    ] = None,
    large: Annotated[
        bool, typer.Option(help="The sizes of a large edition: an hour, 8 GB.")
    ] = False,
) -> None:
    """Measure speed and memory beside peers, in process CPU on this machine."""
    console = Console()
    if not console.is_terminal:
        console.width = 120
    console.print(
        ", ".join(f"{name} {value}" for name, value in machine().items()), style="dim"
    )
    began = time.perf_counter()
    figures: list[Figure] = []
    for name in names or [one for one in Comparison if large or one not in LONG]:
        # one at a time, so that a comparison needs its own peers only
        before = cpu_seconds()
        found = importlib.import_module(f"benchmarks.{name}").run(large=large)
        whole = cpu_seconds() - before
        show(console, f"{name}: {whole:.0f} s of CPU, preparations and peers included", found)
        figures += found
    missed = [f.what for f in figures if f.target and not f.target.met_by(f.value)]
    kept = keep("large" if large else "small", figures)
    console.print(f"{len(missed)} targets missed; {time.perf_counter() - began:.0f} s; {kept}")


def _peer_missing(error: ModuleNotFoundError) -> SystemExit:
    return SystemExit(f"{error.name} is not installed: `make bench` installs the peers.")


if __name__ == "__main__":
    try:
        typer.run(main)
    except ModuleNotFoundError as error:
        raise _peer_missing(error) from error
