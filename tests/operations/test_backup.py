"""A backup holds all of it, and comes back whole or not at all, on both databases."""

import json
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app.attachments.models import Attachment, AttachmentPiece
from app.attachments.service.storing import pieces
from app.core.base.errors import AppError, Conflict, NotFound, Unavailable, Unprocessable
from app.core.storage.database import connect, reading, transaction
from app.operations import backup as backups
from app.operations import migrating
from app.programmes.models import Programme
from tests.attachments.samples import PDF, an_attachment
from tests.conftest import URL
from tests.factories import a_challenge, a_programme
from tests.processes import ROOT, untraced
from tests.test_migrations import HEAD

# Only PostgreSQL is backed up by a process, of its own program.
pytestmark = [pytest.mark.server] if URL else []

SIDE_FILES = {"test.db-wal", "test.db-shm"}
"""What SQLite keeps beside a database that is open."""


@pytest.fixture
def saved(url: str, tmp_path: Path) -> Path:
    """A backup of a database with a few rows, which nobody uses any more."""
    add(url, "Kept, Ωμέγα")
    file = tmp_path / "saved.zip"
    backups.backup(url, file)
    return file


def add(url: str, title: str) -> None:
    """Write a programme and a challenge of it with a file."""
    database = connect(url)
    with transaction(database) as session:
        programme = a_programme(session, title=title)
        an_attachment(session, a_challenge(session, programme_id=programme.id))
    database.dispose()


def titles(url: str) -> list[str]:
    database = connect(url)
    with reading(database) as session:
        found = sorted(session.exec(select(Programme.title)))
    database.dispose()
    return found


def test_what_was_backed_up_is_there_after_it_was_restored_elsewhere(
    url: str, saved: Path, new_url: str
) -> None:
    made = backups.restore(new_url, saved)

    assert titles(new_url) == titles(url) == ["Kept, Ωμέγα"]
    if new_url.startswith("sqlite"):
        assert stat.S_IMODE(Path(new_url.removeprefix("sqlite:///")).stat().st_mode) == 0o600
    assert (made.shape, made.rows["programme"], made.rows["submission"]) == (HEAD, 1, 1)
    assert made.total == sum(made.rows.values())
    restored = connect(new_url)
    migrating.require_current(restored)
    with reading(restored) as session:
        (file,) = session.exec(select(Attachment)).all()
    assert b"".join(pieces(restored, AttachmentPiece, file.id, file.size, file.sha256)) == PDF
    with transaction(restored) as session:
        a_programme(session, title="Written afterwards")
    restored.dispose()


