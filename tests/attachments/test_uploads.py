"""Files that are sent: taken whole or not at all, within bounds, of people who are known."""

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import uuid4

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from sqlmodel import Session, func, select
from starlette.testclient import TestClient

from app.access.policy import Action
from app.attachments.models import Attachment, AttachmentPiece
from app.core.http.request_limits import UPLOADS
from app.main import create_app
from app.settings import Settings
from tests.attachments.conftest import Writer
from tests.attachments.samples import PDF, another
from tests.conftest import SignIn
from tests.factories import a_token, a_user
from tests.processes import in_this_process, until

BOUNDARY: Final = "b1"
FORM: Final = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def part(content: bytes, name: str = "plan.pdf", field: str = "file") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"'
    return head.encode() + b"\r\nContent-Type: text/html\r\n\r\n" + content + b"\r\n"


def body(content: bytes = PDF, name: str = "plan.pdf") -> bytes:
    return part(content, name) + f"--{BOUNDARY}--\r\n".encode()


def address(writer: Writer) -> str:
    return f"/api/v1/challenges/{writer.draft.code}/attachments"


def kept(session: Session) -> tuple[int, int]:
    session.rollback()
    counts = [
        session.exec(select(func.count()).select_from(table)).one()
        for table in (Attachment, AttachmentPiece)
    ]
    return counts[0], counts[1]


def limited(client: TestClient, **limits: Any) -> TestClient:
    app = client.app
    assert isinstance(app, FastAPI)
    app.state.settings = app.state.settings.model_copy(update=limits)
    return client


def test_a_file_is_sent_as_a_form_and_answers_a_question(
    writer: Writer, as_user: SignIn
) -> None:
    client = as_user(writer.user)
    files = {"file": ("Plan.png", PDF, "image/png")}  # neither its name nor its type is true

    answer = client.post(address(writer), files=files, data={"question": "plan"})
    again = client.post(address(writer), files=files, data={"question": "plan"})

    assert answer.status_code == 201
    made = answer.json()
    assert (made["name"], made["kind"], made["question"]) == ("Plan.pdf", "pdf", "plan")
    assert answer.headers["location"] == f"/api/v1/attachments/{made['id']}"
    assert again.json()["id"] == made["id"]
    listed = client.get(address(writer)).json()["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    challenge = client.get(f"/api/v1/challenges/{writer.draft.code}").json()
    assert challenge["answers"]["plan"] == ["Plan.pdf"]
    removed = client.post(f"/api/v1/attachments/{made['id']}/steps/remove")
    assert (removed.status_code, removed.json()["state"]) == (200, "removed")
    steps = client.get(f"/api/v1/attachments/{made['id']}/steps").json()
    assert [one["name"] for one in steps["steps"] if one["open"]] == ["put-back"]


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (body(), FORM, 201),
        (body(b"MZ\x90\0"), FORM, 422),
        (f"--{BOUNDARY}--\r\n".encode(), FORM, 422),
        (body()[:-60], FORM, 422),
        (part(PDF) + part(PDF), FORM, 415),
        (part(PDF, field="other") + f"--{BOUNDARY}--\r\n".encode(), FORM, 422),
        (b"nothing of the kind", FORM, 415),
        (body(), {"Content-Type": "multipart/form-data"}, 415),
        (body(), {"Content-Type": f"{FORM['Content-Type']}; charset=undefined"}, 415),
        (body(), FORM | {"Content-Encoding": "gzip"}, 415),
        (PDF, {"Content-Type": "application/pdf"}, 415),
        (b"{}", {"Content-Type": "application/json"}, 415),
    ],
)
def test_what_is_no_whole_form_with_one_file_is_refused_and_leaves_nothing(
    writer: Writer,
    as_user: SignIn,
    content: bytes,
    headers: dict[str, str],
    status: int,
) -> None:
    client = as_user(writer.user)

    answer = client.post(address(writer), content=content, headers=headers)

    assert answer.status_code == status, answer.text
    assert kept(writer.session) == ((1, 1) if status == 201 else (0, 0))


@pytest.mark.server
def test_a_file_beyond_the_limit_is_refused_as_it_goes_by(
    writer: Writer, as_user: SignIn
) -> None:
    settings = Settings(embedded_worker=False, max_file_bytes=50_000)
    app = create_app(settings, as_user(writer.user).app.state.database)  # type: ignore[attr-defined]  # -- it is a FastAPI
    secret = a_token(writer.session, writer.user)
    writer.session.commit()
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        yield part(PDF)[:-2]
        for _ in range(2_000):
            read += 100_000
            yield b" " * 100_000

    with in_this_process(app) as base:
        headers = FORM | {"Authorization": f"Bearer {secret}"}
        try:
            answer = httpx.post(base + address(writer), content=endless(), headers=headers)
        except httpx.TransportError:  # the service has hung up on what it does not want
            answer = None

    assert answer is None or answer.status_code == 413
    assert kept(writer.session) == (0, 0)
    assert read < 50_000_000


