"""The restore drill: back up while teams write, restore elsewhere, see whether all is there."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from pathlib import Path

import pytest
from sqlmodel import col, select

from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database, connect, reading
from app.operations import backup as backups
from app.operations import migrating
from app.submissions.models import Submission
from tests.faults.crowd import (
    Ask,
    a_team,
    acknowledged,
    ask_all,
    count_stored,
    drafts,
    serving,
)
from tests.faults.scale import times
from tests.processes import until

pytestmark = pytest.mark.server

BEFORE = times(2000, quick=100)
WRITERS = 4
AT_THE_MOST = 20_000
"""Rows that are written while the backup is made, if it takes very long."""


def require_audit_whole(database: Database) -> None:
    """What the audit must keep in any copy of the data: an event for each row, and no other."""
    with reading(database) as session:
        begun = col(AuditEvent.action) == "create"
        events = session.exec(select(AuditEvent.subject_id).where(begun)).all()
        rows = session.exec(select(Submission.id)).all()
        numbers = session.exec(select(AuditEvent.id).order_by(col(AuditEvent.id))).all()
    assert Counter(events) == Counter(rows)
    assert len(set(numbers)) == len(numbers)


def test_a_backup_under_load_holds_all_that_was_acknowledged_before_it_began(
    shared: Database,
    shared_url: str,
    new_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    team, done = a_team(shared), threading.Event()
    file = tmp_path / "saved.zip"

    def endless() -> Iterator[Ask]:
        names = (f"Meanwhile {number}" for number in range(AT_THE_MOST))
        yield from takewhile(lambda _: not done.is_set(), drafts(team, names))

    with serving(shared_url, tmp_path) as server, ThreadPoolExecutor(1) as threads:
        before = ask_all(
            server, team.token, drafts(team, [f"Early {n}" for n in range(BEFORE)])
        )
        writing = threads.submit(ask_all, server, team.token, endless(), connections=WRITERS)
        began = time.time()
        made = backups.backup(shared_url, file)
        ended = time.time()
        stored_then = count_stored(shared, "Meanwhile ")
        until(lambda: count_stored(shared, "Meanwhile ") >= stored_then + 2 * WRITERS)
        done.set()
        meanwhile = writing.result()
    started = time.monotonic()
    assert backups.restore(new_url, file) == made
    spent = time.monotonic() - started

    copy = connect(new_url)
    migrating.require_current(copy)
    with reading(copy) as session:
        stored = {str(key) for key in session.exec(select(Submission.id))}
    replies = [*before, *meanwhile]
    early = acknowledged(r for r in replies if r.answered < began)
    late = acknowledged(r for r in replies if r.sent > ended)
    assert {r.status for r in replies} == {201}
    assert len(early) >= BEFORE
    assert set(early.values()) <= stored
    assert late  # writing went on until after it
    assert stored.isdisjoint(late.values())
    require_audit_whole(copy)
    copy.dispose()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{shared.writer.dialect.name}: {len(stored)} of {len(replies)} rows in a backup "
            f"under load, in {ended - began:.1f} s; restored in {spent:.1f} s\n"
        )
