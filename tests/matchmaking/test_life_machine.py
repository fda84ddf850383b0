"""Lives of runs, verdicts and matches, in any order, by anybody: nothing is ever lost.

The tables of the model are written out here, and are not the ones of the service. Workers take
part: they compute well, fail, die, or are overtaken by somebody who cancels.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, ClassVar, Final
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, invariant, precondition, rule
from sqlmodel import Session, col, func, select, update

from app.access.policy import Actor, Role
from app.core.base.errors import (
    AppError,
    Conflict,
    NotFound,
    NotPermitted,
    TransitionNotAllowed,
)
from app.core.storage import audit_verification, jobs
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database, reading, transaction
from app.core.storage.jobs import Handler, Job, Store, Ticket
from app.matches import service as matches
from app.matches.models import Match
from app.matchmaking.jobs import handlers
from app.matchmaking.lifecycle import Outcome, RunState
from app.matchmaking.models import MatchRun, Suggestion, Verdict
from app.matchmaking.schemas.runs import NewRun
from app.matchmaking.schemas.suggestions import SuggestionQuery
from app.matchmaking.schemas.verdicts import NewVerdict, VerdictQuery
from app.matchmaking.service import (
    computation,
    run_requests,
    run_steps,
    verdict_queries,
    verdicts,
)
from app.matchmaking.service import queries as reads
from app.submissions.models import Submission
from tests.factories import a_user
from tests.lives import Lives, walk
from tests.matchmaking.test_run import LEASE, PLAIN, a_small_programme

TAKE: Final = {
    ("queued", "cancel"): "cancelled",
    ("running", "cancel"): "cancelled",
    ("failed", "retry"): "queued",
    ("cancelled", "retry"): "queued",
}
"""What people do."""
WORK: Final = {
    ("queued", "well"): "complete",
    ("running", "well"): "complete",
    ("queued", "dies"): "running",
    ("running", "dies"): "running",
    ("queued", "fails"): "running",
    ("running", "fails"): "running",
    ("queued", "overtaken"): "cancelled",
    ("running", "overtaken"): "cancelled",
}
"""What becomes of the oldest run that waits when a worker takes it."""
STAFF: Final = frozenset({Role.STAFF, Role.LEAD})
READ: Final = STAFF | {Role.ADVISOR, Role.AUDITOR}
ATTEMPTS: Final = 3
BARRED: Final = 2
"""The place of the solution that is of the country of the challenge."""


class Killed(BaseException):
    """A worker that ends without a word."""


@dataclass
class Told:
    """What the model knows of one run, and of the verdicts on each of its pairs."""

    state: str = "queued"
    attempts: int = 0
    changes: int = 1
    version: int = 0
    ranking: str | None = None
    verdicts: dict[int, list[tuple[UUID, str]]] = field(default_factory=dict)


class Runs(Lives):
    """One programme with one challenge and three solutions, one person in each role."""

    runs = Bundle("runs")
    reached: ClassVar[set[str]] = set()

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.told: dict[UUID, Told] = {}
        self.waiting: list[UUID] = []
        self.matches: dict[int, str] = {}

    @initialize(target=runs, seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> UUID:
        with Session(self.database.writer, expire_on_commit=False) as session:
            session.execute(update(Job).values(finished_at=Job.created_at))  # of walks before
            programme, challenge, solutions = a_small_programme(session)
            people = {role: a_user(session, role).id for role in Role}
            session.commit()
        self.programme, self.challenge = programme.id, challenge.id
        self.solutions = [row.id for row in solutions]
        self.actors = {r: Actor(people[r], {r: frozenset({uuid4()})}) for r in Role}
        key = self._ask(Role.STAFF)
        self.go_on_as_those_who_may(seed)
        return key

    @rule(target=runs, who=st.sampled_from([*STAFF]))
    def somebody_asks_for_a_run(self, who: Role) -> UUID:
        return self._ask(who)

    def _ask(self, who: Role) -> UUID:
        made: list[UUID] = []
        new = NewRun(programme_id=self.programme)

        refusal = self.refusal_of(
            lambda s: made.append(run_requests.request_run(s, self.actors[who], new, PLAIN).id)
        )

        assert refusal is None
        self.told[made[0]] = Told()
        self.waiting.append(made[0])
        return made[0]

    @rule(who=st.sampled_from([*set(Role) - STAFF]))
    def nobody_else_asks_for_one(self, who: Role) -> None:
        new = NewRun(programme_id=self.programme)
        refusal = self.refusal_of(
            lambda s: run_requests.request_run(s, self.actors[who], new, PLAIN)
        )
        assert refusal is NotPermitted

    # --- steps, and workers ---

    @rule(
        key=runs,
        who=st.sampled_from([Role.STAFF, Role.STAFF, *Role]),
        name=st.sampled_from(["cancel", "retry", "retry", "complete"]),
    )
    def take(self, key: UUID, who: Role, name: str) -> None:
        self._take(key, who, name)

    @rule(seed=st.integers(0, 2**32))
    def go_on_as_those_who_may(self, seed: int) -> None:
        """Else lives would seldom come far: of steps by anybody, few are granted."""
        chance = Random(seed)  # noqa: S311 -- no secret
        for _ in range(chance.randint(6, 12)):
            key, place = chance.choice([*self.told][-2:]), chance.randint(0, 1)
            ways = [name for state, name in TAKE if state == self.told[key].state]
            match chance.choice(["work", "work", "take", "decide", "decide", "undo"]):
                case "work" if self.waiting:
                    self._work_on(chance)
                case "take" if ways:
                    self._take(key, Role.LEAD, chance.choice(ways))
                case "decide":
                    self._decide(key, Role.LEAD, place, chance.choice(["chosen", "rejected"]))
                case "undo":
                    self._undo(key, Role.LEAD, place, 1)

    def _work_on(self, chance: Random) -> None:
        """Let workers take the oldest, and now and then until it is given up."""
        key, how = (
            self.waiting[0],
            chance.choice(["well", "well", "fails", "dies", "overtaken"]),
        )
        self._take_the_oldest(how)
        while how == "fails" and self.told[key].state == "running":
            self._take_the_oldest(how)

    def _take(self, key: UUID, who: Role, name: str) -> None:
        told = self.told[key]

        refusal = self.refusal_of(lambda s: run_steps.take(s, self.actors[who], key, name))

        assert refusal is self._stepping(told, who, name)
        if refusal is None:
            self._moved(key, TAKE[told.state, name])
            told.changes += 1

    def _stepping(self, told: Told, who: Role, name: str) -> type[AppError] | None:
        if name not in {"cancel", "retry"} or who not in READ:
            return NotFound
        if who not in STAFF:
            return NotPermitted
        return None if (told.state, name) in TAKE else TransitionNotAllowed

    def _moved(self, key: UUID, state: str) -> None:
        told = self.told[key]
        if state == "queued":
            told.attempts = 0
            self.waiting.append(key)
        elif state not in {"running", told.state} and key in self.waiting:
            self.waiting.remove(key)
        told.state = state
        self.reached.add(state)

    @precondition(lambda self: self.waiting)
    @rule(how=st.sampled_from(["well", "well", "fails", "dies", "overtaken"]))
    def a_worker_takes_the_oldest(self, how: str) -> None:
        self._take_the_oldest(how)

    def _take_the_oldest(self, how: str) -> None:
        key = self.waiting[0]
        told = self.told[key]
        spent = told.attempts == ATTEMPTS
        with transaction(self.database) as session:  # the time passes for which others wait
            session.execute(update(Job).values(leased_until=None))

        self._work(key, how)

        told.attempts += 1
        lost = spent or (how == "fails" and told.attempts == ATTEMPTS)
        self._moved(key, "failed" if lost else WORK[told.state, how])
        if how == "overtaken" and not spent:
            told.changes += 1

    def _work(self, key: UUID, how: str) -> None:
        ((name, real),) = handlers(PLAIN).items()

        def compute(ticket: Ticket) -> Store:
            if how in {"dies", "fails"}:
                with ticket.transaction() as (session, _):
                    computation.start(session, key)
                raise Killed if how == "dies" else OSError("disk full")
            store = real.compute(ticket)
            if how == "overtaken":
                staff = self.actors[Role.STAFF]
                assert (
                    self.refusal_of(lambda s: run_steps.take(s, staff, key, "cancel")) is None
                )
            return store

        try:
            jobs.run_next(self.database, {name: Handler(compute, real.give_up)}, lease=LEASE)
        except Killed:
            return

    # --- what people decide ---

    @rule(
        key=runs,
        who=st.sampled_from([*STAFF, *Role]),
        place=st.integers(0, 2),
        outcome=st.sampled_from(["chosen", "reserve", "rejected"]),
    )
    def decide(self, key: UUID, who: Role, place: int, outcome: str) -> None:
        self._decide(key, who, place, outcome)

    def _decide(self, key: UUID, who: Role, place: int, outcome: Any) -> None:
        new = NewVerdict(
            run_id=key,
            challenge_id=self.challenge,
            solution_id=self.solutions[place],
            outcome=outcome,
            reason="They fit.",
        )
        due: type[AppError] | None = None if who in STAFF else NotPermitted
        if due is None and place == BARRED and outcome != "rejected":
            due = Conflict
        actor = self.actors[who]

        def decide(session: Session) -> Verdict:
            found = verdicts.ground(session, actor, new)
            verdicts.require_open(found, new.outcome)
            return verdicts.decide(session, actor, new, found)

        self._decided(key, place, outcome, due, decide)

    @rule(
        key=runs,
        who=st.sampled_from([*STAFF, *Role]),
        place=st.integers(0, 2),
        back=st.sampled_from([1, 1, 1, 2]),
    )
    def undo(self, key: UUID, who: Role, place: int, back: int) -> None:
        """Take the newest verdict on a pair back, or try to with the one before."""
        self._undo(key, who, place, back)

    def _undo(self, key: UUID, who: Role, place: int, back: int) -> None:
        history = self.told[key].verdicts.get(place, [])
        verdict_id = history[-back][0] if len(history) >= back else uuid4()
        before = history[-2][1] if len(history) > 1 else "undecided"
        due: type[AppError] | None = None if who in STAFF else NotPermitted
        if due is None and len(history) < back:
            due = NotFound
        elif due is None and back > 1:
            due = Conflict
        actor = self.actors[who]
        self._decided(
            key,
            place,
            before,
            due,
            lambda s: verdicts.undo(s, actor, verdict_id, "Wrong line."),
        )

    def _decided(
        self,
        key: UUID,
        place: int,
        outcome: str,
        due: type[AppError] | None,
        use_case: Callable[[Session], Verdict],
    ) -> None:
        made: list[UUID] = []
        refusal = self.refusal_of(lambda s: made.append(use_case(s).id))
        assert refusal is due
        for verdict_id in made:
            self.told[key].verdicts.setdefault(place, []).append((verdict_id, outcome))

    @rule(who=st.sampled_from([*STAFF, *Role]), place=st.integers(0, 2), words=st.text("ab"))
    def record_a_match(self, who: Role, place: int, words: str) -> None:
        def record(session: Session) -> None:
            pair = [session.get_one(Submission, k) for k in self._pair(place)]
            matches.record_match(session, self.actors[who], pair[0], pair[1], words)

        refusal = self.refusal_of(record)

        assert refusal is (None if who in STAFF else NotPermitted)
        if refusal is None:
            self.matches.setdefault(place, words)

    def _pair(self, place: int) -> tuple[UUID, UUID]:
        return self.challenge, self.solutions[place]

    # --- what must hold whatever was done ---

    @invariant()
    def every_run_stands_where_the_model_says_and_its_version_grows(self) -> None:
        with reading(self.database) as session:
            rows = session.exec(select(MatchRun).where(col(MatchRun.id).in_(self.told))).all()
            counted = self._events(session, "run", self.told)
            lists = dict(
                session.exec(
                    select(Suggestion.run_id, func.count())
                    .where(col(Suggestion.run_id).in_(self.told))
                    .group_by(col(Suggestion.run_id))
                ).all()
            )
        assert {r.id: r.state.value for r in rows} == {k: t.state for k, t in self.told.items()}
        assert counted == {key: told.changes for key, told in self.told.items()}
        for row in rows:
            self._is_evidence(row, lists.get(row.id, 0))

    def _is_evidence(self, row: MatchRun, listed: int) -> None:
        """A run that has a result never changes again, and one without shows nothing."""
        told = self.told[row.id]
        has_result = row.state is RunState.COMPLETE
        assert (listed, row.ranking is not None) == ((2, True) if has_result else (0, False))
        assert (row.finished_at is not None) is (told.state not in {"queued", "running"})
        if told.ranking is not None:
            assert (row.ranking, row.version) == (told.ranking, told.version)
        assert row.version >= told.version
        told.version, told.ranking = row.version, row.ranking

    @invariant()
    def every_verdict_stays_and_the_newest_counts(self) -> None:
        with reading(self.database) as session:
            for key, told in self.told.items():
                found: dict[UUID, list[tuple[UUID, str]]] = {}
                rows = session.exec(
                    select(Verdict).where(Verdict.run_id == key).order_by(col(Verdict.number))
                ).all()
                for row in rows:
                    history = found.setdefault(row.solution_id, [])
                    history.append((row.id, row.outcome.value))
                    assert row.number == len(history)
                    assert row.undoes in {None, *(known for known, _ in history[:-1])}
                told_of = {self.solutions[p]: list(h) for p, h in told.verdicts.items()}
                assert found == told_of
                if told.state == "complete":  # others list nothing, as another invariant says
                    assert self._counting(session, key) == self._due(told)
            every = {
                row for told in self.told.values() for h in told.verdicts.values() for row in h
            }
            counted = self._events(session, "verdict", {verdict_id for verdict_id, _ in every})
            assert counted == {verdict_id: 1 for verdict_id, _ in every}

    def _counting(self, session: Session, key: UUID) -> Mapping[UUID, str]:
        """Return the verdicts that the list of suggestions shows as counting."""
        shown = reads.suggestions(session, self.actors[Role.STAFF], key, SuggestionQuery())
        return {s.solution.id: s.verdict.outcome.value for s in shown.rows if s.verdict}

    def _due(self, told: Told) -> Mapping[UUID, str]:
        """Return those that must count, of the pairs that a run lists: a barred one is not."""
        return {
            self.solutions[place]: history[-1][1]
            for place, history in told.verdicts.items()
            if place != BARRED
            if history[-1][1] != Outcome.UNDECIDED
        }

    @invariant()
    def matches_are_recorded_once_and_as_they_were(self) -> None:
        if not self.told:
            return
        with reading(self.database) as session:
            rows = session.exec(select(Match).where(Match.challenge_id == self.challenge)).all()
            counted = self._events(session, "match", {row.id for row in rows})
        assert {row.solution_id: row.notes for row in rows} == {
            self.solutions[place]: words for place, words in self.matches.items()
        }
        assert counted == {row.id: 1 for row in rows}

    def _events(self, session: Session, kind: str, keys: Any) -> dict[UUID, int]:
        statement = (
            select(AuditEvent.subject_id, func.count())
            .where(AuditEvent.subject_kind == kind, col(AuditEvent.subject_id).in_(keys))
            .group_by(col(AuditEvent.subject_id))
        )
        return dict(session.exec(statement).all())

    def teardown(self) -> None:
        with reading(self.database) as session:
            audit_verification.verify(session)
            verdicts = verdict_queries.verdicts(
                session, self.actors[Role.ADVISOR], VerdictQuery(run=[*self.told], limit=200)
            ).rows
        assert len(verdicts) == sum(
            len(h) for told in self.told.values() for h in told.verdicts.values()
        )


@pytest.mark.slow
def test_runs_and_verdicts_in_any_order_lead_where_the_tables_say(database: Database) -> None:
    walk(Runs, database, walks=8, steps=8)

    # The machine came far: runs ended in every way that they can here, and undoing was undone.
    with reading(database) as session:
        undone = [*session.exec(select(Verdict.undoes).where(col(Verdict.undoes).is_not(None)))]
        undoings = {*session.exec(select(Verdict.id).where(col(Verdict.undoes).is_not(None)))}
    assert Runs.reached == {*map(str, RunState)} - {"no_solution"}
    assert undoings & {*undone}
