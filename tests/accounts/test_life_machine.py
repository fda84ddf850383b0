"""Lives of people, in any order, by anybody: somebody always administers the service."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    initialize,
    invariant,
    multiple,
    rule,
)
from sqlmodel import col, func, select, update

from app.access.policy import Actor, Role
from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.accounts.service import authenticate
from app.core.base.errors import (
    AppError,
    Conflict,
    NotFound,
    NotPermitted,
    NotSignedIn,
    TransitionNotAllowed,
)
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database, reading, transaction
from app.organisations.schemas import UserStep
from app.organisations.service.offboarding import take_step
from tests.factories import a_token, a_user
from tests.lives import Lives, walk

ALLOWED: Final = {
    ("invited", "deactivate"): "deactivated",
    ("active", "deactivate"): "deactivated",
    ("deactivated", "reactivate"): "active",
    ("deactivated", "erase"): "erased",
}
ACTORS: Final = {role: Actor(uuid4(), {role: frozenset({uuid4()})}) for role in Role}


@dataclass
class Told:
    """What the model knows of one person."""

    role: Role
    state: str
    secret: str
    holds: bool = True
    steps: int = 0


class People(Lives):
    """Two administrators, a member and somebody who is invited."""

    people = Bundle("people")

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.told: dict[UUID, Told] = {}

    @initialize(target=people)
    def begin(self) -> MultipleResults[UUID]:
        present = [(Role.ADMIN, UserState.ACTIVE)] * 2
        present += [(Role.MEMBER, UserState.ACTIVE), (Role.MEMBER, UserState.INVITED)]
        with transaction(self.database) as session:
            session.execute(update(User).values(state=UserState.DEACTIVATED))
            for role, state in present:
                user = a_user(session, role, state=state)
                self.told[user.id] = Told(role, state.value, a_token(session, user))
        begun: list[Any] = [*self.told]
        return multiple(*begun)

    @rule(
        key=people,
        who=st.sampled_from([Role.ADMIN, Role.ADMIN, *Role]),
        name=st.sampled_from(
            ["deactivate", "reactivate", "deactivate", "reactivate", "erase", "promote"]
        ),
    )
    def take(self, key: UUID, who: Role, name: str) -> None:
        told = self.told[key]
        due = self._refusal(told, who, name)

        left = UserStep(leave_empty=True)
        refusal = self.refusal_of(lambda s: take_step(s, ACTORS[who], key, name, left))

        assert refusal is due
        if due is None:
            told.state = ALLOWED[told.state, name]
            told.holds = False
            told.steps += 1

    def _refusal(self, told: Told, who: Role, name: str) -> type[AppError] | None:
        names = {name for _, name in ALLOWED}
        if name not in names or who not in {Role.ADMIN, Role.LEAD}:
            return NotFound
        if who is Role.LEAD:
            return NotPermitted
        if (told.state, name) not in ALLOWED:
            return TransitionNotAllowed
        administers = [t for t in self.told.values() if t.role is Role.ADMIN]
        others = any(t.state == "active" for t in administers if t is not told)
        if name == "deactivate" and told.role is Role.ADMIN and not others:
            return Conflict
        return None

    @rule(key=people)
    def present_the_token(self, key: UUID) -> None:
        """Who has left is out, and a token does not come back with its person."""
        told = self.told[key]
        try:
            with reading(self.database) as session:
                let_in = authenticate(session, told.secret).user_id == key
        except NotSignedIn:
            let_in = False
        assert let_in is told.holds

    @invariant()
    def every_row_is_as_the_model_says_and_every_step_was_recorded(self) -> None:
        with reading(self.database) as session:
            rows = session.exec(select(User).where(col(User.id).in_(self.told))).all()
            steps = session.exec(
                select(func.count())
                .select_from(AuditEvent)
                .where(
                    col(AuditEvent.subject_id).in_(self.told),
                    col(AuditEvent.action).in_([name for _, name in ALLOWED]),
                )
            ).one()
        assert {u.id: u.state.value for u in rows} == {k: t.state for k, t in self.told.items()}
        assert steps == sum(t.steps for t in self.told.values())
        if self.told:
            administers = [t.state for t in self.told.values() if t.role is Role.ADMIN]
            assert "active" in administers


@pytest.mark.slow
def test_whoever_leaves_in_whatever_order_somebody_administers(database: Database) -> None:
    walk(People, database, walks=16, steps=24)

    with reading(database) as session:
        taken = {*session.exec(select(AuditEvent.action).distinct())}
    assert {"deactivate", "reactivate", "erase"} <= taken
