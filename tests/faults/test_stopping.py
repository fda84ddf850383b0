"""A server at its edges: what it answers while it stops, and whose word it takes."""

import json
import socket
import time
from http.client import HTTPResponse
from pathlib import Path

import pytest
from sqlmodel import select

from app.core.storage.database import Database, reading
from app.submissions.models import Submission
from tests.faults.crowd import Server, a_team, drafts, serving
from tests.processes import get, until

pytestmark = pytest.mark.server

FORGED = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}


def is_listening(server: Server) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", server.port)) == 0


def sent_on_to(server: Server) -> str:
    """Where an address with a slash too many leads: to where the request said it came."""
    return get(f"{server.base}/api/v1/calls/", headers=FORGED).headers["location"]


def test_a_named_proxy_is_believed_and_a_request_in_flight_is_answered_at_the_stop(
    shared: Database, shared_url: str, tmp_path: Path
) -> None:
    team = a_team(shared)
    [ask] = drafts(team, ["In flight"])
    body = json.dumps(ask.body).encode()
    head = (
        f"POST {ask.path} HTTP/1.1",
        "Host: service",
        f"Authorization: Bearer {team.token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )

    with (
        serving(shared_url, tmp_path, COUNTERPART_TRUSTED_PROXIES="127.0.0.1") as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=60) as client,
    ):
        believed = sent_on_to(server)
        client.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body[:100])
        time.sleep(0.2)
        server.process.terminate()
        until(lambda: not is_listening(server))
        client.sendall(body[100:])
        answer = HTTPResponse(client)
        answer.begin()
        told = json.loads(answer.read())
        server.process.wait(60)

    assert believed == f"https://127.0.0.1:{server.port}/api/v1/calls"
    assert answer.status == 201
    with reading(shared) as session:
        titled = select(Submission.id).where(Submission.title == "In flight")
        assert [str(key) for key in session.exec(titled)] == [told["id"]]