def test_nothing_is_read_of_who_is_not_known_or_lacks_the_scope(
    writer: Writer, as_user: SignIn
) -> None:
    client = as_user(writer.user)
    narrow = a_token(
        writer.session, writer.user, scopes=[one for one in Action if one != Action.DRAFT_WRITE]
    )
    stranger = a_token(writer.session, a_user(writer.session))
    writer.session.commit()

    def status(secret: str) -> int:
        headers = FORM | {"Authorization": f"Bearer {secret}"}
        return client.post(address(writer), content=body(), headers=headers).status_code

    found = [status("nobody"), status(narrow), status(stranger)]

    assert found == [401, 403, 404]
    assert kept(writer.session) == (0, 0)


@pytest.mark.server
@pytest.mark.parametrize("stage", ["in the head", "in the file"])
def test_an_upload_that_is_cut_short_leaves_neither_a_row_nor_a_file(
    writer: Writer, as_user: SignIn, stage: str, tmp_path: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    app = as_user(writer.user).app
    secret = a_token(writer.session, writer.user)
    writer.session.commit()
    sent = part(PDF + b"x" * 3_000_000)[: 40 if stage == "in the head" else 2_500_000]
    seen: list[int] = []

    with in_this_process(app) as base:
        host, port = base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as line:
            line.sendall(_head(writer, host, secret, 3_500_000) + sent)
            until(lambda: _uploads(app) == 1)
            seen.append(len([*tmp_path.iterdir()]))
        until(lambda: _uploads(app) == 0)
        alive = httpx.get(f"{base}/livez").status_code

    assert alive == 200
    assert kept(writer.session) == (0, 0)
    # The file in which it waited never had a name: a kill leaves none either.
    assert (seen, [*tmp_path.iterdir()]) == ([0], [])


def _head(writer: Writer, host: str, secret: str, length: int) -> bytes:
    """How a request begins that announces a body of some length."""
    return (
        f"POST {address(writer)} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {secret}\r\n"
        f"Content-Type: {FORM['Content-Type']}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def _uploads(app: Any) -> int:
    """How many files are on their way to a service."""
    layer = app.middleware_stack
    while not hasattr(layer, "uploads"):
        layer = layer.app
    count: int = layer.uploads
    return count


@pytest.mark.server
def test_of_files_that_arrive_at_once_no_more_are_kept_than_fit(
    writer: Writer, as_user: SignIn
) -> None:
    client = limited(as_user(writer.user), max_files=3)
    secret = a_token(writer.session, writer.user)
    writer.session.commit()
    statuses: list[int] = []
    barrier, path = threading.Barrier(8), address(writer)

    with in_this_process(client.app) as base:

        def send(number: int) -> None:
            headers = FORM | {"Authorization": f"Bearer {secret}"}
            barrier.wait()
            answer = httpx.post(
                base + path,
                content=body(another(number)),
                headers=headers,
                timeout=60,
            )
            statuses.append(answer.status_code)

        together(send, 8)

    assert sorted(statuses) == [201] * 3 + [409] * 5
    assert kept(writer.session) == (3, 3)


def together(act: Callable[[int], None], count: int) -> None:
    threads = [threading.Thread(target=act, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.server
def test_more_files_on_their_way_than_there_is_room_for_are_turned_away(
    writer: Writer, as_user: SignIn
) -> None:
    app = as_user(writer.user).app
    secret = a_token(writer.session, writer.user)
    writer.session.commit()
    lines: list[socket.socket] = []

    with in_this_process(app) as base:
        host, port = base.removeprefix("http://").split(":")
        head = _head(writer, host, secret, 5_000)
        for _ in range(UPLOADS):
            lines.append(socket.create_connection((host, int(port))))
            lines[-1].sendall(head)
        until(lambda: _uploads(app) == UPLOADS)
        headers = FORM | {"Authorization": f"Bearer {secret}"}
        full = httpx.post(base + address(writer), content=body(), headers=headers)
        other = httpx.get(f"{base}/livez")
        for line in lines:
            line.close()
        until(lambda: _uploads(app) == 0)
        then = httpx.post(base + address(writer), content=body(), headers=headers)

    assert (full.status_code, other.status_code, then.status_code) == (503, 200, 201)


@pytest.mark.server
def test_an_upload_in_slow_motion_is_ended(writer: Writer, as_user: SignIn) -> None:
    app = limited(as_user(writer.user), max_upload_seconds=0.2).app
    secret = a_token(writer.session, writer.user)
    writer.session.commit()

    with in_this_process(app) as base:
        host, port = base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as line:
            line.sendall(_head(writer, host, secret, 5_000) + part(PDF)[:40])
            answer = line.recv(12)

    assert answer == b"HTTP/1.1 408"
    assert kept(writer.session) == (0, 0)


def test_what_is_sent_to_no_such_challenge_looks_as_to_one_of_others(
    writer: Writer, as_user: SignIn
) -> None:
    client = as_user(a_user(writer.session))

    def told(key: str) -> tuple[int, str]:
        path = f"/api/v1/challenges/{key}/attachments"
        answer = client.post(path, content=body(), headers=FORM)
        return answer.status_code, answer.text.replace(key, "KEY")

    assert told(str(writer.draft.id)) == told(str(uuid4()))
