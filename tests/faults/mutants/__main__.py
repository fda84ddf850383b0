"""Plant each fault of the table in turn, and tell which of them no test notices.

    python -m tests.faults.mutants [WORD ...]

With words, only the faults that have one of them in their name or file. First the tests
must pass without any fault. The exit code is 1 if they do not, or if a fault survives,
stands no longer in the code, or keeps the tests from running.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from tests.faults.mutants import forking
from tests.faults.mutants.planting import Fault, Verdict, by_itself, copied, tried
from tests.faults.mutants.table import FAULTS

ABREAST: Final = 2
"""How many faults are tried at once, each in a copy of its own."""
LONGEST_BEFORE: Final = 600
"""Seconds that all tests together may take without a fault."""


def main(words: Sequence[str]) -> int:
    """Print a line for each fault, and what the tests said of those that are findings."""
    chosen = [fault for fault in FAULTS if _is_meant(fault, words)]
    if not chosen:
        sys.stdout.write("No fault of the table has such a word.\n")
        return 1
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="counterpart-mutants-") as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(ABREAST):
            trees.put(copied(Path(folder) / str(number)))
        if not _all_pass(chosen, trees):
            return 1
        forking.load()
        with ThreadPoolExecutor(ABREAST) as pool:
            verdicts = list(pool.map(lambda fault: _told(fault, trees), chosen))
    killed = verdicts.count(Verdict.KILLED)
    sys.stdout.write(
        f"{killed} of {len(chosen)} faults killed in {time.monotonic() - began:.0f} s\n"
    )
    return int(killed < len(chosen))


def _is_meant(fault: Fault, words: Sequence[str]) -> bool:
    return not words or any(word in f"{fault.name} {fault.path}" for word in words)


def _all_pass(chosen: Sequence[Fault], trees: SimpleQueue[Path]) -> bool:
    tree = trees.get()
    named = sorted({name for fault in chosen for name in fault.tests})
    code, said = by_itself(tree, named, LONGEST_BEFORE)
    trees.put(tree)
    if code:
        sys.stdout.write(f"{said}The tests fail without any fault.\n")
    return code == 0


def _told(fault: Fault, trees: SimpleQueue[Path]) -> Verdict:
    tree, began = trees.get(), time.monotonic()
    try:
        verdict, said = tried(fault, tree, forking.forked)
    finally:
        trees.put(tree)
    took = time.monotonic() - began
    finding = "" if verdict is Verdict.KILLED else f"{said}\n"
    sys.stdout.write(f"{verdict:<9} {took:5.1f} s  {fault.name} ({fault.path})\n{finding}")
    sys.stdout.flush()
    return verdict


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
