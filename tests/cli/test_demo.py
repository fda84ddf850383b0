"""`counterpart demo`: everything from nothing, and again from what is there."""

import json
import re
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import Session, select
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from app.accounts.models import Token
from app.cli.commands import cli
from app.core.storage.database import connect, transaction
from app.main import create_app
from app.matches.models import Match
from app.matchmaking.models import MatchRun, Suggestion
from app.operations import migrating
from app.seeding import loader
from app.settings import Settings
from app.submissions.models import Submission
from tests.conftest import engine_of

KEYS = ["challenge_owner", "solution_provider", "staff", "lead", "administrator"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the demonstration keeps its data; it makes the folder, and those above it."""
    return tmp_path / "new" / "demo"


def demo(folder: Path, *arguments: object) -> Result:
    """Start the demonstration; it is SQLite on every machine."""
    result = CliRunner().invoke(
        cli,
        ["demo", "--no-serve", "--data", str(folder), *map(str, arguments)],
        env={"COLUMNS": "200"},
    )
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result


def database_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'counterpart.db'}"


def statuses(folder: Path, tokens: dict[str, str]) -> dict[str, int]:
    """How the service answers to each token."""
    database = connect(database_in(folder))
    client = TestClient(create_app(Settings(embedded_worker=False), database))
    found = {
        key: client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code
        for key, token in tokens.items()
    }
    database.dispose()
    return found


def found_in(folder: Path) -> dict[str, list[str]]:
    engine = engine_of(database_in(folder))
    with Session(engine) as session:
        rows = {
            "submissions": [s.code for s in session.exec(select(Submission))],
            "runs": [r.code for r in session.exec(select(MatchRun))],
            "suggestions": [str(s.id) for s in session.exec(select(Suggestion))],
        }
    engine.dispose()
    return {name: sorted(values) for name, values in rows.items()}


def printed_providers(result: Result) -> dict[str, int]:
    """How many lines of providers each challenge has, by its title."""
    counts: dict[str, int] = {}
    title = ""
    for line in result.stdout.splitlines():
        if line.startswith("CH-"):
            title = line.strip()
        elif re.match(r"│ [*+ ]+│ +\d+ │", line):
            counts[title] = counts.get(title, 0) + 1
    return counts


def password_in(result: Result) -> str:
    (printed,) = re.findall(r"^  password of each   (\S+)$", result.stdout, re.MULTILINE)
    return str(printed)


def without_password(result: Result) -> str:
    return result.stdout.replace(password_in(result), "...")


def test_a_first_start_prints_every_challenge_with_its_providers(folder: Path) -> None:
    tokens_file = folder.parent / "tokens" / "tokens.json"

    result = demo(folder, "--tokens-file", tokens_file)

    assert result.exit_code == 0, result.output
    assert list(printed_providers(result).values()) == [8, 8, 8, 8]
    assert without_password(result).endswith(
        "* assigned: best for all challenges together; + paired by people\n"
        f"The data are in {folder / 'counterpart.db'}.\n"
        f"The tokens of this start are in {tokens_file}.\n"
        "To sign in with a browser, until the next start:\n"
        "  challenge_owner    challenge-owner@demo.example.org\n"
        "  solution_provider  solution-provider@demo.example.org\n"
        "  staff              staff@demo.example.org\n"
        "  lead               lead@demo.example.org\n"
        "  administrator      administrator@demo.example.org\n"
        "  password of each   ...\n"
    )
    assert result.stderr == (
        "Preparing the database and the first edition ...\n"
        "Loaded 4 challenges, 8 solutions, 50 themes and the 8 pairs that people made.\n"
    )
    assert statuses(folder, json.loads(tokens_file.read_text())) == dict.fromkeys(KEYS, 200)
    assert [path.name for path in tokens_file.parent.iterdir()] == ["tokens.json"]


def test_a_second_start_keeps_all_but_the_tokens(folder: Path) -> None:
    tokens_file = folder / "tokens.json"
    first_start = demo(folder, "--tokens-file", tokens_file)
    first, before = json.loads(tokens_file.read_text()), found_in(folder)
    tokens_file.chmod(0o644)

    second_start = demo(folder, "--tokens-file", tokens_file)

    second = json.loads(tokens_file.read_text())
    assert second_start.exit_code == 0, second_start.output
    assert without_password(second_start) == without_password(first_start)
    assert second_start.stdout != first_start.stdout
    assert second_start.stderr == "Preparing the database and the first edition ...\n"
    assert found_in(folder) == before
    assert list(second) == KEYS
    assert statuses(folder, first) == dict.fromkeys(KEYS, 401)
    assert statuses(folder, second) == dict.fromkeys(KEYS, 200)
    assert stat.S_IMODE(tokens_file.stat().st_mode) == 0o600


def test_people_of_the_demonstration_sign_in_with_the_password_of_the_last_start(
    folder: Path,
) -> None:
    first, second = (password_in(demo(folder)) for _ in range(2))
    settings = Settings(
        database_url=database_in(folder),
        embedded_worker=False,
        secret_keys=SecretStr((folder / "secret-key").read_text()),
    )
    app = create_app(settings)
    client = TestClient(app, base_url="https://testserver", follow_redirects=False)

    answers = [
        client.post(
            "/sign-in", data={"email": f"{person}@demo.example.org", "password": password}
        )
        for person, password in (
            ("challenge-owner", first),
            ("challenge-owner", second),
            ("staff", second),
        )
    ]

    app.state.database.dispose()
    assert [(a.status_code, a.headers.get("location")) for a in answers] == [
        (422, None),
        (303, "/tasks"),
        (303, "/sign-in/enrolment?next=%2Ftasks"),
    ]
    assert stat.S_IMODE((folder / "secret-key").stat().st_mode) == 0o600


def test_without_a_file_the_tokens_are_printed(folder: Path) -> None:
    result = demo(folder)

    tokens = dict(re.findall(r"^  (\w+) +(cpt_\S{43})$", result.stdout, re.MULTILINE))
    assert list(tokens) == KEYS
    assert statuses(folder, tokens) == dict.fromkeys(KEYS, 200)


def test_a_start_that_was_interrupted_is_completed_by_the_next(folder: Path) -> None:
    folder.mkdir(parents=True)
    database = connect(database_in(folder))
    migrating.migrate(database)
    with transaction(database) as session:
        loader.load_first_edition(session)
        # As if it had ended before people paired, and before any run.
        for match in session.exec(select(Match)):
            session.delete(match)
    database.dispose()

    result = demo(folder)

    assert result.exit_code == 0, result.output
    assert list(printed_providers(result).values()) == [8, 8, 8, 8]
    assert len(re.findall(r"^│ \*?\+", result.stdout, re.MULTILINE)) == 8


@pytest.mark.parametrize("left", ["an empty folder", "an empty file", "an empty database"])
def test_what_a_first_start_left_when_it_had_hardly_begun_is_completed(
    folder: Path, left: str
) -> None:
    folder.mkdir(parents=True)
    if left == "an empty file":
        (folder / "counterpart.db").touch()
    if left == "an empty database":
        database = connect(database_in(folder))
        migrating.migrate(database)
        database.dispose()

    assert demo(folder).exit_code == 0
    assert {name: len(codes) for name, codes in found_in(folder).items()} == {
        "submissions": 12,
        "runs": 1,
        "suggestions": 32,
    }


@pytest.mark.parametrize("data", ["/proc/demo", "{folder}/file"])
def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, data: str) -> None:
    (tmp_path / "file").touch()
    place = Path(data.format(folder=tmp_path))

    result = demo(place)

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"The folder {place} cannot be made: " in result.stderr
    assert result.stderr.endswith("Name a folder in which you may write.\n")


def test_a_tokens_file_that_cannot_be_written_is_refused(folder: Path) -> None:
    result = demo(folder, "--tokens-file", folder)

    assert result.exit_code == 1
    assert result.stderr.endswith(
        f"{folder} cannot be written: Is a directory.\n"
        "Nothing was changed. Choose another file or folder.\n"
    )
    assert [path.name for path in folder.parent.iterdir()] == ["demo"]


def test_tokens_are_stored_as_hashes_alone(folder: Path) -> None:
    tokens_file = folder / "tokens.json"
    demo(folder, "--tokens-file", tokens_file)

    engine = engine_of(database_in(folder))
    with Session(engine) as session:
        rows = [str(token.model_dump()) for token in session.exec(select(Token))]
    engine.dispose()

    secrets = json.loads(tokens_file.read_text()).values()
    assert len(rows) == 5
    assert not any(secret in row for secret in secrets for row in rows)
