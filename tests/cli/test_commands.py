"""The commands: what they print, how they end, and that a refusal is a sentence."""

import json
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from alembic.script import ScriptDirectory
from cryptography.fernet import Fernet
from sqlmodel import Session, SQLModel, col, select
from starlette.testclient import TestClient
from typer.main import get_command
from typer.testing import CliRunner, Result

from app.access.policy import OPERATOR, Role
from app.accounts.lifecycle import UserState
from app.accounts.models import Membership, SecondFactor, User
from app.accounts.service import second_factor
from app.cli.commands import cli
from app.core.base.clock import now
from app.core.base.encryption import Keyring
from app.core.storage import jobs
from app.core.storage.database import Database, reading
from app.core.storage.jobs import Job
from app.matchmaking.lifecycle import RunState
from app.matchmaking.models import MatchRun
from app.matchmaking.schemas.runs import NewRun
from app.matchmaking.service import run_requests
from app.operations import migrating
from app.operations.migrating import MIGRATIONS
from app.programmes.lifecycle import CallKind
from app.programmes.models import Programme
from app.settings import Settings
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.factories import (
    a_call,
    a_challenge,
    a_programme,
    a_solution,
    a_user,
    an_organisation,
    themes,
)
from tests.processes import counterpart, finished, free_port, get, served, until

SCRIPTS = ScriptDirectory(str(MIGRATIONS))
HEAD, BEFORE = [script.revision for script in SCRIPTS.walk_revisions()][:2]
PROGRAMME = "gov2gov-2023"
REFUSED = 1
WRONG_USAGE = 2


def call(url: str, *arguments: object, **environment: str) -> Result:
    """Call a command; whatever it does, it must end as a command and not as a failure."""
    said = {"COUNTERPART_DATABASE_URL": url, "COLUMNS": "200", **environment}
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments], env=said)
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert "Traceback" not in result.output
    return result


def ended(result: Result) -> tuple[int, str, str]:
    return result.exit_code, result.stdout, result.stderr


