"""Hold the measured coverage, branches included, against the floors; exit 1 below one of them.

Run by `make test` after the tests. The floors are high where the rules are.
"""

import io
import sys
from typing import Final

import coverage
from coverage.exceptions import NoDataError

FLOORS: Final = (
    ("app/*", 95),
    ("app/access/grants.py", 100),
    ("app/access/policy.py", 100),
    ("app/access/lifecycle.py", 100),
    ("app/*/lifecycle.py", 100),
    ("matching/*", 100),
)


def main() -> int:
    """Print a line for each floor, and what is not covered below those that do not hold."""
    measured = coverage.Coverage()
    measured.load()
    failures = 0
    for pattern, floor in FLOORS:
        table = io.StringIO()
        try:
            percent = measured.report(include=[pattern], file=table)
        except NoDataError:
            percent = 0.0
        holds = percent >= floor
        failures += not holds
        verdict = "holds" if holds else "BELOW THE FLOOR"
        sys.stdout.write(f"coverage {pattern:<20} {percent:6.2f}  floor {floor:3}  {verdict}\n")
        if not holds:
            sys.stdout.write(table.getvalue())
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main())
