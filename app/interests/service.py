"""Telling an interest, taking it back, and asking the owner of a challenge for one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select, update

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.core.base.clock import now
from app.core.base.entity_tags import Expected
from app.core.base.errors import Conflict, FieldError, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.reference_numbers import named
from app.interests import queries
from app.interests.models import Interest
from app.interests.schemas import (
    MOST_ASKED,
    AskedRead,
    CounterpartRead,
    InterestDraft,
    InterestRead,
    NewAsking,
)
from app.submissions.lifecycle import OUT, TAKEN, Basis, Kind
from app.submissions.models import Submission

SUBJECT: Final = "interest"
"""The kind of subject in the audit record, which holds neither what was said nor of whom."""


def tell(
    session: Session,
    actor: Actor,
    key: UUID | str,
    counterpart: UUID | str,
    draft: InterestDraft,
    expected: Expected,
) -> InterestRead:
    """Say how much a team would like to work with one of the other side; what is new counts.

    Raises
    ------
    NotFound
        If the actor may not see the submission, or its team can say nothing of the other one.
    NotPermitted
        If the actor is not of its team.
    Conflict
        If the submission takes no part: it was not sent, or has left.
    Stale
        If something else stands there by now.
    """
    submission, other, row = _held(session, actor, key, counterpart, expected)
    if row is None:
        row = _row(submission, other.id)
    row.value, row.reason = draft.value, draft.reason
    row.told_by, row.told_at = actor.user_id, now()
    session.add(row)
    session.flush()
    audit.record(session, actor.user_id, "tell", SUBJECT, row.id)
    return queries.read(other, row)


def take_back(session: Session, actor: Actor, key: UUID | str, counterpart: UUID | str) -> None:
    """Take back what a team has said; nothing of it is kept, and what was asked is asked.

    Raises
    ------
    NotFound, NotPermitted, Conflict
        As for `tell`; or nothing was said.
    """
    _, _, row = _held(session, actor, key, counterpart, None)
    if row is None or row.value is None:
        raise Conflict("Your team has said nothing of it.", remedy="There is nothing to undo.")
    if row.asked_at is None:
        session.delete(row)
    else:
        row.value, row.reason, row.told_by, row.told_at = None, "", None, None
    session.flush()
    audit.record(session, actor.user_id, "take-back", SUBJECT, row.id)


def _held(
    session: Session,
    actor: Actor,
    key: UUID | str,
    counterpart: UUID | str,
    expected: Expected | None,
) -> tuple[Submission, CounterpartRead, Interest | None]:
    """Return both sides and what was said; nobody else tells for the submission meanwhile."""
    submission = queries.of_team(session, actor, key)
    policy.require(actor, Action.INTEREST_WRITE, submission.organisation_id)
    session.refresh(submission, with_for_update=True)
    other, row = queries.one(session, submission, counterpart)
    if expected is not None:
        expected.require(queries.read(other, row))
    if submission.submitted_at is None or submission.state in OUT:
        raise Conflict(
            Message("{code} takes no part at present.", code=submission.code),
            remedy="An interest can be told once it is sent, and until it is withdrawn.",
        )
    return submission, other, row


def _row(submission: Submission, other: UUID) -> Interest:
    is_challenge = submission.kind is Kind.CHALLENGE
    return Interest(
        programme_id=submission.programme_id,
        side=submission.kind,
        challenge_id=submission.id if is_challenge else other,
        solution_id=other if is_challenge else submission.id,
        organisation_id=submission.organisation_id,
    )


def ask(session: Session, actor: Actor, new: NewAsking) -> AskedRead:
    """Show solutions to the owner of a challenge, who can say an interest in each then.

    The owner reads title, summary and organisation, as an offer would tell. Nothing that was
    asked is asked again, and nothing is taken back: what was shown was seen.

    Raises
    ------
    NotPermitted
        If the actor may not ask.
    Unprocessable
        If one of them is not there, or not found eligible, or no such pair is possible.
    Conflict
        If the owner would be asked about more than can be read.
    """
    policy.require(actor, Action.INTEREST_ASK)
    challenge = _stated(session, Kind.CHALLENGE, new.challenge_id)
    if challenge is None:
        error = FieldError("/challenge_id", "There is no such challenge that is eligible.")
        raise Unprocessable("The challenge is not known.", errors=[error])
    session.refresh(challenge, with_for_update=True)
    solutions = _solutions(session, challenge, new.solutions)
    before = queries.told_by(session, challenge)
    fresh = {row.id: row for row in solutions if row.id not in before}
    if len(before) + len(fresh) > MOST_ASKED:
        raise Conflict(
            Message(
                "The owner of {code} is already asked about as many solutions as can be.",
                code=challenge.code,
            ),
            remedy=Message("At most {most} solutions are shown.", most=MOST_ASKED),
        )
    for solution_id in fresh:
        row = _row(challenge, solution_id)
        row.asked_at = now()
        session.add(row)
        session.flush()
        audit.record(session, actor.user_id, "ask", SUBJECT, row.id)
    shown = {*before, *fresh}
    codes = session.exec(select(Submission.code).where(col(Submission.id).in_(shown))).all()
    return AskedRead(challenge=challenge.code, asked=len(fresh), solutions=sorted(codes))


def _solutions(
    session: Session, challenge: Submission, references: Sequence[UUID | str]
) -> list[Submission]:
    found, errors = [], []
    for at, reference in enumerate(references):
        row = _stated(session, Kind.SOLUTION, reference)
        if row is None or row.programme_id != challenge.programme_id:
            problem = Message("This programme has no such solution that is eligible.")
        elif row.organisation_id == challenge.organisation_id:
            problem = Message("Both are of one organisation.")
        else:
            found.append(row)
            continue
        errors.append(FieldError(f"/solutions/{at}", problem))
    if errors:
        raise Unprocessable("These solutions cannot be shown.", errors=errors)
    return found


def _stated(session: Session, kind: Kind, key: UUID | str) -> Submission | None:
    """Return what is named, if it was found eligible: who sees it learns no decision."""
    statement = select(Submission).where(
        named(Submission, key),
        Submission.kind == kind,
        col(Submission.state).in_(TAKEN[Basis.ELIGIBLE]),
    )
    return session.exec(statement).first()


def forget(session: Session, retention: timedelta) -> int:
    """Empty the reasons of people who were erased, and those that had their time.

    Returns
    -------
    emptied : int
        How many reasons had their time.
    """
    erased = select(User.id).where(User.state == UserState.ERASED)
    session.execute(
        update(Interest)
        .where(col(Interest.told_by).in_(erased))
        .values(reason="", told_by=None)
    )
    old = update(Interest).where(
        col(Interest.reason) != "", col(Interest.told_at) < now() - retention
    )
    return int(getattr(session.execute(old.values(reason="")), "rowcount", 0))
