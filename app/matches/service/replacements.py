"""Who may take the place of a match that came to nothing, with all others kept.

The run that the match came from is asked once more, with everything that is prepared, open or
confirmed as locks, and with what was rejected or came to nothing forbidden. What each provider
costs is what the best assignment under these conditions loses if it is forced.
"""

from collections.abc import Callable, Mapping
from math import inf
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, FieldError, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.reference_numbers import named
from app.decisions.service.steps import require_confirmed
from app.matches import queries
from app.matches.lifecycle import BY_ITSELF, OVER, RESERVES, Facts
from app.matches.models import Match
from app.matches.schemas import (
    MOST_OFFERS,
    NewReplacement,
    RejectedRead,
    ReplacementRead,
    ReplacementsRead,
)
from app.matches.service import frozen_reasons, offers, pairs, reading
from app.matches.service.recording import SUBJECT
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import MatchRun, Suggestion
from app.matchmaking.schemas.assignments import (
    CapacityNamed,
    NewWhatIf,
    PairNamed,
    RegretQuery,
)
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.schemas.verdicts import VerdictRead
from app.matchmaking.service import assignment_queries, pairs_today
from app.matchmaking.service import queries as runs
from app.programmes.models import Programme
from app.settings import Settings
from app.submissions.models import Submission

Pair = tuple[UUID, UUID]


def replacements(
    session: Session, actor: Actor, key: UUID | str, settings: Settings
) -> Callable[[], ReplacementsRead]:
    """Return what computes who may take the place of a match, without a session.

    Raises
    ------
    NotFound, NotPermitted
        If there is no such match, or the actor may not offer anything in its place.
    Conflict
        If it did not come to nothing, or its challenge takes no part any more, or the run is
        too large to be asked at once.
    """
    match = queries.get(session, actor, key)
    policy.require(actor, Action.MATCH_WRITE)
    run = _run_of(session, actor, match)
    challenge = session.get_one(Submission, match.challenge_id)
    shut = _shut(session, match, run)
    lines = {
        one.solution_id: one
        for one in session.exec(
            select(Suggestion).where(
                Suggestion.run_id == run.id, Suggestion.challenge_id == match.challenge_id
            )
        )
    }
    rows = {
        row.id: row
        for row in session.exec(select(Submission).where(col(Submission.id).in_(lines)))
    }
    named_sides = runs.parties(session, {*lines, *(solution for _, solution in shut)})
    problems = {
        solution_id: conflict.detail if conflict else None
        for solution_id, row in rows.items()
        for conflict in [pairs.not_offered(session, actor, challenge, row)]
    }
    held = {
        one.solution_id
        for one in queries.of_programme(session, match.programme_id)
        if one.state in RESERVES and one.challenge_id == match.challenge_id
    }
    asked = assignment_queries.regret(
        session,
        actor,
        run.id,
        RegretQuery(challenge=[challenge.code]),
        settings,
        _conditions(session, match, run, shut),
    )

    def compute() -> ReplacementsRead:
        found = asked()
        candidates = [
            ReplacementRead(
                solution=named_sides[one.solution_id],
                rank=lines[one.solution_id].rank,
                score=lines[one.solution_id].score,
                best=one.chosen,
                cost=0.0 if one.chosen else one.cost.total if one.cost else None,
                problem=problems[one.solution_id],
            )
            for one in found.lines
            if one.solution_id in lines
            and one.solution_id not in held
            and (match.challenge_id, one.solution_id) not in shut
        ]
        candidates.sort(key=_cheapest)
        return ReplacementsRead(
            match_id=match.id,
            candidates=candidates[:MOST_OFFERS],
            rejected=_rejected(match.challenge_id, shut, named_sides),
        )

    return compute


def _cheapest(one: ReplacementRead) -> tuple[bool, float, int]:
    """Return how candidates are sorted: those that can be offered, by cost, then by rank."""
    return one.problem is not None, inf if one.cost is None else one.cost, one.rank


def replace(
    session: Session,
    actor: Actor,
    key: UUID | str,
    new: NewReplacement,
    expected: Expected = ANYTHING,
) -> Match:
    """Offer another provider in place of a match that came to nothing, in one act.

    Returns
    -------
    match : Match
        The new one, offered to both sides; the old one is replaced.

    Raises
    ------
    NotFound, NotPermitted
        If there is no such match, or the actor may not send offers.
    ConfirmFirst
        If a browser asks that has not been confirmed of late.
    Stale
        If the old one is no longer as expected.
    Unprocessable
        If the date is over, or the run of the match does not list the solution.
    Conflict
        If the old one did not come to nothing, or something is in the way of the new one.
    """
    old = queries.get(session, actor, key)
    policy.require(actor, Action.MATCH_OFFER)
    require_confirmed(actor)
    offers.require_to_come(new.answer_by)
    run = _run_of(session, actor, old)
    solution = _stated(session, run, old, new.solution_id)
    held = pairs.hold(session, (old.challenge_id, old.solution_id, solution.id))
    session.refresh(old, with_for_update=True)
    expected.require(reading.shown(session, actor, old))
    shut = _shut(session, old, run).get((old.challenge_id, solution.id))
    if shut is not None:
        raise Conflict(shut, remedy="Choose another provider, or decide anew about this one.")
    conflict = pairs.not_offered(session, actor, held[old.challenge_id], held[solution.id])
    if conflict is not None:
        raise conflict
    before = old.state
    old.state = BY_ITSELF.advance(before, BY_ITSELF.step("replace"), Facts())
    session.flush()
    audit.record(
        session, actor.user_id, "replace", SUBJECT, old.id, before=before, after=old.state
    )
    match = offers.add(
        session, actor, run, held[old.challenge_id], held[solution.id], replaces=old.id
    )
    offers.offer(session, actor, match, new.answer_by)
    return match


