"""The report of fairness and coverage, and the statistics for everybody, of 10,000 submissions.

The service answers from a SQLite file: the database counts those that are alike, and what may
be told is decided about these counts. How long the one rule takes grows with the groups alone.
"""

import tempfile
from pathlib import Path

from app.access.policy import OPERATOR
from app.core.base.clock import now
from app.core.storage.database import connect, reading
from app.operations import migrating
from app.settings import Settings
from app.statistics.service import coverage, open_data
from benchmarks.duplicates import N, filled
from benchmarks.report import Figure, Target, measured

SETTINGS = Settings()


def run(*, large: bool) -> list[Figure]:
    """Measure the report of staff and the open data."""
    with tempfile.TemporaryDirectory(prefix="counterpart-statistics-") as folder:
        database = connect(f"sqlite:///{Path(folder) / 'statistics.db'}")
        migrating.migrate(database)
        programme, _ = filled(database)
        with reading(database) as session:
            report = measured(
                lambda: coverage.of_programme(session, OPERATOR, programme, SETTINGS)
            )
            told = measured(
                lambda: open_data.statistics(session, SETTINGS, programme, "en", now())
            )
        database.dispose()
    below = Target(1, at_least=False)
    return [
        Figure(f"report of {N:,} submissions", report.cpu, "s", below),
        Figure(f"open data of {N:,} submissions", told.cpu, "s", below),
    ]