def test_only_its_owner_can_read_a_backup(saved: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert [path.name for path in saved.parent.glob(".*")] == []


def test_a_backup_that_is_there_is_not_overwritten(url: str, saved: Path) -> None:
    before = saved.read_bytes()

    with pytest.raises(Conflict, match="is there already"):
        backups.backup(url, saved)

    assert saved.read_bytes() == before


def test_a_folder_that_is_not_there_is_told(url: str, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="cannot be written: No such file or directory"):
        backups.backup(url, tmp_path / "nowhere" / "saved.zip")


def test_a_database_without_a_shape_is_not_backed_up(new_url: str, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="There is nothing to back up"):
        backups.backup(new_url, tmp_path / "saved.zip")

    assert [path.name for path in tmp_path.glob("*saved*")] == []


def test_rows_that_are_there_stay_unless_they_may_go(url: str, saved: Path) -> None:
    add(url, "Newer than the backup")

    with pytest.raises(Conflict) as refusal:
        backups.restore(url, saved)
    kept = titles(url)
    backups.restore(url, saved, replace=True)

    assert "rows." in refusal.value.detail
    assert refusal.value.remedy == ("Nothing was changed. To overwrite them, add --replace.")
    assert kept == ["Kept, Ωμέγα", "Newer than the backup"]
    assert titles(url) == ["Kept, Ωμέγα"]


def test_a_database_that_is_migrated_and_empty_takes_a_backup(
    saved: Path, new_url: str
) -> None:
    database = connect(new_url)
    migrating.migrate(database)
    database.dispose()

    backups.restore(new_url, saved)

    assert titles(new_url) == ["Kept, Ωμέγα"]


def test_a_database_that_is_in_use_is_left_alone(url: str, saved: Path) -> None:
    user = connect(url)
    with reading(user) as session:
        session.exec(select(Programme)).all()

        with pytest.raises(Conflict) as refusal:
            backups.restore(url, saved, replace=True)

    user.dispose()
    assert refusal.value.detail.endswith("is in use.")
    assert titles(url) == ["Kept, Ωμέγα"]


def test_a_backup_of_an_earlier_shape_comes_back_and_is_migrated(
    new_url: str, tmp_path: Path
) -> None:
    database = connect(new_url)
    migrating.migrate(database, "0001")
    backups.backup(new_url, tmp_path / "early.zip")
    migrating.migrate(database)
    database.dispose()

    made = backups.restore(new_url, tmp_path / "early.zip", replace=True)
    after = connect(new_url)
    ends = migrating.migrate(after)
    after.dispose()

    assert made.shape == "0001"
    assert ends == ("0001", HEAD)


# --- files that are none, and files that were harmed --------------------------------------


def rewritten(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Write the backup again, with another manifest."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    change(manifest)
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def scratch(file: Path) -> None:
    """One byte in the middle of the data is another."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def letter(file: Path) -> None:
    file.write_text("A letter, and no backup. " * 100)


def foreign(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("holiday.jpg", b"sea")


def other_hash(file: Path) -> None:
    rewritten(file, lambda manifest: manifest.update(sha256="0" * 64))


def other_count(file: Path) -> None:
    rewritten(file, lambda manifest: manifest["rows"].update(programme=7))


def hostile_name(file: Path) -> None:
    rewritten(file, lambda manifest: manifest["rows"].update({"x; DROP TABLE y": 1}))


def newer_shape(file: Path) -> None:
    rewritten(file, lambda manifest: manifest.update(shape="9999"))


def gone(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize(
    ("harm", "kind", "problem"),
    [
        (cut, Unprocessable, "is no backup of Counterpart, or it was cut off"),
        (letter, Unprocessable, "is no backup of Counterpart, or it was cut off"),
        (foreign, Unprocessable, "is no backup of Counterpart, or it was cut off"),
        (hostile_name, Unprocessable, "is no backup of Counterpart, or it was cut off"),
        (scratch, Unprocessable, "is damaged|no backup"),
        (other_hash, Unprocessable, "does not hold what its manifest says"),
        (other_count, AppError, "does not hold what|programme has not its 7 rows"),
        (newer_shape, Conflict, "version 9999, which this version does not know"),
        (gone, NotFound, "is not there"),
    ],
)
def test_a_file_that_cannot_be_trusted_changes_nothing(
    url: str, saved: Path, harm: Callable[[Path], None], kind: type[AppError], problem: str
) -> None:
    harm(saved)
    beside = set(saved.parent.iterdir())

    with pytest.raises(kind, match=problem):
        backups.restore(url, saved, replace=True)

    assert titles(url) == ["Kept, Ωμέγα"]
    assert {path.name for path in set(saved.parent.iterdir()) - beside} <= SIDE_FILES


def test_a_database_that_is_damaged_is_replaced_when_it_may_go(
    saved: Path, tmp_path: Path
) -> None:
    """SQLite alone has a file to damage; a backup of PostgreSQL is refused here."""
    damaged = tmp_path / "damaged.db"
    damaged.write_text("What a disk made of it. " * 1000)
    damaged.chmod(0o640)
    damaged.with_name("damaged.db-wal").write_text("left over")
    url = f"sqlite:///{damaged}"

    if URL is not None:
        with pytest.raises(Unprocessable, match="The backup is of postgresql"):
            backups.restore(url, saved, replace=True)
        return
    with pytest.raises(Unavailable, match="file is not a database"):
        backups.restore(url, saved)
    backups.restore(url, saved, replace=True)

    assert titles(url) == ["Kept, Ωμέγα"]
    assert stat.S_IMODE(damaged.stat().st_mode) == 0o640


@pytest.mark.server
def test_a_backup_that_finds_no_room_is_refused_and_leaves_nothing(
    url: str, saved: Path
) -> None:
    before = {path.name for path in saved.parent.iterdir()}
    target = saved.with_name("no-room.zip")

    command = [sys.executable, "-m", "app.cli", "backup", str(target)]
    # Measuring the coverage of this process would find no room either.
    environment = untraced()

    done = subprocess.run(  # noqa: S603 -- our own command
        ["/usr/bin/prlimit", "--fsize=2000", *command],
        cwd=ROOT,
        env={**environment, "COUNTERPART_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Temporarily ")
    assert "Traceback" not in done.stderr
    assert {path.name for path in saved.parent.iterdir()} - before <= SIDE_FILES
