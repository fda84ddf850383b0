"""Runs tests in processes that have loaded all libraries before they begin, and none of ours.

Loading them takes several seconds, and each fault needs a process of its own.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.faults.mutants.planting import LONGEST, QUIETLY, ROOT, environment

OURS: Final = frozenset({"app", "matching", "seeds", "tests", "benchmarks"})
_forking: Final = multiprocessing.get_context("forkserver")


def load() -> None:
    """Choose the libraries to load: those that the tests load, when they are imported."""
    listing = subprocess.run(
        [sys.executable, "-c", "import sys, tests.conftest; print(*sorted(sys.modules))"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    names = [name for name in listing.stdout.split() if not _is_ours(name)]
    _forking.set_forkserver_preload([name for name in names if name != "__main__"])


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in OURS


def forked(tree: Path, named: Sequence[str]) -> tuple[int, str]:
    """Run tests in a copy of the tree, in a process that has loaded the libraries.

    Raises
    ------
    TimeoutError
        If they take too long.
    """
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as said:
        process = _forking.Process(target=_run, args=(tree, tuple(named), said.name))
        process.start()
        process.join(LONGEST)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutError
        return process.exitcode, said.read()


def _run(tree: Path, named: Sequence[str], said: str) -> None:
    """Become a process as one that was started in the copy."""
    output = os.open(said, os.O_WRONLY | os.O_APPEND)
    for standard in (1, 2):
        os.dup2(output, standard)
    os.chdir(tree)
    clean = environment()
    os.environ.clear()
    os.environ.update(clean)
    sys.dont_write_bytecode = True
    sys.path[:] = [str(tree), *(path for path in sys.path if path not in {"", str(ROOT)})]
    for name in [name for name in sys.modules if _is_ours(name)]:
        del sys.modules[name]
    # Plain: what has been imported already can no longer be rewritten.
    sys.exit(pytest.main([*QUIETLY, "--assert=plain", *named]))
