"""A match that both have confirmed, and people around it, as tests need them."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.access.policy import Actor, Role
from app.accounts.models import Membership, User
from app.accounts.service.authentication import actor_of
from app.conversations.schemas import ChangedMessage, MessageRead, NewMessage
from app.conversations.service import messages, staff_access
from app.core.storage.outbox import Letter
from app.matches.lifecycle import Side
from app.matches.models import Match
from app.seeding.scenarios.talks import talk
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from tests.factories import a_user
from tests.matches.rounds import Round, a_round, confirmed, offered

ADDRESS = "https://incubator.example"


@dataclass
class Pair:
    """A match with somebody of each side."""

    session: Session
    of: Round
    match: Match

    def user(self, side: str) -> User:
        """The one of a side who answered for it."""
        submission = self.session.get_one(Submission, self.match.key_of(Side(side)))
        return self.of.people[submission.code]

    def actor(self, side: str) -> Actor:
        """Who they are at this moment, as a request would find it."""
        return acting(self.session, self.user(side))

    def colleague(self, side: str) -> User:
        """Somebody else of a side."""
        submission = self.session.get_one(Submission, self.match.key_of(Side(side)))
        return a_user(self.session, organisation_id=submission.organisation_id)

    def says(self, side: str, body: str = "Which sensors do you use?") -> MessageRead:
        """Somebody of a side writes something."""
        actor = self.actor(side)
        message = messages.say(self.session, actor, self.match.id, NewMessage(body=body))
        return messages.read(self.session, actor, self.match.id, message.id)

    def changes(self, side: str, message: MessageRead, body: str) -> None:
        """Somebody of a side writes a message anew."""
        changed = ChangedMessage(body=body)
        messages.change(self.session, self.actor(side), self.match.id, message.id, changed)

    def reads(self, actor: Actor) -> list[str]:
        """What somebody reads, the newest last."""
        found = messages.listed(self.session, actor, self.match.id)
        return [one.body for one in found.messages]

    def lets_staff(self, *sides: str, step: str = "let-staff") -> None:
        """Sides let the staff read, or no longer."""
        for side in sides:
            staff_access.move(self.session, self.actor(side), self.match.id, step)


def a_pair(session: Session) -> Pair:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    return Pair(session, of, confirmed(session, of, match))


def acting(session: Session, user: User) -> Actor:
    return actor_of(session, user.id)


def staff(session: Session, role: Role = Role.STAFF) -> Actor:
    return acting(session, a_user(session, role))


def leaves(session: Session, user: User) -> None:
    """Somebody is of no organisation any more."""
    for row in session.exec(select(Membership).where(Membership.user_id == user.id)):
        session.delete(row)
    session.flush()


def letters(session: Session) -> list[tuple[str, str]]:
    """Who got which letter, by address and subject, in the order of writing."""
    rows = session.exec(select(Letter).order_by(col(Letter.created_at))).all()
    return [(row.recipient, row.subject) for row in rows]


def talked(session: Session, of: Round, match: Match) -> None:
    """Both sides of a confirmed match have talked, as in the demonstration."""
    sides = {
        kind: of.actor(session.get_one(Submission, match.key_of(Side(kind.value))))
        for kind in Kind
    }
    talk(session, sides, match.id, ADDRESS)
