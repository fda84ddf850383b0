"""PostgreSQL stops, crashes and comes back under load: announced, nothing lost, well again."""

import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import select

from app.accounts.models import Token
from app.core.base.errors import Conflict, Unavailable
from app.core.storage.database import Database, reading, transaction
from app.operations import backup as backups
from tests.faults.crowd import (
    Reply,
    Server,
    Team,
    a_team,
    acknowledged,
    ask_all,
    count_stored,
    drafts,
    require_stored_once,
    serving,
)
from tests.faults.scale import times
from tests.postgres import Cluster
from tests.processes import until

pytestmark = pytest.mark.server

ROUNDS = times(50, quick=1)
BURST = times(300, quick=150)


def test_a_transaction_that_was_forgotten_is_ended_and_told_as_such(
    of_cluster: Database,
) -> None:
    def forget() -> None:
        with transaction(of_cluster) as session:
            connection = session.connection()
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 50")
            time.sleep(0.3)
            connection.exec_driver_sql("SELECT 1")

    with pytest.raises(Unavailable):
        forget()

    with reading(of_cluster) as session:
        assert session.connection().exec_driver_sql("SELECT 1").scalar_one() == 1


def test_a_backup_of_postgresql_comes_back_whole_or_not_at_all(
    cluster: tuple[Cluster, str], of_cluster: Database, tmp_path: Path
) -> None:
    """What tests/operations/test_backup.py tells of both databases, always on PostgreSQL."""
    url, file = cluster[1], tmp_path / "saved.zip"
    a_team(of_cluster)
    made = backups.backup(url, file)
    a_team(of_cluster)

    with pytest.raises(Conflict, match="is in use"):
        backups.restore(url, file, replace=True)
    of_cluster.dispose()
    again = backups.restore(url, file, replace=True)

    with reading(of_cluster) as session:
        teams = session.exec(select(Token.id)).all()
    assert (again, len(teams)) == (made, made.rows["token"])


def test_a_database_that_stops_is_announced_and_well_again_when_it_is_back(
    cluster: tuple[Cluster, str],
    of_cluster: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data, url = cluster
    team = a_team(of_cluster)
    told: list[Reply] = []

    with serving(url, tmp_path) as server:
        for number in range(ROUNDS):
            for mode in ("fast", "immediate"):
                title = f"{mode} {number} "
                stop = Stop(data, of_cluster, mode, title)
                replies = without_a_database(stop, server, team)
                [afterwards] = until_well(server, team, f"{title}after")
                require_stored_once(of_cluster, [*replies, afterwards], title)
                told += replies

    assert {reply.status for reply in told} == {201, 503}
    assert {r.retry_after for r in told if r.status == 503} == {"5"}
    with capsys.disabled():
        refused = len(told) - len(acknowledged(told))
        say = f"{2 * ROUNDS} stops, {len(acknowledged(told))} acknowledged, {refused} told 503"
        sys.stdout.write(f"\npostgresql: {say}, none lost\n")


@dataclass(frozen=True, slots=True)
class Stop:
    """How the database stops, and how the titles of what is sent meanwhile begin."""

    data: Cluster
    database: Database
    mode: str
    title: str

    def amid(self) -> None:
        """Stop when a tenth is stored: by the clock, a slow machine shows nothing."""
        until(lambda: count_stored(self.database, self.title) >= BURST // 10)
        self.data.stop(self.mode)


def without_a_database(stop: Stop, server: Server, team: Team) -> list[Reply]:
    """Send requests while the database stops; start it again when all are answered."""
    stopper = threading.Thread(target=stop.amid)
    stopper.start()
    asks = drafts(team, [f"{stop.title}{number}" for number in range(BURST)])
    replies = ask_all(server, team.token, asks, connections=16)
    stopper.join()
    replies += ask_all(server, team.token, drafts(team, [f"{stop.title}while it is away"]))
    stop.data.start()
    return replies


def until_well(server: Server, team: Team, title: str) -> list[Reply]:
    """Ask until it is stored, as a client that is told 503 does."""
    replies: list[Reply] = []

    def is_well() -> bool:
        replies[:] = ask_all(server, team.token, drafts(team, [title]))
        return replies[0].status == 201

    until(is_well)
    return replies
