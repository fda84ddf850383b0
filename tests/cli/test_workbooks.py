"""Workbooks and tables at the command line: to fill in, to decide with, to take in."""

from pathlib import Path

import openpyxl
import pytest
from sqlmodel import Session, select
from typer.testing import CliRunner, Result

from app.cli.commands import cli
from app.matchmaking.lifecycle import RunState
from app.programmes.lifecycle import CallKind
from app.submissions.models import Submission
from tests.factories import a_call, a_programme, a_run, a_suggestion

NOTHING_ASSIGNED = {
    **{"objective": "total", "providers": (1, 1), "pairs": ()},
    **{"total": None, "reason": "too few places"},
}


def call(*arguments: object, url: str = "sqlite:///unused.db") -> Result:
    said = {"COUNTERPART_DATABASE_URL": url, "COLUMNS": "200"}
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], env=said)


def a_csv(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding=encoding)
    return path


@pytest.mark.parametrize("kind", ["challenges", "solutions"])
def test_a_template_is_written(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "fill in.xlsx"

    result = call("template", kind, "--output", path)

    assert (result.exit_code, result.stderr) == (0, f"Written to {path}.\n")
    assert openpyxl.load_workbook(path).sheetnames[0] == kind.capitalize()


def test_the_decision_workbook_of_a_run_is_written(
    url: str, session: Session, tmp_path: Path
) -> None:
    run = a_run(session, state=RunState.COMPLETE, challenges=[])
    a_suggestion(session, run)
    session.commit()
    path = tmp_path / "run.xlsx"

    result = call("workbook", run.code, "--output", path, url=url)

    assert (result.exit_code, result.stderr) == (0, f"Written to {path}.\n")
    assert openpyxl.load_workbook(path)["Decisions"].max_row == 2
    unknown = call("workbook", "RUN-1999-001", url=url)
    assert (unknown.exit_code, "There is no run RUN-1999-001." in unknown.stderr) == (1, True)


def test_the_dossier_of_a_run_is_written_in_a_language(
    url: str, session: Session, tmp_path: Path
) -> None:
    run = a_run(session, state=RunState.NO_SOLUTION, assignment=NOTHING_ASSIGNED)
    session.commit()
    path = tmp_path / "run.pdf"

    result = call("dossier", run.code, "--output", path, "--language", "fr", url=url)

    assert (result.exit_code, result.stderr) == (0, f"Written to {path}.\n")
    assert b"/Lang(fr)" in path.read_bytes()
    unknown = call("dossier", "RUN-1999-001", url=url)
    assert (unknown.exit_code, "There is no run RUN-1999-001." in unknown.stderr) == (1, True)


def test_rows_that_are_there_are_changed_and_what_was_read_otherwise_is_said(
    url: str, session: Session, tmp_path: Path
) -> None:
    programme = a_programme(session, code="gov-2026")
    taking = a_call(session, CallKind.CHALLENGES, code="challenges", programme_id=programme.id)
    session.commit()
    header = "Ref;Titel;Organisation;Land;Problem"
    first = a_csv(tmp_path / "a.csv", header, "C-1;Early warning;Ville d'Évry;France;Floods.")
    second = a_csv(
        tmp_path / "b.csv",
        header,
        "C-1;Very early warning;Ville d'Évry;France;",
        "C-2;A second one;Ville d'Évry;France;Droughts.",
        encoding="cp1252",
    )

    added = call("import", "gov-2026", "challenges", first, url=url)
    changed = call("import", "gov-2026", "challenges", second, "--update", url=url)
    again = call("import", "gov-2026", "challenges", second, "--update", url=url)

    assert added.exit_code == 0
    assert changed.exit_code == 0, changed.stderr
    assert "Changed 1 challenges." in changed.stdout
    assert "Took in 1 challenges" in changed.stdout
    assert again.stdout == "Nothing was changed: the call holds what the file says.\n"
    assert "is in Windows-1252 (cp1252), not in UTF-8" in changed.stderr
    rows = session.exec(select(Submission).where(Submission.call_id == taking.id)).all()
    assert sorted((row.title, row.content["problem"]) for row in rows) == [
        ("A second one", "Droughts."),
        ("Very early warning", "Floods."),
    ]
