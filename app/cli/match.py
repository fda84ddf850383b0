"""`counterpart match`: two files in, suggestions out, and no database between."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from app.core.faults import Fault, FaultyTable
from app.core.files import write_whole
from app.core.tables import Record, read_table
from app.submissions.records import ChallengeRecord, SolutionRecord

Form = Literal["table", "json", "csv"]

_FORMS: Final[dict[str, Form]] = {".json": "json", ".csv": "csv"}


def _share(given: float) -> float:
    # NaN slips through a comparison with a minimum and a maximum.
    if not 0 <= given <= 1:
        raise typer.BadParameter("Give a number from 0 to 1.")
    return given


def match(
    challenges: Annotated[
        Path, typer.Argument(help="The challenges: a file .csv or .jsonl.", show_default=False)
    ],
    providers: Annotated[
        Path,
        typer.Argument(
            help="The solution providers: a file .csv or .jsonl.", show_default=False
        ),
    ],
    top: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="How many providers to list for each challenge.",
            show_default="5",
        ),
    ] = None,
    per_challenge: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Instead of lists, give each challenge exactly N providers, so that the whole "
            "comes out best and no provider exceeds its capacity.",
            show_default=False,
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say which words, themes and passages agree.")
    ] = False,
    text_weight: Annotated[
        float,
        typer.Option(
            callback=_share,
            metavar="0..1",
            help="How much the texts count; the rest is for the themes.",
        ),
    ] = 0.6,
    same_country: Annotated[
        bool, typer.Option("--same-country", help="Allow pairs from the same country.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer in JSON, for programs.")
    ] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Answer in CSV, for spreadsheets and programs.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the answer to this file, whole or not at all. The ending .json or .csv "
            "chooses the form, if no option does.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Suggest solution providers for challenges, from two files, without a database.

    Each file holds one record a row, in UTF-8: CSV, or JSONL with one JSON object
    a line. A record needs an id, a title, and what the team tells, as one text or
    as passages. The README explains all fields.

    The two sides of a pair come from different countries, unless you say otherwise.
    If anything in the files is wrong, all of it is listed and nothing is written.
    """
    form = _form(output, as_json=as_json, as_csv=as_csv)
    if top is not None and per_challenge is not None:
        raise typer.BadParameter("Choose either --top or --per-challenge.")
    if output and output.resolve() in {challenges.resolve(), providers.resolve()}:
        raise typer.BadParameter("--output would overwrite what is to be matched.")
    asked, offered = _read(challenges, providers)
    write = _answer(
        asked,
        offered,
        form,
        top=top or 5,
        per_challenge=per_challenge,
        text_weight=text_weight,
        same_country=same_country,
        explain=explain,
    )
    _deliver(write, output)


def _form(output: Path | None, *, as_json: bool, as_csv: bool) -> Form:
    if as_json and as_csv:
        raise typer.BadParameter("Choose either --json or --csv.")
    if as_json or as_csv:
        return "json" if as_json else "csv"
    return _FORMS.get(output.suffix.lower(), "table") if output else "table"


def _read(
    challenges: Path, providers: Path
) -> tuple[list[ChallengeRecord], list[SolutionRecord]]:
    """Read both files, and tell the faults of both at once."""
    faults: list[Fault] = []
    asked = _records(challenges, ChallengeRecord, faults)
    offered = _records(providers, SolutionRecord, faults)
    if faults:
        raise FaultyTable(faults)
    return asked, offered


def _records(path: Path, schema: type[Record], faults: list[Fault]) -> list[Record]:
    try:
        return [record for _, record in read_table(path, schema)]
    except FaultyTable as error:
        faults += error.faults
        return []


def _answer(
    challenges: list[ChallengeRecord],
    providers: list[SolutionRecord],
    form: Form,
    **settings: Any,
) -> Callable[[bool], str]:
    """Match, and return how to write the answer for a screen or for a file."""
    # scikit-learn takes a second to load; whoever asks for help or errs need not wait.
    from app.cli import match_report  # noqa: PLC0415 -- loads the engine
    from app.matchmaking import offline  # noqa: PLC0415 -- loads the engine

    answer = offline.match(challenges, providers, offline.Settings(**settings))
    return partial(match_report.written, answer, form)


def _deliver(write: Callable[[bool], str], output: Path | None) -> None:
    """Write the whole answer at once, to the standard output or to a file."""
    if output is None:
        # As bytes: what is written is UTF-8 whatever the terminal calls its encoding.
        typer.echo(write(sys.stdout.isatty()).encode(), nl=False)
    else:
        write_whole(output, write(False).encode())
        typer.echo(f"Written to {output}.", err=True)
