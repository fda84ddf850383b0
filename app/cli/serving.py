"""Commands that keep the service running: serve, work, migrate."""

import signal
import socket
import threading
from typing import Annotated

import typer
import uvicorn

from app.accounts.service.demonstration_links import DemonstrationLinks
from app.cli.console import database_of, settings_of
from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.core.storage.database import connect
from app.main import create_app, settled
from app.operations import migrating
from app.settings import Settings
from app.worker import work as work_until
from app.worker import work_once

Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]
Workers = Annotated[
    int, typer.Option(min=1, max=64, help="Processes that answer; one that dies is replaced.")
]


def serve(host: Host = "127.0.0.1", port: Port = 8000, workers: Workers = 1) -> None:
    """Serve the HTTP interface until told to stop.

    Background jobs are carried out in the same process, unless
    COUNTERPART_EMBEDDED_WORKER is false: then start `counterpart work` beside it.
    """
    settings = settings_of()
    with database_of(settings):
        pass
    require_free(host, port)
    listen(settings, host, port, workers=workers)


def require_free(host: str, port: int) -> None:
    """Do nothing, or refuse an address on which nobody can listen.

    Raises
    ------
    Conflict
        If the port is taken, or the host is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Conflict(
                Message(
                    "Port {port} on {host} cannot be used: {reason}.",
                    port=port,
                    host=host,
                    reason=error.strerror,
                ),
                remedy="End the program that holds it, or choose another one with --port.",
            ) from error


def listen(
    settings: Settings,
    host: str,
    port: int,
    *,
    workers: int = 1,
    links: DemonstrationLinks | None = None,
) -> None:
    """Answer requests until a signal ends the process.

    Requests that were taken are answered first, for as long as the settings say.
    Several workers read the settings again, each for itself, from the environment.
    """
    app = settled(create_app(settings)) if workers == 1 else None
    if app is not None and links is not None:
        app.state.demonstration_links = links
    uvicorn.run(
        app or "app.main:from_environment",
        factory=workers > 1,
        workers=workers,
        host=host,
        port=port,
        # Requests are logged by our own middleware, as JSON and without query strings.
        log_config=None,
        access_log=False,
        # Which program answers, and so which faults it may have, is nobody's business.
        server_header=False,
        # Named, or the server would believe this machine and its own variable.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or "",
        # Connections, idle ones and slow bodies too: a last bound, answered without a document.
        limit_concurrency=8 * settings.limit_concurrency,
        timeout_graceful_shutdown=settings.stop_seconds,
        # A worker on a busy machine is slow, and not dead.
        timeout_worker_healthcheck=30,
    )


def work(
    once: Annotated[
        bool, typer.Option("--once", help="Stop when no job is left, instead of waiting.")
    ] = False,
) -> None:
    """Carry out background jobs, such as matchmaking runs, and send letters."""
    settings = settings_of()
    with database_of(settings) as database:
        if once:
            done = 0
            while work_once(database, settings):
                done += 1
            _say(f"{done} {'job' if done == 1 else 'jobs'} carried out.")
            return
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        work_until(database, settings, stop)


def _say(sentence: str) -> None:
    from app.cli.screen import out  # noqa: PLC0415 -- rich, 2 MB, and a service says nothing

    out.print(sentence)


def migrate(
    revision: Annotated[
        str, typer.Argument(help="Version to go to; -1 goes one step down.")
    ] = "head",
    drop_data: Annotated[
        bool, typer.Option("--drop-data", help="Allow the step that leaves no data at all.")
    ] = False,
) -> None:
    """Bring the database to the schema version that this version needs.

    Safe to repeat, and safe when several processes start at once.
    """
    database = connect(settings_of().database_url)
    try:
        before, after = migrating.migrate(database, revision, drop_data=drop_data)
    finally:
        database.dispose()
    changed = "is at" if before == after else f"went from {before or 'nothing'} to"
    _say(f"The database {changed} {after or 'nothing'}.")
