"""What staff enter for a team that cannot do it itself: begun, sent, and confirmed by the team.

Whoever of the staff works on it has it shared with them (`May.ENTER`), as a collaborator of
the team has: so all that writes a draft knows them. Nothing that staff have sent passes the
screening before somebody of the team has confirmed it.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.lifecycle import Offer
from app.access.policy import Action, Actor, May
from app.accounts.models import Collaborator, User
from app.accounts.service import letters
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, FieldError, NotFound, NotPermitted, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.events.kinds import EventKind
from app.notifications.letter_texts import LetterKind
from app.organisations.models import Organisation
from app.organisations.service import people
from app.programmes import service as programmes
from app.submissions.lifecycle import KINDS, Kind, State
from app.submissions.models import Submission
from app.submissions.schemas import (
    READS,
    ChallengeContent,
    NewChallenge,
    NewSolution,
    SolutionContent,
)
from app.submissions.service import drafts, followers, queries
from app.submissions.service import letters as telling
from app.teams.lifecycle import ENTRY_LIFE, EntryState
from app.teams.models import AssistedEntry
from app.teams.schemas import MOST_ENTRIES, EntryListed, EntryRead, NewEntry

SUBJECT: Final = "assisted entry"
"""The kind of subject in the audit record."""
AT_WORK: Final = frozenset({EntryState.WRITING, EntryState.WAITING})
"""Where staff may work on it; the team has taken it over otherwise."""

SENT: Final = Message("{code}: please confirm what was sent for your team")
SENT_BODY: Final = Message(
    'Hello,\n\nthe staff of the incubator have sent {code}, "{title}", for your team. Please '
    "read it, and confirm it or take it back and change it. It is not looked at before you "
    "have confirmed it. Sign in to Counterpart; you find it among your submissions.\n"
)


def begin(
    session: Session, actor: Actor, key: UUID | str, new: NewEntry, *, most: int
) -> EntryListed:
    """Begin a draft for a team that cannot do it itself; who begins it writes it.

    Parameters
    ----------
    key : UUID or str
        Of the call.
    most : int
        How many submissions a team may have in one call.

    Raises
    ------
    NotPermitted
        If the actor may not enter anything for teams, or is nobody in particular.
    NotFound
        If there is no such call.
    CallNotOpen, Conflict
        If the call takes nothing in, or the team has as many as it may.
    Unprocessable
        If there is no such organisation.
    """
    policy.require(actor, Action.SUBMISSION_ENTER)
    if actor.user_id is None:
        raise NotPermitted("Nobody is signed in.", remedy="Sign in, and enter it then.")
    call = programmes.call(session, actor, key)
    team = session.get(Organisation, new.organisation_id)
    if team is None:
        error = FieldError("/organisation_id", "There is no such organisation.")
        raise Unprocessable("The team is not known.", errors=[error])
    kind = KINDS[call.kind]
    said: dict[str, Any] = {"call_id": call.id, **new.model_dump(include={"title", "language"})}
    draft = (
        NewChallenge(**said, content=ChallengeContent())
        if kind is Kind.CHALLENGE
        else NewSolution(**said, content=SolutionContent())
    )
    submission = drafts.begin(session, actor, kind, draft, team.id, call, most=most)
    entry = AssistedEntry(
        submission_id=submission.id, call_id=call.id, begun_by=actor.user_id, reason=new.reason
    )
    session.add(entry)
    session.flush()
    _work_on(session, actor.user_id, submission)
    _record(session, actor, "begin", entry, submission, reason=new.reason)
    return _listed(session, actor, entry, submission)


def join(session: Session, actor: Actor, entry_id: UUID) -> EntryListed:
    """Let a colleague work on it, too.

    Raises
    ------
    NotPermitted, NotFound
        If the actor may not enter anything for teams, or there is no such entry.
    Conflict
        If the team has taken it over or confirmed it.
    """
    policy.require(actor, Action.SUBMISSION_ENTER)
    if actor.user_id is None:
        raise NotPermitted("Nobody is signed in.", remedy="Sign in, and enter it then.")
    entry = _one(session, entry_id)
    # Until the end of the transaction: the team does not take it over meanwhile.
    session.refresh(entry, with_for_update=True)
    if entry.state not in AT_WORK:
        raise _by_itself()
    submission = session.get_one(Submission, entry.submission_id)
    _work_on(session, actor.user_id, submission)
    _record(session, actor, "join", entry, submission)
    return _listed(session, actor, entry, submission)


def _by_itself() -> Conflict:
    return Conflict("The team goes on by itself.", remedy="Write to the team.")


def listed(session: Session, actor: Actor, key: UUID | str) -> list[EntryListed]:
    """Return what staff have entered in a call, the newest first; no text of a team.

    Raises
    ------
    NotPermitted, NotFound
        If the actor may not enter anything for teams, or there is no such call.
    """
    policy.require(actor, Action.SUBMISSION_ENTER)
    call = programmes.call(session, actor, key)
    statement = (
        select(AssistedEntry, Submission)
        .join(Submission, col(Submission.id) == col(AssistedEntry.submission_id))
        .where(AssistedEntry.call_id == call.id)
        .order_by(col(AssistedEntry.created_at).desc(), col(AssistedEntry.id))
        .limit(MOST_ENTRIES)
    )
    return [_listed(session, actor, *found) for found in session.exec(statement).all()]


def entry(session: Session, actor: Actor, entry_id: UUID) -> EntryListed:
    """Return one entry as the list has it.

    Raises
    ------
    NotPermitted, NotFound
        If the actor may not enter anything for teams, or there is no such entry.
    """
    policy.require(actor, Action.SUBMISSION_ENTER)
    found = _one(session, entry_id)
    return _listed(session, actor, found, session.get_one(Submission, found.submission_id))


def of_submission(session: Session, submission: Submission) -> AssistedEntry | None:
    """Return that staff enter a submission that the reader was given, if they do."""
    statement = select(AssistedEntry).where(AssistedEntry.submission_id == submission.id)
    return session.exec(statement).first()


def unconfirmed(session: Session, call_id: UUID) -> frozenset[UUID]:
    """Return which submissions of a call staff have sent, and no team has confirmed."""
    statement = select(AssistedEntry.submission_id).where(
        AssistedEntry.call_id == call_id, col(AssistedEntry.state).in_(AT_WORK)
    )
    return frozenset(session.exec(statement))


def read(session: Session, actor: Actor, key: UUID | str) -> EntryRead:
    """Return how far it is with what staff enter for a team.

    Raises
    ------
    NotFound
        If the actor may not see the submission, or its team writes it alone.
    """
    return EntryRead.model_validate(_found(session, queries.find(session, actor, key)))


def move(
    session: Session,
    actor: Actor,
    key: UUID | str,
    name: str,
    expected: Expected = ANYTHING,
) -> EntryRead:
    """Confirm what staff have sent, or go on without them; for the team alone.

    Parameters
    ----------
    expected : Expected
        How the submission was read: nobody confirms what they have not seen.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see it, or is no member of its team.
    TransitionNotAllowed
        If the step does not start from here.
    Stale
        If the submission is no longer as expected.
    """
    step = ENTRY_LIFE.step(name)
    submission = queries.find(session, actor, key)
    policy.require(actor, step.action, submission.organisation_id)
    session.refresh(submission, with_for_update=True)
    expected.require(READS[submission.kind].model_validate(submission))
    found = _found(session, submission)
    session.refresh(found, with_for_update=True)
    state = ENTRY_LIFE.advance(found.state, step, None)
    _settle(session, actor, found, state)
    _record(session, actor, name, found, submission)
    if state is EntryState.CONFIRMED:
        telling.tell(session, LetterKind.RECEIVED, submission)
    return EntryRead.model_validate(found)


def offers(
    session: Session, actor: Actor, key: UUID | str
) -> tuple[EntryState, Sequence[Offer]]:
    """Return how far it is, and every step from there.

    Raises
    ------
    NotFound
        As of `read`.
    """
    submission = queries.find(session, actor, key)
    found = _found(session, submission)
    return found.state, ENTRY_LIFE.offers(actor, submission.organisation_id, found.state, None)


def _one(session: Session, entry_id: UUID) -> AssistedEntry:
    found = session.get(AssistedEntry, entry_id)
    if found is None:
        raise NotFound(Message("There is no assisted entry {key}.", key=entry_id))
    return found


def _found(session: Session, submission: Submission) -> AssistedEntry:
    found = of_submission(session, submission)
    if found is None:
        raise NotFound("Staff do not enter this submission.")
    return found


def _listed(
    session: Session, actor: Actor, entry: AssistedEntry, submission: Submission
) -> EntryListed:
    named = session.exec(select(User.name).where(User.id == entry.begun_by)).one()
    at_work = select(Collaborator.user_id).where(
        Collaborator.submission_id == submission.id,
        Collaborator.user_id == actor.user_id,
        Collaborator.may == May.ENTER,
        col(Collaborator.ended_at).is_(None),
    )
    return EntryListed(
        **EntryRead.model_validate(entry).model_dump(),
        id=entry.id,
        submission=submission.code,
        organisation=session.get_one(Organisation, submission.organisation_id).name,
        begun_by=named,
        is_yours=session.exec(at_work).first() is not None,
    )


def _work_on(session: Session, user_id: UUID, submission: Submission) -> None:
    statement = select(Collaborator).where(
        Collaborator.submission_id == submission.id, Collaborator.user_id == user_id
    )
    row = session.exec(statement).first() or Collaborator(
        submission_id=submission.id, user_id=user_id, email="", may=May.ENTER
    )
    row.may, row.email, row.ended_at = May.ENTER, "", None
    session.add(row)
    session.flush()


def _settle(session: Session, actor: Actor, entry: AssistedEntry, state: EntryState) -> None:
    """Keep where it stands; where the team goes on by itself, staff do not work on it."""
    entry.state = state
    if state is EntryState.CONFIRMED:
        entry.confirmed_by, entry.confirmed_at = actor.user_id, now()
    if state not in AT_WORK:
        statement = select(Collaborator).where(
            Collaborator.submission_id == entry.submission_id,
            Collaborator.may == May.ENTER,
            col(Collaborator.ended_at).is_(None),
        )
        for row in session.exec(statement).all():
            row.ended_at = now()
    session.flush()


def _record(
    session: Session,
    actor: Actor,
    name: str,
    entry: AssistedEntry,
    submission: Submission,
    reason: str = "",
) -> None:
    facts = {"code": submission.code, "after": entry.state}
    audit.record(session, actor.user_id, name, SUBJECT, entry.id, reason=reason, **facts)


def _follow(session: Session, actor: Actor, submission: Submission) -> None:
    """Keep an entry in line with its submission, whoever has moved it."""
    found = of_submission(session, submission)
    if found is None:
        return
    by_team = submission.organisation_id in policy.own_reach(actor, Action.SUBMISSION_SUBMIT)
    if found.state not in AT_WORK:
        if submission.state is State.SUBMITTED and policy.has_any_reach(
            actor, Action.SUBMISSION_ENTER
        ):
            raise _by_itself()  # whoever still worked on it sends nothing
    elif submission.state is State.DRAFT:
        _settle(session, actor, found, EntryState.WRITING)
    elif submission.state is State.WITHDRAWN:
        _settle(session, actor, found, EntryState.ENDED)
    elif submission.state is State.SUBMITTED and by_team:
        _settle(session, actor, found, EntryState.CONFIRMED)
    elif submission.state is State.SUBMITTED and found.state is EntryState.WRITING:
        _settle(session, actor, found, EntryState.WAITING)
        _ask_to_confirm(session, submission)


def _restore(session: Session, submission: Submission) -> None:
    """Ask the team anew where what staff had sent counts again: it had taken that back."""
    found = of_submission(session, submission)
    if found is not None and found.state is EntryState.WRITING:
        found.state = EntryState.WAITING
        session.flush()
        _ask_to_confirm(session, submission)


def _ask_to_confirm(session: Session, submission: Submission) -> None:
    event = telling.note(session, EventKind.SUBMISSION_ENTERED, submission)
    said = {"code": submission.code, "title": submission.title}
    for user in people.team(session, submission.organisation_id):
        subject = Message(SENT, code=submission.code)
        letters.write(session, user, subject, Message(SENT_BODY, **said), event=event)


def _unconfirmed(session: Session, submission: Submission) -> Conflict | None:
    """Return why a submission does not pass: its team has not confirmed it."""
    found = of_submission(session, submission)
    if found is None or found.state not in AT_WORK:
        return None
    return Conflict(
        "Staff have entered it, and its team has not confirmed it.",
        remedy="Ask somebody of the team to sign in and confirm it. Invite somebody, if nobody "
        "of it has an account.",
    )


followers.follow(_follow)
followers.restore_with(_restore)
followers.confirm_with(_unconfirmed)
