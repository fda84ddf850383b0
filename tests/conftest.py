"""A fresh database for each test, and a client for each person."""

import logging
import os
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import (
    Engine,
    NullPool,
    create_engine,
    event,
    exists,
    literal,
    make_url,
    select,
    text,
    union_all,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Session, SQLModel
from starlette.testclient import TestClient

from app.accounts.models import User
from app.core.http.forwarding import Forwarding
from app.core.storage import sqlite
from app.core.storage.database import Database, connect
from app.main import create_app
from app.operations import migrating
from app.settings import Settings
from app.worker import work_once
from tests.factories import KEY, a_token
from tests.marking import STARTS, Marks
from tests.world import World, people, sessions_of

SERVER = os.environ.get("COUNTERPART_TEST_DATABASE_URL")
WORKER = os.environ.get("PYTEST_XDIST_WORKER")
URL = SERVER and (
    make_url(SERVER)
    .set(database=WORKER or make_url(SERVER).database)
    .render_as_string(hide_password=False)
)
"""A PostgreSQL database of the tests' own; without it each test gets a SQLite file.

Where tests run beside one another, each worker has one.
"""


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Marks())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put files that take long first, so that no core waits for another one at the end.

    On PostgreSQL those tests are left out that ask no database, or that any one will do for.

    What is slow, as everything in a browser, is not traced, which would double its time: the
    floors of coverage are reached by the other tests. Nor are crowds of threads: Python 3.11
    refuses to trace a thread that starts just as another one does.
    """
    if SERVER:
        alone = [item for item in items if not _depends_on_database(item)]
        config.hook.pytest_deselected(items=alone)
        items[:] = [item for item in items if _depends_on_database(item)]
    for item in items:
        crowded = item.path.parent.name == "faults" or hasattr(
            getattr(item, "module", None), "Barrier"
        )
        if crowded or item.get_closest_marker("slow") or item.get_closest_marker("browser"):
            item.add_marker("no_cover")
    long = {
        item.path
        for item in items
        if any(item.get_closest_marker(name) for name in ("slow", *STARTS))
    }
    items.sort(key=lambda item: item.path not in long)


def _depends_on_database(item: pytest.Item) -> bool:
    """Tell whether a test may end otherwise on PostgreSQL, which is the slower one to ask."""
    asks = {"migrated", "new_url"} & {*getattr(item, "fixturenames", ())}
    return bool(asks) and item.get_closest_marker("one_database") is None


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Let no thread of a test that is not traced install a trace, whatever ran before it."""
    if item.get_closest_marker("no_cover"):
        threading.settrace(None)
    return (yield)


def statements_of(database: Database) -> list[str]:
    """Return a list to which each statement is added that the database is asked from now on."""
    statements: list[str] = []
    heard: list[object] = [None]

    def note(*told: Any) -> None:
        statement, context = told[2], told[4]
        # With PostgreSQL one engine is the other with options, and one statement is told twice.
        if context is not heard[0]:
            heard[0] = context
            statements.append(statement)

    for engine in {database.writer, database.reader}:
        event.listen(engine, "before_cursor_execute", note)
    return statements


def a_client(app: Any, headers: Mapping[str, str], *, failing: bool = False) -> TestClient:
    """A client as a good program is one: each request that acts has a key of its own.

    Of a `failing` service it gets the answer, and not the exception.
    """
    client = TestClient(app, headers=dict(headers), raise_server_exceptions=not failing)
    client.event_hooks = {"request": [_with_key]}
    return client


def _with_key(request: Any) -> None:
    if request.method == "POST" and "idempotency-key" not in request.headers:
        request.headers["idempotency-key"] = uuid4().hex


def engine_of(url: str, **options: Any) -> Engine:
    """An engine of the test's own, over the SQLite library of the service: never another."""
    if url.startswith("sqlite"):
        options["module"] = sqlite.driver()
    return create_engine(url, **options)


def worked(client: TestClient) -> None:
    """Let a worker do all that waits for one."""
    state = client.app.state  # type: ignore[attr-defined]  # -- it is a FastAPI
    while work_once(state.database, state.settings):
        pass


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    """Leave the logging of this process as it was, for tests of what sets it up."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


class SignIn(Protocol):
    """Returns a client whose requests come from this user."""

    def __call__(self, user: User) -> TestClient: ...


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """Migrate once; the tests on SQLite start from copies of this file."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    if SERVER and WORKER:
        server = create_engine(SERVER, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {WORKER}")
        server.dispose()
    database = connect(URL or f"sqlite:///{path}")
    migrating.migrate(database)
    database.dispose()
    return None if URL else path


@pytest.fixture
def url(migrated: Path | None) -> Iterator[str]:
    """The address of an empty database of the current shape.

    On SQLite it is the same for all tests of a process, and the file another one.
    """
    if migrated is not None:
        path = migrated.with_name("test.db")
        for left in (path, *path.parent.glob(f"{path.name}-*")):
            left.unlink(missing_ok=True)
        shutil.copy(migrated, path)
        yield f"sqlite:///{path}"
    else:
        assert URL is not None
        yield URL
        empty(URL)


@cache
def _looking(url: str) -> Engine:
    """The engine by which the tests of a process arrange and look.

    It keeps no connection: a database that somebody is connected to is in use.
    """
    engine = engine_of(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _foreign_keys)
    return engine


@cache
def _serving(url: str) -> Database:
    """The engines by which the service works in all tests of a process.

    An engine compiles each statement once. With new ones for each test that was a seventh of
    what the tests cost. Nor does a database of a test have to outlive a power cut.
    """
    database = connect(url)
    for engine in (database.writer, database.reader):
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _in_haste)
    return database


