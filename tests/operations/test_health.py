"""Those who run the service ask whether it lives, is ready, which and how it is."""

from importlib.metadata import version
from pathlib import Path
from threading import Event

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage import audit, jobs
from app.core.storage.database import Database, connect
from app.main import create_app
from app.operations import migrating
from app.programmes.models import Programme
from app.settings import UNSAFE_CLUSTER, Settings
from app.worker import work
from tests.conftest import SignIn, a_client
from tests.factories import a_token, a_user

TOKEN = "a-monitor-of-the-ministry"  # noqa: S105 -- of this test


def near(app: object, host: str = "127.0.0.1") -> TestClient:
    """A client on this machine, or on another one."""
    return TestClient(app, client=(host, 50_000))  # type: ignore[arg-type]  # -- an ASGI application


def figures(client: TestClient, **headers: str) -> dict[str, float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if line[0] != "#"]
    return {name: float(value) for name, _, value in lines}


# --- the front door ---


def test_a_program_is_led_to_the_documentation_and_a_person_reads_what_this_is(
    client: TestClient,
) -> None:
    program = client.get("/")
    person = client.get("/", headers={"Accept": "text/html"})

    assert (program.status_code, program.url.path) == (200, "/docs")
    assert (person.status_code, str(person.url)) == (200, "http://testserver/")
    assert "another government has solved something like it" in person.text
    assert [answer.headers["vary"] for answer in (program.history[0], person)] == [
        "Accept",
        "Accept, Accept-Language, Cookie",
    ]


# --- alive, ready, which ---------------------------------------------------------------


def test_a_service_whose_database_answers_is_ready(client: TestClient) -> None:
    ready, which = client.get("/readyz"), client.get("/version")

    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ready", "schema": migrating.needed()},
    )
    assert which.json() == {"version": version("counterpart"), "schema": migrating.needed()}


def test_a_database_of_another_shape_is_not_ready_and_the_answer_says_so(
    client: TestClient, database: Database
) -> None:
    with database.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        answer = client.get("/readyz")
    finally:
        with database.writer.begin() as connection:
            connection.execute(
                text("UPDATE alembic_version SET version_num = :head"),
                {"head": migrating.needed()},
            )

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.json()["detail"] == (
        f"The database has the schema version 0001, and {migrating.needed()} is needed."
    )
    assert client.get("/livez").json() == {"status": "alive"}


def test_a_database_that_does_not_answer_is_not_named_to_strangers(tmp_path: Path) -> None:
    secret = tmp_path / "secret-folder" / "none.db"
    app = create_app(Settings(embedded_worker=False), connect(f"sqlite:///{secret}"))

    answer = TestClient(app).get("/readyz")

    assert (answer.status_code, answer.json()["detail"]) == (
        503,
        "The database does not answer.",
    )
    assert "secret-folder" not in answer.text


# --- figures ---------------------------------------------------------------------------


def test_requests_are_counted_by_operation_and_nothing_of_them_is_told(
    session: Session, settings: Settings, database: Database
) -> None:
    user = a_user(session, Role.STAFF, email="ann@example.org")
    client = near(create_app(settings, database))
    client.headers["authorization"] = f"Bearer {a_token(session, user)}"
    session.commit()
    before = figures(client)

    for path in ("challenges?q=Ann", "challenges", "calls", "challenges/CH-2020-001"):
        client.get(f"/api/v1/{path}")
    client.get("/nothing-here")
    client.request("BREW", "/livez")
    told = client.get("/metrics").text
    after = figures(client)

    requests = {
        name.removeprefix("counterpart_requests_total"): value
        for name, value in after.items()
        if name.startswith("counterpart_requests_total") and "metrics" not in name
    }
    assert not any("total" in name and "counterpart" in name for name in before)
    assert requests == {
        '{method="GET",operation="list_challenges",status="200"}': 2.0,
        '{method="GET",operation="list_calls",status="200"}': 1.0,
        '{method="GET",operation="read_challenge",status="404"}': 1.0,
        '{method="GET",operation="none",status="404"}': 1.0,
        '{method="other",operation="livez",status="405"}': 1.0,
    }
    assert after['counterpart_request_seconds_count{operation="list_challenges"}'] == 2.0
    for word in ("Ann", "ann@", "CH-2020", "nothing-here", "BREW", str(user.id)):
        assert word not in told


