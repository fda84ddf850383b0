"""The database session of a request, and its place in the queue for one.

Waiting for a connection inside a thread would, with enough requests at once, take
every thread of the server; the request that holds the connection needs one to
answer, and all would wait for one another. So a request waits for its turn before
it takes a thread, and there are fewer turns than connections.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from functools import partial
from typing import Annotated, Final

from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi import Depends, Request
from sqlmodel import Session

from app.core.http.turns import Turns
from app.core.storage.database import Database, reading, transaction

_WRITING: Final = Turns("writing")
_READING: Final = Turns("reading")


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


@asynccontextmanager
async def _ended_on_a_thread(opened: AbstractContextManager[Session]) -> AsyncIterator[Session]:
    """Enter here, for that asks nothing of the database; leave on a thread, for that does."""
    session = opened.__enter__()
    # A thread of its own: anyone who ends must not wait for those who wait for its connection.
    thread = partial(to_thread.run_sync, limiter=CapacityLimiter(1))
    try:
        yield session
    except BaseException as error:
        with CancelScope(shield=True):
            if not await thread(opened.__exit__, type(error), error, error.__traceback__):
                raise
    else:
        with CancelScope(shield=True):
            await thread(opened.__exit__, None, None, None)


async def _writing_session(request: Request) -> AsyncIterator[Session]:
    database = _database(request)
    async with (
        _WRITING.limiter(database.max_writers),
        _ended_on_a_thread(transaction(database)) as session,
    ):
        yield session


async def _reading_session(request: Request) -> AsyncIterator[Session]:
    database = _database(request)
    async with (
        _READING.limiter(database.max_readers),
        _ended_on_a_thread(reading(database)) as session,
    ):
        yield session


# scope="function": commit before the response leaves, so that a client that has
# its 201 can rely on the row, and a failed commit is still an error response.
SessionDep = Annotated[Session, Depends(_writing_session, scope="function")]
ReadSessionDep = Annotated[Session, Depends(_reading_session, scope="function")]
