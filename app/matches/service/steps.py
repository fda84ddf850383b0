"""Moving one match along its life: answers of both sides, and what staff do with it."""

from collections.abc import Mapping
from typing import NoReturn
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.lifecycle import Offer
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import FieldError, NotPermitted, Unprocessable
from app.core.storage import audit
from app.matches import queries
from app.matches.lifecycle import (
    BY_ITSELF,
    LIFE,
    REPLACEABLE,
    Consent,
    Facts,
    MatchLetterKind,
    MatchState,
    Side,
)
from app.matches.models import Match
from app.matches.schemas import MatchStepTaken
from app.matches.service import pairs, reading, writing
from app.matches.service.recording import SUBJECT
from app.submissions.models import Submission

NOTHING_SAID = MatchStepTaken()


def take(
    session: Session,
    actor: Actor,
    key: UUID | str,
    name: str,
    taken: MatchStepTaken = NOTHING_SAID,
    expected: Expected = ANYTHING,
    *,
    tried: bool = False,
) -> Match:
    """Move a match one step along its life.

    The second yes confirms it, and each team reads how to reach the other one.

    Parameters
    ----------
    tried : bool, default=False
        Whether it will be taken back at once. Then a second yes confirms nothing, as nobody
        may learn by trying what the other side has said, or how to reach it.

    Raises
    ------
    NotFound, NotPermitted
        If there is no such match or step, or the actor may not take it.
    Stale
        If it is no longer as expected.
    Conflict
        If the step does not start from here, or is closed at present: the time is over, a side
        takes no part any more, or its places are taken.
    Unprocessable
        If something has to be said first.
    """
    step = LIFE.step(name)
    match = queries.get(session, actor, key)
    side = _side(session, actor, match, step.action, taken.side)
    sides = pairs.hold_match(session, match)
    expected.require(reading.shown(session, actor, match))
    before = match.state
    facts = _facts(session, match, sides, side, taken)
    match.state = LIFE.advance(before, step, facts)
    reason_id = audit.record(
        session,
        actor.user_id,
        name,
        SUBJECT,
        match.id,
        reason=taken.reason if name in {"decline", "end"} else "",
        before=before,
        after=match.state,
        **({"side": side} if side else {}),
    )
    if side is not None:
        _answer(session, actor, match, sides, side, name, taken, reason_id, tried=tried)
    else:
        match.settled_at = now()
    session.flush()
    return match


def _side(
    session: Session, actor: Actor, match: Match, action: Action, named: Side | None
) -> Side | None:
    """Return for which side the actor answers; None for a step of the staff.

    Raises
    ------
    NotPermitted
        If the actor may not take the step.
    Unprocessable
        If both sides are of the actor's teams, and none is named.
    """
    if action is not Action.MATCH_ANSWER:
        policy.require(actor, action)
        return None
    own = queries.sides_of(session, actor, match, action)
    if not own or (named is not None and named not in own):
        refuse_stranger()
    if named is None and len(own) > 1:
        error = FieldError("/side", "Say for which side you answer: both are of your teams.")
        raise Unprocessable("Both sides are of your teams.", errors=[error])
    return named or own[0]


def refuse_stranger() -> NoReturn:
    """Refuse somebody who is of neither team.

    Raises
    ------
    NotPermitted
        Always.
    """
    raise NotPermitted(
        "Only the two teams answer an offer, each for itself.",
        remedy="Ask somebody of the team to sign in and answer.",
    )


def is_replaceable(match: Match) -> bool:
    """Tell whether another provider may be offered in place of a match."""
    return match.state in REPLACEABLE


def _answer(
    session: Session,
    actor: Actor,
    match: Match,
    sides: Mapping[Side, Submission],
    side: Side,
    name: str,
    taken: MatchStepTaken,
    reason_id: UUID | None,
    *,
    tried: bool,
) -> None:
    """Keep what a side says; a second yes confirms, and a no is told to the other side."""
    at = now()
    if name == "take-back":
        match.say(side, None, None, None)
        return
    match.say(side, Consent.NO if name == "decline" else Consent.YES, actor.user_id, at)
    if name == "decline":
        match.decline_reason, match.decline_reason_id = taken.why, reason_id
        match.settled_at = at
        session.flush()
        writing.tell(session, match, side.other, MatchLetterKind.OTHER_DECLINED)
    elif len(match.answers) == len(Side) and not tried:
        facts = _facts(session, match, sides, None, NOTHING_SAID)
        before = match.state
        match.state = BY_ITSELF.advance(before, BY_ITSELF.step("confirm"), facts)
        match.settled_at = at
        session.flush()
        audit.record(
            session,
            actor.user_id,
            "confirm",
            SUBJECT,
            match.id,
            before=before,
            after=match.state,
        )
        writing.tell_both(session, match, MatchLetterKind.CONFIRMED)


def _facts(
    session: Session,
    match: Match,
    sides: Mapping[Side, Submission],
    side: Side | None,
    taken: MatchStepTaken,
) -> Facts:
    return Facts(
        side=side,
        answers=match.answers,
        is_late=match.answer_by is not None and match.answer_by <= now(),
        in_the_way=pairs.in_the_way(
            session, sides[Side.CHALLENGE], sides[Side.SOLUTION], but=match.id
        ),
        why=taken.why,
        reason=taken.reason,
    )


def offers(session: Session, actor: Actor, key: UUID | str) -> tuple[MatchState, list[Offer]]:
    """Return where a match stands, and every step from there that is one for the reader."""
    match = queries.get(session, actor, key)
    sides = {side: session.get_one(Submission, match.key_of(side)) for side in Side}
    own = queries.sides_of(session, actor, match, Action.MATCH_ANSWER)
    side = own[0] if own else None
    owner = sides[side].organisation_id if side else None
    facts = _facts(session, match, sides, side, NOTHING_SAID)
    return match.state, LIFE.offers(actor, owner, match.state, facts)
