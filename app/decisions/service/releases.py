"""The release of a call: all of its decisions in one transaction, or none of them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import Conflict, FieldError, NotFound, Unprocessable
from app.core.base.messages import Message
from app.core.base.schemas import MOST_MISSING
from app.core.base.text import comparable
from app.core.storage import audit
from app.decisions.lifecycle import (
    BY_OUTCOME,
    BY_RELEASE,
    OPEN,
    DecisionOutcome,
    DecisionState,
)
from app.decisions.models import Decision, Release
from app.decisions.schemas import NewRelease
from app.decisions.service import steps, writing
from app.decisions.service.drafts import SUBJECT
from app.notifications.letter_texts import TEXTS, LetterKind
from app.notifications.models import LetterTemplate
from app.programmes import service as programmes
from app.programmes.models import Call
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.service import steps as submissions

RELEASE: Final = "release"
"""The kind of subject in the audit record, and the step that decisions take."""


_RELEASED: Final = [
    kind for kind, text in TEXTS.items() if text.written_by is Action.DECISION_RELEASE
]
"""The kinds of letters that tell of a decision."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a call cannot be released yet, because of one submission.

    Attributes
    ----------
    code : str
        Of the submission.
    problem : str
    """

    code: str
    problem: str


class Seen(BaseModel):
    """What a release would send, by versions: its tag changes with each text of a letter.

    Attributes
    ----------
    decisions : list of tuple
        Key, version and outcome of each decision.
    letters : list of tuple
        Kind, language, key and version of each letter that a lead has written for the call.
    """

    decisions: list[tuple[UUID, int, DecisionOutcome]]
    letters: list[tuple[LetterKind, str, UUID, int]]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a release of a call would do.

    Attributes
    ----------
    batch : sequence of pair of Decision and Submission
        What would be released, by code.
    missing : sequence of Missing
        All that stands in the way; empty where it can be released.
    unscreened : int
        How many submissions of the call are not eligible yet, and would be left for later.
    templates : sequence of LetterTemplate
        The letters that a lead has written for the call.
    """

    batch: Sequence[tuple[Decision, Submission]]
    missing: Sequence[Missing]
    unscreened: int
    templates: Sequence[LetterTemplate]

    @property
    def seen(self) -> Seen:
        """What somebody looks at who is about to release it."""
        return Seen(
            decisions=[(one.id, one.version, one.outcome) for one, _ in self.batch],
            letters=[(one.kind, one.language, one.id, one.version) for one in self.templates],
        )

    @property
    def tag(self) -> str:
        """The tag of what is seen."""
        return entity_tag(self.seen)

    @property
    def outcomes(self) -> Mapping[DecisionOutcome, int]:
        """How many there are of each outcome."""
        counts = Counter(decision.outcome for decision, _ in self.batch)
        return {outcome: counts[outcome] for outcome in DecisionOutcome}


def outlook(session: Session, actor: Actor, call: Call) -> Outlook:
    """Return what a release of a call would do, and what is missing before it.

    Raises
    ------
    NotPermitted
        If the actor may not read decisions.
    """
    policy.require(actor, Action.DECISION_READ)
    batch = list(
        session.exec(
            select(Decision, Submission)
            .join(Submission, col(Submission.id) == col(Decision.submission_id))
            .where(
                Decision.call_id == call.id,
                col(Decision.state).in_(OPEN),
                Submission.state == State.ELIGIBLE,
            )
            .order_by(col(Decision.code))
        )
    )
    missing = [
        *_undecided(session, call, batch),
        *_unready(batch),
        *_alike(session, call, batch),
    ]
    missing.sort(key=lambda one: one.code)
    waiting = select(func.count()).where(
        Submission.call_id == call.id,
        col(Submission.state).in_([State.SUBMITTED, State.RETURNED]),
    )
    written = select(LetterTemplate).where(
        LetterTemplate.call_id == call.id, col(LetterTemplate.kind).in_(_RELEASED)
    )
    templates = session.exec(written.order_by(col(LetterTemplate.id))).all()
    return Outlook(batch, missing, session.exec(waiting).one(), templates)


def _undecided(
    session: Session, call: Call, batch: Sequence[tuple[Decision, Submission]]
) -> list[Missing]:
    decided = {submission.id for _, submission in batch}
    eligible = select(Submission.id, Submission.code).where(
        Submission.call_id == call.id, Submission.state == State.ELIGIBLE
    )
    return [
        Missing(code, Message("Nothing is drafted about it."))
        for key, code in session.exec(eligible)
        if key not in decided
    ]


