"""A run of 10,000 challenges and 10,000 solutions, from the database to stored suggestions.

    python -m benchmarks large_edition

Made-up submissions of a hundred words in a SQLite file; a worker carries out the run as the
service does: what is frozen is read, ranked, explained and stored. Of so many pairs no
assignment is made (`engine.run.MOST_ASSIGNED`). CPU and the peak of memory are those of the
worker's process, from its start. Asking for the run, which freezes what is ranked, is a figure
of its own.
"""

import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlmodel import func, select

from app.access.policy import OPERATOR
from app.core.base.logging import configure
from app.core.storage import jobs
from app.core.storage.database import connect, reading, transaction
from app.matchmaking.jobs import handlers
from app.matchmaking.lifecycle import HAS_RESULT
from app.matchmaking.models import MatchRun, Suggestion
from app.matchmaking.schemas.runs import NewRun
from app.matchmaking.service import run_requests
from app.operations import migrating
from app.settings import Settings
from benchmarks.pages import edition
from benchmarks.report import Figure, Target, in_child

SIZE: Final = 10_000
CARRIED_OUT_IN: Final = 60.0
"""Seconds of CPU."""
WITHIN: Final = 1_500.0
"""Megabytes."""


def run(*, large: bool = False, size: int = SIZE) -> Sequence[Figure]:
    """Return what asking for a run and carrying it out cost."""
    del large  # this is the size of a large edition
    configure("ERROR")
    with tempfile.TemporaryDirectory(prefix="counterpart-large-") as folder:
        url = f"sqlite:///{Path(folder) / 'large.db'}"
        database = connect(url)
        migrating.migrate(database)
        with transaction(database) as session:
            edition(session, "large", size, size)
        database.dispose()
        asked, held = in_child(_ask, url)
        (took, lines), peak = in_child(_carry_out, url)
    what = f"{size:,} x {size:,} in the service"
    notes: dict[str, float | str] = {"suggestions": lines}
    limit = Target(CARRIED_OUT_IN, at_least=False)
    memory = Target(WITHIN, at_least=False)
    return [
        Figure(f"{what}: asked for", asked, "s", notes={"peak, MB": held}),
        Figure(f"{what}: carried out and stored", took, "s", limit, notes=notes),
        Figure(f"{what}: peak of the worker", peak, "MB", memory),
    ]


def _ask(url: str) -> float:
    database = connect(url)
    begun = time.process_time()
    with transaction(database) as session:
        run_requests.request_run(session, OPERATOR, NewRun(programme_id="large"), Settings())
    return time.process_time() - begun


def _carry_out(url: str) -> tuple[float, int]:
    """Return the CPU seconds of a worker, those of its start among them, and what it stored."""
    database, settings = connect(url), Settings()
    jobs.run_next(database, handlers(settings), lease=timedelta(hours=1))
    took = time.process_time()
    with reading(database) as session:
        state = session.exec(select(MatchRun.state)).one()
        lines = session.exec(select(func.count()).select_from(Suggestion)).one()
    if state not in HAS_RESULT:
        raise RuntimeError(f"the run is {state}")
    return took, lines
