"""Lives of submissions, in any order, by anybody: nothing happens but what the tables say.

A model as plain as can be is told the same as the service, and says what must come of it.
The tables of the model are written out here, and are not the ones of the service.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
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
from sqlmodel import Session, col, func, select

from app.access.policy import Actor, Role
from app.core.base.errors import (
    AppError,
    CallNotOpen,
    NotFound,
    NotPermitted,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.base.merge_patch import Patch
from app.core.storage import audit_verification
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database, reading, transaction
from app.programmes.models import Call
from app.submissions.lifecycle import KINDS, Kind, State
from app.submissions.models import Submission
from app.submissions.schemas import NewChallenge, NewSolution, StepTaken, SubmissionQuery
from app.submissions.service import drafts, steps
from app.submissions.service import queries as reads
from tests.factories import THEMES, a_call, a_programme, an_organisation, themes
from tests.lives import Lives, walk
from tests.submissions.test_lifecycle import ALLOWED, BY_A_DECISION, BY_A_SECOND_PERSON

STRANGER: Final = "a member of another team"
PEOPLE: Final = [*map(str, Role), STRANGER]
TEAM: Final = frozenset({"member"})
STAFF: Final = frozenset({"staff", "lead"})
TAKE: Final = {
    **dict.fromkeys(("submit", "reopen", "resubmit", "withdraw", "appeal"), TEAM),
    **dict.fromkeys(("accept", "decline"), TEAM),
    **dict.fromkeys(("return", "pass"), STAFF),
}
"""Who takes which step."""
READ: Final = STAFF | {"auditor"}
"""Who reads what was submitted, beside its team."""
WHOLE: Final = {
    Kind.CHALLENGE: {"problem": "Floods.", "outcome": "Warnings."},
    Kind.SOLUTION: {"experience": "Sensors."},
}
OPEN, CLOSED = datetime(2100, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC)


@dataclass
class Told:
    """What the model knows of one submission."""

    kind: Kind
    whole: bool
    state: str = "draft"
    submitted: bool = False
    changes: int = 1

    def readers(self) -> frozenset[str]:
        return TEAM | READ if self.submitted else TEAM


class Submissions(Lives):
    """Two calls, two teams, one person in each role; every run has rows of its own."""

    submissions = Bundle("submissions")

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.told: dict[UUID, Told] = {}
        self.open = True

    @initialize(target=submissions, chance=st.randoms(use_true_random=False))
    def begin(self, chance: Random) -> MultipleResults[UUID]:
        with transaction(self.database) as session:
            programme = a_programme(session)
            self.calls = {
                kind: a_call(session, asked, programme_id=programme.id).id
                for asked, kind in KINDS.items()
            }
            team, other = an_organisation(session).id, an_organisation(session).id
        self.actors = {r.value: Actor(uuid4(), {r: frozenset({team})}) for r in Role}
        self.actors[STRANGER] = Actor(uuid4(), {Role.MEMBER: frozenset({other})})
        begun: list[Any] = [self.the_team_begins_one(kind, whole=True) for kind in Kind]
        for key in begun:
            self.go_on_as_those_who_may(key, chance)
        return multiple(*begun)

    @rule(kind=st.sampled_from(Kind), who=st.sampled_from(PEOPLE), whole=st.booleans())
    def nobody_else_begins(self, kind: Kind, who: str, whole: bool) -> None:
        """All but the team, whose own rule follows; a stranger begins for their own team."""
        if who not in {"member", STRANGER}:
            assert self._create(kind, who, whole) is NotPermitted

    @rule(target=submissions, kind=st.sampled_from(Kind), whole=st.booleans())
    def the_team_begins_one(self, kind: Kind, whole: bool) -> UUID:
        made = self._create(kind, "member", whole)
        if not self.open:
            assert made is CallNotOpen
            return uuid4()
        assert isinstance(made, UUID)
        self.told[made] = Told(kind, whole)
        return made

    def _create(self, kind: Kind, who: str, whole: bool) -> UUID | type[AppError]:
        schema = NewChallenge if kind is Kind.CHALLENGE else NewSolution
        content = WHOLE[kind] if whole else {}
        said = {"call_id": self.calls[kind], "title": "Floods", "content": content}
        new = schema.model_validate(said | {"themes": THEMES})
        try:
            with transaction(self.database) as session:
                return drafts.create(session, self.actors[who], kind, new, most=100).id
        except AppError as refusal:
            return type(refusal)

    @rule(key=submissions, who=st.sampled_from(PEOPLE), whole=st.booleans())
    def write(self, key: UUID, who: str, whole: bool) -> None:
        told = self.told.get(key)
        kind = told.kind if told else Kind.CHALLENGE
        emptied = dict.fromkeys(WHOLE[kind], "")
        patch = Patch({"content": {**(WHOLE[kind] if whole else emptied)}})

        refusal = self.refusal_of(
            lambda s: drafts.change(s, self.actors[who], kind, key, patch)
        )

        assert refusal is self._writing(told, who)
        if told and refusal is None:
            told.whole = whole
            told.changes += 1

    def _writing(self, told: Told | None, who: str) -> type[AppError] | None:
        if told is None or who not in told.readers():
            return NotFound
        if who not in TEAM:
            return NotPermitted
        return None if told.state in {"draft", "returned"} else TransitionNotAllowed

    @rule(
        key=submissions,
        who=st.sampled_from(PEOPLE),
        name=st.sampled_from([*TAKE, "approve"]),
        reason=st.sampled_from(["", "Because."]),
    )
    def take(self, key: UUID, who: str, name: str, reason: str) -> None:
        self._take(key, who, name, reason)

    @rule(key=submissions, chance=st.randoms(use_true_random=False))
    def go_on_as_those_who_may(self, key: UUID, chance: Random) -> None:
        """Else lives would seldom come far: of steps by anybody, few are granted."""
        for _ in range(chance.randint(1, 8)):
            state = self.told[key].state if key in self.told else "withdrawn"
            seldom = chance.randint(0, 4) == 0
            ways = [
                way
                for known, way in (*ALLOWED, *BY_A_SECOND_PERSON, *BY_A_DECISION)
                # Staff see none of these drafts: what they enter is in tests/teams.
                if known == state and way != "enter" and (seldom or way != "withdraw")
            ]
            if not ways:
                continue
            name = chance.choice(ways)
            if name in TAKE:
                self._take(key, min(TAKE[name]), name, "Because.")
            elif (state, name) in BY_A_SECOND_PERSON:
                self.a_second_person_finds_it_not_eligible(key, "staff")
            else:
                self.a_decision_is_released(key, "lead", name)

    @rule(key=submissions, who=st.sampled_from(sorted({*STAFF, *TEAM})))
    def a_second_person_finds_it_not_eligible(self, key: UUID, who: str) -> None:
        """What the room of screening does, once it has looked at who has proposed it."""
        told = self.told.get(key)
        if told is None:
            return

        refusal = self.refusal_of(
            lambda s: steps.fail(
                s, self.actors[who], s.get_one(Submission, key), "Because.", OPEN
            )
        )

        if who not in STAFF:
            assert refusal is NotPermitted
        elif (told.state, "fail") not in BY_A_SECOND_PERSON:
            assert refusal is TransitionNotAllowed
        else:
            assert refusal is None
            told.state = "ineligible"
            told.changes += 1

    @rule(
        key=submissions,
        who=st.sampled_from([str(Role.STAFF), str(Role.LEAD)]),
        name=st.sampled_from(sorted({name for _, name in BY_A_DECISION})),
    )
    def a_decision_is_released(self, key: UUID, who: str, name: str) -> None:
        """What the room above does with a submission, once it has looked at the decision."""
        told = self.told.get(key)
        if told is None:
            return

        refusal = self.refusal_of(
            lambda s: steps.settle(
                s, self.actors[who], s.get_one(Submission, key), name, "Because.", OPEN
            )
        )

        if who != Role.LEAD:
            assert refusal is NotPermitted
        elif (told.state, name) not in BY_A_DECISION:
            assert refusal is TransitionNotAllowed
        else:
            assert refusal is None
            told.state = BY_A_DECISION[told.state, name]
            told.changes += 1

    def _take(self, key: UUID, who: str, name: str, reason: str) -> None:
        told = self.told.get(key)
        kind = told.kind if told else Kind.CHALLENGE
        said = StepTaken(reason=reason)

        refusal = self.refusal_of(
            lambda s: steps.take(s, self.actors[who], kind, key, name, said)
        )

        assert refusal is self._stepping(told, who, name, reason)
        if told and refusal is None:
            told.state = ALLOWED[told.state, name]
            told.submitted = {"submitted": True, "draft": False}.get(told.state, told.submitted)
            told.changes += 1

    def _stepping(
        self, told: Told | None, who: str, name: str, reason: str
    ) -> type[AppError] | None:
        if name not in TAKE or told is None or who not in told.readers():
            return NotFound
        if who not in TAKE[name]:
            return NotPermitted
        if (told.state, name) not in ALLOWED:
            return TransitionNotAllowed
        if name in {"submit", "reopen"} and not self.open:
            return CallNotOpen
        unfinished = name in {"submit", "resubmit"} and not told.whole
        silent = name in {"return", "appeal"} and not reason
        return Unprocessable if unfinished or silent else None

    @rule()
    def the_clock_closes_the_calls_or_somebody_moves_their_end(self) -> None:
        self.open = not self.open
        with transaction(self.database) as session:
            for key in self.calls.values():
                session.get_one(Call, key).closes_at = OPEN if self.open else CLOSED

    @rule(who=st.sampled_from(PEOPLE))
    def look(self, who: str) -> None:
        """What a list shows can be read one by one, and nothing else can."""
        due = {key for key, told in self.told.items() if who in told.readers()}
        with reading(self.database) as session:
            assert self._listed(session, who) == due
            assert {key for key in self.told if self._is_readable(session, who, key)} == due

    def _listed(self, session: Session, who: str) -> set[UUID]:
        query = SubmissionQuery(call=[*self.calls.values()], limit=200)
        return {
            row.id
            for kind in Kind
            for row in reads.search(session, self.actors[who], kind, query).rows
        }

    def _is_readable(self, session: Session, who: str, key: UUID) -> bool:
        try:
            return reads.find(session, self.actors[who], key).id == key
        except NotFound:
            return False

    @invariant()
    def every_row_is_as_the_model_says_and_every_change_was_recorded(self) -> None:
        with reading(self.database) as session:
            rows = session.exec(
                select(Submission).where(col(Submission.id).in_(self.told))
            ).all()
            counted = dict(
                session.exec(
                    select(AuditEvent.subject_id, func.count())
                    .where(col(AuditEvent.subject_id).in_(self.told))
                    .group_by(col(AuditEvent.subject_id))
                ).all()
            )
        assert {row.id: row.state.value for row in rows} == {
            key: told.state for key, told in self.told.items()
        }
        assert counted == {key: told.changes for key, told in self.told.items()}


@pytest.mark.slow
def test_any_order_of_steps_by_anybody_leads_where_the_tables_say(database: Database) -> None:
    with transaction(database) as session:
        themes(session)

    walk(Submissions, database, walks=16, steps=24)

    # The machine came far: some life led to every state.
    with reading(database) as session:
        assert audit_verification.verify(session).number > 100
        facts = session.exec(select(AuditEvent.facts)).all()
    reached = {told["after"] for told in facts if "after" in told}
    assert reached == {*map(str, State)}
