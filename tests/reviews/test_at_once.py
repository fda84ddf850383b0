"""Two who do the same at once: one of them is told, and nothing stands there twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlmodel import Session, select

from app.core.base.errors import AppError
from app.core.storage.database import Database, transaction
from app.programmes.models import Call
from app.reviews.models import Review
from app.reviews.schemas.reviews import NewReview, ReviewText
from app.reviews.service import assigning, steps, writing
from tests.reviews.people import TEXT, a_round, asked, staff

UseCase = Callable[[Session], object]


def outcomes(database: Database, *use_cases: UseCase) -> list[str]:
    """Carry use cases out at the same moment; return how each ended, in order."""
    barrier = Barrier(len(use_cases))

    def run(use_case: UseCase) -> str:
        barrier.wait()
        try:
            with transaction(database) as session:
                use_case(session)
        except AppError as refusal:
            return type(refusal).__name__
        return "done"

    with ThreadPoolExecutor(len(use_cases)) as pool:
        return sorted(pool.map(run, use_cases))


def test_of_two_who_ask_the_same_person_by_hand_one_is_told(
    session: Session, database: Database
) -> None:
    _, submission, (reviewer, _) = a_round(session)
    actor = staff(session)
    session.commit()
    assert reviewer.user_id is not None
    new = NewReview(submission_id=submission.id, user_id=reviewer.user_id)

    def by_hand(session: Session) -> object:
        return assigning.assign(session, actor, new)

    assert outcomes(database, by_hand, by_hand) == ["Conflict", "done"]
    assert len(session.exec(select(Review)).all()) == 1


def test_of_two_who_ask_by_the_same_plan_one_is_told(
    session: Session, database: Database
) -> None:
    call, _, _ = a_round(session)
    actor = staff(session)
    plan, key = assigning.preview(session, actor, call)(), call.id
    session.commit()

    def by_plan(session: Session) -> object:
        return assigning.store(session, actor, session.get_one(Call, key), plan)

    assert outcomes(database, by_plan, by_plan) == ["Stale", "done"]
    assert len(session.exec(select(Review)).all()) == 2


def test_of_two_windows_that_save_at_once_one_is_told(
    session: Session, database: Database
) -> None:
    _, submission, (reviewer, _) = a_round(session)
    review = asked(session, submission, reviewer)
    steps.take(session, reviewer, review.id, "accept")
    seen, key = writing.fingerprint(review), review.id
    session.commit()

    def saving(word: str) -> UseCase:
        text = ReviewText.model_validate(TEXT | {"comment_staff": word})
        return lambda session: writing.save(session, reviewer, key, text, seen=seen)

    assert outcomes(database, saving("One."), saving("Another.")) == ["Conflict", "done"]


def test_of_two_who_hand_in_at_once_one_is_told(session: Session, database: Database) -> None:
    _, submission, (reviewer, _) = a_round(session)
    review = asked(session, submission, reviewer)
    steps.take(session, reviewer, review.id, "accept")
    text = ReviewText.model_validate(TEXT)
    writing.save(session, reviewer, review.id, text, seen=writing.fingerprint(review))
    key = review.id
    session.commit()

    def handing_in(session: Session) -> object:
        return steps.take(session, reviewer, key, "submit")

    ended = outcomes(database, handing_in, handing_in)

    assert ended == ["TransitionNotAllowed", "done"]
