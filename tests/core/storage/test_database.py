"""Transactions keep what they promise, on SQLite and PostgreSQL alike."""

import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.access.policy import OPERATOR, Role
from app.core.base.errors import (
    Conflict,
    Failure,
    TransitionNotAllowed,
    Unavailable,
    Unprocessable,
)
from app.core.http.database_sessions import SessionDep
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database, connect, reading, transaction
from app.main import create_app
from app.organisations.models import Organisation
from app.programmes.lifecycle import CallState
from app.programmes.models import Call, Programme
from app.settings import Settings
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from app.submissions.schemas import ChallengeContent, NewChallenge, StepTaken
from app.submissions.service import drafts, steps
from tests.conftest import SignIn, engine_of
from tests.factories import (
    a_call,
    a_challenge,
    a_programme,
    a_user,
    an_organisation,
    organisation_of,
    themes,
)

ROUNDS = 20


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same moment; return what each returned or raised."""
    barrier = threading.Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return work()
        except Conflict as refusal:
            return refusal

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(one, works))


def test_what_a_block_wrote_is_there_for_readers_afterwards(database: Database) -> None:
    with transaction(database) as session:
        made = a_programme(session, title="Kept")

    with reading(database) as session:
        assert session.get_one(Programme, made.id).title == "Kept"


def test_a_block_that_raises_leaves_nothing_behind(database: Database) -> None:
    def refused() -> None:
        with transaction(database) as session:
            a_programme(session)
            raise OSError("no")

    with pytest.raises(OSError, match="no"):
        refused()

    with reading(database) as session:
        assert session.exec(select(Programme)).all() == []


def test_who_reads_cannot_write(database: Database) -> None:
    def write() -> None:
        with reading(database) as session:
            a_programme(session)

    # SQLite says so with an operational error, PostgreSQL with an internal one.
    with pytest.raises((Unavailable, DBAPIError)):
        write()

    with reading(database) as session:
        assert session.exec(select(Programme)).all() == []


def test_who_reads_sees_one_state_of_the_data_and_does_not_wait_for_a_writer(
    database: Database,
) -> None:
    with reading(database) as seen:
        before = seen.exec(select(Programme)).all()
        with transaction(database) as session:
            a_programme(session)
        after = seen.exec(select(Programme)).all()

    assert before == after == []


def test_who_changes_what_somebody_else_has_changed_is_told(
    session: Session, database: Database
) -> None:
    row = a_programme(session, title="Before")
    session.commit()

    def change_late() -> None:
        with transaction(database) as writing:
            stale = writing.get_one(Programme, row.id)
            stale.title = "Mine"
            # Somebody has counted the version on, as an update would.
            writing.connection().execute(text("UPDATE programme SET version = version + 1"))

    with pytest.raises(Conflict) as refusal:
        change_late()

    assert refusal.value.detail == "Somebody else changed this at the same moment."
    session.expire_all()
    assert (row.title, row.version) == ("Before", 1)


def test_each_change_counts_the_version_and_tells_when(
    session: Session, database: Database
) -> None:
    row = a_programme(session)
    session.commit()
    made = row.updated_at

    with transaction(database) as writing:
        writing.get_one(Programme, row.id).title = "Changed"

    session.expire_all()
    assert row.version == 2
    assert row.updated_at > made
    assert row.created_at < row.updated_at


def test_a_row_like_one_that_is_there_is_a_conflict(database: Database) -> None:
    with transaction(database) as session:
        a_programme(session, code="twice")

    def again() -> None:
        with transaction(database) as writing:
            a_programme(writing, code="twice")

    with pytest.raises(Conflict):
        again()


def refers_to_nothing(session: Session) -> None:
    a_call(session, programme_id=uuid4())


def lacks_what_it_must_have(session: Session) -> None:
    a_programme(session, title=None)


def breaks_a_rule_of_its_table(session: Session) -> None:
    call = a_call(session)
    fields = {"call_id": call.id, "programme_id": call.programme_id, "title": "Canary"}
    a_challenge(session, **fields, state=State.SUBMITTED, submitted_at=None)


@pytest.mark.parametrize(
    ("write", "named"),
    [
        (refers_to_nothing, ("FOREIGN KEY", "fk_call_programme_id_programme")),
        (lacks_what_it_must_have, ("title", "title")),
        (breaks_a_rule_of_its_table, ("submitted", "submitted")),
    ],
)
def test_a_row_that_breaks_a_promise_is_a_failure_of_ours_and_is_logged_without_the_row(
    database: Database,
    caplog: pytest.LogCaptureFixture,
    write: Callable[[Session], None],
    named: tuple[str, str],
) -> None:
    """It is nobody's doing, and a person who is told to try again would try for ever."""
    with pytest.raises(Failure) as failure, transaction(database) as session:
        write(session)

    (line,) = [r for r in caplog.records if r.message == "integrity violated"]
    assert line.levelname == "ERROR"
    assert any(word in vars(line)["constraint"] for word in named)
    told = "".join(traceback.format_exception(failure.value)) + str(vars(line))
    assert "Canary" not in told
    assert (failure.value.status, failure.value.__suppress_context__) == (500, True)


