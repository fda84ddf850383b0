"""How a run looks on a terminal: its progress, and its ranked suggestions."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from uuid import UUID

from rich.markup import escape
from rich.progress import Progress
from rich.table import Table
from sqlmodel import Session

from app.access.policy import OPERATOR
from app.cli.screen import err, out
from app.core.base.errors import Unavailable
from app.core.base.messages import Message
from app.core.storage.database import Database, reading
from app.core.storage.jobs import JobState
from app.matches import queries as matches
from app.matches.schemas import MatchQuery
from app.matchmaking.models import MatchRun
from app.matchmaking.reasons import phrases_of
from app.matchmaking.schemas.suggestions import SuggestionQuery, SuggestionRead
from app.matchmaking.service import queries as matchmaking
from app.operations import service as operations
from app.operations.schemas import JobRead
from app.settings import Settings
from app.themes import service as themes
from app.worker import work

SHOWN_REASONS = 3
"""How many of the strongest phrases, and of the strongest themes, stand in a line."""


def carry_out(database: Database, settings: Settings, run: MatchRun) -> None:
    """Work until the run has ended, here or by another worker; show how far it is.

    Raises
    ------
    Unavailable
        If the run has failed.
    """
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(database, settings, stop))
    worker.start()
    try:
        state = _watch(database, run, stop)
    finally:
        stop.set()
        worker.join()
    if state is JobState.FAILED:
        raise Unavailable(
            Message("The run {run} has failed.", run=run.code),
            remedy="The log says why; then run it again.",
        )


def _watch(database: Database, run: MatchRun, stop: threading.Event) -> JobState:
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        bar = progress.add_task(f"Matching ({run.code})", total=None)
        while True:
            job = _job(database, run)
            progress.update(bar, completed=job.done, total=job.total or None)
            if job.state in {JobState.DONE, JobState.FAILED} or stop.wait(0.1):
                return job.state


def _job(database: Database, run: MatchRun) -> JobRead:
    with reading(database) as session:
        return operations.job(session, OPERATOR, run.job_id or 0, {})


def show_run(session: Session, run_id: UUID) -> None:
    """Print each challenge with its ranked providers and the strongest reasons."""
    run = matchmaking.describe(matchmaking.run(session, OPERATOR, run_id), OPERATOR)
    paired = _paired(session)
    labels = themes.labels(session)
    for _, lines in groupby(_suggestions(session, run_id), key=lambda s: s.challenge.id):
        out.print(_table(list(lines), paired, labels))
    out.print("* assigned: best for all challenges together; + paired by people")
    if run.assignment and run.assignment.reason:
        out.print(f"No whole assignment: {run.assignment.reason}", style="yellow", markup=False)


def _suggestions(session: Session, run_id: UUID) -> Iterator[SuggestionRead]:
    query: SuggestionQuery | None = SuggestionQuery(limit=200)
    while query:
        page = matchmaking.suggestions(session, OPERATOR, run_id, query)
        yield from page.rows
        query = SuggestionQuery(limit=200, cursor=page.cursor) if page.cursor else None


def _paired(session: Session) -> set[tuple[UUID, UUID]]:
    page = matches.matches(session, OPERATOR, MatchQuery(limit=200))
    return {(match.challenge.id, match.solution.id) for match in page.rows}


def _table(
    lines: Sequence[SuggestionRead],
    paired: set[tuple[UUID, UUID]],
    labels: Mapping[str, str],
) -> Table:
    challenge = lines[0].challenge
    table = Table(
        title=escape(f"{challenge.code} {challenge.title} ({challenge.country})"),
        title_justify="left",
        title_style="bold",
        expand=True,
    )
    table.add_column("")
    table.add_column("", justify="right")
    table.add_column("Provider", ratio=2)
    for heading in ("Score", "Text", "Themes"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Strongest shared phrases and themes", ratio=3)
    for line in lines:
        marks = ("*" if line.assigned else "") + (
            "+" if (challenge.id, line.solution.id) in paired else ""
        )
        table.add_row(
            marks,
            str(line.rank),
            escape(f"{line.solution.organisation} ({line.solution.country})"),
            f"{line.score:.3f}",
            f"{line.text_part:.3f}",
            f"{line.theme_part:.3f}",
            escape(_reasons(line, labels)),
            style="bold" if line.assigned else None,
        )
    return table


def _reasons(line: SuggestionRead, labels: Mapping[str, str]) -> str:
    phrases = list(phrases_of(line.contributions).items())[:SHOWN_REASONS]
    shared = [c for c in line.contributions if c.kind == "theme"][:SHOWN_REASONS]
    return "; ".join(
        [f"{phrase} {share:.3f}" for phrase, share in phrases]
        + [f"{labels[c.feature]} {c.share:.3f}" for c in shared]
    )