def _unready(batch: Sequence[tuple[Decision, Submission]]) -> list[Missing]:
    """Tell of what nobody else has approved; what is approved has its texts."""
    return [
        Missing(
            decision.code,
            Message(
                "Nobody else has approved its decision yet: it is {state}.",
                state=decision.state,
            ),
        )
        for decision, _ in batch
        if decision.state is not DecisionState.APPROVED
    ]


def _alike(
    session: Session, call: Call, batch: Sequence[tuple[Decision, Submission]]
) -> list[Missing]:
    """Tell of feedback that says the same as another one of the call, released or not."""
    released = select(Decision.code, Decision.feedback).where(
        Decision.call_id == call.id, Decision.state == DecisionState.RELEASED
    )
    by_text: dict[str, list[str]] = defaultdict(list)
    for code, feedback in session.exec(released):
        by_text[comparable(feedback)].append(code)
    for decision, _ in batch:
        by_text[comparable(decision.feedback)].append(decision.code)
    return [
        Missing(
            decision.code,
            Message("Its feedback is the same as that of {code}.", code=others[0]),
        )
        for decision, _ in batch
        if decision.feedback
        and (
            others := [c for c in by_text[comparable(decision.feedback)] if c != decision.code]
        )
    ]


def release(session: Session, actor: Actor, new: NewRelease) -> Release:
    """Release all decisions of a call in the caller's transaction, with their letters.

    Raises
    ------
    NotPermitted
        If the actor may not release decisions.
    ConfirmFirst
        If a browser asks that has not been confirmed of late.
    Stale
        If a decision or a letter is no longer as it was seen.
    Unprocessable
        If there is no such call, the date for answers is over, or something is missing: then
        nothing is released, and all of it is told.
    Conflict
        If nothing waits to be released.
    """
    policy.require(actor, Action.DECISION_RELEASE)
    steps.require_confirmed(actor)
    call = _stated(session, actor, new.call_id)
    at = now()
    if new.answer_by is not None and new.answer_by <= at:
        error = FieldError("/answer_by", "Choose a date that is to come.")
        raise Unprocessable("This date is in the past.", errors=[error])
    found = outlook(session, actor, call)
    if new.expected is not None:
        Expected(new.expected).require(found.seen)
    if found.missing:
        raise Unprocessable(
            Message("{n} things are missing before the release.", n=len(found.missing)),
            errors=[
                FieldError(f"/decisions/{one.code}", one.problem)
                for one in found.missing[:MOST_MISSING]
            ],
        )
    if not found.batch:
        raise Conflict(
            "No decision of this call waits to be released.",
            remedy="Draft decisions about its eligible submissions first.",
        )
    return _release(session, actor, call, found, new.answer_by, at)


def _stated(session: Session, actor: Actor, key: UUID | str) -> Call:
    try:
        return programmes.call(session, actor, key)
    except NotFound as refusal:
        error = FieldError("/call_id", refusal.detail)
        raise Unprocessable("The call is not known.", errors=[error]) from refusal


def _release(
    session: Session,
    actor: Actor,
    call: Call,
    found: Outlook,
    answer_by: datetime | None,
    at: datetime,
) -> Release:
    row = Release(
        programme_id=call.programme_id,
        call_id=call.id,
        released_by=actor.user_id,
        decisions=len(found.batch),
        letters=0,
        answer_by=answer_by,
    )
    session.add(row)
    session.flush()
    writer = writing.Writer(session, call)
    for decision, submission in found.batch:
        _release_one(session, actor, row, decision, submission, at)
        row.letters += writer.write(decision, submission, writing.kind_of(session, decision))
    session.flush()
    audit.record(
        session,
        actor.user_id,
        RELEASE,
        RELEASE,
        row.id,
        call=call.code,
        decisions=row.decisions,
        letters=row.letters,
    )
    return row


def _release_one(
    session: Session,
    actor: Actor,
    row: Release,
    decision: Decision,
    submission: Submission,
    at: datetime,
) -> None:
    before = decision.state
    decision.state = BY_RELEASE.advance(before, BY_RELEASE.step(RELEASE), None)
    decision.released_at, decision.release_id = at, row.id
    asked = row.answer_by if decision.outcome is DecisionOutcome.SELECTED else None
    decision.answer_by = asked
    submissions.settle(
        session, actor, submission, BY_OUTCOME[decision.outcome], decision.feedback, asked
    )
    audit.record(
        session,
        actor.user_id,
        RELEASE,
        SUBJECT,
        decision.id,
        before=before,
        after=decision.state,
    )
