"""Tests of compiled functions once more, in a process that runs them as they are written."""

import os
import subprocess
import sys


def again(path: str, *but: str) -> str:
    """Run the tests of a file, all but those of these names; return what pytest printed.

    What the process runs is traced, so it counts towards the floors of coverage.

    Raises
    ------
    AssertionError
        If one of them fails.
    """
    done = subprocess.run(  # noqa: S603 -- our own tests
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            *("-p", "no:cacheprovider"),
            # The library needs none of what the service's tests share, which loads slowly.
            "--noconftest",
            # By name: a path to leave out counts from the root, and the caller would go round.
            *("-k", " and ".join(f"not {name}" for name in but)),
            path,
        ],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
