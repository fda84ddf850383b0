"""What is computed holds no session, waits for its place, and is computed for somebody."""

import gc
import threading
import warnings
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import anyio
import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import Session, col, select, update
from starlette.testclient import TestClient
from starlette.types import Message

from app.access.policy import Role
from app.core.base.clock import now
from app.core.http.computing import QUEUE, ComputedFile
from app.core.storage.database import Database, transaction
from app.matchmaking import deferred
from app.matchmaking.models import MatchRun, Verdict
from app.reviews import deferred as reviewing
from app.settings import Settings
from app.submissions.models import Submission
from tests.advice.people import an_advisor
from tests.conftest import SignIn
from tests.factories import a_token, a_user
from tests.matchmaking.test_decide import a_listed_pair, on
from tests.matchmaking.test_questions import a_finished_run
from tests.reviews.people import a_round, written

QUESTIONS = ["regret", "frontier", "what-if", "preview", "review-ranking"]
READS = ["/api/v1/me", "/api/v1/match-runs", "/api/v1/challenges", "/readyz"]


class Gate:
    """Lets nobody pass until it is opened, and counts who stands before it."""

    def __init__(self) -> None:
        self.present = 0
        self.begun = 0
        self.most = 0
        self.opened = threading.Event()
        self._lock = threading.Lock()

    def before(self, called: Callable[..., Any]) -> Callable[..., Any]:
        def wait(*arguments: Any) -> Any:
            with self._lock:
                self.begun += 1
                self.present += 1
                self.most = max(self.most, self.present)
            assert self.opened.wait(60)
            with self._lock:
                self.present -= 1
            return called(*arguments)

        return wait


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Before all that is computed in a request."""
    gate = Gate()
    for name in ("costs", "floors", "what_if", "preview"):
        monkeypatch.setattr(deferred, name, gate.before(getattr(deferred, name)))
    monkeypatch.setattr(reviewing, "rank", gate.before(reviewing.rank))
    yield gate
    gate.opened.set()


@pytest.fixture
def asked(session: Session, as_user: SignIn, database: Database) -> dict[str, Any]:
    """A run to ask about, and somebody who may."""
    person = a_user(session, Role.STAFF)
    run, challenges, _ = a_finished_run(session, as_user(person), database)
    headers = {"Authorization": f"Bearer {a_token(session, person)}"}
    reviewed, submission, (reviewer, _) = a_round(session)
    written(session, submission, reviewer)
    an_advisor(session, reviewed.programme_id)
    session.commit()
    ranking = f"/api/v1/calls/{reviewed.id}/review-ranking"
    return {
        "run": run,
        "challenge": challenges[0].id,
        "ranking": ranking,
        "reviewed": str(reviewed.id),
        "headers": headers,
    }


def request_of(question: str, asked: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    if question == "preview":
        return "GET", f"/api/v1/match-previews/{asked['challenge']}", {}
    if question == "what-if":
        return "POST", f"{asked['run']}/what-if", {"json": {}}
    if question == "review-ranking":
        return "GET", asked["ranking"], {}
    return "GET", f"{asked['run']}/{question}", {}


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(60):
        while not condition():
            await anyio.sleep(0.01)


Ask = Callable[[str, str, dict[str, Any]], Awaitable[httpx.Response]]


def in_one_loop(app: FastAPI, asked: dict[str, Any], scene: Callable[..., Any]) -> Any:
    """Play a scene with a client whose requests are all answered by one event loop."""

    async def play() -> Any:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://service", headers=asked["headers"]
        ) as client:
            return await scene(client)

    return anyio.run(play)


@pytest.mark.parametrize("question", QUESTIONS)
def test_while_eight_ask_two_compute_without_a_session_and_others_read(
    client: TestClient, database: Database, asked: dict[str, Any], gate: Gate, question: str
) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    app.state.settings = settings_of(app, computing_wait_seconds=60)
    method, address, options = request_of(question, asked)

    async def scene(client: httpx.AsyncClient) -> tuple[list[int], list[int]]:
        answers: list[int] = []
        read: list[int] = []

        async def ask() -> None:
            answers.append((await client.request(method, address, **options)).status_code)

        async with anyio.create_task_group() as tasks:
            for _ in range(8):
                tasks.start_soon(ask)
            await until(lambda: gate.present == 2)
            read += [(await client.get(path)).status_code for path in READS * 4]
            # The last of those who wait may still be reading what it asks about.
            await until(lambda: connections_held(database) == 0)
            assert answers == []
            gate.opened.set()
        return read, answers

    read, answers = in_one_loop(app, asked, scene)

    assert read == [200] * 16
    assert answers == [200] * 8
    assert gate.most == 2


def test_beyond_those_who_wait_the_next_ones_are_told_when_to_come_again(
    client: TestClient, asked: dict[str, Any], gate: Gate
) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    app.state.settings = settings_of(app, computing_wait_seconds=60)
    _, address, _ = request_of("regret", asked)

    async def scene(client: httpx.AsyncClient) -> list[httpx.Response]:
        answers: list[httpx.Response] = []

        async def ask() -> None:
            answers.append(await client.get(address))

        async with anyio.create_task_group() as tasks:
            for _ in range(2 + QUEUE + 3):
                tasks.start_soon(ask)
            await until(lambda: len(answers) == 3)
            gate.opened.set()
        return answers

    answers = in_one_loop(app, asked, scene)

    refused, granted = answers[:3], answers[3:]
    assert [answer.status_code for answer in refused] == [503] * 3
    assert {answer.headers["retry-after"] for answer in refused} == {"10"}
    assert [answer.status_code for answer in granted] == [200] * (2 + QUEUE)


def test_who_waits_too_long_for_a_place_is_told_so(
    client: TestClient, asked: dict[str, Any], gate: Gate
) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    app.state.settings = settings_of(app, computing_places=1, computing_wait_seconds=0.05)
    _, address, _ = request_of("frontier", asked)

    async def scene(client: httpx.AsyncClient) -> tuple[httpx.Response, list[int]]:
        first: list[int] = []

        async def ask() -> None:
            first.append((await client.get(address)).status_code)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            await until(lambda: gate.present == 1)
            second = await client.get(address)
            gate.opened.set()
        return second, first

    second, first = in_one_loop(app, asked, scene)

    assert (second.status_code, second.json()["code"]) == (503, "unavailable")
    assert second.json()["detail"] == "Too many answers are being computed."
    assert first == [200]


def test_what_a_route_that_writes_has_to_know_is_computed_in_the_same_turns(
    client: TestClient, database: Database, asked: dict[str, Any], gate: Gate
) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    app.state.settings = settings_of(app, computing_places=1, computing_wait_seconds=0.05)
    due = (now() + timedelta(days=5)).isoformat()
    asking = {"title": "Which to take", "due_at": due, "is_ranked": True}

    async def scene(client: httpx.AsyncClient) -> tuple[httpx.Response, list[int]]:
        first: list[int] = []
        body = asking | {"call_id": asked["reviewed"]}

        async def ask() -> None:
            first.append((await client.post("/api/v1/consultations", json=body)).status_code)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            await until(lambda: gate.present == 1)
            await until(lambda: connections_held(database) == 0)
            second = await client.post("/api/v1/consultations", json=body)
            gate.opened.set()
        return second, first

    second, first = in_one_loop(app, asked, scene)

    assert (second.status_code, second.headers["retry-after"]) == (503, "10")
    assert first == [201]


@pytest.mark.parametrize("waits", [False, True])
def test_an_answer_that_nobody_waits_for_is_not_computed(
    client: TestClient, asked: dict[str, Any], gate: Gate, waits: bool
) -> None:
    """Whether its asker goes before there is a place, or while another one has it."""
    app = client.app
    assert isinstance(app, FastAPI)
    app.state.settings = settings_of(app, computing_places=1, computing_wait_seconds=60)
    _, address, _ = request_of("regret", asked)

    async def scene(client: httpx.AsyncClient) -> list[int]:
        first: list[int] = []

        async def ask() -> None:
            first.append((await client.get(address)).status_code)

        async with anyio.create_task_group() as tasks:
            if waits:
                tasks.start_soon(ask)
                await until(lambda: gate.present == 1)
            await leave(app, address, asked["headers"])
            gate.opened.set()
        return first

    first = in_one_loop(app, asked, scene)

    assert first == [200] * waits
    assert gate.begun == len(first)


def test_the_file_of_an_asker_who_has_gone_is_closed_before_a_part_of_it_is_sent(
    client: TestClient,
) -> None:
    is_written = threading.Event()

    def parts() -> Iterator[bytes]:
        yield b"a line"
        is_written.set()

    async def receive() -> Message:
        await until(is_written.is_set)
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None:
        await anyio.sleep_forever()

    async def play() -> None:
        scope = {"type": "http", "method": "GET", "path": "/", "app": client.app}
        await ComputedFile(parts, "lines.csv", "text/csv")(scope, receive, send)

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        anyio.run(play)
        gc.collect()

    assert is_written.is_set()
    assert [str(each.message) for each in told] == []


async def leave(app: FastAPI, address: str, headers: dict[str, str]) -> None:
    """Ask for an answer, and go once the request is sent."""
    messages: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        pass

    scope = {
        "type": "http",
        "method": "GET",
        "path": address,
        "raw_path": address.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("service", 80),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
        "app": app,
    }
    await app(scope, receive, send)


def test_a_computed_answer_has_its_tag_and_need_not_be_sent_again(
    client: TestClient, asked: dict[str, Any]
) -> None:
    _, address, _ = request_of("regret", asked)

    first = client.get(address, headers=asked["headers"])
    again = client.get(
        address, headers=asked["headers"] | {"If-None-Match": first.headers["etag"]}
    )

    assert first.headers["content-type"] == "application/json"
    assert (again.status_code, again.content) == (304, b"")


# --- verdicts --------------------------------------------------------------------------


def test_a_verdict_is_checked_while_it_holds_no_session(
    session: Session,
    as_user: SignIn,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = on(a_listed_pair(session)) | {"outcome": "chosen", "reason": "Because."}
    staff = as_user(a_user(session, Role.STAFF))
    held: list[int] = []
    check = deferred.obstacles_of

    def note(*arguments: Any) -> Sequence[str]:
        held.append(connections_held(database))
        return check(*arguments)

    monkeypatch.setattr(deferred, "obstacles_of", note)

    answer = staff.post("/api/v1/verdicts", json=said, headers={"Idempotency-Key": "one"})

    assert (answer.status_code, held) == (201, [0])


@pytest.mark.parametrize("changed", ["run", "challenge"])
def test_a_verdict_whose_ground_changed_meanwhile_is_refused(
    session: Session,
    as_user: SignIn,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    changed: str,
) -> None:
    suggestion = a_listed_pair(session)
    said = on(suggestion) | {"outcome": "chosen", "reason": "Because."}
    staff = as_user(a_user(session, Role.STAFF))
    check = deferred.obstacles_of

    def change(*arguments: Any) -> Sequence[str]:
        with transaction(database) as other:
            other.execute(changes(changed, suggestion.run_id, suggestion.challenge_id))
        return check(*arguments)

    monkeypatch.setattr(deferred, "obstacles_of", change)

    answer = staff.post("/api/v1/verdicts", json=said)

    assert answer.status_code == 409
    assert answer.json()["detail"] == "The run or the pair changed at the same moment."
    assert session.exec(select(Verdict)).all() == []


def changes(changed: str, run_id: UUID, challenge_id: UUID) -> Any:
    if changed == "run":
        return update(MatchRun).where(col(MatchRun.id) == run_id).values(digest="another")
    return (
        update(Submission).where(col(Submission.id) == challenge_id).values(code="CH-2000-999")
    )


def connections_held(database: Database) -> int:
    pools: set[Any] = {engine.pool for engine in (database.reader, database.writer)}
    return sum(pool.checkedout() for pool in pools)


def settings_of(app: FastAPI, **changed: Any) -> Settings:
    settings: Settings = app.state.settings
    return settings.model_copy(update=changed)
