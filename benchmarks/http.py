"""What a request costs the server: CPU of its process, route beside route, in one run.

    python -m benchmarks.http [--requests 100]

The service's own application with the first edition in a SQLite file listens on loopback,
one process; a client in this process asks over a few kept connections. Only the CPU of the
server counts, so a slow client changes nothing. Routes are asked in turns, so that what else
the machine does falls on all alike; the figure is the median of the rounds. Which route is
asked, and how much is left, goes to standard error; it takes a minute on two idle cores.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import psutil
import uvicorn
from fastapi import APIRouter
from rich.console import Console
from rich.table import Table

from app.access.policy import OPERATOR, Action
from app.accounts.dependencies import ActorDep
from app.accounts.service import issue_token
from app.cli.runs import carry_out
from app.core.base.clock import now
from app.core.base.logging import configure
from app.core.http.access import needs, public
from app.core.http.routing import Route
from app.core.storage.database import connect, transaction
from app.main import create_app, settled
from app.matchmaking.schemas.runs import NewRun
from app.matchmaking.service import run_requests
from app.operations import migrating
from app.programmes import service as programmes
from app.seeding import demonstration, loader
from app.settings import Settings

ROUNDS: Final = 8
CONNECTIONS: Final = 4

BARE: Final = "a bare route"
EMPTY: Final = "an empty route, signed in and permitted"


class Asked(NamedTuple):
    """A route that is asked, and how many times another one it may cost."""

    path: str
    than: str | None = None
    most: float | None = None


def main(arguments: Sequence[str]) -> int:
    """Measure, print a table, and return 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100, help="of each route and round")
    asked = parser.parse_args(arguments)
    _tell("Filling a database with the first edition and a run")
    with tempfile.TemporaryDirectory(prefix="counterpart-http-") as folder:
        url = f"sqlite:///{Path(folder) / 'http.db'}"
        secret, run_id = _prepared(url)
        headers = {"Authorization": f"Bearer {secret}"}
        routes = _routes(run_id)
        with served(url) as (address, process):
            costs = asyncio.run(measured(address, process, headers, routes, asked.requests))
    return reported(routes, costs)


def _routes(run_id: str) -> dict[str, Asked]:
    runs = f"/api/v1/match-runs/{run_id}"
    return {
        BARE: Asked("/bare"),
        EMPTY: Asked("/empty", BARE, 2.5),
        "the ranked suggestions of a run, as stored": Asked(f"{runs}/ranking", EMPTY, 1.35),
        "suggestions with reasons and verdicts": Asked(
            f"{runs}/suggestions?limit=50", EMPTY, 3
        ),
        "the assignment of a run": Asked(f"{runs}/assignment"),
        "50 challenges and fewer": Asked("/api/v1/challenges?limit=50", EMPTY, 3),
        "50 themes": Asked("/api/v1/themes?limit=50", EMPTY, 3),
        "one run": Asked(runs),
        "who I am": Asked("/api/v1/me"),
    }


def _prepared(url: str) -> tuple[str, str]:
    """Fill a database with the first edition and a run; return a token and the run."""
    configure("ERROR")
    settings = Settings(database_url=url)
    database = connect(url)
    migrating.migrate(database)
    with transaction(database) as session:
        loader.load_first_edition(session)
        demonstration.prepare(session, at=now())
        programme = programmes.programme(session, loader.PROGRAMME)
        run = run_requests.request_run(
            session, OPERATOR, NewRun(programme_id=programme.id), settings
        )
    carry_out(database, settings, run)
    staff = next(p for p in demonstration.PEOPLE if p.key == "staff")
    with transaction(database) as session:
        secret = issue_token(
            session, OPERATOR, staff.email, name="bench", lifetime=timedelta(hours=1)
        )
    database.dispose()
    return secret, str(run.id)


def _serve(url: str, listening: socket.socket) -> None:
    """Serve the application with two routes that do nothing."""
    configure("ERROR")
    app = settled(create_app(Settings(database_url=url, embedded_worker=False)))

    @app.get("/bare")
    @public
    def bare() -> dict[str, str]:
        return {"status": "well"}

    # Of the class that every route of the interface has, as the service requires.
    router = APIRouter(route_class=Route)

    @router.get("/empty")
    @needs(Action.RUN_READ)
    def empty(_: ActorDep) -> dict[str, str]:
        return {"status": "well"}

    app.include_router(router)
    config = uvicorn.Config(app, log_config=None, access_log=False)
    asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


@contextlib.contextmanager
def served(url: str) -> Iterator[tuple[str, psutil.Process]]:
    """Serve the application until the block ends; yields its address and its process."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(url, listening)
        )
        server.start()
    try:
        yield address, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.join(30)


async def measured(
    address: str,
    process: psutil.Process,
    headers: Mapping[str, str],
    routes: Mapping[str, Asked],
    requests: int,
) -> dict[str, float]:
    """Return the CPU seconds of the server for a request to each route."""
    found: dict[str, list[float]] = {name: [] for name in routes}
    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(
        base_url=address, headers=headers, limits=limits, timeout=60, trust_env=False
    ) as client:
        await _answering(client)
        for number in range(ROUNDS + 1):
            for place, (name, route) in enumerate(routes.items(), number * len(routes) + 1):
                what = f"round {number} of {ROUNDS}" if number else "warming up"
                _tell(f"{place} of {len(routes) * (ROUNDS + 1)}, {what}: {name}")
                before = _cpu_of(process)
                await _ask(client, route.path, requests)
                cost = (_cpu_of(process) - before) / requests
                if number:
                    found[name].append(cost)
    return {name: statistics.median(costs) for name, costs in found.items()}


def _cpu_of(process: psutil.Process) -> float:
    """Return the CPU seconds of a process; on Linux to the microsecond, else to 10 ms."""
    try:
        # The clock of another process, as clock_getcpuclockid(3) of Linux composes its number.
        return time.clock_gettime((~process.pid << 3) | 2)
    except (AttributeError, OSError):
        return float(sum(process.cpu_times()[:2]))


def _tell(sentence: str) -> None:
    """Say on standard error how far it is; on a terminal in one line."""
    is_terminal = sys.stderr.isatty()
    sys.stderr.write(f"\r\033[K{sentence}" if is_terminal else f"{sentence}\n")
    sys.stderr.flush()


async def _answering(client: httpx.AsyncClient) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if (await client.get("/livez")).status_code == 200:
                return
        await asyncio.sleep(0.1)
    raise TimeoutError("the server does not answer")


async def _ask(client: httpx.AsyncClient, path: str, requests: int) -> None:
    async def some() -> None:
        for _ in range(requests // CONNECTIONS):
            (await client.get(path)).raise_for_status()

    await asyncio.gather(*(some() for _ in range(CONNECTIONS)))


def reported(routes: Mapping[str, Asked], costs: Mapping[str, float]) -> int:
    """Print what each route costs, and return 1 where a target is missed."""
    _tell("Done\n")
    table = Table(title="CPU of the server for one request")
    for column in ("route", "ms", "times", "of", "target", ""):
        table.add_column(column)
    missed = 0
    for name, route in routes.items():
        than = route.than or next(iter(routes))
        times = costs[name] / costs[than]
        late = route.most is not None and times > route.most
        missed += late
        table.add_row(
            name,
            f"{costs[name] * 1000:.3f}",
            f"{times:.2f}",
            than,
            f"<= {route.most}" if route.most else "",
            {True: "missed", False: "met"}[late] if route.most else "",
        )
    Console(width=130).print(table)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
