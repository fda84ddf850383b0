"""Settings come from the environment, and secrets from files where there are some."""

import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.cli.console import settings_of
from app.core.base.errors import Unprocessable
from app.core.storage.database import address_of, shown
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


CANARY = "Canary-of-a-secret-1970"
SECRET = {
    "database_url": f"postgresql://counterpart:{CANARY}@database/counterpart",
    "metrics_token": CANARY,
    "smtp_password": CANARY,
    "oidc_client_secret": CANARY,
}


def told_by(**changes: str) -> str:
    """Return all that a start with these settings writes: its traceback, or the settings."""
    try:
        return repr(Settings(**changes))  # type: ignore[arg-type]  # -- texts, as of variables
    except ValidationError as error:
        return "".join(traceback.format_exception(error))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_no_setting_that_is_refused_repeats_what_was_set(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret may have been put into the variable beside its own."""
    monkeypatch.setenv(f"COUNTERPART_{name.upper()}", CANARY)
    refused = None
    try:
        Settings()
    except ValidationError as error:
        refused = "".join(traceback.format_exception(error))

    assert CANARY not in (refused or "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"matching_backend": "dask"},
        {"oidc_issuer": "https://login.example.org"},
        {"secret_keys": CANARY},
        {"secret_keys": CANARY, "matching_backend": "dask"},
        {"trusted_proxies": f"10.0.0.1,{CANARY}"},
        {"smtp_port": "none"},
        {},
    ],
    ids=str,
)
def test_no_secret_stands_in_a_traceback_or_in_the_settings_as_they_are_shown(
    wrong: dict[str, str],
) -> None:
    assert CANARY not in told_by(**SECRET, **wrong)


@pytest.mark.parametrize(
    ("wrong", "variable"),
    [
        ({"matching_backend": "dask"}, "COUNTERPART_*"),
        ({"oidc_issuer": "https://login.example.org"}, "COUNTERPART_*"),
        ({"smtp_port": "none"}, "COUNTERPART_SMTP_PORT"),
        ({"trusted_proxies": CANARY}, "COUNTERPART_TRUSTED_PROXIES"),
    ],
)
def test_a_command_names_the_variables_and_not_what_they_hold(
    wrong: dict[str, str], variable: str, logging_as_before: None
) -> None:
    with pytest.raises(Unprocessable) as refusal:
        settings_of(**SECRET, **wrong)

    assert [error.pointer for error in refusal.value.errors] == [variable]
    assert CANARY not in str(refusal.value.errors)
    assert CANARY not in "".join(traceback.format_exception(refusal.value))


def test_an_address_of_a_database_is_shown_without_a_password_in_any_place_of_it() -> None:
    address = f"postgresql://counterpart:{CANARY}@database/data?password={CANARY}&user=ann"

    assert shown(address_of(address)) == "postgresql://counterpart:***@database/data"
