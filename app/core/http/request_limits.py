"""What one request may take of the service: its size, its time, and its place among others."""

import logging
from collections.abc import Callable
from typing import Final

import anyio
from starlette import types
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.base.errors import AppError, TooLarge, TooSlow, Unavailable
from app.core.base.messages import Message
from app.core.http.problems import respond

log = logging.getLogger(__name__)

BODIES: Final = 64
"""How many bodies of the largest size may be on their way to one process at once."""
UPLOADS: Final = 16
"""How many files may be on their way to one process at once."""
UPLOADED_TO: Final = "/attachments"
"""How the addresses end to which a file is sent."""


Shown = Callable[[Request, Response], Response]
"""Returns a refusal in the form that who sent the request wants: a page, a document."""


def _as_it_is(_: Request, refusal: Response) -> Response:
    return refusal


class RequestLimit:
    """Answer 503 at once when as many requests as allowed are being answered.

    Whether the process lives must be told all the same: those who ask are let through.

    Parameters
    ----------
    app : ASGI application
    limit : int
        Requests of one process at the same time.
    spared : str
        The path that is always answered.
    shown : callable, optional
        How a refusal is shown; it is called at once, and waits for nothing.
    """

    def __init__(
        self, app: ASGIApp, *, limit: int, spared: str, shown: Shown = _as_it_is
    ) -> None:
        self.app = app
        self.shown = shown
        self.limit = limit
        self.spared = spared
        self.present = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or count it while it is answered."""
        if scope["type"] != "http" or scope["path"] == self.spared:
            await self.app(scope, receive, send)
            return
        if self.present >= self.limit:
            log.warning("request turned away", extra={"present": self.present})
            refusal = Unavailable("The service is answering too many requests.")
            answer = self.shown(Request(scope), respond(scope, refusal))
            await answer(scope, receive, send)
            return
        self.present += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.present -= 1


class BodyLimit:
    """Read the body up to a limit, whether or not its length was announced.

    It is read before the request gets a thread or a session, so that one who sends it
    byte by byte keeps nobody else waiting. All bodies that are on their way share some
    room, or as many connections as there may be would fill the memory with halves.

    A file is not read here. It is counted as it goes by, so that whoever takes it has asked
    first who sends it, and puts it onto the disk (`app.core.http.uploads`).

    Parameters
    ----------
    app : ASGI application
    limit : int
        Bytes that a body may have.
    seconds : float
        How long it may take to arrive.
    upload_limit : int
        Bytes that a body with a file may have.
    shown : callable, optional
        How a refusal is shown; it is called at once, and waits for nothing.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limit: int,
        seconds: float,
        upload_limit: int = 0,
        shown: Shown = _as_it_is,
    ) -> None:
        self.app = app
        self.shown = shown
        self.limit = limit
        self.seconds = seconds
        self.upload_limit = upload_limit
        self.held = 0
        self.uploads = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413, 408 or 503, or hand the body on as one message."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if _brings_a_file(scope):
            await self._let_by(scope, receive, send)
            return
        try:
            with anyio.fail_after(self.seconds):
                body = await self._whole(receive)
        except (TooLarge, Unavailable, TimeoutError) as error:
            late = Message("The body did not arrive within {n:g} seconds.", n=self.seconds)
            refusal = error if isinstance(error, AppError) else TooSlow(late)
            answer = self.shown(Request(scope), respond(scope, refusal))
            await answer(scope, receive, send)
            return
        if body is not None:
            await self.app(scope, _replay(body, receive), send)

    async def _let_by(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a body with a file on as it comes; who reads it is refused what is too much."""
        if self.uploads >= UPLOADS:
            log.warning("upload turned away", extra={"uploads": self.uploads})
            refusal = Unavailable("The service is receiving too many files.")
            answer = self.shown(Request(scope), respond(scope, refusal))
            await answer(scope, receive, send)
            return
        self.uploads += 1
        try:
            body = _Counted(receive, self.upload_limit)
            await self.app(scope, body.receive, body.hanging_up(send))
        finally:
            self.uploads -= 1

    async def _whole(self, receive: Receive) -> bytes | None:
        """Return the body, or None if its sender has gone: half a body is no request."""
        body = bytearray()
        message: types.Message = {"more_body": True}
        try:
            while message.get("more_body", False):
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                piece = message.get("body", b"")
                body += piece
                self.held += len(piece)
                self._require_room(len(body), more=bool(piece))
            return bytes(body)
        finally:
            self.held -= len(body)

    def _require_room(self, size: int, *, more: bool) -> None:
        if size > self.limit:
            raise TooLarge(
                Message("The body has more than {limit} kB.", limit=self.limit // 1000)
            )
        if more and self.held > BODIES * self.limit:
            log.warning("body turned away", extra={"held": self.held})
            raise Unavailable("The service is receiving too much data.")


def _brings_a_file(scope: Scope) -> bool:
    path: str = scope.get("path", "")
    return scope.get("method") == "POST" and path.endswith(UPLOADED_TO)


class _Counted:
    """A body that is handed on as it comes, and not beyond a limit."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._size = 0
        self._is_whole = False

    async def receive(self) -> types.Message:
        """Return what comes next, or refuse what goes beyond the limit."""
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > self._limit:
            raise TooLarge(
                Message("The file has more than {limit} MB.", limit=self._limit // 1_000_000),
                remedy="Send a smaller one: a PDF can be saved with smaller pictures.",
            )
        self._is_whole = not message.get("more_body", False)
        return message

    def hanging_up(self, send: Send) -> Send:
        """Return a `send` after which nothing more is read of a body that nobody wants."""

        async def sent(message: types.Message) -> None:
            if message["type"] == "http.response.start" and not self._is_whole:
                message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        return sent


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the whole body once, and then what really comes."""
    waiting: list[types.Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> types.Message:
        return waiting.pop() if waiting else await receive()

    return again
