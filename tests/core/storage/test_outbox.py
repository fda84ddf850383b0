"""Letters: handed to a real mail server once, again when it fails, and read where none is."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from app.access.policy import Role
from app.core.base.clock import now
from app.core.storage import outbox
from app.core.storage.database import Database
from app.core.storage.outbox import Letter, LetterState, MailServer
from app.settings import Settings
from app.worker import work_once
from tests.conftest import SignIn
from tests.factories import a_user
from tests.processes import free_port, until

SERVER = Path(__file__).with_name("mail_server.py")


@contextmanager
def mail_server(folder: Path, *, refuse: str = "") -> Iterator[MailServer]:
    """A real SMTP server in a process of its own, which keeps what it takes as files."""
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, str(SERVER), str(port), str(folder), refuse]
    )

    def answers() -> bool:
        assert process.poll() is None
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(answers)
        yield MailServer("127.0.0.1", port, "none", "counterpart@example.org")
    finally:
        process.terminate()
        process.wait(10)


def a_letter(session: Session, **fields: object) -> Letter:
    given = {
        "event_id": uuid4(),
        "user_id": uuid4(),
        "recipient": "ann@example.org",
        "subject": "Ein Brief, où ça",
        "body": "Guten Tag,\n\n.\nhttps://counterpart.example.org/invitation?code=" + "x" * 90,
    }
    letter = outbox.write(session, **{**given, **fields})  # type: ignore[arg-type]  # -- as each test names them
    session.commit()
    return letter


def received(folder: Path) -> list[Message]:
    return [
        message_from_bytes(path.read_bytes(), policy=default)
        for path in sorted(folder.glob("*.eml"))
    ]


def text_of(message: Message) -> str:
    content = message.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode().replace("\r\n", "\n").rstrip("\n")


@pytest.mark.server
def test_a_letter_arrives_as_it_was_written_and_once(
    session: Session, database: Database, tmp_path: Path
) -> None:
    letter = a_letter(session)

    with mail_server(tmp_path) as server:
        sent = [outbox.send_next(database, server) for _ in range(2)]

    session.refresh(letter)
    (message,) = received(tmp_path)
    assert sent == [True, False]
    assert outbox.state_of(letter) is LetterState.SENT
    assert (message["From"], message["To"]) == ("counterpart@example.org", "ann@example.org")
    assert message["Subject"] == "Ein Brief, où ça"
    assert message["Message-ID"] == f"<{letter.id}@example.org>"
    assert text_of(message) == letter.body


@pytest.mark.server
def test_the_text_of_a_letter_that_lets_in_is_removed_when_it_was_sent(
    session: Session, database: Database, tmp_path: Path
) -> None:
    letter = a_letter(session, confidential=True)

    with mail_server(tmp_path) as server:
        outbox.send_next(database, server)

    session.refresh(letter)
    assert letter.body == ""
    assert "code=xxx" in text_of(received(tmp_path)[0])


@pytest.mark.server
def test_two_workers_send_each_letter_once(
    session: Session, database: Database, tmp_path: Path
) -> None:
    for _ in range(6):
        a_letter(session)
    start = Barrier(2)

    def work(server: MailServer) -> int:
        start.wait()
        return sum(iter(lambda: outbox.send_next(database, server), False))

    with mail_server(tmp_path) as server, ThreadPoolExecutor(2) as pool:
        sent = sum(pool.map(work, [server, server]))

    assert sent == 6
    assert len(received(tmp_path)) == len({m["Message-ID"] for m in received(tmp_path)}) == 6


@pytest.mark.server
def test_a_letter_that_fails_is_tried_again_later_and_given_up_in_the_end(
    session: Session, database: Database, tmp_path: Path
) -> None:
    letter = a_letter(session)
    distances = []

    with mail_server(tmp_path, refuse="451 Not now") as server:
        for _ in range(len(outbox.DISTANCES) + 1):
            assert outbox.send_next(database, server)
            session.refresh(letter)
            if letter.due_at is not None:
                distances.append(letter.due_at - letter.updated_at)
                assert not outbox.send_next(database, server)
                letter.due_at = now()
                session.commit()

    assert [round(d / timedelta(minutes=1)) for d in distances] == [
        d / timedelta(minutes=1) for d in outbox.DISTANCES
    ]
    assert outbox.state_of(letter) is LetterState.FAILED
    assert received(tmp_path) == []


@pytest.mark.server
@pytest.mark.parametrize("host", ["127.0.0.1", "no..host"])
def test_a_server_that_is_away_or_misspelt_costs_nothing_but_time(
    session: Session, database: Database, tmp_path: Path, host: str
) -> None:
    letter = a_letter(session)
    away = MailServer(host, free_port(), "none", "counterpart@example.org")

    tried = outbox.send_next(database, away)
    session.refresh(letter)
    letter.due_at = now()
    session.commit()
    with mail_server(tmp_path) as server:
        sent = outbox.send_next(database, server)

    session.refresh(letter)
    assert (tried, sent, letter.attempts) == (True, True, 2)
    assert len(received(tmp_path)) == 1


@pytest.mark.server
def test_a_letter_of_a_worker_that_died_is_sent_by_another_when_its_claim_has_ended(
    session: Session, database: Database, tmp_path: Path
) -> None:
    letter = a_letter(session)
    letter.claim, letter.due_at, letter.attempts = uuid4(), now() + outbox.LEASE, 1
    session.commit()

    with mail_server(tmp_path) as server:
        before = outbox.send_next(database, server)
        letter.due_at = now()
        session.commit()
        after = outbox.send_next(database, server)

    assert (before, after, len(received(tmp_path))) == (False, True, 1)


@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("field", ["recipient", "subject"])
def test_nothing_reaches_into_the_head_of_a_letter(
    session: Session, field: str, breaks: str
) -> None:
    written = f"ann@example.org{breaks}Bcc: everybody@example.org"

    with pytest.raises(ValueError, match=r"linefeed|newline|carriage"):
        a_letter(session, **{field: written})

    session.rollback()
    assert session.exec(select(Letter)).all() == []


@pytest.mark.parametrize(
    ("recipient", "to"),
    [
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@straße.example", "ann@xn--strae-oqa.example"),  # and not strasse.example
        ("jörg@example.org", "jörg@example.org"),  # nothing but SMTPUTF8 can carry this
    ],
)
def test_a_host_of_any_script_is_written_so_that_every_server_takes_it(
    session: Session, recipient: str, to: str
) -> None:
    letter = a_letter(session, recipient=recipient)

    assert outbox.message_of(letter, sender="counterpart@example.org")["To"] == to


@pytest.mark.server
def test_the_worker_sends_what_waits_once_a_server_is_set(
    session: Session,
    database: Database,
    settings: Settings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    letter = a_letter(session)
    caplog.set_level("INFO")

    without = work_once(database, settings)
    with mail_server(tmp_path) as server:
        changes = {
            "smtp_host": server.host,
            "smtp_port": server.port,
            "smtp_security": "none",
            "mail_from": "office@example.org",
        }
        worked = [work_once(database, settings.model_copy(update=changes)) for _ in range(2)]

    session.refresh(letter)
    assert (without, worked) == (False, [True, False])
    assert outbox.state_of(letter) is LetterState.SENT
    assert [message["From"] for message in received(tmp_path)] == ["office@example.org"]
    assert "letter sent" in caplog.text
    assert "example.org" not in caplog.text


@pytest.mark.parametrize("role", list(Role))
def test_staff_read_what_waits_and_links_are_for_who_looks_after_users(
    session: Session, as_user: SignIn, role: Role
) -> None:
    client = as_user(a_user(session, role))
    plain, link = a_letter(session, body="Hello"), a_letter(session, confidential=True)

    listed = client.get("/api/v1/outbox", params={"state": "waiting"})
    alone = [client.get(f"/api/v1/outbox/{x.id}") for x in (plain, link)]
    absent = client.get(f"/api/v1/outbox/{uuid4()}")

    if role not in {Role.STAFF, Role.LEAD, Role.ADMIN}:
        assert {a.status_code for a in (listed, absent, *alone)} == {403}
        return
    bodies = {item["id"]: item["body"] for item in listed.json()["items"]}
    shown = link.body if role is Role.ADMIN else None
    assert bodies == {str(plain.id): "Hello", str(link.id): shown}
    assert [a.json()["body"] for a in alone] == ["Hello", shown]
    assert absent.status_code == 404
    assert client.get("/api/v1/outbox", params={"state": "sent"}).json()["items"] == []