def test_an_instant_without_a_zone_is_refused(session: Session) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 -- that is the point

    with pytest.raises(StatementError, match="an instant needs a zone"):
        a_call(session, opens_at=naive)


def test_instants_are_kept_and_given_back_in_utc(session: Session) -> None:
    opens = datetime(2026, 3, 29, 3, tzinfo=timezone(timedelta(hours=2)))
    call = a_call(session, opens_at=opens)
    session.commit()
    session.expire_all()

    assert call.opens_at == opens
    assert call.opens_at.tzinfo is UTC
    assert call.opens_at.isoformat() == "2026-03-29T01:00:00+00:00"
    stored = session.connection().execute(text("SELECT opens_at FROM call")).scalar_one()
    assert str(stored).startswith("2026-03-29 01:00:00")


def test_every_connection_keeps_the_promises_of_its_database(url: str) -> None:
    database = connect(url)  # and not the one of the tests, which hurries
    on_sqlite = database.writer.dialect.name == "sqlite"
    settings = (
        ["journal_mode", "synchronous", "busy_timeout", "foreign_keys", "query_only"]
        if on_sqlite
        else [
            "lock_timeout",
            "statement_timeout",
            "idle_in_transaction_session_timeout",
            "transaction_read_only",
        ]
    )
    word = "PRAGMA" if on_sqlite else "SHOW"

    found = []
    for session_of in (transaction, reading):
        with session_of(database) as session:
            connection = session.connection()
            found.append(
                [connection.exec_driver_sql(f"{word} {s}").scalar_one() for s in settings]
            )
    database.dispose()

    if on_sqlite:  # synchronous: 2 is FULL
        assert found == [["wal", 2, 30_000, 1, 0], ["wal", 2, 30_000, 1, 1]]
    else:
        assert found == [["10s", "1min", "1min", "off"], ["10s", "1min", "1min", "on"]]


# --- a commit that fails ------------------------------------------------------------


@contextmanager
def deferred_constraint(database: Database) -> Iterator[Table]:
    """A table whose constraint speaks at the commit, and not before."""
    metadata = MetaData()
    parent = Table("parent", metadata, Column("id", Integer, primary_key=True))
    reference = ForeignKey(parent.c.id, deferrable=True, initially="DEFERRED")
    child = Table("child", metadata, Column("parent_id", Integer, reference))
    with database.writer.begin() as connection:
        metadata.create_all(connection)
    yield child
    with database.writer.begin() as connection:
        metadata.drop_all(connection)


