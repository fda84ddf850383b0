"""Commands are loaded when they are called; what is said of them before is what they say."""

import inspect
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version

import pytest

from app.cli.commands import Audit, Call, Counterpart, Programme, User
from app.cli.lazy import Entry, LazyGroup

FUNCTIONS = [
    (name, entry)
    for group in (Counterpart, User, Audit)
    for name, entry in group.entries.items()
    if not entry.function.startswith("app.cli.commands:")
]
HEAVY = {
    *("numpy", "scipy", "sklearn", "sqlalchemy", "fastapi", "alembic", "pycountry"),
}
# What the service loads for the first who needs it.
LATER = {
    *("numpy", "scipy", "sklearn", "numba", "cryptography", "rich", "xml.etree", "pycountry"),
    *("sqlalchemy.dialects.postgresql", "openpyxl", "xlsxwriter", "py3langid"),
}


@pytest.mark.parametrize(("name", "entry"), FUNCTIONS)
def test_the_table_says_of_a_command_what_the_command_says(name: str, entry: Entry) -> None:
    module, _, function = entry.function.partition(":")
    first = (inspect.getdoc(getattr(import_module(module), function)) or "").split("\n\n")[0]

    assert entry.help == " ".join(first.split()), name


def test_a_group_of_the_table_is_a_group() -> None:
    groups = {
        getattr(import_module(module), name)
        for module, _, name in (e.function.partition(":") for e in Counterpart.entries.values())
        if module == "app.cli.commands"
    }

    assert groups == {User, Programme, Call, Audit}
    assert all(issubclass(group, LazyGroup) for group in groups)


@pytest.mark.server
@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["user", "--help"]])
def test_help_and_version_load_nothing_of_the_service(arguments: list[str]) -> None:
    code = (
        "import sys; sys.argv = ['counterpart', *sys.argv[1:]]\n"
        "from app.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        f"print(sorted({HEAVY!r} & sys.modules.keys()), file=sys.stderr)"
    )

    ended = subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )

    assert ended.stderr == "[]\n"
    if arguments == ["--version"]:
        assert ended.stdout == f"counterpart {version('counterpart')}\n"


@pytest.mark.server
def test_the_service_is_ready_without_what_few_need() -> None:
    code = (
        "import sys\n"
        "from app.cli import serving\n"
        "from app.settings import Settings\n"
        "serving.create_app(Settings(database_url='sqlite:///none.db'))\n"
        f"print(sorted({LATER!r} & sys.modules.keys()))"
    )

    ended = subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert ended.stdout == "[]\n"
