"""In whatever order people act: nothing confirmed is lost, and nothing is given twice.

Rounds are made up, of 5 to 60 challenges. Leads prepare, send and replace, teams accept,
take back, decline and withdraw, the clock lapses, and capacities are lowered, in any order.
"""

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Final
from uuid import UUID

import pytest
from sqlmodel import Session, col, func, select

from app.access.policy import OPERATOR
from app.core.base.clock import now
from app.core.base.errors import AppError
from app.core.storage.database import Database, reading, transaction
from app.core.storage.outbox import Letter
from app.matches.lifecycle import HOLDS, REPLACEABLE, Consent, MatchState, Side
from app.matches.models import Match, MatchLetter
from app.matches.schemas import NewOffers, NewPreparation, NewReplacement
from app.matches.service import deadlines, offers, replacements, steps, withdrawals
from app.settings import Settings
from app.submissions.lifecycle import TAKES_PART
from app.submissions.models import Submission
from app.submissions.schemas import StepTaken
from app.submissions.service import steps as submissions
from tests.matches.rounds import SOON, a_round, answer, choose

ROUNDS: Final = ((5, 60), (8, 60), (12, 80), (60, 140))
"""How many challenges a round has, and how many acts it sees."""
WANTED: Final = 2


class Walk:
    """A round, and people who do what comes to their mind with it."""

    def __init__(self, database: Database, size: int, settings: Settings) -> None:
        self.database, self.settings = database, settings
        self.random = Random(size)  # noqa: S311 -- not a secret
        self.done: Counter[str] = Counter()
        self.given: dict[UUID, int] = {}
        with transaction(database) as session:
            self.of = a_round(session, size, size, wanted=WANTED, capacity=2)
            self.run_id = self.of.run.id
            for number in range(size):
                for solution in {number, self.random.randrange(size)}:
                    choose(session, self.of, number, solution)

    def go(self) -> None:
        """Take one step, if it is not refused."""
        acts = [self.prepare, self.send, self.accept, self.accept, self.accept, self.accept]
        acts += [self.decline, self.take_back, self.replace, self.lapse, self.work]
        acts += [self.withdraw] if self.random.random() < 0.3 else []
        acts += [self.lower] if self.random.random() < 0.3 else []
        act = self.random.choice(acts)
        try:
            with transaction(self.database) as session:
                done = act(session)
        except AppError as refusal:
            done = type(refusal).__name__
        self.done[done] += 1

    def prepare(self, session: Session) -> str:
        offers.prepare(session, OPERATOR, NewPreparation(run_id=self.run_id))
        return "prepare"

    def send(self, session: Session) -> str:
        for match in self._all(session, MatchState.PREPARED):
            if self.random.random() < 0.5:
                steps.take(session, OPERATOR, match.id, "take-out")
        offers.send(session, OPERATOR, NewOffers(run_id=self.run_id, answer_by=SOON))
        return "send"

    def accept(self, session: Session) -> str:
        match = self._one(session, MatchState.OFFERED)
        answer(session, self.of, match, self.random.choice([*Side]))
        return "confirm" if match.state is MatchState.CONFIRMED else "accept"

    def decline(self, session: Session) -> str:
        match = self._one(session, MatchState.OFFERED)
        answer(session, self.of, match, self.random.choice([*Side]), "decline")
        return "decline"

    def take_back(self, session: Session) -> str:
        answered = [one for one in self._all(session, MatchState.OFFERED) if one.answers]
        match = self.random.choice(answered or [self._one(session, MatchState.OFFERED)])
        answer(
            session, self.of, match, self.random.choice([*match.answers, *Side]), "take-back"
        )
        return "take back"

    def replace(self, session: Session) -> str:
        match = self._one(session, *REPLACEABLE)
        listed = self.random.choice(self.of.solutions).id
        if self.random.random() < 0.15:
            found = replacements.replacements(session, OPERATOR, match.id, self.settings)()
            assert all((one.cost or 0) >= 0 for one in found.candidates)
            free = [one.solution.id for one in found.candidates if one.problem is None]
            listed = free[0] if free else listed
        new = NewReplacement(solution_id=listed, answer_by=SOON)
        replacements.replace(session, OPERATOR, match.id, new)
        return "replace"

    def lapse(self, session: Session) -> str:
        self._one(session, MatchState.OFFERED).answer_by = now() - timedelta(seconds=1)
        session.flush()
        deadlines.remind(session)
        deadlines.lapse(session)
        return "lapse"

    def work(self, session: Session) -> str:
        match = self._one(session, MatchState.CONFIRMED)
        steps.take(session, OPERATOR, match.id, "begin")
        return "begin"

    def withdraw(self, session: Session) -> str:
        row = self.random.choice(self.of.challenges + self.of.solutions)
        submissions.take(session, self.of.actor(row), row.kind, row.id, "withdraw", StepTaken())
        assert withdrawals.settle(session, OPERATOR) == 0
        return "withdraw"

    def lower(self, session: Session) -> str:
        row = session.get_one(Submission, self.random.choice(self.of.solutions).id)
        row.content = row.content | {"capacity": 1}
        return "lower"

    def _all(self, session: Session, *states: MatchState) -> list[Match]:
        found = select(Match).where(Match.run_id == self.run_id, col(Match.state).in_(states))
        return [*session.exec(found.order_by(col(Match.code)))]

    def _one(self, session: Session, *states: MatchState) -> Match:
        rows = self._all(session, *states)
        if not rows:
            raise AppError("There is none.")
        return self.random.choice(rows)

    def check(self, confirmed: set[UUID]) -> set[UUID]:
        """Hold what must hold after each act; return what is confirmed now."""
        with reading(self.database) as session:
            rows = session.exec(select(Match).where(Match.run_id == self.run_id)).all()
            states = {
                row.id: row.state
                for row in session.exec(
                    select(Submission).where(
                        Submission.programme_id == self.of.run.programme_id
                    )
                )
            }
            capacities = {
                row.id: row.content["capacity"]
                for row in session.exec(
                    select(Submission).where(
                        col(Submission.id).in_([one.id for one in self.of.solutions])
                    )
                )
            }
        now_confirmed = {
            row.id for row in rows if row.state in {MatchState.CONFIRMED, MatchState.ACTIVE}
        }
        for row in rows:
            if row.id in confirmed and row.id not in now_confirmed:
                sides = {states[row.challenge_id], states[row.solution_id]}
                assert sides - TAKES_PART, "a confirmed match was lost"
            if row.id in now_confirmed:
                assert row.answers == dict.fromkeys(Side, Consent.YES)
            if row.state in HOLDS:
                assert {states[row.challenge_id], states[row.solution_id]} <= TAKES_PART
        holding = [row for row in rows if row.state in HOLDS]
        for key, taken in Counter(row.solution_id for row in holding).items():
            # What was given before the capacity was lowered stays offered, and no more comes.
            assert taken <= max(capacities[key], self.given.get(key, 0))
        self.given = dict(Counter(row.solution_id for row in holding))
        wanted = Counter(row.challenge_id for row in holding)
        assert max(wanted.values(), default=0) <= WANTED
        return now_confirmed


@pytest.mark.slow
def test_nothing_confirmed_is_lost_and_nothing_is_given_twice(
    database: Database, settings: Settings
) -> None:
    done: Counter[str] = Counter()

    for size, acts in ROUNDS:
        walk, confirmed = Walk(database, size, settings), set[UUID]()
        for _ in range(acts):
            walk.go()
            confirmed = walk.check(confirmed)
        done += walk.done

    # Each of these was met: the walks went where places are given twice if nobody looks.
    met = {"send", "accept", "confirm", "decline", "take back", "replace", "lapse", "begin"}
    met |= {"withdraw", "lower"}
    assert met <= done.keys()
    with reading(database) as session:
        told = session.exec(select(MatchLetter)).all()
        written = session.exec(select(func.count()).select_from(Letter)).one()
    assert len({(one.match_id, one.side, one.kind) for one in told}) == len(told)
    assert sum(one.letters for one in told) == written