def empty(url: str) -> None:
    """Take every row out, for the next test, and count from 1 again.

    Most tables have none, and to truncate a table takes longer than to find that out.
    """
    tables = SQLModel.metadata.sorted_tables
    filled = union_all(
        *(select(literal(table.name)).where(exists().select_from(table)) for table in tables)
    )
    with _looking(url).begin() as connection:
        rows = set(connection.execute(filled).scalars())
        for table in reversed(tables):
            if table.name in rows:
                connection.execute(table.delete())
        connection.exec_driver_sql(
            "SELECT setval(quote_ident(sequencename)::regclass, 1, false) "
            "FROM pg_sequences WHERE last_value IS NOT NULL"
        )


@pytest.fixture
def new_url(tmp_path: Path) -> Iterator[str]:
    """The address of a database with nothing in it."""
    if URL is None:
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    name = f"new_{uuid4().hex}"
    server = engine_of(URL, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(URL).set(database=name).render_as_string(hide_password=False)
    for tries_left in (4, 3, 2, 1, 0):
        try:
            with server.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            break
        except ProgrammingError:  # the server cleans up in it, which no user may end
            if not tries_left:
                raise
            time.sleep(1)
    server.dispose()


@pytest.fixture
def settings(url: str) -> Settings:
    return Settings(database_url=url, embedded_worker=False)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """What the service uses.

    The engines are the test's own, so that what it listens to ends with it; what lies below
    them is shared.
    """
    shared = _serving(url)
    database = replace(
        shared,
        writer=shared.writer.execution_options(),
        reader=shared.reader.execution_options(),
    )
    yield database
    shared.dispose()


@pytest.fixture
def session(url: str) -> Iterator[Session]:
    """What a test uses to arrange and to look: commit before the service shall see it."""
    with Session(_looking(url), expire_on_commit=True) as session:
        yield session


def _foreign_keys(connection: DBAPIConnection, _: object) -> None:
    connection.cursor().execute("PRAGMA foreign_keys=ON")


def _in_haste(connection: DBAPIConnection, _: object) -> None:
    connection.cursor().execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session")
def _loop() -> Iterator["_Loop"]:
    loop = _Loop()
    yield loop
    loop.close()


@pytest.fixture(autouse=True)
def one_loop(request: pytest.FixtureRequest, _loop: "_Loop") -> None:
    """Let all clients ask in one thread: a loop for each request costs more than an answer."""
    _loop.traced(not request.node.get_closest_marker("no_cover"))


class _Loop:
    """The thread in which the clients ask, and those that it starts.

    A test that is not traced ends the tracing of every thread there is, for good: the next one
    that is traced asks in a thread of its own, or what it covers would not be counted.
    """

    def __init__(self) -> None:
        self._running = ExitStack()
        self._is_traced: bool | None = None

    def traced(self, wanted: bool) -> None:
        if wanted is not self._is_traced:
            self.close()
            TestClient.portal = self._running.enter_context(start_blocking_portal())
            self._is_traced = wanted

    def close(self) -> None:
        TestClient.portal = self._is_traced = None
        self._running.close()


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """The application, put together once; each test gives it a database."""
    return create_app(Settings(embedded_worker=False))


@pytest.fixture
def client(app: FastAPI, settings: Settings, database: Database) -> TestClient:
    """A client that names nobody."""
    app.state.database, app.state.settings = database, settings
    # As a new process knows it, whatever headers earlier tests have sent.
    vars(app.state.forwarding).update(vars(Forwarding()))
    return TestClient(app)


@pytest.fixture
def as_user(session: Session, client: TestClient) -> SignIn:
    def sign_in(user: User) -> TestClient:
        headers = {"Authorization": f"Bearer {a_token(session, user)}"}
        session.commit()
        return a_client(client.app, headers)

    return sign_in


@pytest.fixture(scope="module")
def world(migrated: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One database with one of everything, for all tests of a file."""
    url = URL or f"sqlite:///{tmp_path_factory.mktemp('world') / 'world.db'}"
    if migrated is not None:
        shutil.copy(migrated, url.removeprefix("sqlite:///"))
    database = connect(url)
    keys = SecretStr(KEY)
    settings = Settings(
        database_url=url,
        embedded_worker=False,
        secret_keys=keys,
        # A file of tests asks more within a minute than any person, the faster the machine is.
        requests_per_minute=1_000_000,
    )
    app = create_app(settings, database)
    operations = {
        operation["operationId"]: (method, path)
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    }
    engine = create_engine(url)
    with TestClient(app) as client:
        world = World(client, operations, statements_of(database))
        with Session(engine) as session:
            people(world, session)
            session.commit()
            world.renew = sessions_of(session)
            session.rollback()
            yield world
    engine.dispose()
    if URL:
        empty(URL)
