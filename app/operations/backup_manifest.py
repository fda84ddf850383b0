"""What a backup says about itself, and whether it can be used here."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.engine import URL

from app.core.base.errors import Conflict, NotFound, Unprocessable
from app.core.base.messages import Message
from app.operations import migrating

MANIFEST: Final = "manifest.json"


MEMBERS: Final[Mapping[str, str]] = MappingProxyType(
    {"sqlite": "counterpart.db", "postgresql": "counterpart.dump"}
)


class Manifest(BaseModel):
    """What is in a backup, and what must be found in the database that is made from it."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    kind: Literal["sqlite", "postgresql"]
    shape: str
    version: str
    made_at: AwareDatetime
    bytes: int
    sha256: str
    rows: dict[Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*$")], int]

    @property
    def total(self) -> int:
        """How many rows there are in all tables."""
        return sum(self.rows.values())


def read_manifest(file: Path) -> Manifest:
    """Return what a backup says about itself.

    Raises
    ------
    NotFound, Conflict
        If there is no such file, or it cannot be read.
    Unprocessable
        If it is no backup.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = Manifest.model_validate_json(archive.read(MANIFEST))
            archive.getinfo(MEMBERS[manifest.kind])
    except FileNotFoundError as error:
        raise NotFound(
            Message("{file} is not there.", file=file), remedy="Check the name."
        ) from error
    except OSError as error:
        raise Conflict(
            Message("{file} cannot be read: {reason}.", file=file, reason=error.strerror)
        ) from error
    except (zipfile.BadZipFile, KeyError, ValidationError) as error:
        raise unfit(f"{file} is no backup of Counterpart, or it was cut off.") from error
    return manifest


def unfit(problem: str) -> Unprocessable:
    """Return the refusal of a backup that cannot be used."""
    return Unprocessable(problem, remedy="Nothing was changed. Choose another file.")


def require_fit(manifest: Manifest, address: URL) -> None:
    """Do nothing, or refuse a backup of another kind of database or of a newer version."""
    migrating.require_known(manifest.shape)
    if manifest.kind != address.get_backend_name():
        raise unfit(
            Message(
                "The backup is of {kind}, and the database {database} is not.",
                kind=manifest.kind,
                database=address,
            )
        )
    if str(address.database).startswith("file:"):
        raise unfit(f"The database must be named by its path, and not as {address.database}.")