# --- all of them -----------------------------------------------------------------------


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its words, however deep."""
    waiting: list[tuple[str, Any]] = [("", get_command(cli))]
    while waiting:
        words, command = waiting.pop()
        yield words.strip(), command
        waiting += [(f"{words} {n}", c) for n, c in getattr(command, "commands", {}).items()]


COMMANDS = sorted(commands(), key=lambda pair: pair[0])


def test_these_are_the_commands() -> None:
    assert [words for words, _ in COMMANDS] == [
        "",
        "audit",
        "audit head",
        "audit verify",
        "backup",
        "call",
        "call add",
        "call list",
        "call publish",
        "demo",
        "dossier",
        "import",
        "key",
        "match",
        "migrate",
        "programme",
        "programme add",
        "programme list",
        "purge",
        "reseal",
        "restore",
        "run",
        "seed",
        "serve",
        "template",
        "token",
        "user",
        "user add",
        "user link",
        "user list",
        "user role",
        "work",
        "workbook",
    ]


@pytest.mark.parametrize(("words", "command"), COMMANDS)
def test_every_command_helps_and_so_does_every_option(words: str, command: Any) -> None:
    result = call("sqlite:///unused.db", *words.split(), "--help")

    assert ended(result)[::2] == (0, "")
    assert command.help
    assert [p.name for p in command.params if p.name != "help" and not p.help] == []


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["seed", "--nonsense"], ["run"], ["serve", "--port", "0"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    result = call("sqlite:///unused.db", *arguments)

    assert (result.exit_code, result.stdout) == (WRONG_USAGE, "")
    assert "Usage:" in result.stderr


# --- migrate -----------------------------------------------------------------------------


@pytest.fixture
def new_url(tmp_path: Path) -> str:
    """A database with nothing in it: SQLite, as tests/test_migrations.py looks at both."""
    return f"sqlite:///{tmp_path / 'new.db'}"


def test_migrate_goes_up_and_down_and_may_be_repeated(new_url: str) -> None:
    said = [
        ended(call(new_url, "migrate", *arguments))
        for arguments in ([], [], ["-1"], ["base", "--drop-data"], ["head"], ["base"])
    ]

    assert said == [
        (0, f"The database went from nothing to {HEAD}.\n", ""),
        (0, f"The database is at {HEAD}.\n", ""),
        (0, f"The database went from {HEAD} to {BEFORE}.\n", ""),
        (0, f"The database went from {BEFORE} to nothing.\n", ""),
        (0, f"The database went from nothing to {HEAD}.\n", ""),
        (
            1,
            "",
            f"Not possible in this state. Going from {HEAD} to nothing drops every table with "
            "its data.\n"
            "Nothing was changed. To do it all the same, add --drop-data.\n",
        ),
    ]


def test_a_version_that_is_not_there_is_refused(new_url: str) -> None:
    assert ended(call(new_url, "migrate", "0999")) == (
        REFUSED,
        "",
        "Not found. There is no version 0999 to go to from nothing.\n"
        "Name a version, head, base, or a number of steps such as -1.\n",
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["seed"],
        ["work", "--once"],
        ["serve"],
        ["run", PROGRAMME],
        ["import", PROGRAMME, "call", "file.csv"],
        ["token", "ann@example.org"],
    ],
)
def test_a_database_that_is_not_migrated_is_refused_with_the_remedy(
    new_url: str, arguments: list[str]
) -> None:
    Path(new_url.removeprefix("sqlite:///")).touch()

    assert ended(call(new_url, *arguments)) == (
        REFUSED,
        "",
        f"Database: {new_url}\n"
        f"Not possible in this state. The database has the schema version none, and {HEAD} is "
        "needed.\n"
        "Run `counterpart migrate` first.\n",
    )


def test_a_database_that_is_not_there_is_refused_by_name_and_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    said = [ended(call("sqlite:///new.db", *a)) for a in (["user", "list"], ["serve"])]

    assert (
        said
        == [
            (
                REFUSED,
                "",
                "Not found. There is no database sqlite:///new.db.\n"
                "Name the right one in COUNTERPART_DATABASE_URL, or run `counterpart migrate` "
                "to make it. The demonstration is in .counterpart/counterpart.db, below the "
                "folder where `counterpart demo` ran.\n",
            )
        ]
        * 2
    )
    assert list(tmp_path.iterdir()) == []


# --- settings that cannot be used ----------------------------------------------------


def test_settings_that_cannot_be_used_are_named_all_of_them(url: str) -> None:
    result = call(
        url,
        "work",
        "--once",
        COUNTERPART_JOB_LEASE_SECONDS="0",
        COUNTERPART_LOG_LEVEL="LOUD",
        COUNTERPART_EMBEDDED_WORKER="maybe",
    )

    assert (result.exit_code, result.stdout) == (REFUSED, "")
    assert re.findall(r"^  (\w+): (.*)$", result.stderr, re.MULTILINE) == [
        (
            "COUNTERPART_EMBEDDED_WORKER",
            "Send true or false here.",
        ),
        ("COUNTERPART_JOB_LEASE_SECONDS", "It must be at least 1."),
        (
            "COUNTERPART_LOG_LEVEL",
            "It is none of the values that are possible here: 'DEBUG', 'INFO', 'WARNING' or "
            "'ERROR'.",
        ),
    ]
    assert result.stderr.endswith("Correct these variables; the README lists all settings.\n")


@pytest.mark.parametrize(
    "command",
    [["migrate"], ["seed"], ["work", "--once"], ["serve"], ["backup", "{folder}/new"]],
)
@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "sqlite:////proc/no/such.db",
            "Temporarily unavailable. The database sqlite:////proc/no/such.db cannot be "
            "used: unable to open database file.\n"
            "Check COUNTERPART_DATABASE_URL, and who may read and write there.\n",
        ),
        (
            "sqlite:///{folder}/letter.db",
            "Temporarily unavailable. The database sqlite:///{folder}/letter.db cannot "
            "be used: file is not a database.\n"
            "Check COUNTERPART_DATABASE_URL, and who may read and write there.\n",
        ),
        (
            "nonsense",
            "Content cannot be accepted. The database cannot be opened.\n"
            "  COUNTERPART_DATABASE_URL: This is not the address of a database.\n"
            "Write sqlite:///file.db or postgresql+psycopg://user:password@host/name.\n",
        ),
    ],
)
def test_a_database_that_cannot_be_used_is_refused_with_the_reason(
    tmp_path: Path, address: str, said: str, command: list[str]
) -> None:
    (tmp_path / "letter.db").write_text("A letter, and no database. " * 100)

    words = [word.format(folder=tmp_path) for word in command]

    result = call(address.format(folder=tmp_path), *words)

    assert ended(result) == (REFUSED, "", said.format(folder=tmp_path))


def test_an_address_that_is_none_is_refused_before_a_backup_is_looked_at() -> None:
    result = call("nonsense", "restore", "no.zip")

    assert result.exit_code == REFUSED
    assert "This is not the address of a database." in result.stderr


def test_a_password_in_the_address_is_not_shown() -> None:
    result = call("postgresql+psycopg://ann:secret@127.0.0.1:1/none", "migrate")

    assert result.exit_code == REFUSED
    assert "postgresql+psycopg://ann:***@127.0.0.1:1/none" in result.stderr
    assert "secret" not in result.stderr


def test_a_database_that_may_only_be_read_is_refused(new_url: str, tmp_path: Path) -> None:
    call(new_url, "migrate")

    result = call(f"sqlite:///file:{tmp_path / 'new.db'}?mode=ro&uri=true", "seed")

    reason, *told = result.stderr.splitlines()
    assert (result.exit_code, result.stdout) == (REFUSED, "")
    assert json.loads(reason)["reason"] == "attempt to write a readonly database"
    assert told == [
        "Temporarily unavailable. The database does not answer.",
        "Try again in a few seconds.",
    ]


# --- backup, restore ---------------------------------------------------------------------


def test_a_backup_is_restored_elsewhere_and_an_earlier_shape_is_told(tmp_path: Path) -> None:
    old, new = (f"sqlite:///{tmp_path / name}" for name in ("old.db", "new.db"))
    files = [tmp_path / "first.zip", tmp_path / "second.zip"]
    call(old, "migrate", "0001")
    said = [ended(call(old, "backup", files[0]))]
    call(old, "migrate")
    call(old, "seed", "--themes-only")
    said.append(ended(call(old, "backup", files[1])))
    said += [ended(call(new, "restore", file, "--replace")) for file in files]
    said.append(ended(call(new, "restore", files[0])))

    shapes = [
        re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "NOW", printed) for _, printed, _ in said
    ]
    tables = len(SQLModel.metadata.tables)
    head = ScriptDirectory(str(migrating.MIGRATIONS)).get_current_head()
    assert [code for code, _, _ in said] == [0, 0, 0, 0, REFUSED]
    assert re.fullmatch(
        rf"Wrote 0 rows of \d+ tables, schema version 0001, to {files[0]}\.\n", said[0][1]
    )
    assert (
        said[1][1]
        == f"Wrote 50 rows of {tables} tables, schema version {head}, to {files[1]}.\n"
    )
    assert shapes[2].endswith(
        f"The database has the schema version 0001, and {head} is needed. "
        "Run `counterpart migrate` first.\n"
    )
    assert shapes[3] == f"Restored 50 rows of {tables} tables, as they were at NOW UTC.\n"
    assert said[4][2] == (
        f"Not possible in this state. The database {new} holds 50 rows.\n"
        "Nothing was changed. To overwrite them, add --replace.\n"
    )


# --- seed, import, run, work -----------------------------------------------------------


def test_seed_loads_the_first_edition_once(url: str) -> None:
    said = [ended(call(url, "seed")) for _ in range(2)]

    assert said == [
        (
            0,
            "Added 50 themes, 4 challenges, 8 solutions, 4 public notices, 8 matches, "
            "44 practices.\n",
            "",
        ),
        (
            0,
            "Added 0 themes, 0 challenges, 0 solutions, 0 public notices, 0 matches, "
            "0 practices.\n",
            "",
        ),
    ]


def test_import_takes_a_file_into_a_call(url: str, session: Session, tmp_path: Path) -> None:
    taking = a_call(session, CallKind.SOLUTIONS)
    programme = session.get_one(Programme, taking.programme_id)
    session.commit()
    file = tmp_path / "solutions.csv"
    file.write_text(
        "id,title,organisation,country,text\n"
        "1,River sensors,City of Lyon,FR,We warn.\n"
        "2,Flood maps,City of Graz,AT,We map.\n",
        encoding="utf-8",
    )

    taken = call(url, "import", programme.code, taking.code, file)
    again = call(url, "import", programme.code, taking.code, file)

    codes = session.exec(select(Submission.code).order_by(col(Submission.code))).all()
    assert ended(taken) == (0, f"Took in 2 solutions: {codes[0]} to {codes[1]}.\n", "")
    assert ended(again) == (
        REFUSED,
        "",
        f"The table has errors. {file}: 2 faults.\n"
        f"  {file}, line 2, id: '1' is in this call already. Leave it out.\n"
        f"  {file}, line 3, id: '2' is in this call already. Leave it out.\n"
        "Correct everything listed and try the file again. Nothing was taken from it.\n",
    )


def test_import_into_a_call_that_is_not_there_is_refused(url: str) -> None:
    assert ended(call(url, "import", "nowhere", "never", "file.csv")) == (
        REFUSED,
        "",
        "Not found. The programme nowhere has no call never.\n"
        "Check both codes; GET /api/v1/calls lists the calls.\n",
    )


def test_import_of_a_file_that_is_not_there_is_refused(
    url: str, session: Session, tmp_path: Path
) -> None:
    programme = a_programme(session)
    taking = a_call(session, programme_id=programme.id)
    session.commit()

    result = call(url, "import", programme.code, taking.code, tmp_path / "no.csv")

    assert result.exit_code == REFUSED
    assert f"{tmp_path / 'no.csv'}: There is no such file." in result.stderr


def test_run_prints_every_challenge_with_its_ranked_providers(url: str) -> None:
    call(url, "seed")

    result = call(url, "run", PROGRAMME, "--top", "3", COUNTERPART_LOG_LEVEL="ERROR")

    assert result.exit_code == 0, result.output
    assert re.findall(r"^(CH-\d{4}-00\d) ", result.stdout, re.MULTILINE) == [
        f"CH-{year}-00{n}" for year in [result.stdout[3:7]] for n in (1, 2, 3, 4)
    ]
    ranks = re.findall(r"^│ ([*+ ]+)│ +(\d) │", result.stdout, re.MULTILINE)
    # The best whole assignment holds the fourth provider of the first challenge.
    assert [rank for _, rank in ranks] == ["1", "2", "3", "4", *["1", "2", "3"] * 3]
    assert result.stdout.endswith(
        "* assigned: best for all challenges together; + paired by people\n"
    )


def test_run_shows_what_teams_wrote_as_they_wrote_it(url: str, session: Session) -> None:
    programme = a_programme(session)
    a_challenge(session, programme_id=programme.id, state=State.SELECTED, title="[/] [red]Ah")
    themes(session)
    abroad = an_organisation(session, country="IT", name="City [/bold] of [b]")
    a_solution(
        session,
        programme_id=programme.id,
        state=State.SELECTED,
        organisation_id=abroad.id,
    )
    session.commit()

    result = call(url, "run", programme.code, COUNTERPART_LOG_LEVEL="ERROR")

    assert result.exit_code == 0, result.output
    assert " [/] [red]Ah (FR)" in result.stdout
    assert "│ City [/bold] of [b] (IT) " in result.stdout


def test_run_of_a_programme_that_is_not_there_is_refused(url: str) -> None:
    result = call(url, "run", "nowhere")

    assert (result.exit_code, result.stdout) == (REFUSED, "")
    assert result.stderr.startswith("Not found. There is no programme nowhere.\n")


def test_run_with_nothing_selected_is_refused(url: str, session: Session) -> None:
    programme = a_programme(session)
    a_challenge(session, programme_id=programme.id)
    session.commit()

    assert ended(call(url, "run", programme.code)) == (
        REFUSED,
        "",
        "Not possible in this state. No challenge of this programme is selected.\n"
        "Select at least one challenge first.\n",
    )
    assert session.exec(select(MatchRun)).all() == []


def test_work_once_carries_out_what_waits_and_stops(
    url: str, session: Session, settings: Settings
) -> None:
    programme = a_programme(session)
    for make in (a_challenge, a_solution):
        home = an_organisation(session, country="FR" if make is a_challenge else "NO")
        make(session, programme_id=programme.id, state=State.SELECTED, organisation_id=home.id)
    asked = NewRun(programme_id=programme.id)
    run = run_requests.request_run(session, OPERATOR, asked, settings)
    session.commit()

    said = [
        ended(call(url, "work", "--once", COUNTERPART_LOG_LEVEL="WARNING")) for _ in range(2)
    ]

    session.refresh(run)
    assert said == [(0, "1 job carried out.\n", ""), (0, "0 jobs carried out.\n", "")]
    assert run.state is RunState.COMPLETE


# --- people ----------------------------------------------------------------------------

ANN = ["--name", "Ann", "--role", "admin", "--organisation", "Ministry", "--country", "FR"]


def test_the_first_administrator_is_added_and_signs_in_with_the_printed_token(
    url: str, session: Session, client: TestClient
) -> None:
    added = call(url, "user", "add", "Ann@Example.org", *ANN, "--level", "central")
    token = call(url, "token", "ann@example.org", "--days", "1")

    first, link, last = added.stdout.splitlines()
    assert (added.exit_code, added.stderr) == (0, "")
    assert first == "Added. A password can be set once, within seven days, at:"
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/invitation\?code=[\w-]{43}", link)
    assert last == "For a program, make a token with: counterpart token Ann@Example.org"
    assert client.get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert (token.exit_code, token.stderr) == (0, "")
    headers = {"Authorization": f"Bearer {token.stdout.strip()}"}
    me = client.get("/api/v1/me", headers=headers).json()
    assert (me["name"], me["email"]) == ("Ann", "ann@example.org")
    assert session.exec(select(Membership.role)).all() == [Role.ADMIN]


def test_an_address_that_is_taken_is_refused(url: str, session: Session) -> None:
    a_user(session, email="ann@example.org")
    session.commit()

    assert ended(call(url, "user", "add", "ANN@example.org", *ANN)) == (
        REFUSED,
        "",
        "Not possible in this state. There is a user with the address ANN@example.org "
        "already.\n"
        "Choose another address, or give the user that exists one more role.\n",
    )


def test_a_token_of_the_command_can_be_narrower_than_its_user(
    url: str, session: Session, client: TestClient
) -> None:
    a_user(session, Role.STAFF, email="ann@example.org")
    session.commit()

    token = call(url, "token", "ann@example.org", "--scope", "job:read").stdout.strip()

    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/match-runs", headers=headers).status_code == 403
    assert client.get("/api/v1/me", headers=headers).status_code == 200


def test_a_link_for_somebody_who_lost_the_authenticator_is_printed(
    url: str, session: Session, client: TestClient
) -> None:
    user = a_user(session, Role.ADMIN, email="ann@example.org")
    session.add(SecondFactor(user_id=user.id, sealed="...", enrolled_at=now()))
    session.commit()

    made = call(url, "user", "link", "ann@example.org", "--without-second-factor")
    unknown = call(url, "user", "link", "bob@example.org")

    path = made.stdout.strip().removeprefix("http://127.0.0.1:8000")
    assert path.startswith("/reset?code=")
    assert client.get(path).status_code == 200
    assert session.exec(select(SecondFactor)).all() == []
    assert (unknown.exit_code, unknown.stdout) == (REFUSED, "")
    assert "No user has the address bob@example.org." in unknown.stderr


def test_an_old_key_can_be_taken_away_once_all_is_sealed_anew(
    url: str, session: Session
) -> None:
    old, new = (call(url, "key").stdout.strip() for _ in range(2))
    user = a_user(session)
    secret, _ = second_factor.begin_enrolment(session, user, Keyring([old]))
    session.commit()

    result = call(url, "reseal", COUNTERPART_SECRET_KEYS=f"{new},{old}")

    session.expire_all()
    held = session.exec(select(SecondFactor)).one()
    assert ended(result) == (
        0,
        "1 sealed by the first key; 0 are opened by none of the keys.\n",
        "",
    )
    assert Keyring([new]).decrypt(held.sealed) == secret
    assert Keyring([old]).decrypt(held.sealed) is None
    assert len(pyotp.TOTP(secret).now()) == 6


def test_what_is_no_key_is_refused_and_not_repeated(url: str) -> None:
    result = call(
        url, "purge", COUNTERPART_SECRET_KEYS=f"{Fernet.generate_key().decode()},no-key"
    )

    assert result.exit_code == REFUSED
    assert "COUNTERPART_SECRET_KEYS: a key is no key" in result.stderr
    assert "no-key" not in result.stderr


def test_people_who_left_long_ago_are_erased_by_the_purge(url: str, session: Session) -> None:
    long_ago = now() - timedelta(days=731)
    gone = a_user(session, state=UserState.DEACTIVATED, deactivated_at=long_ago)
    left = a_user(session, state=UserState.DEACTIVATED, deactivated_at=now())
    session.commit()

    said = [ended(call(url, "purge")) for _ in range(2)]

    session.expire_all()
    kinds = ("letters", "sessions", "links", "tokens", "counts", "files", "threads", "rooms")
    nothing = ", ".join(f"{kind}: 0" for kind in (*kinds, "events", "webhooks"))
    removed = f"people: {{}}, {nothing}\n"
    assert said == [(0, removed.format(1), ""), (0, removed.format(0), "")]
    assert (gone.state, gone.name) == (UserState.ERASED, "Erased person")
    assert left.state is UserState.DEACTIVATED


def test_all_that_is_wrong_with_a_user_is_told_at_once(url: str, session: Session) -> None:
    wrong = [*ANN[:-3], "M", "--country", "UK"]

    result = call(url, "user", "add", "ann at example", *wrong)

    assert ended(result) == (
        REFUSED,
        "",
        "Content cannot be accepted. The user cannot be added.\n"
        "  /email: It is no email address, such as ann@example.org.\n"
        "  /organisation/name: It has 1 characters; the minimum is 2.\n"
        "  /organisation/country: 'UK' is not a country code of ISO 3166-1. Write GB.\n"
        "Correct what is listed and run the command again.\n",
    )
    assert session.exec(select(User)).all() == []


def test_an_unknown_role_is_wrong_usage(url: str) -> None:
    result = call(url, "user", "add", "ann@example.org", *ANN[:3], "king", *ANN[4:])

    assert result.exit_code == WRONG_USAGE
    assert "king" in result.stderr


def test_a_token_for_somebody_unknown_is_refused(url: str) -> None:
    assert ended(call(url, "token", "bob@example.org")) == (
        REFUSED,
        "",
        "Not found. No user has the address bob@example.org.\n"
        "Add the user first, with `counterpart user add`.\n",
    )


def test_an_argument_that_is_not_text_is_refused(url: str) -> None:
    assert ended(call(url, "token", "\udcff")) == (
        REFUSED,
        "",
        "Content cannot be accepted. An argument is not UTF-8.\nWrite it again.\n",
    )


# --- real processes --------------------------------------------------------------------


@contextmanager
def a_taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


@pytest.mark.server
def test_a_port_that_is_taken_is_refused(url: str, tmp_path: Path) -> None:
    with a_taken_port() as port:
        results = [
            call(url, "serve", "--port", port),
            call(url, "demo", "--data", tmp_path / "demo", "--port", port),
        ]

    refusal = (
        f"Not possible in this state. Port {port} on 127.0.0.1 cannot be used: Address already "
        "in use.\n"
        "End the program that holds it, or choose another one with --port.\n"
    )
    assert [ended(result) for result in results] == [(REFUSED, "", refusal)] * 2
    assert not (tmp_path / "demo").exists()


@pytest.mark.server
def test_a_host_that_is_not_of_this_machine_is_refused(url: str) -> None:
    result = call(url, "serve", "--host", "203.0.113.1", "--port", free_port())

    assert (result.exit_code, result.stdout) == (REFUSED, "")
    assert "203.0.113.1 cannot be used" in result.stderr


@pytest.mark.server
def test_the_server_answers_and_ends_when_told_to(url: str) -> None:
    port = free_port()

    with served("serve", port=port, COUNTERPART_DATABASE_URL=url) as base:
        alive = get(f"{base}/livez")
        nobody = get(f"{base}/api/v1/me").status_code

    assert (alive.json(), nobody) == ({"status": "alive"}, 401)
    assert "server" not in alive.headers
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


@pytest.mark.server
def test_a_worker_ends_in_good_order_when_told_to(
    url: str, database: Database, session: Session
) -> None:
    jobs.enqueue(session, "matchmaking.run", requested_by=None, run_id="nonsense")
    session.commit()

    def tried() -> bool:
        with reading(database) as looking:
            return looking.exec(select(Job.attempts)).one() > 0

    worker = counterpart("work", COUNTERPART_DATABASE_URL=url)
    try:
        until(tried)
        worker.send_signal(signal.SIGTERM)
    finally:
        code, printed, errors = finished(worker)

    assert (code, printed) == (0, "")
    assert {json.loads(line)["event"] for line in errors.splitlines()} == {"job attempt failed"}


@pytest.mark.server
def test_a_terminal_without_our_characters_shows_others(url: str) -> None:
    call(url, "seed")

    code, printed, errors = finished(
        counterpart(
            "run",
            PROGRAMME,
            COUNTERPART_DATABASE_URL=url,
            COUNTERPART_LOG_LEVEL="ERROR",
            PYTHONIOENCODING="ascii",
        )
    )

    assert (code, errors) == (0, f"Database: {url}\n")
    assert printed.isascii()
