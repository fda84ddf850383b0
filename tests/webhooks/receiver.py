"""A real receiver of webhooks, on a port of this machine, and what tests need around it."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlmodel import Session

from app.access.policy import Actor, Role
from app.accounts.models import User
from app.accounts.service.authentication import actor_of
from app.events import service as events
from app.events.kinds import EventKind, EventSubject
from app.events.models import Event
from app.settings import Settings
from app.submissions.models import Submission
from app.webhooks.lifecycle import WebhookScope
from app.webhooks.schemas import NewWebhook, WebhookMade
from app.webhooks.service import having
from tests.factories import KEY, a_challenge, a_user, organisation_of

RECEIVED = EventKind.SUBMISSION_RECEIVED
SECONDS = 120
"""How long a receiver may take here: no machine is too slow for a test."""


@dataclass(frozen=True)
class Request:
    """What a receiver was sent."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A server that keeps what it is sent, and answers as it is told."""

    port: int = 0
    status: int = 204
    answer: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    before: Callable[[Request], object] = lambda _: None
    """Called before an answer is written."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"


@contextmanager
def receiving(trusting: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Serve until the block ends; with a certificate where one is given."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            sent = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.path, sent, self.rfile.read(length))
            receiver.requests.append(request)
            receiver.before(request)
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(receiver.answer)))
            self.end_headers()
            self.wfile.write(receiver.answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if trusting is not None:
        server.socket = trusting.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(30)


def loopback(settings: Settings) -> Settings:
    """The settings, with a key and a way to this machine."""
    wanted = {"webhook_loopback": True, "secret_keys": KEY}
    return Settings(**{**settings.model_dump(), **wanted})


def person(session: Session, role: Role = Role.MEMBER) -> tuple[User, Actor]:
    user = a_user(session, role)
    return user, actor_of(session, user.id)


def a_webhook(session: Session, actor: Actor, settings: Settings, **fields: Any) -> WebhookMade:
    """A webhook of one's team, told that submissions arrive."""
    given = {
        "scope": WebhookScope.TEAM,
        "url": "https://hooks.example.org/",
        "kinds": [RECEIVED],
    }
    made = having.make(session, actor, NewWebhook(**{**given, **fields}), settings)
    session.commit()
    return made


def a_submission_of(session: Session, user: User, **fields: Any) -> Submission:
    return a_challenge(session, organisation_id=organisation_of(session, user), **fields)


def told(session: Session, submission: Submission, kind: EventKind = RECEIVED) -> Event:
    """An event about a submission, as its letter notes it."""
    event = events.to_team(
        session,
        kind,
        submission.organisation_id,
        subject=EventSubject(submission.kind.value),
        subject_id=submission.id,
        code=submission.code,
        programme_id=submission.programme_id,
    )
    session.commit()
    return event
