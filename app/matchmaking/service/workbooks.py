"""The decision workbook of a run: for each challenge its best, why, and what people decided."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.access.policy import Actor
from app.core.tables.countries import name_of
from app.core.tables.exporting import Named, Workbook, in_words
from app.interests import queries as interests
from app.matchmaking.models import MatchRun
from app.matchmaking.reasons import lead_of
from app.matchmaking.schemas.settings import RunSettings
from app.matchmaking.schemas.suggestions import SuggestionQuery, SuggestionRead
from app.matchmaking.schemas.verdicts import VerdictRead
from app.matchmaking.service import queries
from app.matchmaking.service.settings_in_words import settings_in_words
from app.programmes.models import Programme

BEST: Final = 5
"""How many suggestions of each challenge stand in it."""

AT_ONCE: Final = 200
"""Suggestions that are held at once."""

NamesOf = Callable[[Session, Actor, Mapping[str, Set[Hashable]]], Named]
Opened = Callable[[], AbstractContextManager[Session]]
Cells = list[str | int | float | bool | datetime]

_DECISIONS: Final = (
    *("Challenge", "Challenge title", "Organisation", "Country", "Rank"),
    *("Solution", "Solution title", "Solution organisation", "Solution country"),
    *("Score", "Band", "Assigned", "Reason", "Takes no part"),
    *("Verdict", "Why", "Decided by"),
)
_ELSEWHERE: Final = ("Verdict in another run", "Run", "Why there", "Decided there by")

_INTERESTS: Final = ("The owner of the challenge says", "The team of the solution says")
"""For those alone who may read it."""


def require_result(session: Session, actor: Actor, key: UUID | str) -> MatchRun:
    """Return a run that has ended with a result, by its key or its code.

    Raises
    ------
    NotFound
        If there is none that the actor may read.
    Conflict
        If it has no result yet, or never will.
    """
    found = queries.run(session, actor, key)
    queries.require_result(found.state)
    return found


def decision_workbook(
    opened: Opened, actor: Actor, run: MatchRun, names_of: NamesOf
) -> Iterator[bytes]:
    """Yield the parts of the workbook; each page of suggestions is read in its own session.

    Parameters
    ----------
    opened : callable
        Opens a session that reads.
    run : MatchRun
        One that has a result, read by its reader.
    names_of : callable of (session, actor, identifiers by kind)
        Returns what identifiers name.
    """
    book = Workbook()
    with opened() as session:
        programme = session.get_one(Programme, run.programme_id)
        zone = ZoneInfo(programme.zone)
        challenges = _challenges(session, run)
    at = f"Decided at ({zone.key})"
    there = f"Decided there at ({zone.key})"
    reads = interests.reads_all(actor)
    said = _INTERESTS if reads else ()
    book.begin("Decisions", [*_DECISIONS, at, *_ELSEWHERE, there, *said])
    served = set()
    for lines, names in _pages(opened, actor, run.id, names_of):
        for line in lines:
            served.add(line.challenge.code)
            if line.rank <= BEST:
                book.write(_decision(line, names, zone) + (_said(line) if reads else []))
    book.begin("Without a suggestion", _DECISIONS[:4])
    for challenge in challenges:
        if challenge[0] not in served:
            book.write(challenge)
    book.begin("About the run", ["What", "Value"])
    for pair in _about(run, programme, zone):
        book.write(pair)
    yield from book.parts()


def _pages(
    opened: Opened, actor: Actor, run_id: UUID, names_of: NamesOf
) -> Iterator[tuple[Sequence[SuggestionRead], Named]]:
    cursor: str | None = None
    while True:
        with opened() as session:
            query = SuggestionQuery(limit=AT_ONCE, cursor=cursor)
            found = queries.suggestions(session, actor, run_id, query)
            names = names_of(session, actor, _identifiers(found.rows))
        yield found.rows, names
        if not (cursor := found.cursor):
            return


def _identifiers(lines: Sequence[SuggestionRead]) -> dict[str, set[Hashable]]:
    verdicts = [v for line in lines for v in (line.verdict, line.other_verdict) if v]
    deciders: set[Hashable] = {v.decided_by for v in verdicts if v.decided_by}
    runs: set[Hashable] = {line.other_verdict.run_id for line in lines if line.other_verdict}
    themes: set[Hashable] = {
        part.feature for line in lines for part in line.contributions if part.kind == "theme"
    }
    return {"decider": deciders, "run": runs, "theme": themes}


def _decision(line: SuggestionRead, names: Named, zone: ZoneInfo) -> Cells:
    outcome, *decided = _decided(line.verdict, names, zone)
    elsewhere, *decided_there = _decided(line.other_verdict, names, zone)
    run = _name(line.other_verdict.run_id, names) if line.other_verdict else ""
    challenge, solution = line.challenge, line.solution
    return [
        *(challenge.code, challenge.title, challenge.organisation, name_of(challenge.country)),
        *(line.rank, solution.code, solution.title, solution.organisation),
        *(name_of(solution.country), line.score, in_words(line.band or "")),
        *(line.assigned, lead_of(line, names)),
        in_words(" and ".join(line.withdrawn)),
        *(outcome, *decided, elsewhere, run, *decided_there),
    ]


def _said(line: SuggestionRead) -> Cells:
    """Return what both sides had said of each other; empty where they had not."""
    if line.interests is None:
        return ["", ""]
    words = (line.interests.challenge, line.interests.solution)
    return [in_words(word) if word else "" for word in words]


def _decided(verdict: VerdictRead | None, names: Named, zone: ZoneInfo) -> Cells:
    """Return what was decided, why, by whom and when; empty where nothing was."""
    if verdict is None:
        return ["", "", "", ""]
    return [
        in_words(verdict.outcome),
        verdict.reason,
        _name(verdict.decided_by, names),
        verdict.created_at.astimezone(zone).replace(tzinfo=None),
    ]


def _name(key: UUID | None, names: Named) -> str:
    return next(iter(names.get(key, ())), "")


def _challenges(session: Session, run: MatchRun) -> list[Cells]:
    """Return the challenges as they were frozen: code, title, organisation and country."""
    codes = queries.codes_of_challenges(session, run.id)
    parties = queries.parties_by_code(session, codes)
    return [
        [party.code, party.title, party.organisation, name_of(party.country)]
        for _, party in sorted(parties.items())
    ]


def _about(run: MatchRun, programme: Programme, zone: ZoneInfo) -> Iterator[Cells]:
    """Yield what has to be known about a run by those who decide."""
    yield ["Run", run.code]
    yield ["Programme", f"{programme.code}: {programme.title}"]
    yield ["State", in_words(run.state)]
    for name, at in (("Asked for", run.created_at), ("Finished", run.finished_at)):
        if at:
            yield [f"{name} ({zone.key})", at.astimezone(zone).replace(tzinfo=None)]
    yield ["Challenges", run.n_challenges]
    yield ["Solutions", run.n_solutions]
    for name, value in settings_in_words(RunSettings.model_validate(run.settings)):
        yield [name, value]
    yield ["Fingerprint of the inputs (SHA-256)", run.digest]
