"""Answers that are computed: without a session, in turn, and only while somebody waits.

The endpoint reads what it needs, and returns a `Computed`. That is called when the session
of the request has been given back: so however long a computation takes, nobody waits for a
connection that it holds. A few compute at once, a few more wait a short time for a place, and
the others are told 503. What has begun runs to its end, as a thread cannot be stopped; what
nobody waits for any more does not begin.
"""

import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import IO, Any, Final, TypeVar

from anyio import CapacityLimiter, create_task_group, fail_after, from_thread, to_thread
from anyio.abc import TaskGroup
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.core.base.errors import Unavailable
from app.core.http.turns import Turns

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/json"
PART: Final = 2**16
"""Bytes of a file that are sent at once."""
QUEUE: Final = 8
"""How many wait for a place: what they have read is in memory meanwhile."""

_COMPUTING: Final = Turns("computing")

Computation = Callable[[], BaseModel]
"""Computes an answer from what was read."""


class InTurn(Response):
    """An answer that is made when it is sent, in its turn.

    Parameters
    ----------
    answer : callable
        Makes the answer. Needs no session of the request; what it refuses is refused as if the
        endpoint did.

    Attributes
    ----------
    finish : callable
        Gives the answer what its route gives every answer, such as a tag.

    Raises
    ------
    Unavailable
        If too many compute, or the asker has gone; when it is called.
    """

    def __init__(self, answer: Callable[[], Response]) -> None:
        super().__init__()
        self._answer = answer
        self.finish: Callable[[Response], Response] = lambda response: response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for a place, compute, and send the answer."""
        settings = scope["app"].state.settings
        limiter = _COMPUTING.limiter(settings.computing_places)
        await _place(limiter, self, receive, settings.computing_wait_seconds)
        try:
            # A thread of its own: those who compute take none from those who read.
            answer = await to_thread.run_sync(self._answer, limiter=CapacityLimiter(1))
        finally:
            limiter.release_on_behalf_of(self)
        answer.background = self.background
        await self.finish(answer)(scope, receive, send)


class Computed(InTurn):
    """An answer in JSON that is computed when it is sent.

    Parameters
    ----------
    compute : callable
        Returns what is written.
    """

    media_type = MEDIA_TYPE

    def __init__(self, compute: Computation) -> None:
        super().__init__(lambda: Response(compute().model_dump_json(), media_type=MEDIA_TYPE))


class ComputedFile(InTurn):
    """A file that is written on a disk before it is sent, so that no slow asker holds a place.

    Parameters
    ----------
    parts : callable
        Yields what the file holds; each part may open a session of its own for a short time.
    name : str
        What the file is called.
    """

    def __init__(
        self,
        parts: Callable[[], Iterator[bytes]],
        name: str,
        media_type: str,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        about = {"Content-Disposition": f'attachment; filename="{name}"', **headers}
        super().__init__(lambda: _spooled(parts(), about, media_type))


Found = TypeVar("Found")


def worked_out(request: Request, compute: Callable[[], Found]) -> Found:
    """Compute in its turn what a route that writes has to know before it gets a session.

    For a dependency that is no coroutine: it runs on a thread, which waits here.

    Raises
    ------
    Unavailable
        If too many compute.
    """
    settings, borrower = request.app.state.settings, object()
    limiter = from_thread.run_sync(_COMPUTING.limiter, settings.computing_places)
    from_thread.run(_waited, limiter, borrower, settings.computing_wait_seconds)
    try:
        return compute()
    finally:
        from_thread.run_sync(limiter.release_on_behalf_of, borrower)


async def _waited(limiter: CapacityLimiter, borrower: object, seconds: float) -> None:
    """Take a place for a borrower, or refuse when the time is up."""
    _require_room(limiter)
    try:
        with fail_after(seconds):
            await limiter.acquire_on_behalf_of(borrower)
    except TimeoutError:
        raise _full() from None


def _spooled(
    parts: Iterator[bytes], headers: Mapping[str, str], media_type: str
) -> StreamingResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed when it was sent
    try:
        for part in parts:
            file.write(part)
        length = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    about = {**headers, "Content-Length": str(length)}
    return _Spooled(file, headers=about, media_type=media_type)


class _Spooled(StreamingResponse):
    """A file that is closed once it was sent, or once nobody takes it any more.

    An iterator that closes it would not do: of an asker who is gone before the first part it
    is never begun.
    """

    def __init__(self, file: IO[bytes], **about: Any) -> None:
        super().__init__(iter(partial(file.read, PART), b""), **about)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, and close it whatever happens."""
        with self._file:
            await super().__call__(scope, receive, send)


async def _place(
    limiter: CapacityLimiter, borrower: object, receive: Receive, seconds: float
) -> None:
    """Take a place for a borrower, or refuse: when the time is up, or its asker has gone."""
    _require_room(limiter)
    is_held = is_gone = False

    async def give_up_when_gone(tasks: TaskGroup) -> None:
        nonlocal is_gone
        while (await receive())["type"] != "http.disconnect":
            pass
        is_gone = True
        tasks.cancel_scope.cancel()

    try:
        with fail_after(seconds):
            async with create_task_group() as tasks:
                tasks.start_soon(give_up_when_gone, tasks)
                await limiter.acquire_on_behalf_of(borrower)
                is_held = True
                tasks.cancel_scope.cancel()
    except TimeoutError:
        if not is_held:
            raise _full() from None
    if is_gone:
        if is_held:
            limiter.release_on_behalf_of(borrower)
        log.info("computing not begun: nobody waits")
        raise Unavailable("Nobody waits for the answer.")


def _require_room(limiter: CapacityLimiter) -> None:
    """Do nothing, or refuse who would be one too many to wait."""
    if limiter.statistics().tasks_waiting >= QUEUE:
        raise _full()


def _full() -> Unavailable:
    log.warning("computing turned away")
    return Unavailable(
        "Too many answers are being computed.",
        remedy="Wait for the time in the header `Retry-After`, and ask again.",
        retry_after=10,
    )
