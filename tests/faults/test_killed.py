"""The service is killed, stopped and frozen in mid-burst: what it acknowledged is stored."""

import signal
import sys
import threading
import time
from pathlib import Path
from typing import Final

import pytest

from app.core.storage.database import Database
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
from tests.faults.scale import FULL, times
from tests.processes import until

pytestmark = pytest.mark.server

ENDS: Final = ("killed", "frozen, then killed", "told to stop")
ROUNDS: Final = times(100, quick=2)
BURST: Final = times(400, quick=150)


def end(server: Server, how: str) -> None:
    match how:
        case "killed":
            server.signal(signal.SIGKILL)
        case "told to stop":
            server.stop()
        case "frozen, then killed":
            server.signal(signal.SIGSTOP)
            time.sleep(0.1)
            server.signal(signal.SIGKILL)


def test_what_was_acknowledged_before_the_end_is_there_after_it_and_nothing_twice(
    shared: Database, shared_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    team = a_team(shared)
    told = unknown = 0

    for number in range(ROUNDS):
        title, how = f"Round {number} ", ENDS[number % len(ENDS)]
        # Two processes every other time, in the full version: they start slowly.
        with serving(shared_url, tmp_path, 1 + number % 2 if FULL else 1) as server:
            replies = one_burst(shared, server, team, title, how)
        require_stored_once(shared, replies, title)
        told += len(acknowledged(replies))
        unknown += sum(reply.status is None for reply in replies)
        assert {reply.status for reply in replies} <= {201, 503, None}

    assert told >= ROUNDS
    assert unknown > 0
    with capsys.disabled():
        sys.stdout.write(
            f"\n{shared.writer.dialect.name}: {ROUNDS} rounds, {told} acknowledged, "
            f"{unknown} cut off, none lost, none twice\n"
        )


def one_burst(
    database: Database, server: Server, team: Team, title: str, how: str
) -> list[Reply]:
    """Send many requests, and end the service when a quarter of them are stored."""
    asks = drafts(team, [f"{title}{number}" for number in range(BURST)])

    def end_it() -> None:
        until(lambda: count_stored(database, title) >= BURST // 4)
        end(server, how)

    ender = threading.Thread(target=end_it)
    ender.start()
    replies = ask_all(server, team.token, asks, connections=32)
    ender.join()
    return replies