def test_a_commit_that_fails_is_answered_as_an_error_and_never_as_done(
    settings: Settings, database: Database
) -> None:
    app = create_app(settings, database)
    with deferred_constraint(database) as child:

        @app.post("/late", status_code=201)
        def late(session: SessionDep) -> dict[str, str]:
            a_programme(session, code="late")
            session.connection().execute(child.insert().values(parent_id=7))
            return {"done": "yes"}

        answer = TestClient(app).post("/late")

    assert answer.status_code == 500
    assert answer.json()["detail"] == "Something failed on our side; it has been logged."
    with reading(database) as session:
        assert session.exec(select(Programme)).all() == []


# --- a database that does not answer -----------------------------------------------


def refused_by(database: Database) -> list[Any]:
    app = create_app(Settings(embedded_worker=False), database)
    client = TestClient(app, headers={"Authorization": "Bearer cpt_any"})
    answers = [client.get("/api/v1/me"), client.post("/api/v1/programmes", json={})]
    return [
        (a.status_code, a.headers["content-type"], a.headers["retry-after"], a.json())
        for a in answers
    ]


def unavailable(address: str) -> tuple[int, str, str, dict[str, Any]]:
    body = {
        "type": "urn:counterpart:problem:unavailable",
        "title": "Temporarily unavailable",
        "status": 503,
        "detail": "The database does not answer.",
        "instance": address,
        "code": "unavailable",
        "remedy": "Try again in a few seconds.",
        "errors": [],
    }
    return 503, "application/problem+json", "5", body


@pytest.mark.parametrize(
    "address", ["sqlite:////proc/no/such.db", "postgresql+psycopg://nobody@127.0.0.1:1/none"]
)
def test_a_database_that_cannot_be_reached_is_told_as_such(address: str) -> None:
    database = connect(address)

    assert refused_by(database) == [
        unavailable("/api/v1/me"),
        unavailable("/api/v1/programmes"),
    ]
    database.dispose()


def test_a_file_that_is_no_database_is_told_as_such_and_the_operator_learns_why(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "text.db").write_text("This is a letter and no database. " * 100)
    database = connect(f"sqlite:///{tmp_path / 'text.db'}")

    with caplog.at_level(logging.ERROR):
        assert refused_by(database)[0] == unavailable("/api/v1/me")

    assert vars(caplog.records[0])["reason"] == "file is not a database"
    database.dispose()


def test_a_database_that_stays_locked_is_told_as_such(
    url: str, session: Session, database: Database
) -> None:
    programme = a_programme(session)
    session.commit()
    holder = engine_of(url)
    on_sqlite = holder.dialect.name == "sqlite"
    # On SQLite for the one connection that writes, on PostgreSQL for a transaction.
    impatience = "PRAGMA busy_timeout=50" if on_sqlite else "SET LOCAL lock_timeout=50"

    def write() -> None:
        with transaction(database) as writing:
            writing.connection().exec_driver_sql(impatience)
            writing.get_one(Programme, programme.id).notes += "ours "

    write()
    with holder.connect() as connection:
        connection.execute(text("UPDATE programme SET notes = 'held'"))
        with pytest.raises(Unavailable):
            write()
        connection.rollback()

    holder.dispose()
    write()


