"""Settings come from the environment, and secrets from files where there are some."""

from pathlib import Path

import pytest

from app.settings import SECRETS, Settings


def test_a_secret_that_is_mounted_as_a_file_counts_more_than_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERPART_DATABASE_URL", "sqlite:///default-of-an-image.db")
    monkeypatch.setenv("COUNTERPART_LOG_LEVEL", "ERROR")
    (tmp_path / "counterpart_database_url").write_text("postgresql://mounted/data\n")

    with_file = Settings(_secrets_dir=tmp_path)
    without = Settings()

    assert str(SECRETS) == "/run/secrets"
    assert with_file.database_url == "postgresql://mounted/data"
    assert with_file.log_level == without.log_level == "ERROR"
    assert without.database_url == "sqlite:///default-of-an-image.db"