def test_figures_tell_of_jobs_and_of_the_audit_chain(
    session: Session, settings: Settings, database: Database
) -> None:
    for _ in range(2):
        jobs.enqueue(session, "none", requested_by=None)
    audit.record(session, None, "add", "user", a_user(session).id)
    session.commit()

    told = figures(near(create_app(settings, database)))

    assert told['counterpart_jobs{state="queued"}'] == 2
    assert told['counterpart_jobs{state="running"}'] == 0
    assert told["counterpart_audit_events"] == 1


def test_figures_are_there_while_the_database_is_not(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path}/no/such.db")

    told = figures(near(create_app(Settings(embedded_worker=False), database)))

    assert "process_cpu_seconds_total" in told
    assert not any(name.startswith("counterpart_jobs") for name in told)


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("192.0.2.7", {}),
        ("testclient", {}),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}),
        ("::1", {"X-Real-IP": "127.0.0.1"}),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}),
        ("127.0.0.1", {"Via": "1.1 proxy"}),
    ],
)
def test_without_a_token_figures_stay_on_this_machine(
    settings: Settings, database: Database, host: str, headers: dict[str, str]
) -> None:
    client = near(create_app(settings, database), host)

    answer = client.get("/metrics", headers=headers)

    absent = client.get("/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert answer.json() == absent.json() | {"instance": "/metrics"}


@pytest.mark.parametrize("public", ["https://counterpart.example.org", "http://192.0.2.7:8000"])
def test_without_a_token_figures_are_for_nobody_where_people_come_by_another_address(
    url: str, database: Database, public: str
) -> None:
    """A proxy on this machine that adds nothing to what it hands on looks like a neighbour."""
    settings = Settings(database_url=url, embedded_worker=False, public_url=public)

    answer = near(create_app(settings, database)).get("/metrics")

    assert answer.status_code == 404


def test_a_cluster_that_is_spoken_with_in_the_clear_is_warned_of(
    url: str, database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def cluster(scheduler: str) -> Settings:
        return Settings(
            database_url=url,
            embedded_worker=False,
            matching_backend="dask",
            matching_scheduler=scheduler,
            model_folder=tmp_path,
        )

    stopped = Event()
    stopped.set()
    told = {}
    for scheduler in ("tcp://10.0.0.1:8786", "tls://10.0.0.1:8786"):
        settings = cluster(scheduler)
        work(database, settings, stopped)
        told[scheduler[:3]] = near(create_app(settings, database)).get("/readyz").json()

    [line] = [r for r in caplog.records if r.message == "settings are not safe"]
    assert line.levelname == "WARNING"
    assert told["tcp"]["warnings"] == [UNSAFE_CLUSTER]
    assert "warnings" not in told["tls"]


def test_with_a_token_figures_are_for_who_presents_it(url: str, database: Database) -> None:
    settings = Settings(database_url=url, embedded_worker=False, metrics_token=SecretStr(TOKEN))
    app = create_app(settings, database)

    assert figures(near(app, "192.0.2.7"), Authorization=f"Bearer {TOKEN}")
    for said in ("", TOKEN, "Bearer ", f"Bearer {TOKEN}x", "Bearer schön"):
        headers = {b"Authorization": said.encode()}
        assert near(app).get("/metrics", headers=headers).status_code == 404
    assert TOKEN not in repr(settings)


# --- reading only ----------------------------------------------------------------------


def test_a_service_that_only_reads_refuses_every_change_and_says_for_how_long(
    url: str, database: Database, session: Session, as_user: SignIn
) -> None:
    token = a_token(session, a_user(session, Role.STAFF))
    session.commit()
    app = create_app(
        Settings(database_url=url, embedded_worker=False, read_only=True), database
    )
    client = a_client(app, {"Authorization": f"Bearer {token}"})

    read = client.get("/api/v1/programmes")
    refused = client.post("/api/v1/programmes", json={"code": "new", "title": "A new one"})

    assert read.status_code == 200
    assert (refused.status_code, refused.json()["code"]) == (503, "read-only")
    assert session.exec(select(Programme)).all() == []
