"""What a call for solutions lacks for each challenge, for those who may read all that was sent.

What is asked about is checked in the session of the request. All else happens when the answer
is computed: it reads in short sessions of its own, and holds none while it compares.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Row
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.gaps import queries
from app.gaps.forecasting import Come, Silence, come_by, forecast, silence
from app.gaps.schemas import (
    MOST_CHALLENGES,
    MOST_NAMED,
    MOST_SOLUTIONS,
    ElsewhereRead,
    ForecastRead,
    GapRead,
    GapsRead,
    TellsRead,
)
from app.matchmaking import deferred
from app.matchmaking.gaps import Elsewhere, Gap, GapInputs
from app.matchmaking.schemas.settings import FLOOR, RunSettings
from app.matchmaking.service import inputs
from app.programmes import service as programmes
from app.programmes.lifecycle import CallKind, Phase, phase
from app.programmes.models import Call, Programme
from app.settings import Settings
from app.submissions.lifecycle import Basis, Kind
from app.submissions.records import AnsweredChallenge, AnsweredSolution

Opened = Callable[[], AbstractContextManager[Session]]
"""Opens a session that reads."""

Rows = Sequence[Row[Any]]

Record = TypeVar("Record", AnsweredChallenge, AnsweredSolution)

NOTHING: Final = Gap((), 0, (), ())
"""What is there for a challenge that tells nothing."""
_BEFORE: Final = frozenset({Phase.DRAFT, Phase.SCHEDULED, Phase.CANCELLED})


def gaps(
    session: Session, actor: Actor, key: UUID | str, settings: Settings, opened: Opened
) -> Callable[[], GapsRead]:
    """Return what tells for each selected challenge of a programme what a call lacks.

    Raises
    ------
    NotPermitted
        If the actor may not read what calls lack.
    NotFound
        If there is no such call, or none that the actor may read.
    Conflict
        If the call asks for challenges, or too much was sent to compare it while somebody
        waits.
    """
    policy.require(actor, Action.GAP_READ)
    call = watched(session, actor, key)
    programme = session.get_one(Programme, call.programme_id)
    _require_few(session, programme.id)
    chosen = inputs.chosen(programme, settings, top=MOST_NAMED, floor=FLOOR)
    session.expunge(call)
    session.expunge(programme)

    def compute() -> GapsRead:
        at = now()
        with opened() as reading:
            sides = tuple(
                read(reading, programme.id)
                for read in (queries.challenges, queries.solutions, queries.elsewhere)
            )
            arrivals = queries.arrivals(reading, call, at)
            invited = queries.invited(reading, call.id)
        versions = (chosen.model_dump_json(), *map(_versions, sides))
        found = deferred.gaps(versions, lambda: _inputs(opened, chosen, sides), settings)
        come = come_by(queries.elapsed(call, at), arrivals.earlier)
        return _told(call, programme, at, sides, found, invited, len(arrivals.here), come)

    return compute


def watched(session: Session, actor: Actor, key: UUID | str) -> Call:
    """Return a call for solutions.

    Raises
    ------
    NotFound
        If there is no such call, or none that the actor may read.
    Conflict
        If it asks for challenges.
    """
    call = programmes.call(session, actor, key)
    if call.kind is not CallKind.SOLUTIONS:
        raise Conflict(
            Message("{call} asks for challenges: they lack nothing yet.", call=call.title),
            remedy="Ask about a call for solutions.",
        )
    return call


def _require_few(session: Session, programme_id: UUID) -> None:
    for kind, basis, most in (
        (Kind.CHALLENGE, Basis.SELECTED, MOST_CHALLENGES),
        (Kind.SOLUTION, Basis.SUBMITTED, MOST_SOLUTIONS),
    ):
        n = queries.number(session, programme_id, kind, basis)
        if n > most:
            raise Conflict(
                Message(
                    "These are {n:,} submissions of one kind; at most {most:,} are compared.",
                    n=n,
                    most=most,
                ),
                remedy="Start a provisional run: it compares any number.",
            )


def _versions(rows: Rows) -> tuple[tuple[Any, ...], ...]:
    """Return what changes when a side does, or a team of it."""
    return tuple((row.id, row.version, row.of_team) for row in rows)


def _inputs(opened: Opened, chosen: RunSettings, sides: Sequence[Rows]) -> GapInputs:
    """Read what is told; what has changed meanwhile is read as it is now."""
    challenges, solutions, elsewhere = sides
    return GapInputs(
        chosen,
        _records(opened, challenges, AnsweredChallenge),
        _records(opened, solutions, AnsweredSolution),
        _records(opened, elsewhere, AnsweredSolution),
        {row.code: row.organisation_id for row in elsewhere},
    )


def _records(opened: Opened, rows: Rows, form: type[Record]) -> list[Record]:
    """Read submissions, without those that tell nothing: a call may ask by files alone."""
    keys = [row.id for row in rows]
    found: list[Record] = []
    for start in range(0, len(keys), queries.READ_AT_ONCE):
        with opened() as session:
            some = queries.records(session, keys[start : start + queries.READ_AT_ONCE])
        for one in some:
            with suppress(ValidationError):
                found.append(form.model_validate(one))
    return found


def _told(
    call: Call,
    programme: Programme,
    at: datetime,
    sides: Sequence[Rows],
    found: Mapping[str, Gap],
    invited: Mapping[UUID, datetime],
    n_arrived: int,
    come: Come,
) -> GapsRead:
    challenges, solutions, elsewhere = sides
    now_in = phase(call, at)
    is_open = now_in not in _BEFORE
    why = silence(n_arrived, come) if is_open else Silence.NOT_OPEN
    # Whose arrival tells of a rate: sent to this call by their teams themselves.
    own = {row.code for row in solutions if row.call_id == call.id and not row.external_id}
    named = {row.code: row for row in elsewhere}
    spoken = come if why is None else None
    lines = [
        _gap(row, found.get(row.code, NOTHING), own, named, invited, n_arrived, spoken)
        for row in challenges
    ]
    lines.sort(key=_most_lacking_first)
    return GapsRead(
        call=call.code,
        programme=programme.code,
        phase=now_in,
        closes_at=call.closes_at,
        n_solutions=len(solutions),
        n_arrived=n_arrived,
        share=round(come.share, 3) if is_open else None,
        n_calls=come.calls,
        silence=why,
        n_elsewhere=len(elsewhere),
        challenges=lines,
    )


def _gap(
    row: Row[Any],
    gap: Gap,
    own: set[str],
    named: Mapping[str, Row[Any]],
    invited: Mapping[UUID, datetime],
    n_arrived: int,
    come: Come | None,
) -> GapRead:
    sent = len(own.intersection(gap.good))
    expected = come and forecast(sent, n_arrived, come, other=len(gap.good) - sent)
    return GapRead(
        challenge=queries.party(row),
        language=row.language,
        n_good=len(gap.good),
        n_fair=gap.n_fair,
        forecast=ForecastRead.model_validate(expected) if expected else None,
        untold=list(gap.untold),
        elsewhere=[
            _elsewhere(one, named[one.solution], invited)
            for one in gap.elsewhere
            if one.solution in named
        ],
    )


def _elsewhere(
    one: Elsewhere, row: Row[Any], invited: Mapping[UUID, datetime]
) -> ElsewhereRead:
    return ElsewhereRead(
        solution=queries.party(row),
        programme=row.programme,
        language=row.language,
        told=one.told,
        words=list(one.words),
        themes=list(one.themes),
        tells=[TellsRead.model_validate(part) for part in one.tells],
        invited_at=invited.get(row.organisation_id),
    )


def _most_lacking_first(line: GapRead) -> tuple[int, int, int, str]:
    expected = line.forecast.expected if line.forecast else line.n_good
    return expected, line.n_good, -len(line.untold), line.challenge.code
