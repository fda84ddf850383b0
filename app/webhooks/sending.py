"""One message to one receiver: to an address that was checked, by nobody else's way.

No redirect is followed, no proxy of the environment is used, no compressed answer is unpacked,
and what a receiver answers is neither kept nor read to its end.
"""

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.webhooks.addresses import Target, is_number, is_outside
from app.webhooks.lifecycle import DeliveryProblem

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

CONNECT_SECONDS: Final = 5
TOTAL_SECONDS: Final = 15
MOST_ADDRESSES: Final = 4
"""Addresses of one host that are tried one after another."""
MOST_LOOKED_FOR: Final = 32
"""Hosts looked for at the same time, those included for which nobody waits any more."""
MOST_READ: Final = 10_000
"""Bytes of an answer that are read."""
AGENT: Final = "Counterpart-Webhooks/1"

_LOOKING: Final = threading.BoundedSemaphore(MOST_LOOKED_FOR)

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: what the receiver answered, or why it did not."""

    status: int | None = None
    problem: DeliveryProblem | None = None


async def resolved(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, as this machine finds them.

    Raises
    ------
    OSError
        If there are none, or too many others are looked for.
    """
    answer = Future[list[str]]()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answer.set_exception(OSError(f"no address: {type(error).__name__}"))
        else:
            answer.set_result(list(dict.fromkeys(str(one[4][0]) for one in found)))
        finally:
            _LOOKING.release()

    if not _LOOKING.acquire(blocking=False):
        raise OSError("too many addresses are being looked for")
    # Not in the threads of the loop: at its end it waits for them, however long that takes.
    answer.set_running_or_notify_cancel()  # so that nobody who goes away cancels it
    try:
        threading.Thread(target=look_up, name="webhook address", daemon=True).start()
    except RuntimeError as error:  # this machine has no thread left
        _LOOKING.release()
        raise OSError("no thread looks for an address") from error
    return await asyncio.wrap_future(answer)


async def send(
    target: Target,
    headers: Mapping[str, str],
    body: bytes,
    *,
    loopback: bool = False,
    resolve: Resolver = resolved,
    trusted: ssl.SSLContext | bool = True,
    seconds: float = TOTAL_SECONDS,
) -> Outcome:
    """Send a message, and return what came of it.

    Parameters
    ----------
    loopback : bool, default=False
        Whether this machine may be reached.
    resolve : callable
        Asked once; nothing asks again before the connection is made.
    trusted : SSLContext or bool, default=True
        Which certificates are believed.
    seconds : float
        How long all of it may take.
    """
    try:
        async with asyncio.timeout(seconds):
            addresses = await _checked(target, loopback, resolve)
            return await _sent(target, addresses, headers, body, trusted, seconds)
    except _Inside:
        return Outcome(problem=DeliveryProblem.INSIDE_ADDRESS)
    except TimeoutError:
        return Outcome(problem=DeliveryProblem.NO_ANSWER)
    except OSError:
        return Outcome(problem=DeliveryProblem.NO_ADDRESS)


class _Inside(Exception):
    """A host has an address that lies inside a network."""


async def _checked(target: Target, loopback: bool, resolve: Resolver) -> Sequence[str]:
    """Return the addresses of a host, all of them public ones.

    One that is not counts for all: who names a host with both looks for a way in.
    """
    if is_number(target.host):
        found: Sequence[str] = [target.host]
    else:
        found = await resolve(target.host, target.port)
    # Without encryption nothing leaves this machine.
    here = target.scheme == "http"
    if not all(is_outside(one, loopback=loopback) for one in found) or (
        here and any(is_outside(one) for one in found)
    ):
        raise _Inside
    if not found:
        raise OSError("a host without an address")
    return found[:MOST_ADDRESSES]


async def _sent(
    target: Target,
    addresses: Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    trusted: ssl.SSLContext | bool,
    seconds: float,
) -> Outcome:
    import httpx  # noqa: PLC0415 -- where there is a webhook

    async with httpx.AsyncClient(
        verify=trusted,
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(seconds, connect=max(seconds / 3, CONNECT_SECONDS)),
    ) as client:
        for address in addresses:
            request = client.build_request(
                "POST",
                _numeric(target, address),
                content=body,
                headers={
                    **headers,
                    "host": target.authority,
                    "content-type": "application/json",
                    "accept-encoding": "identity",
                    "user-agent": AGENT,
                },
                # The name is what the certificate is held against.
                extensions={"sni_hostname": target.host},
            )
            try:
                return await _answered(client, request)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # nothing was sent: the next address of the same host
            except httpx.TimeoutException:
                return Outcome(problem=DeliveryProblem.NO_ANSWER)
            except httpx.HTTPError:
                return Outcome(problem=DeliveryProblem.NOT_REACHED)
    return Outcome(problem=DeliveryProblem.NOT_REACHED)


def _numeric(target: Target, address: str) -> str:
    host = f"[{address}]" if ":" in address else address
    return f"{target.scheme}://{host}:{target.port}{target.path}"


async def _answered(client: "httpx.AsyncClient", request: "httpx.Request") -> Outcome:
    answer = await client.send(request, stream=True)
    try:
        read = 0
        async for piece in answer.aiter_raw():
            read += len(piece)
            if read > MOST_READ:
                break
    finally:
        await answer.aclose()
    if answer.is_success:
        return Outcome(status=answer.status_code)
    problem = (
        DeliveryProblem.REDIRECT if 300 <= answer.status_code < 400 else DeliveryProblem.REFUSED
    )
    return Outcome(status=answer.status_code, problem=problem)
