"""The SQLite that the service uses is one that loses nothing, or there is none."""

import os
import stat
import sys
from pathlib import Path
from types import ModuleType

import pytest

from app.core.base.errors import Unavailable
from app.core.storage import sqlite
from app.core.storage.database import connect


def a_library(version: tuple[int, ...]) -> ModuleType:
    module = ModuleType("a_library")
    vars(module).update(sqlite_version_info=version, sqlite_version=".".join(map(str, version)))
    return module


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    """Modules by name, as if they were installed."""
    named = {
        "brand_new": a_library((3, 53, 4)),
        "just_enough": a_library((3, 51, 3)),
        "too_old": a_library((3, 51, 2)),
        "ancient": a_library((3, 40, 1)),
    }
    for name, module in named.items():
        monkeypatch.setitem(sys.modules, name, module)
    return named


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["brand_new", "just_enough"], "brand_new"),
        (["not_installed", "just_enough"], "just_enough"),
        (["too_old", "brand_new"], "brand_new"),
    ],
)
def test_the_first_library_without_the_fault_is_used(
    libraries: dict[str, ModuleType], names: list[str], chosen: str
) -> None:
    assert sqlite.driver(names) is libraries[chosen]


@pytest.mark.parametrize(
    ("names", "found"),
    [(["too_old", "ancient"], "3.51.2, 3.40.1"), (["not_installed"], "none")],
)
def test_a_library_with_the_fault_is_refused_with_the_remedy(
    libraries: dict[str, ModuleType], names: list[str], found: str
) -> None:
    assert set(names) <= {*libraries, "not_installed"}
    with pytest.raises(Unavailable) as refusal:
        sqlite.driver(names)

    assert (refusal.value.detail, refusal.value.remedy) == (
        f"SQLite 3.51.3 or newer is needed, and here is {found}: "
        "versions before it can damage a database.",
        "Install pysqlite3, use a Python with a newer SQLite, or PostgreSQL.",
    )


def test_both_engines_use_that_library(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path / 'new.db'}")
    with database.writer.connect() as writing, database.reader.connect() as reading:
        versions = {
            connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
            for connection in (writing, reading)
        }
    database.dispose()

    assert versions == {sqlite.driver().sqlite_version}


def test_only_its_owner_can_read_a_new_database_and_what_lies_beside_it(tmp_path: Path) -> None:
    before = os.umask(0o022)
    database = connect(f"sqlite:///{tmp_path / 'new.db'}")
    try:
        with database.reader.connect() as reading:
            reading.exec_driver_sql("SELECT 1")
        with database.writer.connect() as writing:
            writing.exec_driver_sql("CREATE TABLE one (number INTEGER)")
            modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    finally:
        database.dispose()
        os.umask(before)

    assert modes == dict.fromkeys(["new.db", "new.db-wal", "new.db-shm"], 0o600)


def test_a_database_that_others_may_read_stays_so(tmp_path: Path) -> None:
    file = tmp_path / "shared.db"
    file.touch(0o640)
    file.chmod(0o640)
    database = connect(f"sqlite:///{file}")

    with database.writer.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE one (number INTEGER)")

    database.dispose()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
