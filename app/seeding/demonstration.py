"""What the demonstration adds to the first edition: five people and two open calls.

The calls are marked as ours: the real edition closed in 2024.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, select

from app.access.policy import OPERATOR, Role
from app.accounts import service as accounts
from app.accounts.models import SecondFactor
from app.core.base.clock import now
from app.organisations.schemas import Level, OrganisationDraft, UserDraft
from app.organisations.service import people
from app.programmes import service as programmes
from app.programmes.lifecycle import CallKind
from app.programmes.schemas import CallDraft
from app.seeding.loader import PROGRAMME, ensure_call

TOKEN_NAME: Final = "demonstration"  # noqa: S105 -- a label, not a secret


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who shows one side of the service; no real person."""

    key: str
    name: str
    organisation: OrganisationDraft
    roles: tuple[Role, ...]

    @property
    def email(self) -> str:
        """An address in a domain that belongs to nobody."""
        return f"{self.key.replace('_', '-')}@demo.example.org"


PEOPLE: Final = (
    Person(
        "challenge_owner",
        "Demonstration challenge owner",
        OrganisationDraft(
            name="Demonstration team of a ministry", country="PT", level=Level.CENTRAL
        ),
        (Role.MEMBER,),
    ),
    Person(
        "solution_provider",
        "Demonstration solution provider",
        OrganisationDraft(name="Demonstration team of a city", country="DK", level=Level.LOCAL),
        (Role.MEMBER,),
    ),
    Person(
        "staff",
        "Demonstration staff of the incubator",
        OrganisationDraft(
            name="Demonstration staff of the incubator", country="FR", level=Level.OTHER
        ),
        (Role.STAFF, Role.LEAD),
    ),
    Person(
        "lead",
        "Demonstration lead of the incubator",
        OrganisationDraft(
            name="Demonstration staff of the incubator", country="FR", level=Level.OTHER
        ),
        (Role.STAFF, Role.LEAD),
    ),
    Person(
        "administrator",
        "Demonstration administrator",
        OrganisationDraft(
            name="Demonstration staff of the incubator", country="FR", level=Level.OTHER
        ),
        (Role.ADMIN,),
    ),
)

CALLS: Final = {
    CallKind.CHALLENGES: "Demonstration call for challenges (not of the real edition)",
    CallKind.SOLUTIONS: "Demonstration call for solutions (not of the real edition)",
}


def prepare(session: Session, *, at: datetime) -> None:
    """Make sure of the people, and of a call of each kind that is open now.

    A call lasts until the end of next year; the year is in its code, so that a
    demonstration that is started again much later has an open call too.
    """
    for person in PEOPLE:
        _ensure(session, person)
    programme = programmes.programme(session, PROGRAMME)
    opens = at.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    for kind, title in CALLS.items():
        draft = CallDraft(
            programme_id=programme.id,
            kind=kind,
            code=f"demonstration-{opens.year}-{kind}",
            title=title,
            opens_at=opens - timedelta(days=1),
            closes_at=opens.replace(year=opens.year + 2),
            zone="Europe/Paris",
        )
        ensure_call(session, programme, draft)


def _ensure(session: Session, person: Person) -> None:
    user = accounts.user_with(session, person.email)
    if user is None:
        draft = UserDraft(
            email=person.email,
            name=person.name,
            role=person.roles[0],
            organisation=person.organisation,
        )
        user = people.add_user(session, OPERATOR, draft)
    for role in person.roles[1:]:
        people.grant(session, OPERATOR, user, person.organisation, role)


def set_passwords(session: Session, hashed: str) -> None:
    """Give the people one password, and let staff enrol an authenticator anew.

    That of an earlier start is on a telephone that nobody may have at hand any more.
    """
    for person in PEOPLE:
        user = accounts.user_with(session, person.email)
        assert user is not None  # noqa: S101 -- `prepare` has made sure of them
        accounts.set_up(session, OPERATOR, user, hashed)
        # None of them is a person whose consent could be asked.
        user.consented_at = user.consented_at or now()
        enrolled = select(SecondFactor.id).where(SecondFactor.user_id == user.id)
        if session.exec(enrolled).first() is not None:
            people.remove_second_factor(session, OPERATOR, user.id)
