"""The database session of a request, and its place in the queue for one.

Waiting for a connection inside a thread would, with enough requests at once, take
every thread of the server; the request that holds the connection needs one to
answer, and all would wait for one another. So a request waits for its turn before
it takes a thread, and there are fewer turns than connections.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from fastapi import Depends, Request
from sqlmodel import Session

from app.core.database import Database, reading, transaction

_writers: RunVar[CapacityLimiter] = RunVar("writers")
_readers: RunVar[CapacityLimiter] = RunVar("readers")


def _queue(kind: RunVar[CapacityLimiter], turns: int) -> CapacityLimiter:
    """Return the queue of this event loop; the first request of the loop makes it."""
    try:
        return kind.get()
    except LookupError:
        kind.set(CapacityLimiter(turns))
        return kind.get()


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _turn_to_write(request: Request) -> AsyncIterator[None]:
    async with _queue(_writers, _database(request).writing_turns):
        yield


async def _turn_to_read(request: Request) -> AsyncIterator[None]:
    async with _queue(_readers, _database(request).reading_turns):
        yield


def _writing_session(
    request: Request, _: Annotated[None, Depends(_turn_to_write, scope="function")]
) -> Iterator[Session]:
    with transaction(_database(request)) as session:
        yield session


def _reading_session(
    request: Request, _: Annotated[None, Depends(_turn_to_read, scope="function")]
) -> Iterator[Session]:
    with reading(_database(request)) as session:
        yield session


# scope="function": commit before the response leaves, so that a client that has
# its 201 can rely on the row, and a failed commit is still an error response.
SessionDep = Annotated[Session, Depends(_writing_session, scope="function")]
ReadSessionDep = Annotated[Session, Depends(_reading_session, scope="function")]
