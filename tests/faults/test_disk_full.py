"""A disk that is full: announced as such, nothing lost, and well again when there is room."""

import resource
from collections import Counter
from pathlib import Path

from app.core.database import Database, connect
from tests.faults.crowd import (
    a_team,
    acknowledged,
    ask_all,
    drafts,
    require_stored_once,
    serving,
)
from tests.faults.scale import times

ROOM = 400_000
"""Bytes by which a file may grow before the disk counts as full."""


def test_a_full_disk_is_announced_and_loses_nothing_and_the_service_recovers(
    tmp_path: Path, migrated_copy: str
) -> None:
    database: Database = connect(migrated_copy)
    team = a_team(database)
    count = times(1000, quick=150)
    files = Path(migrated_copy.removeprefix("sqlite:///")).parent.iterdir()
    largest = max(file.stat().st_size for file in files) + ROOM

    with serving(migrated_copy, tmp_path) as server:
        limit = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (largest, limit[1]))
        full = ask_all(server, team.token, drafts(team, [f"Full {n}" for n in range(count)]))
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limit)
        room = ask_all(server, team.token, drafts(team, [f"Room {n}" for n in range(20)]))

    assert set(Counter(reply.status for reply in full)) == {201, 503}
    assert {
        (reply.answer["code"], reply.retry_after) for reply in full if reply.status == 503
    } == {("unavailable", "5")}
    assert 0 < len(acknowledged(full)) < count
    assert [reply.status for reply in room] == [201] * 20
    require_stored_once(database, full, "Full ")
    require_stored_once(database, room, "Room ")
    database.dispose()
