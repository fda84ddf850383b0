"""PostgreSQL's programs are found where they are, and their failures are told without rows."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from app.core.base.errors import Unavailable
from app.core.storage import postgres


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the programs of three versions, and none of them on the path."""
    for release in ("9.6", "15", "16"):
        (tmp_path / release / "bin").mkdir(parents=True)
        (tmp_path / release / "bin" / "pg_dump").touch(mode=0o755)
    monkeypatch.setenv("PATH", "")
    return tmp_path


def test_the_newest_of_debian_is_taken_when_none_is_on_the_path(debian: Path) -> None:
    assert postgres.program("pg_dump", debian) == str(debian / "16" / "bin" / "pg_dump")


def test_a_program_on_the_path_is_taken_first(
    debian: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(debian / "15" / "bin"))

    assert postgres.program("pg_dump", debian) == str(debian / "15" / "bin" / "pg_dump")


def test_a_program_that_is_not_installed_is_told_with_the_remedy(debian: Path) -> None:
    with pytest.raises(Unavailable) as refusal:
        postgres.program("psql", debian)

    assert (refusal.value.detail, refusal.value.remedy) == (
        "The program psql of PostgreSQL is not installed here.",
        "Install the client programs of PostgreSQL, on Debian postgresql-client.",
    )


@pytest.mark.server
def test_a_failure_is_told_in_a_line_without_password_or_rows(tmp_path: Path) -> None:
    says = tmp_path / "psql"
    says.write_text(
        '#!/bin/sh\necho "NOTICE: a word" >&2\necho "$@ ERROR:  duplicate key" >&2\n'
        'echo "DETAIL:  Key (email)=(ann@example.org)" >&2\nexit 3\n'
    )
    says.chmod(0o755)
    url = make_url("postgresql+psycopg://ann:secret@db.example.org:5433/data?sslmode=require")

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        with pytest.raises(Unavailable) as refusal:
            postgres.execute(url, [tmp_path / "clear.sql"])

    assert refusal.value.detail == (
        "psql ended with code 3: --dbname=postgresql://ann@db.example.org:5433/data"
        "?sslmode=require --no-psqlrc --quiet --single-transaction --set=ON_ERROR_STOP=1 "
        f"--file={tmp_path / 'clear.sql'} ERROR:  duplicate key"
    )
