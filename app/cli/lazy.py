"""Groups of commands whose modules are loaded when a command is called, and not before.

Asking for help takes a fifth of a second so, where loading all of the service takes ten times
as long. The table of each group names its commands; a test holds it to what they say.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from app.core.base.errors import AppError, Unprocessable


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is found.

    Parameters
    ----------
    function : str
        Its function, as in ``"app.cli.match:match"``.
    help : str
        The first sentence of its documentation.
    settings : mapping, default={}
        Of its context.
    """

    function: str
    help: str
    settings: Mapping[str, Any] = field(default_factory=dict)


class _Commands(dict[str, Any]):
    """The commands of a group; one is loaded when it is taken out.

    Parameters
    ----------
    entries : mapping of str to Entry
    """

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        super().__init__(entries)
        self.listing = False

    def __getitem__(self, name: str) -> Any:
        found = super().__getitem__(name)
        if not isinstance(found, Entry):
            return found
        if self.listing:
            return TyperCommand(name, help=found.help)
        self[name] = _loaded(name, found)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def values(self) -> Any:
        return [self[name] for name in self]

    def items(self) -> Any:
        return [(name, self[name]) for name in self]


class LazyGroup(TyperGroup):
    """A group whose commands are loaded when they are called."""

    entries: ClassVar[Mapping[str, Entry]] = MappingProxyType({})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = self._lazy = _Commands(self.entries)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of the group: names and sentences, without loading a command."""
        self._lazy.listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._lazy.listing = False


class Commands(LazyGroup):
    """A group of commands that turns a refusal into sentences and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; 0 is done, 1 refused, 2 wrong usage."""
        try:
            return super().invoke(ctx)
        except AppError as refusal:
            _show(refusal)
            raise typer.Exit(1) from refusal
        except UnicodeEncodeError as error:
            # Python keeps such bytes as halves of characters, which nothing can store.
            _show(Unprocessable("An argument is not UTF-8.", remedy="Write it again."))
            raise typer.Exit(1) from error


def group_of(group: type[LazyGroup], text: str) -> Any:
    """Return a group of commands as a command of another one."""
    return typer.main.get_group(typer.Typer(cls=group, no_args_is_help=True, help=text))


def _loaded(name: str, entry: Entry) -> Any:
    module, _, function = entry.function.partition(":")
    found = getattr(importlib.import_module(module), function)
    if isinstance(found, type) and issubclass(found, LazyGroup):
        command = group_of(found, entry.help)
        command.name = name
        return command
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name, context_settings=dict(entry.settings))(found)
    return typer.main.get_command(alone)


def _show(refusal: AppError) -> None:
    from app.cli.screen import show_refusal  # noqa: PLC0415 -- rich, where there is a refusal

    show_refusal(refusal)
