"""The queue of a large call: what people should look at in each of 10,000 submissions.

The service answers from a SQLite file: at first it reads all texts, for near-duplicates and for
copies, lists and claims; afterwards those alone that are new, and the rows of the queue.
"""

import tempfile
from functools import partial
from pathlib import Path

from app.access.policy import OPERATOR
from app.core.storage.database import connect, reading
from app.operations import migrating
from app.screening.schemas import FindingKind, QueueQuery
from app.screening.service import findings, texts
from benchmarks.duplicates import N, filled
from benchmarks.report import Figure, Target, measured


def run(*, large: bool) -> list[Figure]:
    """Measure the queue at first and when it is read again."""
    with tempfile.TemporaryDirectory(prefix="counterpart-screening-") as folder:
        database = connect(f"sqlite:///{Path(folder) / 'screening.db'}")
        migrating.migrate(database)
        programme, _ = filled(database)
        opened: texts.Opened = partial(reading, database)
        first = measured(lambda: _queue(f"{programme}-challenges", opened), repeat=1)
        again = measured(lambda: _queue(f"{programme}-challenges", opened))
        database.dispose()
    counts = first.answer.counts
    notes: dict[str, float | str] = {
        "near-duplicates": counts[FindingKind.NEAR_DUPLICATE],
        "copied": counts[FindingKind.COPIED],
        "incomplete": counts[FindingKind.INCOMPLETE],
    }
    return [
        Figure(
            f"queue of {N:,} submissions, at first",
            first.cpu,
            "s",
            Target(60, at_least=False),
            notes=notes,
        ),
        Figure(
            f"queue of {N:,} submissions, again", again.cpu, "s", Target(10, at_least=False)
        ),
    ]


def _queue(call: str, opened: texts.Opened) -> findings.Queue:
    with opened() as session:
        compute = findings.queue(session, OPERATOR, call, QueueQuery(), opened)
    return compute()
