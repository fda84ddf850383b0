"""The migrations make exactly what the models say, down and up again, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from unicodedata import normalize
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlmodel import SQLModel, col, func, select

from app import models
from app.accounts import service as accounts
from app.accounts.models import Token, User
from app.core.base.clock import now
from app.core.base.errors import Conflict, NotFound, NotSignedIn, Unavailable
from app.core.base.text import comparable
from app.core.storage import audit, audit_verification
from app.core.storage.database import Database, connect, reading, transaction
from app.decisions.lifecycle import DecisionState
from app.decisions.models import Decision
from app.events.kinds import EventKind, EventSubject
from app.events.models import Event
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import MatchRun, Verdict
from app.operations import migrating
from app.organisations.models import Organisation
from app.submissions.lifecycle import State
from app.submissions.models import Submission, SubmissionText
from app.webhooks.lifecycle import WebhookScope
from app.webhooks.models import Delivery, Webhook
from tests.conftest import engine_of
from tests.factories import (
    a_challenge,
    a_decision,
    a_run,
    a_suggestion,
    a_token,
    a_user,
    an_organisation,
)
from tests.processes import counterpart, finished
from tests.world import World, people

SCRIPTS = ScriptDirectory(str(migrating.MIGRATIONS))
HEAD = SCRIPTS.get_current_head()


@pytest.fixture
def new(new_url: str) -> Iterator[Database]:
    database = connect(new_url)
    yield database
    database.dispose()


def down_to(revision: str) -> str:
    """Return how many steps it is from the newest shape down to a version."""
    return f"-{len(list(SCRIPTS.iterate_revisions('head', revision)))}"


def is_postgres(database: Database) -> bool:
    return database.writer.dialect.name == "postgresql"


def tables(database: Database) -> set[str]:
    return set(inspect(database.writer).get_table_names())


def test_an_empty_database_gets_every_table_of_the_models(new: Database) -> None:
    assert migrating.migrate(new) == (None, HEAD)

    assert models.__doc__
    assert tables(new) == {*SQLModel.metadata.tables, "alembic_version"}
    migrating.require_current(new)


def test_the_models_and_the_migrations_agree(new: Database) -> None:
    migrating.migrate(new)

    with new.writer.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_second_time_changes_nothing(new: Database) -> None:
    migrating.migrate(new)
    with transaction(new) as session:
        challenge = a_challenge(session)

    assert migrating.migrate(new) == (HEAD, HEAD)

    with transaction(new) as session:
        assert session.get_one(type(challenge), challenge.id) == challenge


def test_what_was_there_is_searched_and_names_are_composed(new: Database) -> None:
    migrating.migrate(new)
    with transaction(new) as session:
        titles = [f"ÉCOLE {number}" for number in range(3)]
        written = {a_challenge(session, title=title).id: title for title in titles}
        owners = [
            an_organisation(session, name=name, country=country)
            for name, country in [("L'Été", "FR"), ("Eau", "FR"), ("Eau", "BE")]
        ]
        owners[0].name = "L'E\u0301te\u0301"
        names = {owner.id: owner.name for owner in owners}
    migrating.migrate(new, down_to("0013"), drop_data=True)

    migrating.migrate(new)

    with reading(new) as session:
        found = {
            text.submission_id: text.words for text in session.exec(select(SubmissionText))
        }
        assert {key: words.partition("\n")[0] for key, words in found.items()} == {
            key: title.lower() for key, title in written.items()
        }
        for key, name in names.items():
            owner = session.get_one(Organisation, key)
            assert owner.name == normalize("NFC", name)
            assert owner.name_read == comparable(name)


def test_organisations_that_read_the_same_already_stay_and_no_other_joins_them(
    new: Database,
) -> None:
    migrating.migrate(new, "0014")
    names = ["Eau", "EAU", "eau", "Eau"]
    countries = ["FR", "FR", "FR", "BE"]
    with new.writer.begin() as connection:
        for number, (name, country) in enumerate(zip(names, countries, strict=True)):
            connection.execute(
                text(
                    "INSERT INTO organisation (id, version, created_at, updated_at, name,"
                    " country, level, name_read) VALUES (:id, 1, :at, :at, :name, :country,"
                    " 'other', 'eau')"
                ),
                {
                    "id": uuid4() if is_postgres(new) else uuid4().hex,
                    "at": f"2026-01-0{number + 1} 00:00:00+00:00",
                    "name": name,
                    "country": country,
                },
            )

    migrating.migrate(new)

    statement = select(Organisation).order_by(col(Organisation.created_at))
    with transaction(new) as session:
        found = session.exec(statement).all()
        assert [(one.name, one.twin) for one in found] == [
            *(("Eau", 0), ("EAU", 1), ("eau", 2), ("Eau", 0))
        ]
        found[2].name = "Eaux"
    with reading(new) as session:
        assert [one.twin for one in session.exec(statement)] == [0, 1, 0, 0]
    with pytest.raises(Conflict), transaction(new) as session:
        an_organisation(session, name="EaU", country="FR")


def test_who_is_there_has_chosen_no_language_and_no_zone(new: Database) -> None:
    migrating.migrate(new)
    with transaction(new) as session:
        key = a_user(session, name="Ann", language="fr", zone="Europe/Paris").id
    migrating.migrate(new, down_to("0015"), drop_data=True)

    migrating.migrate(new)

    with reading(new) as session:
        user = session.get_one(User, key)
        assert (user.name, user.language, user.zone) == ("Ann", None, None)


def test_one_step_down_and_up_again_ends_at_the_same_shape(new: Database) -> None:
    migrating.migrate(new)
    before = tables(new)

    _, down = migrating.migrate(new, "-1", drop_data=True)
    with pytest.raises(Conflict):
        migrating.require_current(new)
    up = migrating.migrate(new)

    assert down != HEAD
    assert up == (down, HEAD)
    assert tables(new) == before


def test_all_the_way_down_leaves_nothing_of_ours(new: Database) -> None:
    migrating.migrate(new)

    with pytest.raises(Conflict, match="drops every table"):
        migrating.migrate(new, "base")
    assert migrating.migrate(new) == (HEAD, HEAD)
    assert migrating.migrate(new, "base", drop_data=True) == (HEAD, None)

    assert tables(new) == {"alembic_version"}
    assert migrating.migrate(new) == (None, HEAD)


def test_events_that_were_written_before_the_chain_are_chained(new: Database) -> None:
    migrating.migrate(new, "0002")
    with new.writer.begin() as connection:
        for number in (3, 7, 8):  # what was refused had taken the numbers between
            connection.execute(
                text(
                    "INSERT INTO audit_event (id, at, action, subject_kind, subject_id, facts)"
                    " VALUES(:number, '2026-01-01 09:00:00.5+00:00', 'add', 'call', :key, '{}')"
                ),
                {"number": number, "key": uuid4().hex},
            )

    migrating.migrate(new)

    with transaction(new) as session:
        audit.record(session, None, "publish", "call", uuid4())
    with reading(new) as session:
        assert audit_verification.verify(session).number == 4


def test_a_migration_that_fails_leaves_the_database_as_it_was(new: Database) -> None:
    last = SQLModel.metadata.sorted_tables[-1]
    with new.writer.begin() as connection:
        connection.execute(text(f"CREATE TABLE {last.name} (id INTEGER)"))
    before = tables(new)

    with pytest.raises(Unavailable, match="already exists"):
        migrating.migrate(new)

    assert tables(new) == before


@pytest.mark.parametrize("revision", ["nosuch", "-99", "+99", "-x", "", "@"])
def test_a_version_that_is_not_there_is_refused(new: Database, revision: str) -> None:
    with pytest.raises(NotFound) as refusal:
        migrating.migrate(new, revision)

    assert refusal.value.detail == f"There is no version {revision} to go to from nothing."
    assert tables(new) == set()


def test_a_database_without_a_shape_is_refused_with_the_remedy(new: Database) -> None:
    with pytest.raises(Conflict) as refusal:
        migrating.require_current(new)

    assert (refusal.value.detail, refusal.value.remedy) == (
        f"The database has the schema version none, and {HEAD} is needed.",
        "Run `counterpart migrate` first.",
    )


def test_a_database_of_a_newer_version_is_left_alone(new: Database) -> None:
    migrating.migrate(new)
    with new.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for use in (migrating.require_current, migrating.migrate):
        with pytest.raises(Conflict) as refusal:
            use(new)

        assert (refusal.value.detail, refusal.value.remedy) == (
            "The database has the schema version 9999, which this version does not know.",
            "Start the newer version that made it, or go back to a backup.",
        )


@pytest.mark.server
def test_four_processes_that_migrate_at_once_all_succeed(new: Database, new_url: str) -> None:
    processes = [counterpart("migrate", COUNTERPART_DATABASE_URL=new_url) for _ in range(4)]

    ends = [finished(process) for process in processes]

    assert [(code, errors) for code, _, errors in ends] == [(0, "")] * 4
    assert sorted(printed for _, printed, _ in ends) == [
        *[f"The database is at {HEAD}.\n"] * 3,
        f"The database went from nothing to {HEAD}.\n",
    ]
    migrating.require_current(new)


def test_a_run_that_found_no_assignment_gets_the_state_that_says_so(new: Database) -> None:
    migrating.migrate(new)
    with transaction(new) as session:
        runs = [a_run(session, assignment={"reason": why}) for why in (None, "Too few.")]
    migrating.migrate(new, down_to("0002"))

    migrating.migrate(new)

    with transaction(new) as session:
        states = [session.get_one(MatchRun, run.id).state for run in runs]
    assert states == ["complete", "no_solution"]

    migrating.migrate(new, down_to("0002"))

    with new.reader.connect() as connection:
        assert set(connection.execute(text("SELECT state FROM match_run")).scalars()) == {
            "complete"
        }


def test_verdicts_on_listed_pairs_survive_the_shape_that_knows_no_others(new: Database) -> None:
    migrating.migrate(new)
    with transaction(new) as session:
        run = a_run(session)
        listed = [a_suggestion(session, run) for _ in range(2)]
        pairs = [(one.challenge_id, one.solution_id) for one in listed]
        kept, *_ = verdicts = [
            Verdict(
                run_id=run.id,
                challenge_id=challenge_id,
                solution_id=solution_id,
                number=1,
                outcome=Outcome.CHOSEN,
                reason="So.",
            )
            for challenge_id, solution_id in (*pairs[:1], (pairs[0][0], pairs[1][1]))
        ]
        session.add_all(verdicts)

    migrating.migrate(new, down_to("0004"))
    migrating.migrate(new)

    with transaction(new) as session:
        (found,) = session.exec(select(Verdict)).all()
        assert found.model_dump() == kept.model_dump()


def test_rows_of_every_kind_outlive_the_way_down_and_up_again(new: Database) -> None:
    migrating.migrate(new)
    with transaction(new) as session:
        people(World(cast(Any, None), {}, []), session)
    kept = ("organisation", "membership", "token", "submission", "match_run", "suggestion")

    def counted() -> dict[str, int]:
        with new.reader.connect() as connection:
            return {
                name: connection.execute(
                    select(func.count()).select_from(SQLModel.metadata.tables[name])
                ).scalar_one()
                for name in kept
            }

    before = counted()
    for _ in SCRIPTS.iterate_revisions("head", "0001"):
        migrating.migrate(new, "-1")
        assert counted() == before
    migrating.migrate(new)

    assert counted() == before
    assert min(before.values()) > 0


def test_what_webhooks_are_told_of_newer_kinds_is_gone_in_the_shape_before(
    new: Database,
) -> None:
    migrating.migrate(new)
    wanted = [EventKind.CALL_INVITED, EventKind.MEETING_FIXED, EventKind.SUBMISSION_RECEIVED]
    with transaction(new) as session:
        both, newer = (
            Webhook(
                owner_id=a_user(session).id,
                scope=WebhookScope.OWN,
                url="https://hooks.example.org/",
                kinds=[*kinds],
                sealed="x",
            )
            for kinds in (wanted, wanted[:2])
        )
        told = [Event(kind=kind, subject=EventSubject.CALL, spread_at=now()) for kind in wanted]
        session.add_all([both, newer, *told])
        session.flush()
        session.add_all(
            Delivery(webhook_id=webhook.id, event_id=event.id)
            for webhook in (both, newer)
            for event in told
        )
        session.flush()
        left, received = both.id, told[2].id

    migrating.migrate(new, down_to("0041"))

    with new.reader.connect() as connection:
        tables = SQLModel.metadata.tables
        kinds = connection.execute(
            select(tables["webhook"].c.id, tables["webhook"].c.kinds)
        ).all()
        events = connection.execute(select(tables["event"].c.id)).scalars().all()
        delivered = connection.execute(
            select(tables["delivery"].c.webhook_id, tables["delivery"].c.event_id)
        ).all()
    assert [tuple(row) for row in kinds] == [(left, [EventKind.SUBMISSION_RECEIVED])]
    assert events == [received]
    assert [tuple(row) for row in delivered] == [(left, received)]


def test_a_narrow_token_ends_on_the_way_to_a_shape_that_would_make_it_wide(
    new: Database,
) -> None:
    migrating.migrate(new)
    with transaction(new) as session:
        user = a_user(session)
        wide = a_token(session, user)
        narrow = a_token(session, user, scopes=["organisation:read"])

    migrating.migrate(new, down_to("0004"))
    migrating.migrate(new)

    with reading(new) as session:
        assert accounts.authenticate(session, wide).user_id == user.id
        with pytest.raises(NotSignedIn):
            accounts.authenticate(session, narrow)


def test_a_language_that_nobody_states_was_english_in_the_shape_before(new: Database) -> None:
    migrating.migrate(new)
    with transaction(new) as session:
        keys = [a_challenge(session, language=stated).id for stated in (None, "fr")]

    def languages() -> list[str | None]:
        with reading(new) as session:
            return [session.get_one(Submission, key).language for key in keys]

    before = languages()
    migrating.migrate(new, down_to("0007"))
    migrating.migrate(new)

    assert (before, languages()) == ([None, "fr"], ["en", "fr"])


def test_a_row_that_refers_to_none_stops_a_migration_of_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'lost.db'}"
    database = connect(url)
    migrating.migrate(database)
    with engine_of(url).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO membership(id, version, created_at, updated_at, user_id,"
                " organisation_id, role) VALUES(:a, 1, '2026-01-01', '2026-01-01', :a, :a,"
                " 'member')"
            ),
            {"a": "0" * 32},
        )

    with pytest.raises(Conflict, match="leave rows of membership that refer to no row of"):
        migrating.migrate(database)

    database.dispose()


def test_the_versions_are_those_that_alembic_walks_through() -> None:
    walked = ScriptDirectory(str(migrating.MIGRATIONS)).walk_revisions()

    assert migrating.needed() == next(iter(walked)).revision
    for script in walked:
        migrating.require_known(script.revision)


# --- under a service that runs -----------------------------------------------------------


def test_a_service_that_runs_is_not_changed_under_its_feet(
    new: Database, new_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "OTHERS_MAY_TAKE", 0.3)
    migrating.migrate(new, "0009")
    service = connect(new_url)

    with reading(service) as session:
        session.connection()
        with pytest.raises(Conflict, match="is in use") as refusal:
            migrating.migrate(new)
    service.dispose()
    with new.reader.connect() as connection:
        found = migrating.current(connection)
    after = migrating.migrate(new)

    assert "stop the service" in refusal.value.remedy
    assert (found, after) == ("0009", ("0009", HEAD))


def test_a_database_that_is_current_is_left_alone_whoever_uses_it(
    new: Database, new_url: str
) -> None:
    migrating.migrate(new)
    service = connect(new_url)

    with reading(service) as session:
        session.connection()
        assert migrating.migrate(new) == (HEAD, HEAD)

    service.dispose()


@pytest.mark.server
def test_four_processes_that_migrate_an_earlier_shape_at_once_all_succeed(
    new: Database, new_url: str
) -> None:
    migrating.migrate(new, "0009")
    new.dispose()
    processes = [counterpart("migrate", COUNTERPART_DATABASE_URL=new_url) for _ in range(4)]

    ends = [finished(process) for process in processes]

    assert [(code, errors) for code, _, errors in ends] == [(0, "")] * 4
    assert f"The database went from 0009 to {HEAD}.\n" in [printed for _, printed, _ in ends]
    migrating.require_current(new)


def test_reasons_of_before_stay_in_their_events_and_the_chain_is_whole(new: Database) -> None:
    migrating.migrate(new, "0011")
    event: dict[str, Any] = {
        "id": 1,
        "at": now(),
        "actor_id": None,
        "action": "set-aside",
        "subject_kind": "challenge",
        "subject_id": uuid4(),
        "facts": {"before": "submitted", "reason": "An old one"},
        "previous": audit.GENESIS,
    }
    event["digest"] = audit.digest_of(event, audit.GENESIS)
    with transaction(new) as session:
        session.add(audit.AuditEvent(**event))
        session.add(audit.AuditHead(last=1, digest=event["digest"]))

    migrating.migrate(new)

    with transaction(new) as session:
        audit.record(session, None, "return", "challenge", uuid4(), reason="A new one")
    with reading(new) as session:
        assert audit_verification.verify(session, event["digest"]).number == 2
        old, later = session.exec(select(audit.AuditEvent).order_by(audit.AuditEvent.id))  # type: ignore[arg-type]  # -- a column
    assert old.facts == {"before": "submitted", "reason": "An old one"}
    assert "A new one" not in str(later.facts)


def test_what_was_decided_before_is_a_released_decision_and_no_token_gains_a_scope(
    new: Database,
) -> None:
    migrating.migrate(new)
    with transaction(new) as session:
        told = {
            state: a_challenge(session, state=state, message=f"It is {state}.", language=None)
            for state in (State.ELIGIBLE, State.SELECTED, State.NOT_SELECTED)
        }
        keys = {row.id: state for state, row in told.items()}
        user = a_user(session)
        a_token(session, user, scopes=["submission:decide", "run:read"])
        a_token(session, user, scopes=None)
    migrating.migrate(new, down_to("0022"), drop_data=True)

    migrating.migrate(new)

    with reading(new) as session:
        decisions = session.exec(select(Decision)).all()
        scopes = session.exec(select(Token.scopes)).all()
        assert {(keys[one.submission_id], one.outcome.value) for one in decisions} == {
            (State.SELECTED, "selected"),
            (State.NOT_SELECTED, "not_selected"),
        }
        assert {one.state for one in decisions} == {DecisionState.RELEASED}
        assert {one.feedback for one in decisions} == {
            "It is selected.",
            "It is not_selected.",
        }
        assert {one.language for one in decisions} == {"en"}
        assert {(one.drafted_by, one.approved_by) for one in decisions} == {(None, None)}
        assert sorted(scopes, key=str) == [None, ["run:read"]]


def test_who_drafted_a_decision_has_written_it(new: Database) -> None:
    migrating.migrate(new)
    with transaction(new) as session:
        drafter = a_user(session).id
        drafted = a_decision(session, drafted_by=drafter).id
        nobodys = a_decision(session).id
    migrating.migrate(new, down_to("0026"), drop_data=True)

    migrating.migrate(new)

    with reading(new) as session:
        writers = {one.id: one.writers for one in session.exec(select(Decision))}
    assert writers == {drafted: [str(drafter)], nobodys: []}


def test_states_that_an_earlier_shape_does_not_know_become_the_nearest_one(
    new: Database,
) -> None:
    migrating.migrate(new)
    nearest = {
        State.RESERVE: State.NOT_SELECTED,
        State.LEARNING_TRACK: State.NOT_SELECTED,
        State.ACCEPTED: State.SELECTED,
        State.DECLINED: State.WITHDRAWN,
    }
    with transaction(new) as session:
        for state in nearest:
            a_challenge(session, state=state, answer_by=now())

    migrating.migrate(new, down_to("0022"), drop_data=True)

    with new.reader.connect() as connection:
        stored = connection.execute(text("SELECT state FROM submission")).scalars().all()
    assert sorted(stored) == sorted(state.value for state in nearest.values())
