"""Each place is given once, whatever is corrected, answered and promoted, in whatever order."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Event, Thread
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, col, select

from app.access.policy import Actor, Role
from app.core.base.clock import now
from app.core.base.errors import AppError, Conflict, Unprocessable
from app.core.storage.database import Database, reading, transaction
from app.core.storage.outbox import Letter
from app.decisions import queries
from app.decisions.lifecycle import DecisionOutcome, DecisionState
from app.decisions.models import Decision
from app.decisions.schemas import NewDecision
from app.decisions.service import drafts, places, steps
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.schemas import StepTaken
from app.submissions.service import steps as submissions
from app.submissions.service.history import history
from tests.factories import a_call, a_challenge, a_programme, a_user, decided

SOON = datetime(2100, 6, 14, 16, tzinfo=UTC)
STAFF = Actor(uuid4(), {Role.STAFF: frozenset({uuid4()})})
SELECTED, RESERVE = DecisionOutcome.SELECTED, DecisionOutcome.RESERVE


def a_lead() -> Actor:
    return Actor(uuid4(), {Role.LEAD: frozenset({uuid4()})}, confirmed_at=now())


def a_call_with(session: Session, *outcomes: DecisionOutcome) -> list[Submission]:
    """Submissions of one call, each released with its outcome."""
    call = a_call(session, programme_id=a_programme(session).id)
    rows = []
    for outcome in outcomes:
        rows.append(a_challenge(session, call_id=call.id, state=State.ELIGIBLE))
        decided(session, rows[-1], outcome=outcome, answer_by=SOON)
    return rows


def answer(session: Session, row: Submission, step: str) -> None:
    team = Actor(UUID(int=7), {Role.MEMBER: frozenset({row.organisation_id})})
    submissions.take(session, team, row.kind, row.id, step, StepTaken())


def draft(
    session: Session, row: Submission, outcome: DecisionOutcome = SELECTED, **said: Any
) -> Decision:
    fields = {"reasons": "We mixed two up.", "feedback": "We are sorry: we mixed two up."}
    new = NewDecision(submission_id=row.id, outcome=outcome, **fields | said)
    return drafts.draft(session, STAFF, new)


def approved(session: Session, row: Submission, *outcome: DecisionOutcome, **said: Any) -> UUID:
    """A correction that waits to be released."""
    decision = draft(session, row, *outcome, **said)
    steps.take(session, STAFF, decision.id, "hand-over")
    steps.take(session, a_lead(), decision.id, "approve")
    return decision.id


def correct(
    session: Session, row: Submission, *outcome: DecisionOutcome, **said: Any
) -> Decision:
    key = approved(session, row, *outcome, **said)
    return steps.take(session, a_lead(), key, "correct")


@pytest.mark.parametrize("reached", ["draft", "ready", "approved"])
def test_a_place_whose_team_has_answered_after_all_is_not_given(
    session: Session, reached: str
) -> None:
    silent, reserve = a_call_with(session, SELECTED, RESERVE)
    silent.answer_by = now() - timedelta(seconds=1)
    promotion = draft(session, reserve, in_place_of=silent.code)
    following = [(STAFF, "hand-over"), (a_lead(), "approve"), (a_lead(), "correct")]
    for who, step in following[: ["draft", "ready", "approved"].index(reached)]:
        steps.take(session, who, promotion.id, step)
    correct(session, silent, answer_by=SOON)
    answer(session, silent, "accept")
    who, step = following[["draft", "ready", "approved"].index(reached)]

    _, offers = steps.offers(session, who, promotion)
    with pytest.raises(Conflict, match="has given no place of this call back"):
        steps.take(session, who, promotion.id, step)

    assert [one.open for one in offers if one.name == step] == [False]
    assert (silent.state, reserve.state) == (State.ACCEPTED, State.RESERVE)
    assert promotion.state == reached


def test_who_moved_up_keeps_the_place_when_their_words_are_corrected(session: Session) -> None:
    gone, first, second = a_call_with(session, SELECTED, RESERVE, RESERVE)
    a_user(session, organisation_id=first.organisation_id)
    answer(session, gone, "decline")
    correct(session, first, in_place_of=gone.code)

    corrected = correct(session, first)

    letters = session.exec(select(Letter.subject).order_by(col(Letter.created_at))).all()
    assert corrected.in_place_of_id == gone.id
    assert places.free_places(session, STAFF, gone.call_id) == []
    assert [subject.partition(" " + first.code)[0] for subject in letters] == [
        "A place has become free for",
        "A correction of the decision about",
    ]
    with pytest.raises(Unprocessable, match="not free"):
        draft(session, second, in_place_of=gone.code)


def test_a_place_comes_back_when_who_moved_up_is_not_selected_after_all(
    session: Session,
) -> None:
    gone, first, second = a_call_with(session, SELECTED, RESERVE, RESERVE)
    answer(session, gone, "decline")
    correct(session, first, in_place_of=gone.code)

    correct(session, first, RESERVE)
    correct(session, second, in_place_of=gone.code)

    assert (first.state, second.state) == (State.RESERVE, State.SELECTED)


def test_a_team_whose_place_is_taken_is_not_selected_again(session: Session) -> None:
    gone, reserve = a_call_with(session, SELECTED, RESERVE)
    answer(session, gone, "decline")
    waiting = approved(session, gone, answer_by=SOON)
    correct(session, reserve, in_place_of=gone.code)
    told = f"{reserve.code} has got the place of {gone.code}"

    with pytest.raises(Conflict, match=told):
        steps.take(session, a_lead(), waiting, "correct")
    steps.take(session, STAFF, waiting, "revise")
    steps.take(session, STAFF, waiting, "discard")
    with pytest.raises(Unprocessable) as refusal:
        draft(session, gone)
    correct(session, gone, DecisionOutcome.NOT_SELECTED)
    with pytest.raises(Unprocessable):
        draft(session, gone)

    (error,) = refusal.value.errors
    assert error.pointer == "/outcome"
    assert error.detail.startswith(told)
    assert (gone.state, reserve.state) == (State.NOT_SELECTED, State.SELECTED)


@pytest.mark.parametrize("outcome", DecisionOutcome)
def test_a_place_that_was_handed_on_does_not_come_back_behind_whom_it_went_to(
    session: Session, outcome: DecisionOutcome
) -> None:
    gone, first, second = a_call_with(session, SELECTED, RESERVE, RESERVE)
    answer(session, gone, "decline")
    correct(session, first, in_place_of=gone.code, answer_by=SOON)
    answer(session, first, "decline")
    correct(session, second, in_place_of=first.code)

    with pytest.raises(Unprocessable, match="not free"):
        draft(session, first, outcome)

    assert places.free_places(session, STAFF, gone.call_id) == []


def test_an_answer_at_the_instant_in_which_a_place_is_given_is_refused(
    session: Session,
) -> None:
    silent, reserve = a_call_with(session, SELECTED, RESERVE)
    silent.answer_by = now() - timedelta(seconds=1)
    session.flush()
    seen = silent.version

    correct(session, reserve, in_place_of=silent.code)

    assert silent.version == seen + 1


def test_a_silent_team_loses_the_place_that_another_one_gets_and_is_told(
    session: Session,
) -> None:
    silent, reserve = a_call_with(session, SELECTED, RESERVE)
    silent.answer_by = now() - timedelta(seconds=1)
    member = a_user(session, Role.MEMBER, organisation_id=silent.organisation_id)
    session.flush()

    correct(session, reserve, in_place_of=silent.code)
    session.commit()

    assert (silent.state, reserve.state) == (State.DECLINED, State.SELECTED)
    assert [one.step for one in history(session, silent)][-1] == "lose-place"
    (letter,) = session.exec(select(Letter).where(Letter.user_id == member.id)).all()
    about = f'{silent.code}, "{silent.title}"'
    assert letter.subject == f"The place of {about}, went to another team"


def test_of_two_who_give_one_place_at_once_one_does(
    session: Session, database: Database
) -> None:
    gone, reserve = a_call_with(session, SELECTED, RESERVE)
    answer(session, gone, "decline")
    again = approved(session, gone, answer_by=SOON)
    moving = approved(session, reserve, in_place_of=gone.code)
    session.commit()
    has_looked, refusals = Event(), []

    def give_back() -> None:
        has_looked.wait(10)
        try:
            with transaction(database) as other:
                steps.take(other, a_lead(), again, "correct")
        except AppError as refusal:
            refusals.append(type(refusal))

    second = Thread(target=give_back)
    second.start()
    with transaction(database) as one:
        steps.take(one, a_lead(), moving, "correct")
        has_looked.set()
        # Without a lock the other one is through by then, and has seen no taker.
        second.join(0.5)
    second.join(10)

    session.expire_all()
    assert refusals == [Conflict]
    assert (gone.state, reserve.state) == (State.DECLINED, State.SELECTED)


WALKS: Final = 30
PLACES: Final = 2
"""How many teams of a walk are selected by the release; three more are held in reserve."""


class Walk:
    """People and teams who do what comes to their mind, with the places of one call.

    What it does not do is to select one more team without a place: that is to give one more.
    """

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.random = database, Random(seed)  # noqa: S311 -- not a secret
        self.done: Counter[str] = Counter()
        with transaction(database) as session:
            outcomes = [SELECTED] * PLACES + [RESERVE] * 3
            self.keys = [row.id for row in a_call_with(session, *outcomes)]

    def go(self) -> None:
        """Take one step, if it is not refused."""
        act = self.random.choice([self.answer, self.be_silent, self.decide, self.end])
        try:
            with transaction(self.database) as session:
                done = act(session)
        except AppError as refusal:
            done = type(refusal).__name__
        self.done[done] += 1

    def answer(self, session: Session) -> str:
        step = self.random.choice(["accept", "decline", "decline", "withdraw"])
        answer(session, self._one(session, State.SELECTED), step)
        return step

    def be_silent(self, session: Session) -> str:
        self._one(session, State.SELECTED).answer_by = now() - timedelta(seconds=1)
        return "be silent"

    def decide(self, session: Session) -> str:
        """Correct a decision, or promote a reserve; whole, or as far as its approval."""
        row = session.get_one(Submission, self.random.choice(self.keys))
        released = queries.of_submission(session, row.id, {DecisionState.RELEASED})
        outcome = self.random.choice([SELECTED, SELECTED, SELECTED, RESERVE])
        said: dict[str, Any] = {}
        if outcome is SELECTED:
            said["answer_by"] = self.random.choice([SOON, None])
            is_selected = released is not None and released.outcome is SELECTED
            had_a_place = row.id in self.keys[:PLACES] or is_selected
            if not had_a_place or (row.state is State.RESERVE and self.random.random() < 0.5):
                free = places.free_places(session, STAFF, row.call_id)
                if free:
                    said["in_place_of"] = self.random.choice(free).id
                elif not had_a_place:
                    return "nothing"
        key = approved(session, row, outcome, **said)
        if self.random.random() < 0.6:
            steps.take(session, a_lead(), key, "correct")
        return "promote" if "in_place_of" in said else "correct"

    def end(self, session: Session) -> str:
        """Release a correction that waits."""
        ours = col(Decision.submission_id).in_(self.keys)
        waiting = select(Decision).where(ours, Decision.state == DecisionState.APPROVED)
        made = session.exec(waiting.order_by(col(Decision.code))).all()
        if not made:
            return "nothing"
        steps.take(session, a_lead(), self.random.choice(made).id, "correct")
        return "release what waited"

    def _one(self, session: Session, state: State) -> Submission:
        ours = col(Submission.id).in_(self.keys)
        found = select(Submission).where(ours, Submission.state == state)
        rows = session.exec(found.order_by(col(Submission.code))).all()
        if not rows:
            raise Conflict("There is none.")
        return self.random.choice(rows)

    def holding(self) -> list[str]:
        """Who is selected or has accepted.

        Who was silent, and whose place another one has got, is selected by name alone: they
        can accept no more.
        """
        with reading(self.database) as session:
            rows = session.exec(select(Submission).where(col(Submission.id).in_(self.keys)))
            given = select(Decision.in_place_of_id).where(
                Decision.state == DecisionState.RELEASED,
                col(Decision.in_place_of_id).in_(self.keys),
            )
            over = {*session.exec(given)}
            return [
                row.code
                for row in rows
                if row.state is State.ACCEPTED
                or (row.state is State.SELECTED and not (row.id in over and is_late(row)))
            ]


def is_late(row: Submission) -> bool:
    return row.answer_by is not None and row.answer_by <= now()


@pytest.mark.slow
def test_in_whatever_order_no_more_are_selected_than_places_were_released(
    database: Database,
) -> None:
    done: Counter[str] = Counter()

    for seed in range(WALKS):
        walk = Walk(database, seed)
        for _ in range(30):
            walk.go()
            assert len(walk.holding()) <= PLACES, (seed, walk.done)
        done += walk.done

    # Each of these was met: the walks went where places are given twice if nobody looks.
    met = {"accept", "decline", "withdraw", "be silent", "promote", "correct"}
    assert met | {"release what waited", "Conflict", "Unprocessable"} <= {*done}
    assert done["promote"] >= WALKS