def test_who_waits_too_long_for_a_connection_is_told_so(url: str) -> None:
    engine = engine_of(url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    database = Database(engine, engine, max_writers=1, max_readers=1)

    def second() -> None:
        with reading(database) as session:
            session.exec(select(Programme)).all()

    with engine.connect(), pytest.raises(Unavailable):
        second()
    engine.dispose()


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("", "This is not the address of a database."),
        ("file.db", "This is not the address of a database."),
        ("postgresql://host:port/x", "This is not the address of a database."),
        ("mysql://u:secret@h/x", "mysql is not a kind of database that can be used."),
        (
            "postgresql+psycopg2://h/x",
            "postgresql+psycopg2 is not a kind of database that can be used.",
        ),
        ("sqlite://", "A database in memory cannot be shared by readers and writers."),
        ("sqlite:///:memory:", "A database in memory cannot be shared by readers and writers."),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(
    address: str, problem: str
) -> None:
    with pytest.raises(Unprocessable) as refusal:
        connect(address)

    assert [(e.pointer, e.detail) for e in refusal.value.errors] == [
        ("COUNTERPART_DATABASE_URL", problem)
    ]


def test_an_error_of_the_database_does_not_tell_what_was_asked_for(database: Database) -> None:
    def ask() -> None:
        with reading(database) as session:
            session.connection().execute(
                text("SELECT * FROM nothing WHERE name = :name"), {"name": "Ann Example"}
            )

    with pytest.raises((Unavailable, DBAPIError)) as refusal:
        ask()

    assert "Ann Example" not in f"{refusal.value} {refusal.value.__cause__}"


# --- two at once ---------------------------------------------------------------------


def test_many_who_begin_drafts_at_once_get_codes_without_gaps_or_repeats(
    session: Session, database: Database
) -> None:
    team = a_user(session)
    owner = organisation_of(session, team)
    call = a_call(session)
    themes(session)
    session.commit()
    actor = type(OPERATOR)(team.id, {Role.MEMBER: frozenset({owner})})
    new = NewChallenge(
        call_id=call.id, title="Early warning", content=ChallengeContent(problem="Floods.")
    )

    def begin() -> str:
        with transaction(database) as writing:
            return drafts.create(writing, actor, Kind.CHALLENGE, new, most=20).code

    codes = [code for _ in range(5) for code in at_once(*[begin] * 4)]

    year = datetime.now(UTC).year
    assert sorted(codes) == [f"CH-{year}-{number:03}" for number in range(1, 21)]


def test_of_two_who_decide_about_a_submission_at_once_exactly_one_wins(
    session: Session, database: Database
) -> None:
    rows = [a_challenge(session, state=State.SUBMITTED).id for _ in range(ROUNDS)]
    session.commit()

    def deciding(key: UUID, step: str) -> Callable[[], State]:
        def decide() -> State:
            with transaction(database) as writing:
                said = StepTaken(reason="Because.")
                return steps.take(writing, OPERATOR, Kind.CHALLENGE, key, step, said).state

        return decide

    outcomes = [at_once(deciding(row, "pass"), deciding(row, "return")) for row in rows]

    for row, outcome in zip(rows, outcomes, strict=True):
        [state] = [end for end in outcome if isinstance(end, State)]
        [refusal] = [end for end in outcome if isinstance(end, Conflict)]
        assert isinstance(refusal, TransitionNotAllowed) or type(refusal) is Conflict
        assert session.get_one(Submission, row).state is state
        events = session.exec(select(AuditEvent).where(AuditEvent.subject_id == row)).all()
        assert [event.facts["after"] for event in events] == [state]


def test_of_two_who_move_a_call_at_once_exactly_one_wins_over_the_interface(
    session: Session, as_user: SignIn
) -> None:
    calls = [a_call(session, state=CallState.DRAFT) for _ in range(ROUNDS)]
    lead = as_user(a_user(session, Role.LEAD))

    for call in calls:
        address = f"/api/v1/calls/{call.id}/steps"
        answers = at_once(*[lambda a=address: lead.post(f"{a}/publish").status_code] * 2)

        assert sorted(answers) == [200, 409]
    states = session.exec(select(Call.state).where(col(Call.id).in_([c.id for c in calls])))
    assert set(states) == {CallState.PUBLISHED}


def test_two_organisations_of_one_name_are_not_made_at_once(
    session: Session, database: Database
) -> None:
    def make() -> UUID:
        with transaction(database) as writing:
            return an_organisation(writing, name="Ministry of Rivers", country="FR").id

    ends = at_once(make, make)

    assert sorted(isinstance(end, Conflict) for end in ends) == [False, True]
    assert len(session.exec(select(Organisation)).all()) == 1
