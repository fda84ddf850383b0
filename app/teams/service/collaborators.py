"""Naming people from elsewhere who work on one submission, and taking them off again.

Whether somebody has an account is not told: the answer is the same, and each gets one letter.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor, May, Role
from app.accounts.lifecycle import Purpose, UserState
from app.accounts.models import Collaborator, Membership, User
from app.accounts.service import notices, one_time_links
from app.accounts.service.users import folded, user_with
from app.core.base.clock import now
from app.core.base.errors import Conflict, FieldError, NotFound, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.reference_numbers import next_number
from app.events import service as events
from app.events.kinds import EventKind, EventSubject
from app.organisations.service import people
from app.submissions.models import Submission
from app.submissions.service import drafts, queries
from app.teams.schemas import MOST_COLLABORATORS, NewCollaborator

SUBJECT: Final = "collaborator"
"""The kind of subject in the audit record."""
MOST_NAMED: Final = 100
"""How often a team names somebody for one submission, ever: each time writes a letter."""

NAMED: Final = Message("You can work on a submission in Counterpart")
# Fixed words, as in every letter: neither name nor title is repeated.
NAMED_BODY: Final = Message(
    "Hello,\n\na team has named you as somebody who works on its submission. Sign in to "
    "Counterpart, and you find it among your submissions:\n\n{link}\n\nIf you do not know what "
    "this is about, tell the staff of the incubator.\n"
)


def listed(session: Session, actor: Actor, key: UUID | str) -> Sequence[Collaborator]:
    """Return who works on a submission beside its team, the first that was named first.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the submission, or is no member of its team.
    """
    return _at_work(session, _of_own_team(session, actor, key))


def name(
    session: Session, actor: Actor, key: UUID | str, new: NewCollaborator, *, public_url: str
) -> Collaborator:
    """Let somebody work on a submission, or change what they may do; they get a letter.

    Who works for the incubator gets none, since it permits them nothing; the answer is the
    same. Who has no account is invited. Naming somebody again who has not accepted yet writes
    another invitation.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the submission, or is no member of its team.
    TransitionNotAllowed
        If it is not being written at present.
    Unprocessable
        If it is somebody of the team.
    Conflict
        If there are as many as there may be.
    """
    submission = _of_own_team(session, actor, key)
    if (problem := drafts.not_written(submission)) is not None:
        raise problem
    # Until the end of the transaction: of two who name somebody at once each counts both.
    session.refresh(submission, with_for_update=True)
    user = user_with(session, new.email)
    if user is not None and _is_member(session, user, submission):
        detail = "This person is a member of your team, and can write already."
        raise Unprocessable(
            "Somebody of the team is no collaborator.", errors=[FieldError("/email", detail)]
        )
    at_work = _at_work(session, submission)
    one = _row(session, user, submission)
    if (one is None or one.ended_at is not None) and len(at_work) >= MOST_COLLABORATORS:
        raise Conflict(
            Message(
                "{most} people from elsewhere work on it, the maximum.", most=MOST_COLLABORATORS
            ),
            remedy="Take somebody off first.",
        )
    if next_number(session, f"collaborators {submission.id}") > MOST_NAMED:
        raise Conflict(
            Message("Your team has named people {most} times.", most=MOST_NAMED),
            remedy="Ask the staff of the incubator.",
        )
    if one is not None and one.may is May.ENTER:
        detail = "This person works on it already."
        raise Unprocessable("Nobody works on it twice.", errors=[FieldError("/email", detail)])
    if user is None:
        user = _invited(session, actor, new)
    is_new = one is None or one.ended_at is not None
    one = one or Collaborator(
        submission_id=submission.id, user_id=user.id, email=new.email, may=new.may
    )
    one.may, one.email, one.ended_at = new.may, new.email, None
    session.add(one)
    session.flush()
    _tell(session, user, submission, public_url, is_new=is_new)
    audit.record(
        session,
        actor.user_id,
        "share",
        SUBJECT,
        one.id,
        code=submission.code,
        may=new.may,
    )
    return one


def take_off(session: Session, actor: Actor, key: UUID | str, collaborator_id: UUID) -> None:
    """End that somebody works on a submission, from their next request on.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the submission, is no member of its team, or nobody of this
        key works on it.
    """
    submission = _of_own_team(session, actor, key)
    for one in _at_work(session, submission):
        if one.id == collaborator_id:
            one.ended_at = now()
            session.flush()
            facts = {"code": submission.code, "may": one.may}
            audit.record(session, actor.user_id, "unshare", SUBJECT, one.id, **facts)
            return
    raise NotFound(Message("There is no collaborator {key}.", key=collaborator_id))


def _of_own_team(session: Session, actor: Actor, key: UUID | str) -> Submission:
    submission = queries.find(session, actor, key)
    policy.require(actor, Action.DRAFT_SHARE, submission.organisation_id)
    return submission


def _at_work(session: Session, submission: Submission) -> Sequence[Collaborator]:
    statement = (
        select(Collaborator)
        .where(
            Collaborator.submission_id == submission.id,
            col(Collaborator.ended_at).is_(None),
            Collaborator.may != May.ENTER,
        )
        .order_by(col(Collaborator.created_at), col(Collaborator.id))
    )
    return session.exec(statement).all()


def _row(session: Session, user: User | None, submission: Submission) -> Collaborator | None:
    if user is None:
        return None
    statement = select(Collaborator).where(
        Collaborator.submission_id == submission.id, Collaborator.user_id == user.id
    )
    return session.exec(statement).first()


def _is_member(session: Session, user: User, submission: Submission) -> bool:
    held = select(Membership.id).where(
        Membership.user_id == user.id,
        Membership.organisation_id == submission.organisation_id,
        Membership.role == Role.MEMBER,
    )
    return session.exec(held).first() is not None


def _invited(session: Session, actor: Actor, new: NewCollaborator) -> User:
    """Add a person who is nothing in any organisation; what they reach is shared with them."""
    user = User(
        email=folded(new.email),
        name=new.name,
        state=UserState.INVITED,
        language=new.language,
    )
    session.add(user)
    session.flush()
    audit.record(session, actor.user_id, "add", "user", user.id)
    return user


def _tell(
    session: Session, user: User, submission: Submission, public_url: str, *, is_new: bool
) -> None:
    """Write the one letter that a person gets.

    Those who have left get none, nor who works for the incubator: nothing is shared with them.
    """
    if session.exec(people.at_work().where(Membership.user_id == user.id)).first() is not None:
        return
    if user.state is UserState.INVITED:
        one_time_links.send_link(session, user, Purpose.INVITATION, public_url)
    elif user.state is UserState.ACTIVE and is_new:
        link = f"{public_url.rstrip('/')}/submissions"
        event = events.to_person(
            session,
            EventKind.SUBMISSION_SHARED,
            user.id,
            subject=EventSubject(submission.kind),
            subject_id=submission.id,
            code=submission.code,
            programme_id=submission.programme_id,
        )
        notices.write_once(session, user, NAMED, Message(NAMED_BODY, link=link), event)
