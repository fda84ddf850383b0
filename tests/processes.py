"""Real processes of the service, on loopback, which always end with their test."""

import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import httpx
import uvicorn
from starlette.types import ASGIApp

ROOT = Path(__file__).parents[1]


def untraced() -> dict[str, str]:
    """Return the environment without what has coverage trace a process: it takes half the time.

    What only a process of its own can reach is little; `matching` traces its children.
    """
    return {name: said for name, said in os.environ.items() if not name.startswith("COVERAGE")}


def counterpart(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start a command of the service; the caller ends it."""
    return subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT,
        env={**untraced(), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


get: Final = partial(httpx.get, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
"""One request to a server of the tests: to read all certificates for it takes 70 ms."""


def finished(process: subprocess.Popen[str], timeout: float = 120) -> tuple[int, str, str]:
    """Wait for a command; return its exit code and what it printed."""
    try:
        printed, errors = process.communicate(timeout=timeout)
    finally:
        process.kill()
    return process.returncode, printed, errors


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(holds: Callable[[], bool], *, seconds: float = 60) -> None:
    """Wait for something to hold, and not for ever."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        time.sleep(0.02)


@contextmanager
def served(*arguments: str, port: int, **environment: str) -> Iterator[str]:
    """Serve until the block ends; yields the base address."""
    process = counterpart(*arguments, "--port", str(port), **environment)
    base = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, process.communicate()
        try:
            return get(f"{base}/livez").status_code == 200
        except httpx.TransportError:
            return False

    try:
        until(answers)
        yield base
    finally:
        process.terminate()
        finished(process)


@contextmanager
def in_this_process(app: ASGIApp) -> Iterator[str]:
    """Serve on a thread until the block ends; yields the base address."""
    server = uvicorn.Server(
        # A browser on a busy machine comes back later than after the five seconds of uvicorn.
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=0,
            log_level="warning",
            server_header=False,
            timeout_keep_alive=600,
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
