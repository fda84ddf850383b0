"""A command reads numbers by the rule of the interface: digits, and nothing like them."""

from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from app.cli.commands import Counterpart, cli
from app.cli.lazy import LazyGroup, group_of

ODD = ["1_0", "\uff15", "\u0665", "0x5", "1 0", "1,000", "five", "", " ", "nan", "--5", "½"]


def commands(group: type[LazyGroup]) -> list[tuple[str, Any]]:
    """All commands, loaded, with those of groups in it."""
    loaded = group_of(group, "All of them").commands
    found = []
    for name in group.entries:
        command = loaded[name]
        inner = getattr(command, "commands", None)
        found += [(name, command)] if inner is None else [*inner.items()]
    return found


NUMBERS = [
    (name, command, parameter)
    for name, command in commands(Counterpart)
    for parameter in command.params
    if {"int", "float"} & set(str(parameter.type_descriptor.annotation).split("'"))
]


def read(command: Any, parameter: Any, value: str) -> Any:
    return parameter.process_value(command.context_class(command), value)


def test_the_numbers_of_commands_are_seen() -> None:
    names = {(name, parameter.name) for name, _, parameter in NUMBERS}

    assert {
        *(("match", "top"), ("match", "text_weight"), ("token", "days"), ("run", "top")),
        *(("serve", "port"), ("serve", "workers"), ("demo", "port"), ("add", "providers")),
    } <= names


@pytest.mark.parametrize("written", ODD)
@pytest.mark.parametrize(("name", "command", "parameter"), NUMBERS)
def test_no_command_takes_what_only_a_program_reads_as_a_number(
    name: str, command: Any, parameter: Any, written: str
) -> None:
    with pytest.raises(typer.BadParameter, match="write digits"):
        read(command, parameter, written)


@pytest.mark.parametrize(("name", "command", "parameter"), NUMBERS)
def test_every_command_takes_digits(name: str, command: Any, parameter: Any) -> None:
    assert read(command, parameter, " 1 ") == 1


def test_a_number_that_is_none_is_said_with_the_option(tmp_path: Path) -> None:
    answer = CliRunner().invoke(cli, ["match", "a.csv", "b.csv", "--top", "1_0"])

    assert answer.exit_code == 2
    assert "'--top'" in answer.stderr
    assert "It is not a whole number" in answer.stderr
