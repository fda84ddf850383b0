"""A call with 10,000 submissions: listed, filtered, searched, and exported whole.

    python -m benchmarks large_call

Made-up submissions of a hundred words in a SQLite file, read from a server on loopback as staff
read them. CPU is that of the server. Memory is by how much the server has grown over what it
held after an export of 72 rows: what does not hold all rows at once does not grow with them.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx
import psutil

from app.access.policy import OPERATOR
from app.accounts import service as accounts
from app.core.base.clock import now
from app.core.base.logging import configure
from app.core.storage.database import connect, transaction
from app.operations import migrating
from app.seeding import demonstration, loader
from benchmarks.http import served
from benchmarks.pages import edition
from benchmarks.report import Figure, Target

SUBMISSIONS: Final = 10_000
EXPORTED_IN: Final = 10.0
"""Seconds of CPU of the server for a workbook of all submissions."""
GROWN_BY: Final = 60.0
"""Megabytes by which the server may grow meanwhile."""
LISTS: Final = {
    "a page of the list": "",
    "a page, filtered by country and state": "&country=FR&state=selected",
    "a page, searched for a word": "&q=river",
    "a page, sorted by title": "&sort=title",
}


def run(*, large: bool = False) -> Sequence[Figure]:
    """Return what each costs the server."""
    del large  # this is the size of a large edition
    with _serving() as (client, process):
        return [*_listed(client, process), *_exported(client, process)]


@contextmanager
def _serving() -> Iterator[tuple[httpx.Client, psutil.Process]]:
    configure("ERROR")
    with tempfile.TemporaryDirectory(prefix="counterpart-large-") as folder:
        url = f"sqlite:///{Path(folder) / 'large.db'}"
        database = connect(url)
        migrating.migrate(database)
        staff = next(p for p in demonstration.PEOPLE if p.key == "staff")
        with transaction(database) as session:
            loader.load_first_edition(session)
            demonstration.prepare(session, at=now())
            edition(session, "real", 72, 2)
            edition(session, "large", SUBMISSIONS, 1)
            secret = accounts.issue_token(
                session, OPERATOR, staff.email, name="bench", lifetime=timedelta(hours=1)
            )
        database.dispose()
        with (
            served(url) as (address, process),
            httpx.Client(
                base_url=address,
                headers={"Authorization": f"Bearer {secret}"},
                timeout=120,
                trust_env=False,
                transport=httpx.HTTPTransport(retries=50),
            ) as client,
        ):
            client.get("/livez").raise_for_status()
            yield client, process


def _spent(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


def _asked(client: httpx.Client, process: psutil.Process, path: str) -> tuple[float, int]:
    """Return the CPU seconds of an answer, and its bytes."""
    before = _spent(process)
    answer = client.get(path)
    answer.raise_for_status()
    return _spent(process) - before, len(answer.content)


def _listed(client: httpx.Client, process: psutil.Process) -> Iterator[Figure]:
    for what, query in LISTS.items():
        path = f"/api/v1/challenges?programme=large&limit=50{query}"
        _asked(client, process, path)
        times = [_asked(client, process, path)[0] for _ in range(10)]
        yield Figure(f"{SUBMISSIONS:,} submissions: {what}", sum(times) / 10 * 1000, "ms")


def _exported(client: httpx.Client, process: psutil.Process) -> Iterator[Figure]:
    for kind, target in (("xlsx", Target(EXPORTED_IN, at_least=False)), ("csv", None)):
        _asked(client, process, f"/api/v1/challenges?programme=real&format={kind}")
        held = process.memory_info().rss
        path = f"/api/v1/challenges?programme=large&format={kind}"
        seconds, size = _asked(client, process, path)
        grown = (process.memory_info().rss - held) / 1e6
        what = f"{SUBMISSIONS:,} submissions: exported as {kind.upper()}"
        yield Figure(what, seconds, "s", target, notes={"MB": round(size / 1e6, 1)})
        limit = Target(GROWN_BY, at_least=False)
        yield Figure(f"{what}, memory grown by", grown, "MB", limit)
