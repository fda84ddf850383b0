"""Two at once: of a last place one gets it, and a pair is prepared once."""

from collections.abc import Callable
from threading import Event, Thread

from sqlmodel import Session, col, select

from app.access.policy import OPERATOR
from app.core.base.errors import AppError, Conflict
from app.core.storage.database import Database, transaction
from app.matches.lifecycle import HOLDS
from app.matches.models import Match
from app.matches.schemas import NewOffers, NewPreparation, NewReplacement
from app.matches.service import offers, replacements
from tests.matches.rounds import SOON, a_round, answer, choose, letters, offered, prepared


def both(
    database: Database, first: Callable[[Session], object], second: Callable[[Session], object]
) -> list[type[AppError]]:
    """Let a second person begin while the transaction of the first is open; say what failed."""
    has_acted, refusals = Event(), list[type[AppError]]()

    def act() -> None:
        has_acted.wait(10)
        try:
            with transaction(database) as other:
                second(other)
        except AppError as refusal:
            refusals.append(type(refusal))

    thread = Thread(target=act)
    thread.start()
    with transaction(database) as one:
        first(one)
        has_acted.set()
        # Without a lock the other one is through by then, and has seen the place free.
        thread.join(0.5)
    thread.join(10)
    return refusals


def test_of_two_who_give_the_last_place_of_a_provider_one_does(
    session: Session, database: Database
) -> None:
    of = a_round(session, challenges=2, solutions=3)
    lost = offered(session, of, (0, 0), (1, 1))
    for match in lost:
        answer(session, of, match, "solution", "decline")
    session.commit()
    new = NewReplacement(solution_id=of.solutions[2].code, answer_by=SOON)
    keys = [match.id for match in lost]

    refusals = both(
        database,
        lambda one: replacements.replace(one, OPERATOR, keys[0], new),
        lambda other: replacements.replace(other, OPERATOR, keys[1], new),
    )

    session.expire_all()
    rows = session.exec(select(Match).where(col(Match.state).in_(HOLDS))).all()
    assert refusals == [Conflict]
    assert [row.solution_id for row in rows] == [of.solutions[2].id]
    assert len(letters(session)) == 4 + 2 + 2


def test_of_two_who_send_at_once_one_does(session: Session, database: Database) -> None:
    of = a_round(session)
    prepared(session, of, (0, 0), (1, 1))
    session.commit()
    new = NewOffers(run_id=of.run.id, answer_by=SOON)

    refusals = both(
        database,
        lambda one: offers.send(one, OPERATOR, new),
        lambda other: offers.send(other, OPERATOR, new),
    )

    assert refusals == [Conflict]
    assert len(letters(session)) == 4


def test_a_pair_that_two_prepare_at_once_is_prepared_once(
    session: Session, database: Database
) -> None:
    of = a_round(session)
    choose(session, of, 0, 0)
    session.commit()
    new = NewPreparation(run_id=of.run.id)

    both(
        database,
        lambda one: offers.prepare(one, OPERATOR, new),
        lambda other: offers.prepare(other, OPERATOR, new),
    )

    assert len(session.exec(select(Match)).all()) == 1
