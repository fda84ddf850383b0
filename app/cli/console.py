"""What the commands share: settings, and an open database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.core.base.errors import Conflict, FieldError, NotFound, Unprocessable
from app.core.base.logging import configure
from app.core.base.messages import Message
from app.core.base.validation_errors import field_errors, head_of, sentence_of
from app.core.storage.database import Database, address_of, connect, shown
from app.operations import migrating
from app.settings import Settings

Draft = TypeVar("Draft", bound=BaseModel)

DEMONSTRATION: Final = Path(".counterpart", "counterpart.db")
"""Where `counterpart demo` keeps its data, unless it is told otherwise."""


def settings_of(**changes: Any) -> Settings:
    """Read the settings from the environment, and set up logging as they say.

    Raises
    ------
    Unprocessable
        If a variable holds something that it cannot.
    """
    try:
        settings = Settings(**changes)
    except ValidationError as error:
        errors = [FieldError(_variable(e), sentence_of(e)) for e in error.errors()]
        raise Unprocessable(
            "The settings in the environment cannot be used.",
            errors=errors,
            remedy="Correct these variables; the README lists all settings.",
        ) from error
    configure(settings.log_level)
    return settings


def draft_of(schema: type[Draft], refusal: str, **values: Any) -> Draft:
    """Return what was given to a command as a draft.

    Raises
    ------
    Unprocessable
        With all that is wrong; `refusal` says what cannot be done.
    """
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        raise Unprocessable(
            refusal,
            errors=field_errors(error.errors()),
            remedy="Correct what is listed and run the command again.",
        ) from error


def _variable(detail: ErrorDetails) -> str:
    """Return the variable that is wrong; what several have in common says which in its text."""
    name = head_of(detail)
    return "COUNTERPART_*" if name is None else f"COUNTERPART_{str(name).upper()}"


def settings_at_hand() -> Settings:
    """Read the settings for a command that looks at a database.

    Where nobody has named a database and there is none but that of the demonstration, it is
    that one, and the command says so.

    Raises
    ------
    Unprocessable
        If a variable holds something that it cannot.
    """
    settings = settings_of()
    named = "database_url" in settings.model_fields_set
    if not named and DEMONSTRATION.is_file() and not Path("counterpart.db").exists():
        settings = settings_of(database_url=f"sqlite:///{DEMONSTRATION}")
        name_database(settings)
    return settings


def name_database(settings: Settings) -> None:
    """Say on the error stream at which database a command looked; its password is not shown."""
    from app.cli.screen import err  # noqa: PLC0415 -- rich, 2 MB, for who writes

    address = shown(address_of(settings.database_url))
    err.print(f"Database: {address}", markup=False, soft_wrap=True)


@contextmanager
def database_of(settings: Settings) -> Iterator[Database]:
    """Open the database of the settings, once it has the shape that is needed.

    Raises
    ------
    NotFound
        If there is no such file; none is made, since it would hide the demonstration.
    Conflict
        If it must be migrated first; the command says at which database it looked.
    """
    _require_file(settings)
    database = connect(settings.database_url)
    try:
        try:
            migrating.require_current(database)
        except Conflict:
            name_database(settings)
            raise
        yield database
    finally:
        database.dispose()


def _require_file(settings: Settings) -> None:
    """Do nothing, or refuse a file of SQLite that is not there: opening it would make it."""
    address = address_of(settings.database_url)
    file = address.database
    if address.get_backend_name() != "sqlite" or file in {None, "", ":memory:"}:
        return
    path = Path(str(file))
    if path.parent.is_dir() and not path.exists():
        raise NotFound(
            Message("There is no database {url}.", url=shown(address)),
            remedy=Message(
                "Name the right one in COUNTERPART_DATABASE_URL, or run `counterpart migrate` "
                "to make it. The demonstration is in {file}, below the folder where "
                "`counterpart demo` ran.",
                file=DEMONSTRATION,
            ),
        )
