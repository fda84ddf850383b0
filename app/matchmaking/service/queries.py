"""Reading runs, suggestions, matches and jobs: only what the actor may know of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sql
from pydantic_core import to_json
from sqlalchemy.orm import Bundle, defer
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import Conflict, NotFound
from app.core.base.messages import Message
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import named, refers
from app.matchmaking.lifecycle import HAS_RESULT, RunState
from app.matchmaking.models import MatchRun, Suggestion
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.schemas.runs import AssignmentRead, RunQuery, RunRead
from app.matchmaking.schemas.suggestions import (
    SuggestionQuery,
    SuggestionRead,
    completed,
    with_marks,
)
from app.matchmaking.service import heeding
from app.matchmaking.service.heeding import Heeded
from app.matchmaking.service.pairs_today import PairsToday, pairs_today
from app.organisations.models import Organisation
from app.programmes.models import Programme
from app.submissions.models import Submission

Row = TypeVar("Row")

_FACTS: Final = (
    *("rank", "score", "text_part", "theme_part", "coverage"),
    *("band", "told", "warnings", "stability", "turns_at", "hub"),
)
_KEYS: Final = ("id", "run_id", "challenge_id", "solution_id")
_LINE: Final[Any] = Bundle(
    "line",
    *(getattr(Suggestion, name) for name in (*_KEYS, *_FACTS, "assigned", "heeded")),
    *(
        sql.cast(getattr(Suggestion, name), sql.Text).label(name)
        for name in ("contributions", "passages", "needs")
    ),
)
_NEVER = (RunState.FAILED, RunState.CANCELLED)
_WITHOUT_INPUTS = tuple(
    defer(getattr(MatchRun, name))
    for name in ("challenges", "solutions", "background", "interests", "ranking")
)


def runs(session: Session, actor: Actor, query: RunQuery) -> Page[RunRead]:
    """Return a page of the runs.

    Raises
    ------
    NotPermitted
        If the actor may not read runs.
    """
    policy.require(actor, Action.RUN_READ)
    statement = select(MatchRun).options(*_WITHOUT_INPUTS)
    if query.code:
        statement = statement.where(named(MatchRun, *query.code))
    if query.programme:
        statement = statement.where(refers(MatchRun.programme_id, Programme, *query.programme))
    if query.state:
        statement = statement.where(col(MatchRun.state).in_(query.state))
    found = page(
        session,
        statement,
        query,
        sortable={"created_at": MatchRun.created_at, "code": MatchRun.code},
        default="-created_at",
        key=MatchRun.id,
    )
    return Page([describe(run, actor) for run in found.rows], found.cursor)


def run(session: Session, actor: Actor, key: UUID | str) -> MatchRun:
    """Return one run by its key or its code.

    Raises
    ------
    NotFound
        If there is none, or the actor may not read runs: that there was one is
        confidential.
    """
    statement = select(MatchRun).options(*_WITHOUT_INPUTS).where(named(MatchRun, key))
    found = session.exec(statement).first()
    if found is None or not policy.allows(actor, Action.RUN_READ):
        raise NotFound(Message("There is no run {key}.", key=key))
    return found


def ended_run(session: Session, actor: Actor, key: UUID | str) -> MatchRun:
    """Return one run that has a result.

    Raises
    ------
    NotFound
        If the actor may not know of the run.
    Conflict
        If it has no result yet, or never will.
    """
    found = run(session, actor, key)
    require_result(found.state, Message("The run {run}", run=found.code))
    return found


_THE_RUN: Final = Message("The run")


def require_result(state: RunState, named: str = _THE_RUN) -> None:
    """Do nothing, or refuse to ask a run that has not ended with a result.

    Raises
    ------
    Conflict
        If it has no result yet, or never will.
    """
    if state not in HAS_RESULT:
        raise Conflict(
            Message("{named} is {state}, so it has no result.", named=named, state=state),
            remedy="Wait until it has ended, or ask for another run if it failed.",
        )


def latest_run(session: Session, actor: Actor, programme_id: UUID) -> MatchRun | None:
    """Return the newest run of a programme that was not given up, if there is one.

    Raises
    ------
    NotPermitted
        If the actor may not read runs.
    """
    policy.require(actor, Action.RUN_READ)
    statement = (
        select(MatchRun)
        .options(*_WITHOUT_INPUTS)
        .where(MatchRun.programme_id == programme_id, col(MatchRun.state).not_in(_NEVER))
        .order_by(col(MatchRun.created_at).desc())
    )
    return session.exec(statement).first()


def describe(run: MatchRun, actor: Actor) -> RunRead:
    """Return the run as its reader sees it: without its inputs, which may be large."""
    read = RunRead.model_validate(run)
    known = heeding.assignment_of(run, actor)
    if known is not run.assignment:
        read.assignment = AssignmentRead.model_validate(known)
    return read


def suggestions(
    session: Session, actor: Actor, key: UUID | str, query: SuggestionQuery
) -> Page[SuggestionRead]:
    """Return a page of the suggestions of a run, with their verdicts.

    Raises
    ------
    NotFound
        If the actor may not know of the run.
    """
    run_id = _key_of(session, actor, key)
    known = heeding.heeded(session, actor, run_id)
    found = _listed(session, run_id, query, select(Suggestion), known)
    return Page(_described(session, found.rows, known), found.cursor)


def written_suggestions(
    session: Session, actor: Actor, key: UUID | str, query: SuggestionQuery
) -> Page[str]:
    """Return the same page with each line as JSON; reasons and passages as they are stored.

    They were validated when they were written, and are most of what a line holds.

    Raises
    ------
    NotFound
        If the actor may not know of the run.
    """
    run_id = _key_of(session, actor, key)
    known = heeding.heeded(session, actor, run_id)
    found = _listed(session, run_id, query, select(_LINE), known)
    keys = (key for row in found.rows for key in (row.challenge_id, row.solution_id))
    sides = parties(session, keys)
    written = {key: side.model_dump_json() for key, side in sides.items()}
    today = pairs_today(session, run_id, found.rows)
    lines = []
    for row in found.rows:
        said = known.of(sides[row.challenge_id].code, sides[row.solution_id].code)
        facts = to_json({"assigned": known.assigned(row), "interests": said}).decode()[1:-1]
        lines.append(_written(row, written, today, facts))
    return Page(lines, found.cursor)


def _written(row: Any, sides: Mapping[UUID, str], today: PairsToday, known: str) -> str:
    """Write a `SuggestionRead`, its members in the order of the schema."""
    facts = to_json({name: getattr(row, name) for name in _FACTS}).decode()
    verdict, other = today.on(row)
    withdrawn = to_json(today.withdrawn_of(row)).decode()
    return (
        f'{{"id":"{row.id}","run_id":"{row.run_id}",'
        f'"challenge":{sides[row.challenge_id]},"solution":{sides[row.solution_id]},'
        f'{facts[1:-1]},{known},"contributions":{completed(row.contributions)},'
        f'"passages":{row.passages},"needs":{with_marks(row.needs)},"withdrawn":{withdrawn},'
        f'"verdict":{verdict.model_dump_json() if verdict else "null"},'
        f'"other_verdict":{other.model_dump_json() if other else "null"}}}'
    )


def _listed(
    session: Session,
    run_id: UUID,
    query: SuggestionQuery,
    statement: SelectOfScalar[Row],
    known: Heeded,
) -> Page[Row]:
    """Return a page of the suggestions of a run, as the statement selects them."""
    statement = statement.where(Suggestion.run_id == run_id)
    if query.challenge:
        named_ones = refers(Suggestion.challenge_id, Submission, *query.challenge)
        statement = statement.where(named_ones)
    if query.solution:
        named_ones = refers(Suggestion.solution_id, Submission, *query.solution)
        statement = statement.where(named_ones)
    if query.assigned is not None:
        statement = statement.where(known.column() == query.assigned)
    statement = statement.join(Submission, col(Submission.id) == col(Suggestion.challenge_id))
    return page(
        session,
        statement,
        query,
        sortable={
            "challenge": Submission.code,
            "rank": Suggestion.rank,
            "score": Suggestion.score,
        },
        default="challenge,rank",
        key=Suggestion.id,
    )


def best(
    session: Session,
    actor: Actor,
    key: UUID | str,
    challenges: Sequence[UUID],
    ranks: int,
    *,
    plainly: bool = False,
) -> list[SuggestionRead]:
    """Return the best suggestions of some challenges of a run, and those that are assigned.

    In the order of challenges and ranks.

    Parameters
    ----------
    ranks : int
        Up to which place; what is assigned may stand below it.
    plainly : bool, default=False
        Whether it is told as to somebody who may not read interests: what is handed on.

    Raises
    ------
    NotFound
        If the actor may not know of the run.
    """
    run_id = _key_of(session, actor, key)
    known = heeding.NOTHING if plainly else heeding.heeded(session, actor, run_id)
    statement = (
        select(Suggestion)
        .where(
            Suggestion.run_id == run_id,
            col(Suggestion.challenge_id).in_(challenges),
            sql.or_(col(Suggestion.rank) <= ranks, known.column()),
        )
        .order_by(col(Suggestion.challenge_id), col(Suggestion.rank))
    )
    return _described(session, session.exec(statement).all(), known)


def codes_of_challenges(session: Session, run_id: UUID) -> list[str]:
    """Return the codes of the challenges of a run, as they were frozen, in their order."""
    frozen = session.exec(select(MatchRun.challenges).where(MatchRun.id == run_id)).one()
    return sorted(str(record["id"]) for record in frozen)


def _key_of(session: Session, actor: Actor, key: UUID | str) -> UUID:
    """Return the key of a run, or refuse as `run` does; reads nothing else of it."""
    found = session.exec(select(MatchRun.id).where(named(MatchRun, key))).first()
    if found is None or not policy.allows(actor, Action.RUN_READ):
        raise NotFound(Message("There is no run {key}.", key=key))
    return found


def suggestion(
    session: Session,
    actor: Actor,
    key: UUID | str,
    challenge: UUID | str,
    solution: UUID | str,
) -> SuggestionRead:
    """Return one suggestion of a run; each is named by its key or its code.

    Raises
    ------
    NotFound
        If the actor may not know of the run, or it lists no such pair.
    """
    run_id = _key_of(session, actor, key)
    found = session.exec(
        select(Suggestion).where(
            Suggestion.run_id == run_id,
            refers(Suggestion.challenge_id, Submission, challenge),
            refers(Suggestion.solution_id, Submission, solution),
        )
    ).first()
    if found is None:
        raise NotFound("The run does not list this pair.")
    return _described(session, [found], heeding.heeded(session, actor, run_id))[0]


def _described(
    session: Session, rows: Sequence[Suggestion], known: Heeded
) -> list[SuggestionRead]:
    sides = parties(session, (key for s in rows for key in (s.challenge_id, s.solution_id)))
    today = pairs_today(session, rows[0].run_id, rows) if rows else PairsToday()
    found = []
    for row in rows:
        verdict, other = today.on(row)
        challenge, solution = sides[row.challenge_id], sides[row.solution_id]
        # as it is: a dump would copy every reason, and they are validated
        told = dict(row) | {"assigned": known.assigned(row)}
        found.append(
            SuggestionRead(
                **told,
                challenge=challenge,
                solution=solution,
                interests=known.of(challenge.code, solution.code),
                withdrawn=today.withdrawn_of(row),
                verdict=verdict,
                other_verdict=other,
            )
        )
    return found


def parties(
    session: Session, keys: Iterable[UUID] | SelectOfScalar[UUID]
) -> dict[UUID, PartyRead]:
    """Return submissions by key, as suggestions and matches name them.

    Parameters
    ----------
    keys : iterable of UUID, or a statement that selects them
    """
    named = keys if isinstance(keys, SelectOfScalar) else set(keys)
    found = _parties(session, col(Submission.id).in_(named))
    return {party.id: party for party in found}


def parties_by_code(session: Session, codes: Iterable[str]) -> dict[str, PartyRead]:
    """Return submissions by code, as the engine names them."""
    found = _parties(session, col(Submission.code).in_(set(codes)))
    return {party.code: party for party in found}


def _parties(session: Session, condition: sql.ColumnElement[bool]) -> Iterator[PartyRead]:
    # Names alone: the passages of all of them would take longer than the list itself.
    statement: sql.Select[*tuple[Any, ...]] = (
        sql.select(
            col(Submission.id),
            col(Submission.code),
            col(Submission.title),
            col(Organisation.name).label("organisation"),
            col(Organisation.country),
        )
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .where(condition)
    )
    return (PartyRead(**row) for row in session.execute(statement).mappings())
