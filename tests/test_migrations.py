"""The migrations make exactly what the models say, down and up again, on both databases."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from app import models, schema
from app.core.database import Database, connect, transaction
from app.core.errors import Conflict, NotFound, Unavailable
from tests.factories import a_challenge
from tests.processes import counterpart, finished

HEAD = ScriptDirectory(str(schema.MIGRATIONS)).get_current_head()


@pytest.fixture
def new(new_url: str) -> Iterator[Database]:
    database = connect(new_url)
    yield database
    database.dispose()


def tables(database: Database) -> set[str]:
    return set(inspect(database.writer).get_table_names())


def test_an_empty_database_gets_every_table_of_the_models(new: Database) -> None:
    assert schema.migrate(new) == (None, HEAD)

    assert models.__doc__
    assert tables(new) == {*SQLModel.metadata.tables, "alembic_version"}
    schema.require_current(new)


def test_the_models_and_the_migrations_agree(new: Database) -> None:
    schema.migrate(new)

    with new.writer.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_second_time_changes_nothing(new: Database) -> None:
    schema.migrate(new)
    with transaction(new) as session:
        challenge = a_challenge(session)

    assert schema.migrate(new) == (HEAD, HEAD)

    with transaction(new) as session:
        assert session.get_one(type(challenge), challenge.id) == challenge


def test_one_step_down_and_up_again_ends_at_the_same_shape(new: Database) -> None:
    schema.migrate(new)
    before = tables(new)

    _, down = schema.migrate(new, "-1", drop_data=True)
    with pytest.raises(Conflict):
        schema.require_current(new)
    up = schema.migrate(new)

    assert down != HEAD
    assert up == (down, HEAD)
    assert tables(new) == before


def test_all_the_way_down_leaves_nothing_of_ours(new: Database) -> None:
    schema.migrate(new)

    with pytest.raises(Conflict, match="drops every table"):
        schema.migrate(new, "base")
    assert schema.migrate(new) == (HEAD, HEAD)
    assert schema.migrate(new, "base", drop_data=True) == (HEAD, None)

    assert tables(new) == {"alembic_version"}
    assert schema.migrate(new) == (None, HEAD)


def test_a_migration_that_fails_leaves_the_database_as_it_was(new: Database) -> None:
    last = SQLModel.metadata.sorted_tables[-1]
    with new.writer.begin() as connection:
        connection.execute(text(f"CREATE TABLE {last.name} (id INTEGER)"))
    before = tables(new)

    with pytest.raises(Unavailable, match="already exists"):
        schema.migrate(new)

    assert tables(new) == before


@pytest.mark.parametrize("revision", ["nosuch", "-9", "+9", "-x", "", "@"])
def test_a_version_that_is_not_there_is_refused(new: Database, revision: str) -> None:
    with pytest.raises(NotFound) as refusal:
        schema.migrate(new, revision)

    assert refusal.value.detail == f"There is no version {revision} to go to from nothing."
    assert tables(new) == set()


def test_a_database_without_a_shape_is_refused_with_the_remedy(new: Database) -> None:
    with pytest.raises(Conflict) as refusal:
        schema.require_current(new)

    assert (refusal.value.detail, refusal.value.remedy) == (
        f"The database has the shape of no version, and {HEAD} is needed.",
        "Run `counterpart migrate` first.",
    )


def test_a_database_of_a_newer_version_is_left_alone(new: Database) -> None:
    schema.migrate(new)
    with new.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for use in (schema.require_current, schema.migrate):
        with pytest.raises(Conflict) as refusal:
            use(new)

        assert (refusal.value.detail, refusal.value.remedy) == (
            "The database has the shape 9999, which this version does not know.",
            "Start the newer version that made it, or go back to a backup.",
        )


def test_four_processes_that_migrate_at_once_all_succeed(new: Database, new_url: str) -> None:
    processes = [counterpart("migrate", COUNTERPART_DATABASE_URL=new_url) for _ in range(4)]

    ends = [finished(process) for process in processes]

    assert [(code, errors) for code, _, errors in ends] == [(0, "")] * 4
    assert sorted(printed for _, printed, _ in ends) == [
        *[f"The database is at {HEAD}.\n"] * 3,
        f"The database went from nothing to {HEAD}.\n",
    ]
    schema.require_current(new)
