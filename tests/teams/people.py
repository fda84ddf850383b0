"""A team that writes, and people from elsewhere, as tests need them."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.access.policy import Actor, May, Role
from app.accounts.models import Collaborator, User
from app.accounts.service.authentication import actor_of
from app.submissions.models import Submission
from app.teams.models import AssistedEntry, TeamComment, TeamThread
from app.teams.schemas import NewCollaborator
from app.teams.service import collaborators
from tests.factories import a_call, a_challenge, a_user, organisation_of, themes

ADDRESS = "https://incubator.example"
WAYS = [may for may in May if may is not May.ENTER]
"""In which people from elsewhere work with a team; the one left out is for staff alone."""


@dataclass
class Team:
    """Somebody of a team, what the team writes, and another one of its drafts."""

    session: Session
    user: User
    draft: Submission
    other: Submission

    @property
    def actor(self) -> Actor:
        return acting(self.session, self.user)

    def names(
        self, email: str, may: str = "write", *, of: Submission | None = None
    ) -> Collaborator:
        new = NewCollaborator.model_validate({"email": email, "name": "Ann", "may": may})
        key = (of or self.draft).id
        return collaborators.name(self.session, self.actor, key, new, public_url=ADDRESS)

    def with_a(self, may: str, user: User | None = None) -> User:
        """Return somebody from elsewhere who may do this with the draft."""
        user = user or a_user(self.session)
        collaborates(self.session, self.draft, user, may)
        return user


def acting(session: Session, user: User) -> Actor:
    """Return who somebody is at this moment, as a request would find it."""
    return actor_of(session, user.id)


def collaborates(
    session: Session, submission: Submission, user: User, may: str = "write", **fields: Any
) -> Collaborator:
    row = Collaborator(
        submission_id=submission.id, user_id=user.id, email=user.email, may=May(may), **fields
    )
    session.add(row)
    session.flush()
    return row


def a_thread(
    session: Session,
    submission: Submission,
    user: User,
    question: str = "problem",
    body: str = "Newer figures?",
) -> TeamComment:
    """What somebody has said first about a question, just now."""
    thread = TeamThread(submission_id=submission.id, question=question)
    session.add(thread)
    session.flush()
    comment = TeamComment(thread_id=thread.id, user_id=user.id, body=body)
    session.add(comment)
    session.flush()
    return comment


def a_team(session: Session) -> Team:
    themes(session)
    user, call = a_user(session), a_call(session)
    owned = {"call_id": call.id, "organisation_id": organisation_of(session, user)}
    return Team(session, user, a_challenge(session, **owned), a_challenge(session, **owned))


def entered(session: Session, submission: Submission, **fields: Any) -> AssistedEntry:
    """What somebody of the staff enters for the team of a draft."""
    fields.setdefault("begun_by", a_user(session, Role.STAFF).id)
    fields.setdefault("reason", "They have no connection.")
    row = AssistedEntry(submission_id=submission.id, call_id=submission.call_id, **fields)
    session.add(row)
    session.flush()
    return row
