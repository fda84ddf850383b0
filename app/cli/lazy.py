"""Groups of commands whose modules are loaded when a command is called, and not before.

Asking for help takes a fifth of a second so, where loading all of the service takes ten times
as long. The table of each group names its commands; a test holds it to what they say.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar, Final, get_args, get_type_hints

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


_NUMBERS: Final = (int, float)


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
    return _with_numbers_of_digits(typer.main.get_command(alone), found)


def _with_numbers_of_digits(command: Any, function: Callable[..., Any]) -> Any:
    """Let every number of a command be read by the rule of the interface and the settings."""
    from app.core.base.numbers import as_decimal, as_whole  # noqa: PLC0415 -- as commands are

    hints = get_type_hints(function)
    for parameter in command.params:
        kinds = {hint for hint in _kinds_in(hints.get(parameter.name)) if hint in _NUMBERS}
        if kinds:
            read = as_decimal if float in kinds else as_whole
            parameter.process_value = partial(
                _in_digits, parameter, read, parameter.process_value
            )
    return command


def _kinds_in(hint: Any) -> Iterator[Any]:
    yield hint
    for part in get_args(hint):
        yield from _kinds_in(part)


def _in_digits(
    parameter: Any,
    read: Callable[[Any], Any],
    following: Callable[..., Any],
    ctx: Any,
    value: Any,
) -> Any:
    try:
        number = read(value)
    except ValueError as error:
        raise typer.BadParameter(str(error), ctx=ctx, param=parameter) from error
    return following(ctx, number)


def _show(refusal: AppError) -> None:
    from app.cli.screen import show_refusal  # noqa: PLC0415 -- rich, where there is a refusal

    show_refusal(refusal)
