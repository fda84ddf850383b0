"""Putting something before the board, and moving that along its life."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.lifecycle import Offer
from app.access.policy import Action, Actor
from app.advice import queries
from app.advice.lifecycle import LIFE, ConsultationState, Facts
from app.advice.models import BoardItem, Consultation
from app.advice.schemas import (
    MOST_ITEMS,
    ConsultationRead,
    ConsultationStepTaken,
    NewConsultation,
    PairNamed,
    StandingThen,
)
from app.advice.service import letters
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, FieldError, NotFound, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.reference_numbers import refers
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import MatchRun, Suggestion
from app.matchmaking.service import pairs_today
from app.matchmaking.service import queries as runs
from app.programmes import service as programmes
from app.programmes.models import Call
from app.reviews.service import conflicts, rankings
from app.submissions.lifecycle import DECIDED, GONE, State
from app.submissions.models import Submission

SUBJECT: Final = "consultation"
"""The kind of subject in the audit record, which tells neither advice nor questions."""
NOTHING_SAID: Final = ConsultationStepTaken()
PLACES: Final = 4
"""For how many places the firmness is worked out, as the page of the ranking does."""
BEFORE_BOARD: Final = (DECIDED | {State.ELIGIBLE}) - GONE
"""What can be put before the board: what is decided about, or was."""

Standings = Mapping[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be put before the board, looked up.

    Attributes
    ----------
    programme_id : UUID
    call : Call or None
    run : MatchRun or None
    pairs : sequence of (UUID, UUID or None)
        Submissions, or challenges with solutions.
    rank : callable
        Works out where each stands, by code; called without a session.
    """

    programme_id: UUID
    call: Call | None
    run: MatchRun | None
    pairs: Sequence[tuple[UUID, UUID | None]]
    rank: Callable[[], Standings] = field(default=dict)


def matter(session: Session, actor: Actor, new: NewConsultation) -> Matter:
    """Return what is to be put before the board.

    Raises
    ------
    NotPermitted
        If the actor may not ask the board.
    Unprocessable
        If there is no such call, run, submission or pair, nothing to advise on, or too much.
    """
    policy.require(actor, Action.ADVICE_ASK)
    found = (
        _of_call(session, actor, new, new.call_id)
        if new.call_id is not None
        else _of_run(session, actor, new, new.run_id or "")
    )
    if not found.pairs or len(found.pairs) > MOST_ITEMS:
        problem = (
            Message("Name at most {most} of them.", most=MOST_ITEMS)
            if found.pairs
            else Message("There is nothing to advise on yet.")
        )
        pointer = "/submissions" if found.call else "/pairs"
        raise _refused(FieldError(pointer, problem))
    return found


def _refused(error: FieldError) -> Unprocessable:
    return Unprocessable("The content cannot be accepted.", errors=[error])


def _of_call(session: Session, actor: Actor, new: NewConsultation, key: UUID | str) -> Matter:
    try:
        call = programmes.call(session, actor, key)
    except NotFound as refusal:
        raise _refused(FieldError("/call_id", "There is no such call.")) from refusal
    statement = (
        select(Submission)
        .where(Submission.call_id == call.id, col(Submission.state).in_(BEFORE_BOARD))
        .order_by(col(Submission.code))
    )
    if not new.submissions:
        eligible = statement.where(Submission.state == State.ELIGIBLE)
        rows = session.exec(eligible.limit(MOST_ITEMS + 1)).all()
    else:
        named = session.exec(
            statement.where(refers(Submission.id, Submission, *new.submissions))
        )
        rows = named.all()
        known = {str(key) for row in rows for key in (row.id, row.code)}
        errors = [
            FieldError(f"/submissions/{at}", "The call has no such submission to decide about.")
            for at, one in enumerate(new.submissions)
            if str(one) not in known
        ]
        if errors:
            raise Unprocessable("The content cannot be accepted.", errors=errors)
    rank: Callable[[], Standings] = dict
    if new.is_ranked:
        try:
            compute = rankings.ranking(session, actor, call, PLACES)
        except NotFound as refusal:
            problem = "The call has no rubric: nothing ranks its submissions."
            raise _refused(FieldError("/is_ranked", problem)) from refusal
        rank = lambda: _standings(compute().rows)  # noqa: E731 -- it is called elsewhere
    return Matter(call.programme_id, call, None, [(row.id, None) for row in rows], rank)


def _standings(rows: Iterable[Any]) -> Standings:
    return {
        row.code: StandingThen(
            place=place, **row.model_dump(include={"reviews", "mean", "corrected", "firmness"})
        ).model_dump()
        for place, row in enumerate(rows, 1)
    }


def _of_run(session: Session, actor: Actor, new: NewConsultation, key: UUID | str) -> Matter:
    try:
        run = runs.ended_run(session, actor, key)
    except NotFound as refusal:
        raise _refused(FieldError("/run_id", "There is no such run.")) from refusal
    pairs = _named(session, run, new.pairs) if new.pairs else _likely(session, run)
    return Matter(run.programme_id, None, run, pairs)


