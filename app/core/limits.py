"""Refuses a body that is larger than anything the service asks for."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import TooLarge
from app.core.problems import respond


class BodyLimit:
    """Read the body up to a limit, whether or not its length was announced.

    Parameters
    ----------
    app : ASGI application
    limit : int
        Bytes that a body may have.
    """

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413, or hand the body on as one message."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = bytearray()
        message: Message = {"more_body": True}
        while message.get("more_body", False):
            message = await receive()
            if message["type"] == "http.disconnect":
                return  # half a body is no request
            body += message.get("body", b"")
            if len(body) > self.limit:
                refusal = TooLarge(f"The body has more than {self.limit // 1000} kB.")
                await respond(scope["path"], refusal)(scope, receive, send)
                return
        await self.app(scope, _replay(bytes(body), receive), send)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the whole body once, and then what really comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again
