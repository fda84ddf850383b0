"""What one request may take: its time, and its place among others."""

import json
from typing import Any

import anyio
import httpx
import pytest
from pydantic import ValidationError
from starlette.types import Message, Receive, Scope, Send

from app.core.http.request_limits import BODIES, BodyLimit, RequestLimit
from app.pages.refusals import as_bare_page
from app.settings import Settings


async def plain(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the body, after a while if the path says so."""
    body = (await receive())["body"]
    if scope["path"] == "/slow":
        await anyio.sleep(0.3)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def asked(app: Any, path: str) -> tuple[int, str | None, str | None]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://service"
    ) as client:
        answer = await client.post(path, content=b"x")
    code = answer.json()["code"] if answer.status_code >= 400 else None
    return answer.status_code, answer.headers.get("retry-after"), code


def test_more_requests_than_allowed_are_turned_away_and_health_is_told_all_the_same() -> None:
    app = RequestLimit(plain, limit=2, spared="/livez")
    answers: dict[str, list[tuple[int, str | None, str | None]]] = {"/slow": [], "/livez": []}

    async def ask(path: str) -> None:
        answers[path].append(await asked(app, path))

    async def crowd() -> tuple[int, str | None, str | None]:
        async with anyio.create_task_group() as tasks:
            for path in ["/slow"] * 5 + ["/livez"]:
                tasks.start_soon(ask, path)
        return await asked(app, "/fast")

    afterwards = anyio.run(crowd)

    assert sorted(answers["/slow"]) == [(200, None, None)] * 2 + [(503, "5", "unavailable")] * 3
    assert answers["/livez"] == [(200, None, None)]
    assert afterwards == (200, None, None)


def test_a_body_that_drips_is_ended_and_reaches_nobody() -> None:
    sent: list[Message] = []
    reached: list[str] = []

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope["path"])

    async def drip() -> Message:
        await anyio.sleep(0.05)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    async def ask() -> None:
        limited = BodyLimit(inside, limit=1000, seconds=0.2)
        await limited({"type": "http", "path": "/slow"}, drip, send)

    anyio.run(ask)

    assert [message.get("status") for message in sent] == [408, None]
    assert b"The body did not arrive within 0.2 seconds." in sent[1]["body"]
    assert reached == []


def test_bodies_on_their_way_share_some_room_and_leave_it() -> None:
    size = 1000
    answers: list[int] = []

    async def ask(app: BodyLimit, whole: anyio.Event, content: bytes) -> None:
        pieces: list[Message] = [{"type": "http.request", "body": content, "more_body": True}]

        async def receive() -> Message:
            if not pieces:
                await whole.wait()
                return {"type": "http.request", "body": b"", "more_body": False}
            return pieces.pop()

        async def send(message: Message) -> None:
            if "status" in message:
                answers.append(message["status"])

        await app({"type": "http", "path": "/fast"}, receive, send)

    async def crowd() -> None:
        app, whole = BodyLimit(plain, limit=size, seconds=30), anyio.Event()
        async with anyio.create_task_group() as tasks:
            for _ in range(BODIES):
                tasks.start_soon(ask, app, whole, b"x" * size)
            await anyio.wait_all_tasks_blocked()
            await ask(app, anyio.Event(), b"one more")
            whole.set()
        await ask(app, whole, b"x" * size)
        assert app.held == 0

    anyio.run(crowd)

    assert answers == [503] + [200] * (BODIES + 1)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("", None),
        ("10.0.0.1", "10.0.0.1"),
        (" 10.0.0.0/8 , fd00::/8,", "10.0.0.0/8,fd00::/8"),
    ],
)
def test_trusted_proxies_are_addresses_and_networks(said: str, kept: str | None) -> None:
    assert Settings(trusted_proxies=said).trusted_proxies == kept


@pytest.mark.parametrize("said", ["*", "proxy.example.org", "10.0.0.1/8", "10.0.0.1;10.0.0.2"])
def test_a_trusted_proxy_that_names_everybody_or_nobody_is_refused(said: str) -> None:
    with pytest.raises(ValidationError, match="trusted_proxies"):
        Settings(trusted_proxies=said)


@pytest.mark.parametrize(
    ("middleware", "status", "title"),
    [
        (RequestLimit(plain, limit=0, spared="/livez", shown=as_bare_page), 503, "unavailable"),
        (BodyLimit(plain, limit=0, seconds=60, shown=as_bare_page), 413, "Too large"),
        (BodyLimit(plain, limit=9, seconds=0, shown=as_bare_page), 408, "Too slow"),
    ],
    ids=["too many", "too large", "too slow"],
)
def test_a_browser_gets_these_refusals_as_pages_and_a_program_as_documents(
    middleware: Any, status: int, title: str
) -> None:
    async def drip() -> Message:
        await anyio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def answered(path: str) -> tuple[int, dict[str, str], str]:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": path, "query_string": b""}
        scope |= {"headers": [(b"accept", b"text/html"), (b"host", b"service")]}
        await middleware(scope, drip, send)
        start, body = sent
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return start["status"], headers, body["body"].decode()

    shown, headers, page = anyio.run(answered, "/sign-in")
    told, others, document = anyio.run(answered, "/api/v1/challenges")

    assert (shown, told) == (status, status)
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert title in page
    assert "What you can do" in page
    assert ("retry-after" in headers) == (status == 503)
    assert others["content-type"] == "application/problem+json"
    assert json.loads(document)["status"] == status
