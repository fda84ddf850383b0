"""A disk that is full: announced as such, nothing lost, and well again when there is room."""

import random
import resource
import string
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.storage.database import connect
from tests.faults.crowd import (
    Ask,
    Server,
    Team,
    a_team,
    acknowledged,
    ask_all,
    drafts,
    require_stored_once,
    serving,
)
from tests.faults.scale import times
from tests.postgres import Cluster

pytestmark = pytest.mark.server

ROOM = 100_000
"""Bytes by which a file may grow before the disk counts as full."""
COUNT = times(1000, quick=80)


def long_drafts(team: Team, names: list[str]) -> list[Ask]:
    """Drafts of 20 kB that cannot be packed."""
    chance = random.Random(7)  # noqa: S311 -- no secret
    letters = string.ascii_letters + string.digits
    return [
        replace(ask, body=ask.body | {"content": {"problem": "".join(text)}})
        for ask in drafts(team, names)
        for text in [chance.choices(letters, k=19_000)]
    ]


def largest(folder: Path) -> int:
    return max(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def fill_the_disk(
    url: str, folder: Path, files: Path, limit: Callable[[Server, int], None]
) -> None:
    """Let no file grow in mid-burst, make room again, and count."""
    database = connect(url)
    team = a_team(database)

    with serving(url, folder) as server:
        limit(server, largest(files) + ROOM)
        names = [f"Full {number}" for number in range(COUNT)]
        full = ask_all(server, team.token, long_drafts(team, names), connections=16)
        limit(server, -1)
        room = ask_all(server, team.token, drafts(team, [f"Room {n}" for n in range(20)]))

    assert {reply.status for reply in full} == {201, 503}
    refusals = [reply for reply in full if reply.status == 503]
    assert {(r.answer["code"], r.retry_after) for r in refusals} == {("unavailable", "5")}
    assert 0 < len(acknowledged(full)) < COUNT
    assert [reply.status for reply in room] == [201] * 20
    require_stored_once(database, full, "Full ")
    require_stored_once(database, room, "Room ")
    database.dispose()


def test_a_disk_that_is_full_for_sqlite_is_announced_and_nothing_is_lost(
    tmp_path: Path, migrated_copy: str
) -> None:
    files = Path(migrated_copy.removeprefix("sqlite:///")).parent

    def limit(server: Server, size: int) -> None:
        sizes = (size, resource.RLIM_INFINITY)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, sizes)

    fill_the_disk(migrated_copy, tmp_path, files, limit)


def test_a_disk_that_is_full_for_postgresql_is_announced_and_nothing_is_lost(
    tmp_path: Path, cluster: tuple[Cluster, str]
) -> None:
    data, url = cluster

    fill_the_disk(url, tmp_path, data.files, lambda _, size: data.limit_files(size))
