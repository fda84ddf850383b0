"""How one fault is planted in a copy of the tree, and what its tests then say."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
NEEDED: Final = ("app", "matching", "seeds", "tests")
"""The folders that the tests of the table need; `pyproject.toml` goes with them."""
LONGEST: Final = 180
"""Seconds that the tests of one fault may take."""
LATER: Final = 10 * 10**9
"""By how many nanoseconds a planted file is newer, so that nothing compiled stands for it."""
FOREIGN: Final = ("COVERAGE_", "COV_CORE_", "PYTEST_", "COUNTERPART_")
"""Variables that belong to anyone who runs this: another database, what is measured."""

QUIETLY: Final = ("-x", "-q", "-p", "no:cacheprovider")
"""How pytest is asked: it stops at the first failure, and keeps nothing."""


class Verdict(StrEnum):
    """What became of a fault; all but the first are findings."""

    KILLED = "killed"
    SURVIVED = "SURVIVED"
    BROKEN = "BROKEN"
    HUNG = "HUNG"
    GONE = "GONE"


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that somebody might get wrong, and the tests that must notice.

    Attributes
    ----------
    name : str
        What the service would do.
    path : str
        The file, below the root of the tree.
    text, replacement : str
        What stands there exactly once, and what is put in its place.
    tests : tuple of str
        The narrowest ones that fail with the fault and pass without it.
    """

    name: str
    path: str
    text: str
    replacement: str
    tests: tuple[str, ...]


def occurrences(fault: Fault, tree: Path = ROOT) -> int:
    """Return how often the text of a fault stands in its file."""
    path = tree / fault.path
    return path.read_text(encoding="utf-8").count(fault.text) if path.is_file() else 0


def copied(folder: Path) -> Path:
    """Copy what the tests need, with its times, so that what was compiled still holds."""
    for name in NEEDED:
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy2(ROOT / "pyproject.toml", folder)
    return folder


@contextmanager
def planted(fault: Fault, tree: Path) -> Iterator[None]:
    """Plant a fault for the length of the block."""
    path = tree / fault.path
    source, was = path.read_text(encoding="utf-8"), path.stat()
    path.write_text(source.replace(fault.text, fault.replacement), encoding="utf-8")
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns + LATER))
    try:
        yield
    finally:
        path.write_text(source, encoding="utf-8")
        os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


Run = Callable[[Path, Sequence[str]], tuple[int, str]]
"""Runs tests in a copy: the exit code of pytest, and what it printed; or TimeoutError."""


def by_itself(tree: Path, named: Sequence[str], longest: float = LONGEST) -> tuple[int, str]:
    """Run tests in a copy of the tree, in a process that begins from nothing.

    Raises
    ------
    TimeoutError
        If they take longer than that many seconds.
    """
    try:
        done = subprocess.run(  # noqa: S603 -- our own tests
            [sys.executable, "-m", "pytest", *QUIETLY, *named],
            cwd=tree,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=longest,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError from error
    return done.returncode, done.stdout + done.stderr


def environment() -> dict[str, str]:
    """Return the variables for tests in a copy: on SQLite, and measured by nobody."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
    # What was compiled of a fault must not outlive it.
    return kept | {"PYTHONDONTWRITEBYTECODE": "1"}


def tried(fault: Fault, tree: Path, run: Run = by_itself) -> tuple[Verdict, str]:
    """Return what became of a fault in a copy of the tree, and what its tests printed."""
    if occurrences(fault, tree) != 1:
        return Verdict.GONE, f"It stands {occurrences(fault, tree)} times in {fault.path}."
    with planted(fault, tree):
        try:
            code, said = run(tree, fault.tests)
        except TimeoutError:
            return Verdict.HUNG, f"The tests took more than {LONGEST} seconds."
    # 1: tests failed. Whatever else: they could not even be found or begun.
    return {0: Verdict.SURVIVED, 1: Verdict.KILLED}.get(code, Verdict.BROKEN), said
