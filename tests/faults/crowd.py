"""Many clients at once against a real server; what they were told against what is stored."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import and_, col, select

from app.access.policy import Role
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database, reading, transaction
from app.submissions.models import Submission
from tests.factories import a_call, a_token, a_user, an_organisation
from tests.processes import ROOT, free_port, until, untraced

PATIENCE = 60
"""Seconds after which a client gives up; no answer is then counted."""
ONE_CONNECTION_TAKES = 8
"""Seconds; a health check that takes longer is repeated."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: a name of its own, where it goes, and what it holds."""

    name: str
    path: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; without a status nothing did, and nobody knows what was done."""

    name: str
    status: int | None
    answer: dict[str, Any]
    retry_after: str | None
    sent: float
    answered: float

    @property
    def seconds(self) -> float:
        return self.answered - self.sent


@dataclass(frozen=True, slots=True)
class Server:
    """A running service, in a process group of its own."""

    base: str
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        return int(self.base.rpartition(":")[2])

    def workers(self) -> list[int]:
        """The processes that answer, if there are several."""
        listing = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        children = [int(pid) for pid in listing.read_text().split()]
        return [pid for pid in children if b"spawn_main" in _command_of(pid)]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to every process of the service."""
        os.killpg(self.process.pid, number)

    def stop(self) -> None:
        """Tell the service to stop, and wait until it has."""
        self.process.terminate()
        self.process.wait(PATIENCE)


def _command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@contextmanager
def serving(
    url: str, folder: Path, workers: int = 1, /, **environment: str
) -> Iterator[Server]:
    """Serve until the block ends, whatever happens in it; the log goes to a file."""
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "serve"]
    variables = {
        "COUNTERPART_DATABASE_URL": url,
        "COUNTERPART_LOG_LEVEL": "ERROR",
        # One team and one person stand for all of them.
        "COUNTERPART_MAX_DRAFTS": "1000000",
        "COUNTERPART_REQUESTS_PER_MINUTE": "1000000",
    }
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 -- our own command
            [*command, "--port", str(port), "--workers", str(workers)],
            cwd=ROOT,
            env={**untraced(), **variables, **environment},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        until(lambda: _answers(server, workers), seconds=PATIENCE)
        yield server
    finally:
        if process.poll() is None:
            server.signal(signal.SIGKILL)
        process.wait(PATIENCE)


def _answers(server: Server, workers: int) -> bool:
    assert server.process.poll() is None, "the server has ended"
    if workers > 1 and len(server.workers()) < workers:
        return False
    connection = HTTPConnection("127.0.0.1", server.port, timeout=ONE_CONNECTION_TAKES)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def ask_all(
    server: Server, token: str, asks: Iterable[Ask], *, connections: int = 64
) -> list[Reply]:
    """Send every request over so many connections; whose server has gone stops asking."""
    waiting, one_at_a_time = iter(asks), threading.Lock()
    replies: list[Reply] = []

    def next_ask() -> Ask | None:
        with one_at_a_time:
            return next(waiting, None)

    def client() -> None:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        while (ask := next_ask()) is not None:
            reply = ask_one(connection, token, ask)
            replies.append(reply)
            if reply.status is None:
                break
        connection.close()

    with ThreadPoolExecutor(connections) as threads:
        for future in [threads.submit(client) for _ in range(connections)]:
            future.result()
    return replies


def ask_one(connection: HTTPConnection, token: str, ask: Ask) -> Reply:
    """Send one request, once; never repeated, so that what is stored twice is our fault."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": uuid4().hex,
    }
    sent = time.time()
    try:
        connection.request("POST", ask.path, json.dumps(ask.body), headers)
        response = connection.getresponse()
        status: int | None = response.status
        retry_after = response.headers.get("Retry-After")
        answer = json.loads(response.read())
    except (OSError, HTTPException, ValueError):
        status, retry_after, answer = None, None, {}
    return Reply(ask.name, status, answer, retry_after, sent, time.time())


# --- what they ask for -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Team:
    """Who asks, and the call that they answer."""

    token: str
    call_id: UUID
    organisation_id: UUID


def a_team(database: Database) -> Team:
    """A team with a token, and an open call."""
    with transaction(database) as session:
        call = a_call(session)
        organisation_id = an_organisation(session).id
        user = a_user(session, organisation_id=organisation_id)
        return Team(a_token(session, user), call.id, organisation_id)


def drafts(team: Team, names: Iterable[str]) -> list[Ask]:
    """Requests that begin challenges of 3 kB."""
    content = {"problem": "Our river floods twice a year. " * 100, "outcome": "No floods."}
    return [
        Ask(
            name,
            "/api/v1/challenges",
            {"call_id": str(team.call_id), "title": name, "content": content},
        )
        for name in names
    ]


def a_lead(database: Database, role: Role = Role.LEAD) -> str:
    """The token of somebody who decides."""
    with transaction(database) as session:
        return a_token(session, a_user(session, role))


# --- what is stored --------------------------------------------------------------------


def acknowledged(replies: Iterable[Reply]) -> dict[str, str]:
    """The key of each row whose storing was confirmed, by the name that was asked for."""
    return {r.name: r.answer["id"] for r in replies if r.status == 201}


def count_stored(database: Database, prefix: str) -> int:
    """Return how many submissions there are whose titles begin so."""
    titled = col(Submission.title).startswith(prefix)
    with reading(database) as session:
        return len(session.exec(select(Submission.id).where(titled)).all())


def require_stored_once(database: Database, replies: Sequence[Reply], prefix: str) -> None:
    """What was acknowledged is stored, nothing twice, and the audit tells of each row once.

    Parameters
    ----------
    prefix : str
        How the titles of all these requests begin, and no others.
    """
    told = acknowledged(replies)
    with reading(database) as session:
        titled = col(Submission.title).startswith(prefix)
        rows = session.exec(select(Submission.id, Submission.title).where(titled)).all()
        begun = and_(AuditEvent.action == "create", AuditEvent.subject_kind == "challenge")
        events = session.exec(select(AuditEvent.subject_id).where(begun)).all()
        everything = session.exec(select(Submission.id)).all()
    stored = {str(key): title for key, title in rows}
    assert {name for name, key in told.items() if stored.get(key) != name} == set()
    assert [t for t, count in Counter(stored.values()).items() if count > 1] == []
    assert Counter(str(key) for key in events if str(key) in stored) == Counter(list(stored))
    assert set(events) <= set(everything)
