"""A database that the tests of one file share, and a service over it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.storage.database import Database, connect
from app.operations import migrating
from tests.conftest import URL, empty
from tests.faults.crowd import Server, serving
from tests.postgres import Cluster, find_programs


@pytest.fixture(scope="module")
def shared_url(
    migrated: Path | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a database of the current shape, for all tests of the file."""
    if migrated is not None:
        path = tmp_path_factory.mktemp("shared") / "shared.db"
        shutil.copy(migrated, path)
        yield f"sqlite:///{path}"
    else:
        assert URL is not None
        yield URL
        empty(URL)


@pytest.fixture(scope="module")
def shared(shared_url: str) -> Iterator[Database]:
    database = connect(shared_url)
    yield database
    database.dispose()


@pytest.fixture(scope="module")
def two_workers(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service of two worker processes, which one file of tests shares."""
    folder = tmp_path_factory.mktemp("served")
    # The server's own variable must not open what our setting keeps shut.
    environment = {"COUNTERPART_MAX_BODY_SECONDS": "2", "FORWARDED_ALLOW_IPS": "*"}
    with serving(shared_url, folder, 2, **environment) as server:
        yield server


@pytest.fixture
def migrated_copy(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A SQLite database of the current shape, whatever the other tests run on."""
    url = f"sqlite:///{tmp_path_factory.mktemp('copy') / 'copy.db'}"
    database = connect(url)
    migrating.migrate(database)
    database.dispose()
    return url


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[Cluster, str]]:
    """A PostgreSQL of the test's own, to stop and start, and the address of a database."""
    with tempfile.TemporaryDirectory(prefix="counterpart-pg-") as folder:
        own = Cluster(find_programs(), Path(folder), careful=True)
        with own.running() as url:
            database = connect(url)
            migrating.migrate(database)
            database.dispose()
            yield own, url


@pytest.fixture
def of_cluster(cluster: tuple[Cluster, str]) -> Iterator[Database]:
    """The database of that PostgreSQL, let go of whatever the test comes to."""
    database = connect(cluster[1])
    yield database
    database.dispose()
