"""The record of who did what is a chain: whatever is done to a row of it is found and named."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session, col, delete, select, update

from app.core.base.errors import Conflict
from app.core.storage import audit, audit_reasons, audit_verification
from app.core.storage.audit import GENESIS, AuditEvent, AuditHead, digest_of
from app.core.storage.audit_reasons import AuditReason
from app.core.storage.audit_verification import BrokenChain, Flaw, Head
from app.core.storage.database import Database, reading, transaction
from app.programmes.models import Programme
from tests.factories import a_programme

ANN, SUBJECT = uuid4(), uuid4()
EVENTS = 6


@pytest.fixture
def chain(session: Session) -> Session:
    """A chain of some events."""
    for number in range(EVENTS):
        audit.record(session, ANN, f"step-{number}", "challenge", SUBJECT, reason="Why?", n=1)
    session.commit()
    return session


def events(session: Session) -> list[AuditEvent]:
    return list(session.exec(select(AuditEvent).order_by(col(AuditEvent.id))))


def found(session: Session, published: str | None = None) -> tuple[Flaw, int]:
    with pytest.raises(BrokenChain) as refusal:
        audit_verification.verify(session, published)
    return refusal.value.flaw, refusal.value.number


# --- a chain that is whole ---------------------------------------------------------------


def test_each_event_carries_the_hash_of_the_one_before(chain: Session) -> None:
    written = events(chain)

    assert [event.id for event in written] == list(range(1, EVENTS + 1))
    assert [e.previous for e in written] == [GENESIS, *(e.digest for e in written[:-1])]
    assert [digest_of(e.model_dump(), e.previous) for e in written] == [
        event.digest for event in written
    ]
    assert audit_verification.head(chain) == Head(EVENTS, written[-1].digest)
    assert audit_verification.verify(chain) == audit_verification.head(chain)


def test_a_chain_without_events_is_whole(session: Session) -> None:
    assert (
        audit_verification.verify(session)
        == Head(0, GENESIS)
        == audit_verification.head(session)
    )
    assert audit_verification.verify(session, GENESIS) == Head(0, GENESIS)


def test_a_chain_holds_every_hash_that_was_published_of_it(chain: Session) -> None:
    published = [event.digest for event in events(chain)]

    for digest in published:
        assert audit_verification.verify(chain, digest).number == EVENTS


def test_an_event_exists_together_with_what_was_done(database: Database) -> None:
    def create_and_fail() -> None:
        with transaction(database) as session:
            programme = a_programme(session)
            audit.record(session, ANN, "create", "programme", programme.id)
            raise Conflict("Not now.")

    with pytest.raises(Conflict):
        create_and_fail()
    with transaction(database) as session:
        kept = a_programme(session)
        audit.record(session, None, "create", "programme", kept.id)

    with reading(database) as session:
        assert session.exec(select(Programme.id)).all() == [kept.id]
        assert [(e.id, e.subject_id) for e in events(session)] == [(1, kept.id)]
        assert audit_verification.verify(session).number == 1


def test_what_was_taken_back_waits_for_no_later_transaction(session: Session) -> None:
    for end in (session.rollback, session.close):
        audit.record(session, ANN, "create", "programme", SUBJECT)
        session.exec(select(AuditHead)).all()
        end()

    audit.record(session, ANN, "publish", "call", SUBJECT)
    session.commit()
    session.commit()

    assert [event.action for event in events(session)] == ["publish"]


def test_a_savepoint_takes_no_event(session: Session) -> None:
    with session.begin_nested(), pytest.raises(RuntimeError, match="savepoint"):
        audit.record(session, ANN, "create", "programme", SUBJECT)


def test_an_event_outlives_a_savepoint_that_is_taken_back(session: Session) -> None:
    audit.record(session, ANN, "create", "programme", SUBJECT)
    savepoint = session.begin_nested()
    savepoint.rollback()
    with session.begin_nested():
        pass
    session.commit()

    assert [event.action for event in events(session)] == ["create"]
    assert audit_verification.verify(session).number == 1


def test_many_writers_at_once_write_one_chain(database: Database) -> None:
    writers, rounds = 8, 5
    start = Barrier(writers)

    def write(number: int) -> None:
        start.wait()
        for turn in range(rounds):
            with transaction(database) as session:
                a_programme(session, code=f"programme-{number}-{turn}")
                for name in ("create", "publish"):
                    audit.record(session, UUID(int=number), name, "programme", SUBJECT)

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))

    with reading(database) as session:
        written = events(session)
        assert audit_verification.verify(session).number == len(written) == writers * rounds * 2
    assert [e.actor_id for e in written[::2]] == [e.actor_id for e in written[1::2]]


# --- whatever is done to it --------------------------------------------------------------

EDITS: dict[str, st.SearchStrategy[Any]] = {
    "at": st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=9)),
    "actor_id": st.one_of(st.none(), st.uuids()),
    "action": st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9),
    "subject_kind": st.sampled_from(["solution", "challenge ", ""]),
    "subject_id": st.uuids(),
    "facts": st.one_of(
        st.just({}), st.just({"reason": "Why?", "n": 2}), st.just({"reason": "Why?", "n": "1"})
    ),
    "previous": st.text("0123456789abcdef", min_size=64, max_size=64),
    "digest": st.text("0123456789abcdef", min_size=64, max_size=64),
    "id": st.sampled_from([-1, 0, EVENTS + 1, 1000]),
}


@given(data=st.data(), number=st.integers(1, EVENTS), column=st.sampled_from(sorted(EDITS)))
@settings(
    deadline=None,
    derandomize=True,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_edit_of_one_row_is_found(
    chain: Session, data: st.DataObject, number: int, column: str
) -> None:
    row = chain.exec(select(AuditEvent).where(AuditEvent.id == number)).one()
    value = data.draw(EDITS[column])
    before = getattr(row, column)
    changed = before + value if column == "at" else value
    chain.execute(
        update(AuditEvent).where(col(AuditEvent.id) == number).values({column: changed})
    )

    try:
        if changed == before:
            assert audit_verification.verify(chain).number == EVENTS
        else:
            flaw, where = found(chain)
            assert flaw in {Flaw.CHANGED, Flaw.REMOVED, Flaw.ADDED}
            assert where in [number, changed]
    finally:
        chain.rollback()


@pytest.mark.parametrize(
    ("column", "nonsense"),
    [("facts", "'nonsense'"), ("at", "'nonsense'"), ("subject_id", "'x'"), ("action", "x'ff'")],
)
def test_a_value_that_cannot_even_be_read_is_named(
    chain: Session, column: str, nonsense: str
) -> None:
    if chain.get_bind().dialect.name != "sqlite":
        column, nonsense = "facts", "'[]'"  # of another type PostgreSQL stores none

    chain.execute(text(f"UPDATE audit_event SET {column} = {nonsense} WHERE id = 3"))  # noqa: S608 -- words of this test

    assert found(chain) == (Flaw.CHANGED, 3)


def removed(session: Session, number: int, *, hidden: bool) -> None:
    session.execute(delete(AuditEvent).where(col(AuditEvent.id) == number))
    if hidden:
        for later in range(number + 1, EVENTS + 1):
            renumber(session, later, later - 1)
        session.execute(update(AuditHead).values(last=EVENTS - 1))


def renumber(session: Session, number: int, wanted: int) -> None:
    session.execute(update(AuditEvent).where(col(AuditEvent.id) == number).values(id=wanted))


@pytest.mark.parametrize("number", range(1, EVENTS))
@pytest.mark.parametrize("hidden", [False, True])
def test_a_removed_row_is_named(chain: Session, number: int, hidden: bool) -> None:
    removed(chain, number, hidden=hidden)

    assert found(chain) == (Flaw.REMOVED, number)


def swapped(session: Session) -> None:
    for number, wanted in ((2, 99), (4, 2), (99, 4)):
        renumber(session, number, wanted)


def moved_back(session: Session) -> None:
    for number, wanted in ((2, 99), (3, 2), (4, 3), (99, 4)):
        renumber(session, number, wanted)


def moved_forward(session: Session) -> None:
    for number, wanted in ((4, 99), (3, 4), (2, 3), (99, 2)):
        renumber(session, number, wanted)


@pytest.mark.parametrize("move", [swapped, moved_back, moved_forward])
def test_rows_in_another_order_are_named(
    chain: Session, move: Callable[[Session], None]
) -> None:
    move(chain)

    assert found(chain) == (Flaw.REORDERED, 2)


@pytest.mark.parametrize("place", [1, 3, EVENTS + 1])
@pytest.mark.parametrize("with_its_hash", [True, False])
def test_an_added_row_is_named(chain: Session, place: int, with_its_hash: bool) -> None:
    for later in range(EVENTS, place - 1, -1):
        renumber(chain, later, later + 1)
    forged(chain, place, with_its_hash=with_its_hash)

    assert found(chain) == (Flaw.ADDED if with_its_hash else Flaw.CHANGED, place)


def forged(session: Session, place: int, *, with_its_hash: bool) -> None:
    before = session.exec(select(AuditEvent.digest).where(AuditEvent.id == place - 1)).first()
    event = AuditEvent(
        id=place,
        action="select",
        subject_kind="challenge",
        subject_id=SUBJECT,
        previous="",
        digest="",
    )
    event.previous = before or GENESIS
    event.digest = digest_of(event.model_dump(), event.previous) if with_its_hash else "0" * 64
    session.add(event)
    session.flush()


def test_a_cut_end_is_named_by_the_stored_head(chain: Session) -> None:
    chain.execute(delete(AuditEvent).where(col(AuditEvent.id) > 4))

    assert found(chain) == (Flaw.REMOVED, 5)


def test_a_head_with_another_hash_is_named(chain: Session) -> None:
    chain.execute(update(AuditHead).values(digest="f" * 64))

    assert found(chain) == (Flaw.CHANGED, EVENTS)


def test_a_head_that_is_gone_is_named(chain: Session) -> None:
    chain.execute(delete(AuditHead))

    assert found(chain) == (Flaw.ADDED, 1)


def rewritten(session: Session, first: int) -> None:
    """Change an event and write everything behind it again, the end too."""
    digest = events(session)[first - 2].digest
    for event in events(session)[first - 1 :]:
        event.action = "nothing"
        event.previous = digest
        event.digest = digest = digest_of(event.model_dump(), digest)
    session.execute(update(AuditHead).values(digest=digest))
    session.flush()


def cut(session: Session, last: int) -> None:
    """Cut the chain, with its end."""
    session.execute(delete(AuditEvent).where(col(AuditEvent.id) > last))
    session.execute(update(AuditHead).values(last=last, digest=events(session)[-1].digest))


@pytest.mark.parametrize("forge", [rewritten, cut])
def test_a_chain_written_anew_is_told_by_a_published_hash_alone(
    chain: Session, forge: Callable[[Session, int], None]
) -> None:
    published = audit_verification.head(chain).digest
    forge(chain, 4)

    assert audit_verification.verify(chain).number in {4, EVENTS}
    assert found(chain, published)[0] is Flaw.REWRITTEN


def test_a_long_chain_is_read_in_pieces(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_verification, "BATCH", 2)
    for _ in range(5):
        audit.record(session, ANN, "create", "challenge", SUBJECT)
    session.commit()

    assert audit_verification.verify(session).number == 5
    renumber(session, 5, 6)
    assert found(session) == (Flaw.REMOVED, 5)


@pytest.fixture(autouse=True)
def _nothing_left(session: Session) -> Iterator[None]:
    """Let go of what a test has forged, so that the database can be emptied."""
    yield
    session.rollback()


# --- reasons, which stand beside it ------------------------------------------------------


def test_a_reason_is_in_no_event_and_the_same_one_has_another_hash_each_time(
    chain: Session,
) -> None:
    facts = [event.facts["reason"] for event in events(chain)]

    assert "Why?" not in str(facts)
    assert len({fact["sha256"] for fact in facts}) == EVENTS
    assert {row.text for row in chain.exec(select(AuditReason))} == {"Why?"}


@pytest.mark.parametrize("changed", [{"text": "Because."}, {"salt": "0" * 64}])
def test_a_reason_that_was_changed_is_found(chain: Session, changed: dict[str, str]) -> None:
    third = events(chain)[2].facts["reason"]["id"]

    chain.execute(
        update(AuditReason).where(col(AuditReason.id) == UUID(third)).values(**changed)
    )

    assert found(chain) == (Flaw.CHANGED, 3)


def test_a_chain_whose_reasons_were_erased_is_whole(chain: Session) -> None:
    published = audit_verification.head(chain).digest

    audit_reasons.erase_by(chain, ANN)
    chain.commit()

    assert chain.exec(select(AuditReason)).all() == []
    assert audit_verification.verify(chain, published).number == EVENTS
