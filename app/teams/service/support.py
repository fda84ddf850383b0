"""A superior says whether they support what a team sends: by a link, without an account."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from sqlmodel import Session, col, delete, select, update

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.service.credentials import digest_of, new_secret
from app.core.base.clock import now
from app.core.base.errors import Conflict, FieldError, NotFound
from app.core.base.messages import Message
from app.core.base.translations import ENGLISH
from app.core.base.translations import language as language_of
from app.core.storage import audit, outbox
from app.core.storage.reference_numbers import next_number
from app.events.kinds import EventKind
from app.submissions.lifecycle import EDITABLE, Kind
from app.submissions.models import Submission
from app.submissions.service import asking, drafts, followers, queries
from app.submissions.service import letters as telling
from app.submissions.service.answered import fingerprint
from app.teams.models import SupportStatement
from app.teams.schemas import NewSupport, SupportAnswer, SupportRead, SupportState

SUBJECT: Final = "support"
"""The kind of subject in the audit record."""
HOLDS_FOR: Final = timedelta(days=14)
"""How long the link in the letter holds."""
MOST_LETTERS: Final = 20
"""How many letters a team has written about the support of one submission, ever."""
WHOLE: Final = ("title", "language", "summary", "themes", "content", "answers")
"""All that a team writes: what a superior has said is about this, as it stood."""

TOLD: Final[Mapping[Kind, str]] = {Kind.CHALLENGE: "problem", Kind.SOLUTION: "experience"}
"""What a superior reads where a team has written no summary."""

ASKED: Final = Message("You are asked to support a submission")
# Fixed words, as in every letter: neither name nor title is repeated.
ASKED_BODY: Final = Message(
    "Hello,\n\na team asks you to support what it sends to the incubator. Open this address "
    "within 14 days to read what it is about, and to say whether you support it. You need no "
    "account:\n\n{link}\n\nIf you do not know what this is about, do nothing: without you "
    "nothing is said in your name.\n"
)


def ask(
    session: Session, actor: Actor, key: UUID | str, new: NewSupport, *, public_url: str
) -> SupportStatement:
    """Write to a superior, with a link; who was asked before counts no more.

    Naming the same person again sends another letter; the link before it ends.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the submission, is no member of its team, and does not enter
        it for the team.
    TransitionNotAllowed
        If it is not being written at present.
    Conflict
        If the call asks for no such statement, or too many letters were written.
    """
    submission = queries.find(session, actor, key)
    if not enters(actor, submission):
        policy.require(actor, Action.DRAFT_SHARE, submission.organisation_id)
    if (problem := drafts.not_written(submission)) is not None:
        raise problem
    if not is_required(session, submission):
        raise Conflict(
            "This call asks for no statement of support.", remedy="Send it without one."
        )
    # Until the end of the transaction: one person is asked at a time.
    session.refresh(submission, with_for_update=True)
    if next_number(session, f"support {submission.id}") > MOST_LETTERS:
        raise Conflict(
            Message("Your team has sent {most} letters about this.", most=MOST_LETTERS),
            remedy="Ask the staff of the incubator.",
        )
    if (before := current(session, submission)) is not None:
        before.ended_at, before.digest = now(), None
    secret = new_secret()
    one = SupportStatement(
        submission_id=submission.id,
        **new.model_dump(),
        digest=digest_of(secret),
        ends_at=now() + HOLDS_FOR,
    )
    session.add(one)
    session.flush()
    # In the query, because paths are logged and queries are not.
    link = f"{public_url.rstrip('/')}/support?{urlencode({'code': secret})}"
    say = language_of(new.language or ENGLISH).say
    event = telling.note(session, EventKind.SUBMISSION_SUPPORT_ASKED, submission)
    outbox.write(
        session,
        event_id=event.id,
        user_id=one.id,  # of nobody who has an account
        recipient=new.email,
        subject=say(ASKED),
        body=say(Message(ASKED_BODY, link=link)),
        confidential=True,
    )
    audit.record(session, actor.user_id, "ask", SUBJECT, one.id, code=submission.code)
    return one


def enters(actor: Actor, submission: Submission) -> bool:
    """Tell whether somebody of the staff enters a submission for its team."""
    return policy.has_any_reach(actor, Action.SUBMISSION_ENTER) and policy.allows(
        actor, Action.DRAFT_WRITE, shared_id=submission.id
    )


def find(
    session: Session, secret: str, *, to_use: bool = False
) -> tuple[SupportStatement, Submission]:
    """Return what a link is about that holds.

    Parameters
    ----------
    to_use : bool, default=False
        Whether the row shall stay locked, so that of two who use it one does.

    Raises
    ------
    NotFound
        If it was used, has ended, or never was; which of them is not told.
    """
    statement = (
        select(SupportStatement, Submission)
        .join(Submission, col(Submission.id) == col(SupportStatement.submission_id))
        .where(
            SupportStatement.digest == digest_of(secret),
            col(SupportStatement.answered_at).is_(None),
            col(SupportStatement.ends_at) > now(),
            col(Submission.state).in_(EDITABLE),
        )
    )
    found = session.exec(statement.with_for_update() if to_use else statement).first()
    if found is None:
        raise NotFound(
            "This link is not valid or has expired.",
            remedy="It works once and for a time. Ask the team that named you for another one.",
        )
    return found


def shown(submission: Submission) -> tuple[str, str]:
    """Return what a superior reads of a submission: its title, and what it is about."""
    told = submission.content.get(TOLD[submission.kind]) or ""
    return submission.title, submission.summary or told


def seen(submission: Submission) -> str:
    """Return what tells whether that has changed since somebody read it."""
    return digest_of("\n".join(shown(submission)))


def answer(
    session: Session, secret: str, said: SupportAnswer, read: str | None = None
) -> SupportStatement:
    """Take what a superior says, about what stands there at this moment; the link ends.

    Parameters
    ----------
    read : str, optional
        What `seen` was when they read it.

    Raises
    ------
    NotFound
        If the link does not hold.
    Conflict
        If the team has changed what they read.
    """
    one, submission = find(session, secret, to_use=True)
    if read is not None and read != seen(submission):
        raise Conflict(
            "The team has changed it since you opened this page.", remedy="Read it again."
        )
    one.answered_at, one.digest = now(), None
    one.supports, one.words = said.supports, said.words
    one.seen = fingerprint(submission, WHOLE)
    session.flush()
    step = "support" if said.supports else "refuse support"
    audit.record(session, None, step, SUBJECT, one.id, code=submission.code)
    return one


def read(session: Session, actor: Actor, key: UUID | str) -> SupportRead:
    """Return whether a superior supports a submission that the actor may read.

    Raises
    ------
    NotFound
        If there is no such submission, or none that the actor may read.
    """
    return described(session, queries.find(session, actor, key))


def described(session: Session, submission: Submission) -> SupportRead:
    """Return the same of a submission that the reader was given."""
    required, one = is_required(session, submission), current(session, submission)
    if one is None:
        return SupportRead(required=required, state=SupportState.NOT_ASKED)
    answered = one.answered_at is not None
    return SupportRead(
        **one.model_dump(include={"name", "office", "answered_at"}),
        required=required,
        state=_state(one),
        ends_at=None if answered else one.ends_at,
        words=one.words if answered else None,
        before_last_change=answered and one.seen != fingerprint(submission, WHOLE),
    )


def _state(one: SupportStatement) -> SupportState:
    if one.supports is not None:
        return SupportState.SUPPORTED if one.supports else SupportState.NOT_SUPPORTED
    return SupportState.WAITING if now() < one.ends_at else SupportState.EXPIRED


def is_required(session: Session, submission: Submission) -> bool:
    """Tell whether the form that a submission answers asks for it."""
    return asking.form_of(session, submission).support


def current(session: Session, submission: Submission) -> SupportStatement | None:
    """Return who is asked now, or has answered."""
    statement = select(SupportStatement).where(
        SupportStatement.submission_id == submission.id,
        col(SupportStatement.ended_at).is_(None),
    )
    return session.exec(statement).first()


def lacking(session: Session, submission: Submission) -> Sequence[FieldError]:
    """Return what keeps a submission from being sent whose form asks for support."""
    if not is_required(session, submission):
        return ()
    one = current(session, submission)
    if one is None:
        detail = Message(
            "Name a superior who supports it: the statement of support is missing."
        )
    elif one.supports is None:
        detail = Message(
            "{name} has not said yet whether they support it. Remind them, send the letter "
            "again, or name somebody else.",
            name=one.name,
        )
    elif not one.supports:
        detail = Message(
            "{name} does not support it. Talk with them and ask again, or name somebody else.",
            name=one.name,
        )
    else:
        return ()
    return [FieldError("/support", detail)]


def forget(session: Session, before: datetime) -> None:
    """Delete who was asked long ago and has said nothing that counts, and all old addresses."""
    old = col(SupportStatement.created_at) < before
    unanswered = col(SupportStatement.answered_at).is_(None)
    replaced = col(SupportStatement.ended_at).is_not(None)
    session.execute(delete(SupportStatement).where(old, unanswered | replaced))
    session.execute(update(SupportStatement).where(old).values(email=""))


followers.support_with(lacking)
