"""`counterpart match`: two files in, suggestions out, and no database between."""

import codecs
import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from app.cli.progress import progress
from app.core.base.errors import FieldError, Unprocessable
from app.core.base.files import whole
from app.core.base.messages import Message
from app.core.base.numbers import as_whole
from app.core.base.text import in_one_form
from app.core.tables.importing import Record, read_table
from app.core.tables.row_errors import Fault, FaultyTable
from app.matchmaking.schemas.settings import FLOOR, Objective
from app.seeding.vocabularies import theme_names
from app.submissions.records import ChallengeRecord, SolutionRecord, Vocabulary, named

Form = Literal["table", "json", "csv"]

_MOST_PLACES: Final = 999_999
"""More than there can be challenges."""
_FORMS: Final[dict[str, Form]] = {".json": "json", ".csv": "csv"}


def _places_in(number: str) -> int | None:
    """Return how many places a text says; None where it says none."""
    try:
        places = int(as_whole(number))
    except ValueError:
        return None
    return min(places, _MOST_PLACES) if places >= 0 else None


def _share(given: float) -> float:
    # NaN slips through a comparison with a minimum and a maximum.
    if not 0 <= given <= 1:
        raise typer.BadParameter("Give a number from 0 to 1.")
    return given


def match(
    challenges: Annotated[
        Path,
        typer.Argument(
            help="The challenges: a file .xlsx, .csv, .tsv or .jsonl.", show_default=False
        ),
    ],
    providers: Annotated[
        Path,
        typer.Argument(
            help="The solution providers: a file .xlsx, .csv, .tsv or .jsonl.",
            show_default=False,
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
            help="Instead of lists, give each challenge N providers, so that the whole comes "
            "out best and no provider exceeds its capacity. Where places are too few, as many "
            "challenges as can be get one, then as many as can be a second one.",
            show_default=False,
        ),
    ] = None,
    require_all: Annotated[
        bool,
        typer.Option(
            "--require-all",
            help="Refuse, and say why, unless every challenge can have N providers.",
        ),
    ] = False,
    objective: Annotated[
        Objective,
        typer.Option(
            help="What the assignment counts first: the worst-off challenge and then the next "
            "(leximin), the sum of the scores (total), or the weakest sum (maxmin).",
        ),
    ] = "leximin",
    lock: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHALLENGE:PROVIDER",
            help="A pair that must be assigned; repeatable.",
            show_default=False,
        ),
    ] = None,
    forbid: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHALLENGE:PROVIDER",
            help="A pair that may not be assigned; repeatable.",
            show_default=False,
        ),
    ] = None,
    capacity: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROVIDER:N",
            help="How many challenges a provider takes on, instead of what its record says; "
            "repeatable.",
            show_default=False,
        ),
    ] = None,
    what_if: Annotated[
        bool,
        typer.Option(
            "--what-if",
            help="Say what --lock, --forbid and --capacity change, and what that costs.",
        ),
    ] = False,
    regret: Annotated[
        bool,
        typer.Option("--regret", help="Say what it costs to go against the assignment."),
    ] = False,
    frontier: Annotated[
        bool, typer.Option("--frontier", help="Say what each step of fairness costs.")
    ] = False,
    floor: Annotated[
        float,
        typer.Option(
            callback=_share,
            metavar="0..1",
            help="Assign nobody who tells less than this share of what a challenge asks.",
        ),
    ] = FLOOR,
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

    Each file holds one record a row: XLSX, CSV in UTF-8, or JSONL with one JSON object
    a line. A record needs an id, a title, and what the team tells, as one text or
    as passages. The README explains all fields.

    The two sides of a pair come from different countries, unless you say otherwise.
    If anything in the files is wrong, all of it is listed and nothing is written.
    """
    form = _form(output, as_json=as_json, as_csv=as_csv)
    if top is not None and per_challenge is not None:
        raise typer.BadParameter("Choose either --top or --per-challenge.")
    if per_challenge is None and (
        lock
        or forbid
        or capacity
        or what_if
        or regret
        or frontier
        or require_all
        or objective != "leximin"
        or floor != FLOOR
    ):
        raise typer.BadParameter(
            "--require-all, --objective, --lock, --forbid, --capacity, --what-if, --regret, "
            "--frontier and --floor belong to an assignment: say --per-challenge too."
        )
    if output and output.resolve() in {challenges.resolve(), providers.resolve()}:
        raise typer.BadParameter("--output would overwrite what is to be matched.")
    records = _read(challenges, providers)
    named = _Named(*([record.id for record in side] for side in records))
    conditions: dict[str, Any] = {
        "locked": named.pairs("--lock", lock or []),
        "forbidden": named.pairs("--forbid", forbid or []),
        "capacities": named.capacities("--capacity", capacity or []),
    }
    named.require_all()
    _answer(
        *records,
        form,
        output,
        top=top or 5,
        per_challenge=per_challenge,
        require_all=require_all,
        objective=objective,
        **conditions,
        what_if=what_if,
        regret=regret,
        frontier=frontier,
        floor=floor,
        text_weight=text_weight,
        same_country=same_country,
        explain=explain,
    )


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
    notes: list[str] = []
    vocabulary = Vocabulary(named(theme_names()))
    found = (
        _records(challenges, ChallengeRecord, vocabulary, faults, notes),
        _records(providers, SolutionRecord, vocabulary, faults, notes),
    )
    for note in notes:
        typer.echo(note, err=True)
    if faults:
        raise FaultyTable(faults)
    return found


def _records(
    path: Path,
    schema: type[Record],
    vocabulary: Vocabulary,
    faults: list[Fault],
    notes: list[str],
) -> list[Record]:
    try:
        rows = read_table(path, schema, context=vocabulary, notes=notes)
        return [record for _, record in rows]
    except FaultyTable as error:
        faults += error.faults
        return []


class _Named:
    """Finds the records that options name, and gathers what cannot be found."""

    def __init__(self, challenges: Sequence[str], providers: Sequence[str]) -> None:
        self.challenges, self.providers = set(challenges), set(providers)
        self.errors: list[FieldError] = []

    def pairs(self, option: str, given: Sequence[str]) -> tuple[tuple[str, str], ...]:
        return tuple(pair for text in given for pair in self._pair(option, text))

    def _pair(self, option: str, text: str) -> Iterator[tuple[str, str]]:
        # An id may hold a colon itself, so each colon may be the one between the two.
        parts = in_one_form(text).split(":")
        cuts = [(":".join(parts[:n]), ":".join(parts[n:])) for n in range(1, len(parts))]
        known = [cut for cut in cuts if cut[0] in self.challenges and cut[1] in self.providers]
        if len(known) == 1:
            yield known[0]
        else:
            self.errors.append(
                FieldError(
                    option,
                    Message(
                        "{text} names no pair: write CHALLENGE:PROVIDER, two ids.", text=text
                    ),
                )
            )

    def capacities(self, option: str, given: Sequence[str]) -> tuple[tuple[str, int], ...]:
        found: dict[str, int] = {}
        for text in given:
            provider, _, number = in_one_form(text).rpartition(":")
            places = _places_in(number)
            if provider not in self.providers or places is None:
                problem = f"{text} is no capacity: write PROVIDER:N, an id and a number."
                self.errors.append(FieldError(option, problem))
            elif provider in found:
                self.errors.append(
                    FieldError(option, Message("{provider} is named twice.", provider=provider))
                )
            else:
                found[provider] = places
        return tuple(found.items())

    def require_all(self) -> None:
        if self.errors:
            raise Unprocessable(
                "The conditions name what is not in the files.",
                errors=self.errors,
                remedy="Take the ids from the two files, and write them as they are there.",
            )


def _answer(
    challenges: list[ChallengeRecord],
    providers: list[SolutionRecord],
    form: Form,
    output: Path | None,
    **settings: Any,
) -> None:
    """Match, and write the answer; a terminal is shown how far it is."""
    # whoever asks for help or makes a mistake need not wait for numpy
    from app.cli import match_report  # noqa: PLC0415 -- loads the engine
    from app.matchmaking.engine import files  # noqa: PLC0415 -- loads the engine

    what = f"Matching {len(challenges)} challenges"
    with _no_collector(), progress(what, len(challenges)) as report:
        answer = files.match(challenges, providers, files.Settings(**settings))
        parts = match_report.written(answer, form, output is None, report)
        _deliver(parts, form, output)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Let the cyclic garbage collector rest: it takes a tenth of the time and finds nothing."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _deliver(parts: Iterable[str], form: Form, output: Path | None) -> None:
    """Write the answer part by part, to the standard output or whole to a file."""
    if output is None:
        for part in parts:
            # As bytes: what is written is UTF-8 whatever the terminal calls its encoding.
            typer.echo(part.encode(), nl=False)
        return
    with whole(output) as file:
        if form == "csv":
            file.write(codecs.BOM_UTF8)  # by which a spreadsheet knows that it is UTF-8
        for part in parts:
            file.write(part.encode())
    typer.echo(f"Written to {output}.", err=True)
