"""What people decide: verdicts on suggestions, and matches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.core.base.errors import Conflict, FieldError, NotFound, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.reference_numbers import named
from app.matchmaking import deferred
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import MatchRun, Verdict
from app.matchmaking.results import RunInputs
from app.matchmaking.schemas.verdicts import Decision
from app.matchmaking.service import heeding, inputs, pairs_today
from app.submissions.models import Submission

_WANTED: Final = frozenset({Outcome.CHOSEN, Outcome.RESERVE})
"""What only a pair can become of which both sides are there."""


class Pair(NamedTuple):
    """The keys of a run and of two that it holds, however somebody named them."""

    run_id: UUID
    challenge_id: UUID
    solution_id: UUID


@dataclass(frozen=True, slots=True)
class Ground:
    """What a verdict stands on.

    Attributes
    ----------
    pair : Pair
    digest : str
        Of the run as it was frozen.
    challenge, solution : str
        Codes of the two of the pair.
    withdrawn : sequence of str
        Those of the two that take no part any more.
    refused : Conflict or None
        That a side says today that it cannot work with the other one, to who may read it.
    number : int
        How many verdicts there were on the pair.
    inputs : RunInputs
    """

    pair: Pair
    digest: str
    challenge: str
    solution: str
    withdrawn: Sequence[str]
    refused: Conflict | None
    number: int
    inputs: RunInputs


def ground(session: Session, actor: Actor, new: Decision) -> Ground:
    """Read what a verdict stands on.

    Raises
    ------
    NotPermitted
        If the actor may not decide.
    Unprocessable
        If there is no such run, or the run does not hold one of the two.
    """
    policy.require(actor, Action.VERDICT_WRITE)
    run = session.exec(select(MatchRun).where(named(MatchRun, new.run_id))).first()
    if run is None:
        error = FieldError("/run_id", "There is no such run.")
        raise Unprocessable("The run is not known.", errors=[error])
    challenge = side_of(session, new.challenge_id, run.challenges)
    solution = side_of(session, new.solution_id, run.solutions)
    if challenge is None or solution is None:
        sides = {"challenge_id": challenge, "solution_id": solution}
        absent = {name: getattr(new, name) for name, side in sides.items() if side is None}
        raise not_in_the_run(absent)
    pair = Pair(run.id, challenge.id, solution.id)
    codes = (challenge.code, solution.code)
    history = _history(session, pair)
    return Ground(
        pair=pair,
        digest=run.digest,
        challenge=challenge.code,
        solution=solution.code,
        withdrawn=pairs_today.withdrawn(session, codes),
        refused=heeding.refusal(session, actor, challenge, solution),
        number=len(history) if new.newest is None else new.newest,
        inputs=inputs.frozen(run, only=codes),
    )


def require_open(found: Ground, outcome: Outcome) -> None:
    """Do nothing, or refuse a pair that cannot be chosen; needs no session.

    Raises
    ------
    Conflict
        If a side takes no part any more or says that it cannot, or a rule bars the pair, and
        it is chosen or in reserve.
    """
    if outcome in _WANTED:
        _require_there(found.withdrawn)
        if found.refused is not None:
            raise found.refused
        in_the_way = deferred.obstacles_of(found.inputs, found.challenge, found.solution)
        if in_the_way:
            raise Conflict(
                " ".join(in_the_way), remedy="Choose a pair that the rules of the run allow."
            )


def decide(session: Session, actor: Actor, new: Decision, found: Ground) -> Verdict:
    """Record a verdict on a pair of a run, listed or not; it counts until the next one.

    Parameters
    ----------
    found : Ground
        What was read before, in a session of its own; it still has to hold.

    Raises
    ------
    NotPermitted, Conflict
        As for `decide_together`.
    """
    (verdict,) = decide_together(session, actor, [(new, found)])
    return verdict


def decide_together(
    session: Session, actor: Actor, decisions: Sequence[tuple[Decision, Ground]]
) -> list[Verdict]:
    """Record verdicts on several pairs at one instant, all of them or none.

    Raises
    ------
    NotPermitted
        If the actor may not decide.
    Conflict
        If somebody else decided about one of the pairs at the same moment, or what was read
        no longer holds.
    """
    policy.require(actor, Action.VERDICT_WRITE)
    checked = [_checked(session, new, found) for new, found in decisions]
    at = now()
    for verdict in checked:
        verdict.created_at = at
    return [_added(session, actor, verdict) for verdict in checked]


def _checked(session: Session, new: Decision, found: Ground) -> Verdict:
    """Return a verdict that may be recorded, or refuse it; nothing is recorded yet."""
    # The number that is checked, and no other: of two at once the second is a duplicate.
    verdict = Verdict(
        **found.pair._asdict(),
        number=found.number + 1,
        **new.model_dump(include={"outcome", "reason"}),
    )
    digest = session.exec(select(MatchRun.digest).where(MatchRun.id == verdict.run_id)).first()
    codes = _codes(session, verdict)
    if (digest, *codes) != (found.digest, found.challenge, found.solution):
        raise Conflict("The run or the pair changed at the same moment.")
    if new.outcome in _WANTED:
        _require_there(pairs_today.withdrawn(session, codes))
    if len(_history(session, verdict)) != found.number:
        raise overtaken()
    return verdict


def overtaken() -> Conflict:
    """Return the refusal of who has not seen the newest verdict on a pair."""
    return Conflict(
        "Somebody else has decided about this pair in the meantime.",
        remedy="Read the verdicts on this pair again, then decide.",
    )


def undo(session: Session, actor: Actor, verdict_id: UUID, reason: str) -> Verdict:
    """Take the newest verdict on a pair back: what counted before it counts again.

    Nothing is deleted: the undoing is a verdict of its own, and can be undone like another.

    Raises
    ------
    NotFound
        If there is no such verdict.
    NotPermitted
        If the actor may not decide.
    Conflict
        If it is not the newest one on its pair, or somebody else decided in the meantime.
    """
    policy.require(actor, Action.VERDICT_WRITE)
    verdict = session.get(Verdict, verdict_id)
    if verdict is None:
        raise NotFound(Message("There is no verdict {verdict_id}.", verdict_id=verdict_id))
    history = _history(session, verdict)
    if history[-1].id != verdict.id:
        raise Conflict(
            "There is a newer verdict on this pair.",
            remedy="Read the verdicts on this pair again and undo the newest one.",
        )
    return _added(
        session,
        actor,
        Verdict(
            **verdict.model_dump(include=set(Pair._fields)),
            number=len(history) + 1,
            outcome=_before(history),
            reason=reason,
            undoes=verdict.id,
        ),
    )


def _before(history: Sequence[Verdict]) -> Outcome:
    """Return what counted before the newest verdict, be that an undoing or not."""
    return history[-2].outcome if len(history) > 1 else Outcome.UNDECIDED


def _added(session: Session, actor: Actor, verdict: Verdict) -> Verdict:
    verdict.decided_by = actor.user_id
    session.add(verdict)
    session.flush()
    audit.record(
        session,
        actor.user_id,
        "undo" if verdict.undoes else "decide",
        "verdict",
        verdict.id,
        **{name: str(getattr(verdict, name)) for name in Pair._fields},
        outcome=verdict.outcome,
        reason=verdict.reason,
    )
    return verdict


def _history(session: Session, verdict: Verdict | Pair) -> Sequence[Verdict]:
    """Return the verdicts on the same pair of the same run, the first one first."""
    statement = select(Verdict).where(
        Verdict.run_id == verdict.run_id,
        Verdict.challenge_id == verdict.challenge_id,
        Verdict.solution_id == verdict.solution_id,
    )
    return session.exec(statement.order_by(col(Verdict.number))).all()


def _require_there(withdrawn: Sequence[str]) -> None:
    """Do nothing, or refuse to choose a pair of which a side takes no part any more."""
    if withdrawn:
        raise Conflict(
            Message(
                "The pair cannot be chosen, as this takes no part any more: {codes}.",
                codes=", ".join(withdrawn),
            ),
            remedy="Reject the pair, or choose another one.",
        )


def not_in_the_run(absent: Mapping[str, UUID | str]) -> Unprocessable:
    """Return the refusal of what a run does not hold, by the fields that name it."""
    errors = [
        FieldError(f"/{name}", Message("The run does not contain {name}.", name=reference))
        for name, reference in absent.items()
    ]
    return Unprocessable("The run does not contain this pair.", errors=errors)


def side_of(
    session: Session, reference: UUID | str, records: Sequence[Mapping[str, Any]]
) -> Submission | None:
    """Return what is named of one side of a run, if the run holds it."""
    found = session.exec(select(Submission).where(named(Submission, reference))).first()
    held = found is not None and any(record["id"] == found.code for record in records)
    return found if held else None


def _codes(session: Session, verdict: Verdict) -> tuple[str, str]:
    """Return the codes of both sides; empty where there is no such submission."""
    keys = (verdict.challenge_id, verdict.solution_id)
    statement = select(Submission.id, Submission.code).where(col(Submission.id).in_(keys))
    codes = dict(session.exec(statement).all())
    return codes.get(verdict.challenge_id, ""), codes.get(verdict.solution_id, "")