def _named(
    session: Session, run: MatchRun, named: Sequence[PairNamed]
) -> list[tuple[UUID, UUID | None]]:
    found: dict[tuple[UUID, UUID | None], None] = {}
    errors = []
    for at, one in enumerate(named):
        row = session.exec(
            select(Suggestion.challenge_id, Suggestion.solution_id).where(
                Suggestion.run_id == run.id,
                refers(Suggestion.challenge_id, Submission, one.challenge_id),
                refers(Suggestion.solution_id, Submission, one.solution_id),
            )
        ).first()
        if row is None:
            errors.append(FieldError(f"/pairs/{at}", "The run does not list this pair."))
        else:
            found[row[0], row[1]] = None
    if errors:
        raise Unprocessable("The content cannot be accepted.", errors=errors)
    return [*found]


def _likely(session: Session, run: MatchRun) -> list[tuple[UUID, UUID | None]]:
    """Return the pairs that people have chosen or hold in reserve; else those it assigns."""
    decided = {
        pair
        for pair, verdict in pairs_today.standing(session, run.id).items()
        if verdict.outcome in {Outcome.CHOSEN, Outcome.RESERVE}
    }
    statement = select(Suggestion.challenge_id, Suggestion.solution_id).where(
        Suggestion.run_id == run.id
    )
    if not decided:
        statement = statement.where(col(Suggestion.assigned))
    challenge = select(Submission.code).where(Submission.id == Suggestion.challenge_id)
    order = challenge.scalar_subquery(), col(Suggestion.rank)
    rows = session.exec(statement.order_by(*order)).all()
    gone = pairs_today.gone(session, run.id)
    return [
        (one, other)
        for one, other in rows
        if (not decided or (one, other) in decided) and not {one, other} & gone
    ]


def open_for(
    session: Session,
    actor: Actor,
    new: NewConsultation,
    found: Matter,
    standings: Standings,
) -> Consultation:
    """Put something before the board, and write to its advisors.

    Raises
    ------
    NotPermitted
        If the actor may not ask the board.
    Unprocessable
        If the date is past.
    Conflict
        If nobody advises in the programme.
    """
    policy.require(actor, Action.ADVICE_ASK)
    if new.due_at <= now():
        raise _refused(FieldError("/due_at", "Give a date that is still to come."))
    people = queries.board(session, found.programme_id)
    if not people:
        raise Conflict(
            "Nobody advises in this programme yet.", remedy="Name its advisors first."
        )
    consultation = Consultation(
        programme_id=found.programme_id,
        call_id=found.call.id if found.call else None,
        run_id=found.run.id if found.run else None,
        opened_by=actor.user_id,
        **new.model_dump(
            include={"title", "message", "due_at", "is_ranked", "shows_decisions"}
        ),
    )
    session.add(consultation)
    session.flush()
    keys = {key for pair in found.pairs for key in pair if key is not None}
    rows = session.exec(select(Submission).where(col(Submission.id).in_(keys))).all()
    codes = {row.id: row.code for row in rows}
    session.add_all(
        BoardItem(
            consultation_id=consultation.id,
            number=number,
            submission_id=one,
            solution_id=other,
            standing=standings.get(codes[one]),
        )
        for number, (one, other) in enumerate(found.pairs, 1)
    )
    session.flush()
    conflicts.note(session, conflicts.interests(session, [one.id for one in people]), rows)
    audit.record(
        session, actor.user_id, "ask", SUBJECT, consultation.id, items=len(found.pairs)
    )
    letters.ask(session, consultation, people)
    return consultation


def take(
    session: Session,
    actor: Actor,
    key: UUID,
    name: str,
    taken: ConsultationStepTaken = NOTHING_SAID,
    expected: Expected = ANYTHING,
) -> Consultation:
    """Close a consultation, or ask the board again by a new date, by letter.

    Raises
    ------
    NotFound, NotPermitted
        If there is no such consultation or step, or the actor may not take it.
    Stale
        If it is no longer as expected.
    Conflict
        If the step does not start from here.
    Unprocessable
        If there is no new date.
    """
    step = LIFE.step(name)
    consultation = queries.get(session, actor, key)
    policy.require(actor, step.action)
    session.refresh(consultation, with_for_update=True)
    expected.require(ConsultationRead.model_validate(consultation))
    before = consultation.state
    consultation.state = LIFE.advance(before, step, Facts(now(), taken.due_at))
    session.add(consultation)
    if consultation.state is ConsultationState.OPEN and taken.due_at is not None:
        consultation.due_at = taken.due_at
        letters.ask(session, consultation, queries.board(session, consultation.programme_id))
    session.flush()
    after = consultation.state
    audit.record(
        session, actor.user_id, name, SUBJECT, consultation.id, before=before, after=after
    )
    return consultation


def offers(actor: Actor, consultation: Consultation) -> tuple[ConsultationState, list[Offer]]:
    """Return where a consultation stands, and every step from there."""
    state = consultation.state
    return state, LIFE.offers(actor, None, state, Facts(now()))
