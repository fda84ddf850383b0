"""The operator checks the record of who did what, and publishes its end."""

from uuid import uuid4

from sqlalchemy import text
from sqlmodel import Session
from typer.testing import CliRunner, Result

from app.cli.commands import cli
from app.core import audit, audit_check


def call(url: str, *arguments: str) -> Result:
    said = {"COUNTERPART_DATABASE_URL": url, "COLUMNS": "200", "COUNTERPART_LOG_LEVEL": "ERROR"}
    return CliRunner().invoke(cli, arguments, env=said)


def two_events(session: Session) -> str:
    for step in ("create", "publish"):
        audit.record(session, None, step, "call", uuid4())
    session.commit()
    return audit_check.head(session).digest


def test_the_head_is_printed_and_the_chain_holds_it(url: str, session: Session) -> None:
    digest = two_events(session)

    told = call(url, "audit", "head")
    checked = call(url, "audit", "verify", "--head", digest.upper())

    assert (told.exit_code, told.stdout) == (0, f"2 {digest}\n")
    assert (checked.exit_code, checked.stdout) == (
        0,
        f"The chain of 2 events is whole.\nIts end: {digest}\n",
    )


def test_the_first_wrong_row_is_named_with_what_was_done_to_it(
    url: str, session: Session
) -> None:
    two_events(session)
    session.execute(text("UPDATE audit_event SET action = 'cancel' WHERE id = 1"))
    session.commit()

    checked = call(url, "audit", "verify")

    assert (checked.exit_code, checked.stdout, checked.stderr) == (
        1,
        "",
        "The audit chain is broken. Event 1: changed. "
        "Its content is not what its hash was taken over.\n"
        "Keep the database as it is, and compare this row with a backup.\n",
    )


def test_a_hash_that_the_chain_never_had_is_refused(url: str, session: Session) -> None:
    two_events(session)

    checked = call(url, "audit", "verify", "--head", "f" * 64)

    assert checked.exit_code == 1
    assert "Event 2: rewritten." in checked.stderr
