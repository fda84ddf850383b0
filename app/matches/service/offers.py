"""From chosen pairs to offers: prepared by staff, sent by a lead, all of them or none."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.core.base.entity_tags import Expected
from app.core.base.errors import Conflict, FieldError, NotFound, Unprocessable
from app.core.base.messages import Message
from app.core.base.schemas import MOST_MISSING
from app.core.storage import audit
from app.core.storage.reference_numbers import next_code
from app.decisions.service.steps import require_confirmed
from app.matches import queries
from app.matches.lifecycle import BY_ITSELF, OVER, Facts, MatchLetterKind, MatchState
from app.matches.models import Match
from app.matches.schemas import (
    MOST_OFFERS,
    NewOffers,
    NewPreparation,
    OffersSentRead,
    PreparedRead,
    UnofferedRead,
)
from app.matches.service import frozen_reasons, outlooks, pairs, writing
from app.matches.service.recording import PREFIX, SUBJECT
from app.matchmaking.lifecycle import Outcome, RunState
from app.matchmaking.models import MatchRun
from app.matchmaking.service import pairs_today
from app.matchmaking.service import queries as runs
from app.submissions.models import Submission

_BEFORE: Final = Message("It was offered before as {code}, and is {state}.")


def prepare(session: Session, actor: Actor, new: NewPreparation) -> PreparedRead:
    """Prepare an offer of each chosen pair of a run that has none; nobody is told.

    What cannot be offered is left out, and told with the reason.

    Raises
    ------
    NotPermitted
        If the actor may not write matches.
    Unprocessable
        If there is no such run.
    Conflict
        If the run is not complete.
    """
    policy.require(actor, Action.MATCH_WRITE)
    run = _stated(session, actor, new.run_id)
    if run.state is not RunState.COMPLETE:
        raise Conflict(
            Message("The run {run} is {state}.", run=run.code, state=run.state),
            remedy="Offers are prepared from the chosen pairs of a complete run.",
        )
    chosen = [
        pair
        for pair, verdict in pairs_today.standing(session, run.id).items()
        if verdict.outcome is Outcome.CHOSEN
    ][:MOST_OFFERS]
    rows = pairs.hold(session, {key for pair in chosen for key in pair})
    chosen.sort(key=lambda pair: (rows[pair[0]].code, rows[pair[1]].code))
    before = {
        (one.challenge_id, one.solution_id): one
        for one in queries.of_programme(session, run.programme_id)
        if one.state in OVER
    }
    left, prepared = [], 0
    for challenge_id, solution_id in chosen:
        if pairs.is_reserved(session, challenge_id, solution_id):
            continue
        challenge, solution = rows[challenge_id], rows[solution_id]
        problem = _problem(
            session, actor, challenge, solution, before.get((challenge_id, solution_id))
        )
        if problem is not None:
            left.append(
                UnofferedRead(challenge=challenge.code, solution=solution.code, problem=problem)
            )
        else:
            add(session, actor, run, challenge, solution)
            prepared += 1
    return PreparedRead(run_id=run.id, prepared=prepared, left_out=left)


def _problem(
    session: Session,
    actor: Actor,
    challenge: Submission,
    solution: Submission,
    before: Match | None,
) -> str | None:
    if before is not None:
        return Message(_BEFORE, code=before.code, state=before.state)
    conflict = pairs.not_offered(session, actor, challenge, solution)
    return conflict.detail if conflict else None


def add(
    session: Session,
    actor: Actor,
    run: MatchRun,
    challenge: Submission,
    solution: Submission,
    replaces: UUID | None = None,
) -> Match:
    """Add an offer that is prepared, with what the run says about the pair frozen in it."""
    line = frozen_reasons.suggested(session, run.id, challenge.id, solution.id)
    match = Match(
        programme_id=run.programme_id,
        code=next_code(session, PREFIX),
        challenge_id=challenge.id,
        solution_id=solution.id,
        state=MatchState.PREPARED,
        run_id=run.id,
        score=line.score if line else None,
        reasons=frozen_reasons.frozen(line),
        replaces_id=replaces,
    )
    session.add(match)
    session.flush()
    audit.record(session, actor.user_id, "prepare", SUBJECT, match.id, run=run.code)
    return match


def send(session: Session, actor: Actor, new: NewOffers) -> OffersSentRead:
    """Send all prepared offers of a run in the caller's transaction, with their letters.

    Raises
    ------
    NotPermitted
        If the actor may not send offers.
    ConfirmFirst
        If a browser asks that has not been confirmed of late.
    Stale
        If an offer is no longer as it was seen.
    Unprocessable
        If there is no such run, the date for answers is over, or something is in the way:
        then nothing is sent, and all of it is told.
    Conflict
        If nothing waits to be sent.
    """
    policy.require(actor, Action.MATCH_OFFER)
    require_confirmed(actor)
    run = _stated(session, actor, new.run_id)
    require_to_come(new.answer_by)
    prepared = outlooks.of_run(session, actor, run).batch
    rows = pairs.hold(session, {k for m in prepared for k in (m.challenge_id, m.solution_id)})
    for match in prepared:
        session.refresh(match, with_for_update=True)
    look = outlooks.of_run(session, actor, run, rows)
    if new.expected is not None:
        Expected(new.expected).require(look.seen)
    if look.missing:
        raise Unprocessable(
            Message("{n} things are in the way of the offers.", n=len(look.missing)),
            errors=[
                FieldError(f"/offers/{one.code}", one.problem)
                for one in look.missing[:MOST_MISSING]
            ],
        )
    if not look.batch:
        raise Conflict(
            "No offer of this run waits to be sent.",
            remedy="Choose pairs of the run, and prepare their offers first.",
        )
    letters = sum(offer(session, actor, match, new.answer_by) for match in look.batch)
    audit.record(
        session,
        actor.user_id,
        "offer",
        "run",
        run.id,
        offers=len(look.batch),
        letters=letters,
    )
    return OffersSentRead(
        run_id=run.id, offers=len(look.batch), letters=letters, answer_by=new.answer_by
    )


def require_to_come(answer_by: datetime) -> None:
    """Do nothing, or refuse a date that is over.

    Raises
    ------
    Unprocessable
        If it is.
    """
    if answer_by <= now():
        error = FieldError("/answer_by", "Choose a date that is to come.")
        raise Unprocessable("This date is in the past.", errors=[error])


def offer(session: Session, actor: Actor, match: Match, answer_by: datetime) -> int:
    """Send one prepared offer to both sides; return how many letters were written.

    Whoever calls has held both sides and looked for what is in the way.
    """
    before = match.state
    match.state = BY_ITSELF.advance(before, BY_ITSELF.step("offer"), Facts())
    match.offered_by, match.offered_at, match.answer_by = actor.user_id, now(), answer_by
    session.flush()
    audit.record(
        session,
        actor.user_id,
        "offer",
        SUBJECT,
        match.id,
        before=before,
        after=match.state,
    )
    return writing.tell_both(session, match, MatchLetterKind.OFFER)


def _stated(session: Session, actor: Actor, key: UUID | str) -> MatchRun:
    try:
        return runs.ended_run(session, actor, key)
    except NotFound as refusal:
        error = FieldError("/run_id", refusal.detail)
        raise Unprocessable("The run is not known.", errors=[error]) from refusal
