"""A round of matchmaking in which people do what comes to their mind, and what must hold then.

Leads prepare, send and replace, teams accept, take back, decline and withdraw, the clock
lapses, and capacities are lowered, in any order.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random
from uuid import UUID

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
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.notices.queries import is_public
from app.settings import Settings
from app.submissions.lifecycle import TAKES_PART
from app.submissions.models import Submission
from app.submissions.schemas import StepTaken
from app.submissions.service import steps as submissions
from tests.factories import a_notice
from tests.matches.rounds import LISTED, SOON, a_round, answer, choose, listed


class Walk:
    """A round, and people who do what comes to their mind with it."""

    def __init__(
        self, database: Database, settings: Settings, size: int, chance: Random, wanted: int = 2
    ) -> None:
        """Begin with as many solutions as challenges, and up to two pairs chosen for each."""
        self.database, self.settings, self.wanted = database, settings, wanted
        self.random = chance
        self.done: Counter[str] = Counter()
        self.given: dict[UUID, int] = {}
        with transaction(database) as session:
            self.of = a_round(
                session, size, size, wanted=wanted, capacity=chance.choice([1, 2, 2, 3])
            )
            self.run_id = self.of.run.id
            for challenge in self.of.challenges:
                a_notice(session, challenge=challenge, state=NoticeState.PUBLISHED)
            for number in range(size):
                for solution in {
                    number,
                    listed(size, number, chance.randrange(min(size, LISTED))),
                }:
                    choose(session, self.of, number, solution)

    def go(self) -> None:
        """Do something, if it is not refused."""
        acts = [self.prepare, self.send, self.accept, self.accept, self.accept, self.accept]
        acts += [self.decline, self.take_back, self.replace, self.lapse, self.work]
        acts += [self.withdraw] if self.random.random() < 0.3 else []
        acts += [self.lower] if self.random.random() < 0.3 else []
        self.do(self.random.choice(acts))

    def do(self, act: Callable[[Session], str]) -> None:
        """Do something stated, if it is not refused, and count it."""
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
        """Sides answer a tenth of what is open; of a large round few would be done else."""
        matches = self._all(session, MatchState.OFFERED)
        self.random.shuffle(matches)
        if not matches:
            raise AppError("There is none.")
        some = matches[: 1 + len(matches) // 10]
        for match in some:
            side = self.random.choice([one for one in Side if one not in match.answers])
            answer(session, self.of, match, side)
        confirmed = any(match.state is MatchState.CONFIRMED for match in some)
        return "confirm" if confirmed else "accept"

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
        place = self.random.choice(self.of.solutions).id
        if self.random.random() < 0.15:
            found = replacements.replacements(session, OPERATOR, match.id, self.settings)()
            assert all((one.cost or 0) >= 0 for one in found.candidates), "a negative cost"
            free = [one.solution.id for one in found.candidates if one.problem is None]
            place = free[0] if free else place
        new = NewReplacement(solution_id=place, answer_by=SOON)
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
        """Hold what must hold after each act; return what is confirmed now.

        Parameters
        ----------
        confirmed : set of UUID
            What was confirmed before the act.
        """
        with reading(self.database) as session:
            rows = session.exec(select(Match).where(Match.run_id == self.run_id)).all()
            states = dict(
                session.exec(
                    select(Submission.id, Submission.state).where(
                        Submission.programme_id == self.of.run.programme_id
                    )
                ).all()
            )
            public = session.exec(
                select(PublicNotice.challenge_id).where(
                    is_public(), PublicNotice.programme_id == self.of.run.programme_id
                )
            ).all()
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
                assert row.answers == dict.fromkeys(Side, Consent.YES), "confirmed by one"
            if row.state in HOLDS:
                sides = {states[row.challenge_id], states[row.solution_id]}
                assert sides <= TAKES_PART, "a match of somebody who has withdrawn"
        holding = [row for row in rows if row.state in HOLDS]
        for key, taken in Counter(row.solution_id for row in holding).items():
            # What was given before the capacity was lowered stays offered, and no more comes.
            assert taken <= max(capacities[key], self.given.get(key, 0)), "given too often"
        self.given = dict(Counter(row.solution_id for row in holding))
        wanted = Counter(row.challenge_id for row in holding)
        assert max(wanted.values(), default=0) <= self.wanted, "more than was wished for"
        asked = {one.id for one in self.of.challenges if states[one.id] in TAKES_PART}
        assert {*public} == asked, "a notice of a challenge that takes no part, or none of one"
        return now_confirmed


def check_letters(database: Database) -> None:
    """Hold that each side was told each thing once, and each letter was written."""
    with reading(database) as session:
        told = session.exec(select(MatchLetter)).all()
        written = session.exec(select(func.count()).select_from(Letter)).one()
    assert len({(one.match_id, one.side, one.kind) for one in told}) == len(told)
    assert sum(one.letters for one in told) == written, "letters that were not written"
