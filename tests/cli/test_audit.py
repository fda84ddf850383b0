"""`counterpart audit`: what was published is compared, and a slip of the pen accuses nobody."""

import pytest
from sqlmodel import Session
from typer.testing import CliRunner

from app.access.policy import OPERATOR
from app.cli.commands import cli
from app.organisations.service import people
from tests.accounts.test_addresses import draft


@pytest.fixture
def told(session: Session, url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What `audit head` prints about a chain of some events."""
    monkeypatch.setenv("COUNTERPART_DATABASE_URL", url)
    people.add_user(session, OPERATOR, draft("ann@example.org"))
    session.commit()
    return CliRunner().invoke(cli, ["audit", "head"]).stdout


@pytest.mark.parametrize("form", ["{line}", "{digest}", "  {shouted}\n"])
def test_the_line_of_the_head_is_taken_as_it_was_kept(told: str, form: str) -> None:
    digest = told.split()[1]
    given = form.format(line=told, digest=digest, shouted=digest.upper())

    said = CliRunner().invoke(cli, ["audit", "verify", "--head", given])

    assert (said.exit_code, said.stdout) == (
        0,
        f"The chain of 2 events is whole.\nIts end: {digest}\n",
    )


@pytest.mark.parametrize("given", ["", "abc", "2", "0" * 63, "g" * 64])
def test_what_is_no_hash_is_no_reason_to_speak_of_a_broken_chain(told: str, given: str) -> None:
    said = CliRunner().invoke(cli, ["audit", "verify", "--head", given])

    assert told
    assert said.exit_code == 1
    assert "is no hash of an event; the chain was not looked at" in said.stderr
    assert "broken" not in said.stderr