def _run_of(session: Session, actor: Actor, match: Match) -> MatchRun:
    """Return the run from which a match came that can be replaced.

    Raises
    ------
    Conflict
        If it did not come to nothing, or comes from no run.
    """
    # What stands there decides, and not what the actor hopes for.
    BY_ITSELF.advance(match.state, BY_ITSELF.step("replace"), Facts())
    if match.run_id is None:
        raise Conflict(
            "This match comes from no run.", remedy="Choose a pair of a run, and offer it."
        )
    return runs.ended_run(session, actor, match.run_id)


def _stated(session: Session, run: MatchRun, match: Match, key: UUID | str) -> Submission:
    """Return the solution that is named, which the run lists for the challenge."""
    found = session.exec(select(Submission).where(named(Submission, key))).first()
    if found is None or not frozen_reasons.suggested(
        session, run.id, match.challenge_id, found.id
    ):
        problem = Message("The run {run} does not list it for this challenge.", run=run.code)
        error = FieldError("/solution_id", problem)
        raise Unprocessable("This provider cannot be offered here.", errors=[error])
    return found


def _shut(session: Session, match: Match, run: MatchRun) -> dict[Pair, str]:
    """Return the pairs that are not proposed, each with the reason."""
    shut: dict[Pair, str] = {
        pair: Message("It was rejected: {reason}", reason=verdict.reason)
        for pair, verdict in _verdicts(session, run).items()
        if verdict.outcome is Outcome.REJECTED
    }
    for one in queries.of_programme(session, match.programme_id):
        if one.state in OVER:
            shut[one.challenge_id, one.solution_id] = Message(
                "It was offered as {code}, and is {state}.", code=one.code, state=one.state
            )
    return shut


def _verdicts(session: Session, run: MatchRun) -> Mapping[Pair, VerdictRead]:
    return pairs_today.standing(session, run.id)


def _conditions(
    session: Session, match: Match, run: MatchRun, shut: Mapping[Pair, str]
) -> NewWhatIf:
    """Return what is asked: everything that holds a place stays, what is shut stays out."""
    run_keys = _keys(session, run)
    gone = pairs_today.gone(session, run.id)
    locked = [
        PairNamed(challenge_id=one.challenge_id, solution_id=one.solution_id)
        for one in queries.of_programme(session, match.programme_id)
        if one.state in RESERVES
        and {one.challenge_id, one.solution_id} <= run_keys
        and not {one.challenge_id, one.solution_id} & gone
    ]
    forbidden = [
        PairNamed(challenge_id=challenge_id, solution_id=solution_id)
        for challenge_id, solution_id in shut
        if {challenge_id, solution_id} <= run_keys
    ]
    programme = session.get_one(Programme, run.programme_id)
    return NewWhatIf(
        objective="total",
        providers_min=0,
        providers_max=max(1, programme.providers_max),
        locked=locked,
        forbidden=forbidden,
        capacities=_capacities(session, run),
    )


def _capacities(session: Session, run: MatchRun) -> list[CapacityNamed]:
    """Return what providers take on today, where it is not what the run has frozen."""
    frozen = {record["id"]: int(record.get("capacity", 1)) for record in run.solutions}
    rows = session.exec(select(Submission).where(col(Submission.code).in_(frozen)))
    return [
        CapacityNamed(solution_id=row.id, capacity=today)
        for row in rows
        if (today := pairs.capacity_of(row)) != frozen[row.code]
    ]


def _keys(session: Session, run: MatchRun) -> set[UUID]:
    """Return the keys of all that a run holds."""
    codes = [record["id"] for side in (run.challenges, run.solutions) for record in side]
    return {party.id for party in runs.parties_by_code(session, codes).values()}


def _rejected(
    challenge_id: UUID, shut: Mapping[Pair, str], sides: Mapping[UUID, PartyRead]
) -> list[RejectedRead]:
    found = (
        RejectedRead(solution=sides[solution_id], problem=problem)
        for (about, solution_id), problem in shut.items()
        if about == challenge_id and solution_id in sides
    )
    return sorted(found, key=lambda one: one.solution.code)[:MOST_OFFERS]
