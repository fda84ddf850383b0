"""Programmes, calls and people at the command line, and which database a command looks at."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import screen
from app.cli.commands import cli
from app.core.storage.database import connect
from app.operations import migrating


def call(url: str | None, *arguments: object) -> Result:
    named = {} if url is None else {"COUNTERPART_DATABASE_URL": url}
    return CliRunner().invoke(
        cli, [str(argument) for argument in arguments], env={"COLUMNS": "200", **named}
    )


def table_of(result: Result) -> list[list[str]]:
    assert result.exit_code == 0, result.output
    return [line.split() for line in result.stdout.splitlines()[1:]]


def test_a_programme_and_a_call_are_added_listed_and_published(url: str) -> None:
    empty = call(url, "programme", "list")
    instants = ("--opens", "2027-01-11T09:00:00+01:00", "--closes", "2027-02-15T00:00:00Z")

    added = call(
        url, "programme", "add", "gov2gov-2027", "Second edition", "--zone", "Europe/Paris"
    )
    opened = call(
        url,
        *("call", "add", "gov2gov-2027", "challenges", "Call for challenges"),
        *("--kind", "challenges", *instants),
    )
    before = table_of(call(url, "call", "list"))
    published = call(url, "call", "publish", "gov2gov-2027", "challenges")
    after = table_of(call(url, "call", "list"))

    assert empty.stdout == (
        "There is no programme. Add one with: counterpart programme add CODE TITLE\n"
    )
    assert (added.stdout, opened.stdout) == ("Added gov2gov-2027.\n", "Added challenges.\n")
    assert table_of(call(url, "programme", "list")) == [
        ["gov2gov-2027", "Second", "edition", "Europe/Paris", "2", "to", "2"]
    ]
    assert published.stdout == "Published challenges.\n"
    assert [line[3] for line in (*before, *after)] == ["draft", "published"]
    assert after[0][:3] == ["gov2gov-2027", "challenges", "challenges"]
    assert after[0][-3:] == ["2027-02-15", "01:00", "Europe/Paris"]


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_codes_are_listed_whole_however_narrow_the_screen(
    url: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme, code = "gov2gov-2027-second-edition", "challenges-of-the-second-edition"
    email = "somebody-with-a-long-name@ministry-of-water.example.org"
    call(url, "programme", "add", programme, "Second edition", "--zone", "Europe/Paris")
    instants = ("--opens", "2027-01-11T09:00:00+01:00", "--closes", "2027-02-15T00:00:00Z")
    added = ("call", "add", programme, code, "Call for all", "--kind", "challenges")
    call(url, *added, *instants)
    ministry = ("--organisation", "Ministry", "--country", "FR")
    call(url, "user", "add", email, "--name", "Ann", "--role", "staff", *ministry)
    monkeypatch.setattr(screen.out, "width", columns)

    listed = [call(url, kind, "list").stdout.split() for kind in ("programme", "call", "user")]

    assert programme in listed[0]
    assert {programme, code} <= {*listed[1]}
    assert email in listed[2]


def test_a_programme_and_its_call_are_named_in_any_case(url: str) -> None:
    call(url, "programme", "add", "gov2gov-2027", "Second edition")
    instants = ("--opens", "2027-01-11T09:00:00+01:00", "--closes", "2027-02-15T00:00:00Z")
    added = ("call", "add", "Gov2Gov-2027", "all", "Call for all", "--kind", "challenges")
    call(url, *added, *instants)

    published = call(url, "call", "publish", "GOV2GOV-2027", "All")

    assert (published.exit_code, published.stdout) == (0, "Published all.\n")


def test_all_that_is_wrong_with_a_call_is_told_at_once(url: str) -> None:
    call(url, "programme", "add", "gov2gov-2027", "Second edition")

    refused = call(
        url,
        *("call", "add", "gov2gov-2027", "A CALL", "Call", "--kind", "challenges"),
        *("--opens", "tomorrow", "--closes", "2027-02-15T00:00:00Z"),
    )

    assert refused.exit_code == 1
    assert [line.split(":")[0].strip() for line in refused.stderr.splitlines()[1:-1]] == [
        "/code",
        "/title",
        "/opens_at",
    ]


def test_people_are_listed_with_their_roles_and_given_one_more(url: str) -> None:
    ministry = ("--organisation", "Ministry", "--country", "FR")
    call(url, "user", "add", "ann@example.org", "--name", "Ann", "--role", "staff", *ministry)

    given = call(url, "user", "role", "ann@example.org", "lead", *ministry)
    unknown = call(url, "user", "role", "bob@example.org", "lead", *ministry)

    assert given.stdout == "ann@example.org is lead in Ministry.\n"
    assert "`counterpart user list` lists the people." in unknown.stderr
    (line,) = table_of(call(url, "user", "list"))
    assert line == [
        *("ann@example.org", "Ann", "invited"),
        *("lead,", "Ministry;", "staff,", "Ministry"),
    ]


def test_without_another_database_commands_find_the_demonstration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".counterpart").mkdir()
    demonstration = connect("sqlite:///.counterpart/counterpart.db")
    migrating.migrate(demonstration)
    demonstration.dispose()

    found = call(None, "programme", "list")
    named = call(f"sqlite:///{tmp_path / 'other.db'}", "programme", "list")

    assert found.exit_code == 0
    assert found.stderr == "Database: sqlite:///.counterpart/counterpart.db\n"
    assert named.exit_code == 1
    Path("counterpart.db").touch()
    told = call(None, "programme", "list").stderr
    assert told.startswith("Database: sqlite:///counterpart.db\n")
