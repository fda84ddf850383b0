"""A message reaches the address that was checked, and follows nobody elsewhere."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.webhooks.addresses import Target, target_of
from app.webhooks.lifecycle import DeliveryProblem
from app.webhooks.sending import MOST_LOOKED_FOR, MOST_READ, Outcome, Resolver, send
from tests.processes import until
from tests.webhooks.receiver import SECONDS, Receiver, receiving

pytestmark = pytest.mark.server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def answering(*addresses: str, asked: list[str] | None = None) -> Resolver:
    async def resolve(host: str, _: int) -> Sequence[str]:
        if asked is not None:
            asked.append(host)
        return addresses

    return resolve


def sent(target: Target, resolve: Resolver, **how: object) -> Outcome:
    given: dict[str, object] = {"loopback": True, "resolve": resolve, "seconds": SECONDS}
    given |= how
    return asyncio.run(send(target, {"webhook-id": "e1"}, b"{}", **given))  # type: ignore[arg-type]  # -- as each test names them


def named(receiver: Receiver, host: str = "receiver.example") -> Target:
    return Target("http", host, receiver.port, "/hooks?a=b")


def test_the_connection_goes_to_the_address_that_was_checked_and_names_the_host(
    receiver: Receiver,
) -> None:
    asked = list[str]()

    outcome = sent(named(receiver), answering("127.0.0.1", asked=asked))

    assert outcome == Outcome(status=204)
    (request,) = receiver.requests
    assert asked == ["receiver.example"]
    assert request.path == "/hooks?a=b"
    assert request.headers["host"] == f"receiver.example:{receiver.port}"
    assert request.headers["webhook-id"] == "e1"
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "addresses",
    [
        ("10.0.0.1",),
        ("127.0.0.1", "169.254.169.254"),
        ("8.8.8.8", "127.0.0.1"),
        ("::ffff:127.0.0.1",),
    ],
)
def test_one_address_inside_refuses_all_that_a_name_resolves_to(
    receiver: Receiver, addresses: tuple[str, ...]
) -> None:
    outcome = sent(named(receiver), answering(*addresses))

    assert outcome == Outcome(problem=DeliveryProblem.INSIDE_ADDRESS)
    assert receiver.requests == []


def test_this_machine_is_not_reached_where_no_setting_says_so(receiver: Receiver) -> None:
    outcome = sent(named(receiver), answering("127.0.0.1"), loopback=False)

    assert outcome == Outcome(problem=DeliveryProblem.INSIDE_ADDRESS)
    assert receiver.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    with receiving() as elsewhere:
        receiver.status, receiver.headers = status, {"location": elsewhere.url}

        outcome = sent(named(receiver), answering("127.0.0.1"))

    assert outcome == Outcome(status=status, problem=DeliveryProblem.REDIRECT)
    assert elsewhere.requests == []


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_what_is_not_taken_has_failed(receiver: Receiver, status: int) -> None:
    receiver.status = status

    assert sent(named(receiver), answering("127.0.0.1")) == Outcome(
        status, DeliveryProblem.REFUSED
    )


def test_no_proxy_of_the_environment_is_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("NO_PROXY", raising=False)

        outcome = sent(named(receiver), answering("127.0.0.1"))

    assert outcome == Outcome(status=204)
    assert proxy.requests == []


def test_of_a_long_answer_little_is_read(receiver: Receiver) -> None:
    receiver.status, receiver.answer = 200, b"x" * (MOST_READ * 100)

    assert sent(named(receiver), answering("127.0.0.1")) == Outcome(status=200)


def test_a_receiver_that_does_not_answer_is_left_in_the_end(receiver: Receiver) -> None:
    done = threading.Event()
    receiver.before = lambda _: done.wait(SECONDS)

    outcome = sent(named(receiver), answering("127.0.0.1"), seconds=0.3)
    done.set()

    assert outcome == Outcome(problem=DeliveryProblem.NO_ANSWER)


def test_a_host_without_an_address_has_none() -> None:
    async def unknown(*_: object) -> Sequence[str]:
        raise OSError("no such name")

    target = target_of("https://hooks.example.org/")

    assert sent(target, unknown) == Outcome(problem=DeliveryProblem.NO_ADDRESS)
    assert sent(target, answering()) == Outcome(problem=DeliveryProblem.NO_ADDRESS)


def test_the_next_address_is_tried_where_nobody_listens(receiver: Receiver) -> None:
    outcome = sent(named(receiver), answering("127.99.0.1", "127.0.0.1"))

    assert outcome == Outcome(status=204)


def test_where_nobody_listens_nothing_is_reached(receiver: Receiver) -> None:
    outcome = sent(named(receiver), answering("127.99.0.1"))

    assert outcome == Outcome(problem=DeliveryProblem.NOT_REACHED)


def a_certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server shows that says it is a host, and what believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    at = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(path)
    return shown, ssl.create_default_context(cafile=str(path))


@pytest.mark.parametrize(
    ("host", "outcome"),
    [
        ("receiver.example", Outcome(status=204)),
        ("another.example", Outcome(problem=DeliveryProblem.NOT_REACHED)),
    ],
)
def test_the_certificate_is_held_against_the_name_and_not_the_number(
    tmp_path: Path, host: str, outcome: Outcome
) -> None:
    shown, trusted = a_certificate(tmp_path, "receiver.example")

    with receiving(shown) as receiver:
        target = Target("https", host, receiver.port, "/")
        found = sent(target, answering("127.0.0.1"), trusted=trusted)

    assert found == outcome


def test_a_certificate_that_nobody_knows_is_not_believed(tmp_path: Path) -> None:
    shown, _ = a_certificate(tmp_path, "receiver.example")

    with receiving(shown) as receiver:
        target = Target("https", "receiver.example", receiver.port, "/")
        found = sent(target, answering("127.0.0.1"))

    assert found == Outcome(problem=DeliveryProblem.NOT_REACHED)
    assert receiver.requests == []


def test_a_host_whose_name_takes_long_to_be_found_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, ended = threading.Event(), list[str]()

    def look_up(host: str, *_: object, **__: object) -> list[object]:
        found.wait(SECONDS)
        ended.append(host)
        raise OSError

    # The names of hosts are the edge of the house.
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    target = target_of("https://slow.example/hooks")

    outcome = asyncio.run(send(target, {}, b"", seconds=0.05))
    ended_then = [*ended]

    found.set()
    until(lambda: ended == ["slow.example"], seconds=SECONDS)
    assert outcome == Outcome(problem=DeliveryProblem.NO_ANSWER)
    assert ended_then == []


def test_of_hosts_whose_names_take_long_only_so_many_are_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, asked = threading.Event(), list[str]()

    def look_up(host: str, *_: object, **__: object) -> list[object]:
        asked.append(host)
        found.wait(SECONDS)
        return [(2, 1, 6, "", ("127.0.0.1", 443))]

    async def many() -> list[Outcome]:
        targets = [target_of(f"https://h{n}.example/") for n in range(MOST_LOOKED_FOR + 3)]
        sent = (send(one, {}, b"", seconds=SECONDS) for one in targets)
        waiting = asyncio.gather(*sent)
        async with asyncio.timeout(SECONDS):
            while len(asked) < MOST_LOOKED_FOR:
                await asyncio.sleep(0.01)
        found.set()
        return await waiting

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    # What another test has left behind takes no place here.
    places = threading.BoundedSemaphore(MOST_LOOKED_FOR)
    monkeypatch.setattr("app.webhooks.sending._LOOKING", places)

    outcomes = asyncio.run(many())

    problems = [outcome.problem for outcome in outcomes]
    assert len(asked) == MOST_LOOKED_FOR
    assert problems.count(DeliveryProblem.NO_ADDRESS) == 3
    assert problems.count(DeliveryProblem.INSIDE_ADDRESS) == MOST_LOOKED_FOR
