"""Who plays: staff and lead of the demonstration, teams, reviewers; nobody of them is real."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlmodel import Session

from app.access.policy import OPERATOR, Actor, Role
from app.accounts import service as accounts
from app.accounts.models import User
from app.accounts.service.authentication import actor_of
from app.core.base.clock import now
from app.organisations.schemas import Level, OrganisationDraft, UserDraft
from app.organisations.service import people
from app.programmes.models import Programme
from app.reviews.schemas.reviewers import NewReviewer
from app.reviews.service import reviewers
from app.seeding import demonstration
from app.submissions.records import ChallengeRecord, SolutionRecord
from app.submissions.service import importing

MOST_REVIEWS: Final = 30
"""How many reviews one reviewer of a scenario takes on at most."""


@dataclass(frozen=True, slots=True)
class Expert:
    """A reviewer of a scenario: where they work, and what they know."""

    country: str
    domains: tuple[str, ...]
    languages: tuple[str, ...]
    expertise: str


EXPERTS: Final = (
    Expert("NL", ("GOVE", "JUST"), ("en",), "Participation of citizens, open government."),
    Expert("CA", ("HEAL", "SOCI"), ("en", "fr"), "Health services and care in rural regions."),
    Expert("KR", ("TECH", "GOVE"), ("en",), "Digital identity, registers, old software."),
    Expert("UY", ("EDUC", "SOCI"), ("en", "es", "pt"), "Schools, drop-outs, adult learning."),
    Expert("DK", ("ENVI", "ENER"), ("en",), "Floods, heat, water and energy of households."),
    Expert("EE", ("TECH", "JUST"), ("en",), "Data that offices share, courts, cyber security."),
    Expert("MA", ("TRAN", "REGI"), ("en", "fr"), "Transport and services outside of cities."),
    Expert("NZ", ("GOVE", "ECON"), ("en",), "Policy design, procurement, regulation."),
    Expert("AO", ("AGRI", "REGI"), ("en", "es", "pt"), "Farming, fisheries, land registers."),
    Expert("SG", ("ECON", "TECH"), ("en",), "Permits, procurement, statistics, AI in offices."),
    Expert("BE", ("SOCI", "INTR"), ("en", "fr"), "Migration, inclusion, work across borders."),
    Expert(
        "CR", ("ENVI", "HEAL"), ("en", "es", "pt"), "Climate, disasters, health of communities."
    ),
)
"""The reviewers of a scenario; the themes are policy domains."""


def reviewer_address(number: int) -> str:
    """Return the address of a reviewer, counted from 1, in a domain that belongs to nobody."""
    return f"reviewer-{number}@reviewers.example.org"


class Cast:
    """Everybody who acts in one scenario, each with the permissions that they really have."""

    def __init__(self, session: Session) -> None:
        self._session = session
        # A password that nobody has seen: these people sign in by a link, or not at all.
        self._hashed = accounts.hash_password(secrets.token_hex())

    def of_demonstration(self, key: str) -> Actor:
        """Return one of the people of the demonstration, just confirmed."""
        person = next(one for one in demonstration.PEOPLE if one.key == key)
        user = accounts.user_with(self._session, person.email)
        assert user is not None  # noqa: S101 -- the demonstration has made sure of them
        return replace(actor_of(self._session, user.id), confirmed_at=now())

    def team(self, record: ChallengeRecord | SolutionRecord) -> tuple[UUID, Actor]:
        """Return the organisation of a record, and somebody who writes for it."""
        draft = importing.owner_of(record)
        email = f"{record.id.lower()}@teams.example.org"
        user = accounts.user_with(self._session, email) or self._add(
            email, f"Somebody of team {record.id}", Role.MEMBER, draft
        )
        actor = actor_of(self._session, user.id)
        (organisation_id,) = actor.roles[Role.MEMBER]
        return organisation_id, actor

    def member_of(self, organisation_id: UUID) -> Actor:
        """Return somebody who acts for a team at this moment."""
        first = people.team(self._session, organisation_id)[0]
        return replace(actor_of(self._session, first.id), confirmed_at=now())

    def join(self, key: str, organisation_id: UUID) -> None:
        """Let one of the people of the demonstration belong to a team, to look around as it."""
        actor = self.of_demonstration(key)
        assert actor.user_id is not None  # noqa: S101 -- they are people
        if organisation_id not in actor.roles.get(Role.MEMBER, frozenset()):
            people.join(self._session, OPERATOR, actor.user_id, organisation_id, Role.MEMBER)

    def reviewers(self, staff: Actor, programme: Programme) -> Sequence[Actor]:
        """Return the reviewers of a programme, appointed."""
        found = []
        for number, expert in enumerate(EXPERTS, start=1):
            home = OrganisationDraft(
                name=f"Example Institute of Administration {number} (generated)",
                country=expert.country,
                level=Level.OTHER,
            )
            email = reviewer_address(number)
            user = self._add(email, f"Generated reviewer {number}", Role.REVIEWER, home)
            reviewers.appoint(
                self._session,
                staff,
                NewReviewer(
                    programme_id=programme.code,
                    user_id=user.id,
                    themes=[f"policy-domain:{code}" for code in expert.domains],
                    languages=[*expert.languages],
                    expertise=expert.expertise,
                    most=MOST_REVIEWS,
                ),
            )
            found.append(actor_of(self._session, user.id))
        return found

    def _add(self, email: str, name: str, role: Role, home: OrganisationDraft) -> User:
        draft = UserDraft(email=email, name=name, role=role, organisation=home)
        user = people.add_user(self._session, OPERATOR, draft)
        accounts.set_up(self._session, OPERATOR, user, self._hashed)
        user.consented_at = now()
        self._session.flush()
        return user
