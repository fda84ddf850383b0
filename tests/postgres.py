"""Run the tests on a PostgreSQL cluster that lives as long as they do.

    python tests/postgres.py [arguments for pytest]

Makes a cluster in a temporary folder, starts it on a free port of loopback, and removes both
whatever happens. PostgreSQL refuses to run as root; then it runs as the user `postgres`, and
the tests stay with root. The role of the tests is no superuser, as in production.
"""

import contextlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

OLDEST: Final = 15
ROLE: Final = "counterpart"

# What speeds up a cluster that nobody will miss.
CARELESS: Final = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


def main(arguments: list[str]) -> int:
    """Run pytest without the browser tests on a fresh cluster; return its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    programs = find_programs()
    with tempfile.TemporaryDirectory(prefix="counterpart-pg-") as folder:
        careful = os.environ.get("COUNTERPART_TEST_FAULTS") == "full"
        cluster = Cluster(programs, Path(folder), careful=careful)
        with cluster.running() as url:
            say(f"PostgreSQL {cluster.version} at {url}")
            command = [sys.executable, "-m", "pytest", "-m", "not browser", *arguments]
            environment = {**os.environ, "COUNTERPART_TEST_DATABASE_URL": url}
            return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 -- our own tests


def find_programs() -> Path:
    """Return the folder of the newest `initdb` that Debian installed, else of PATH's."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: [int(part) for part in path.parts[-3].split(".") if part.isdigit()],
    )
    on_path = shutil.which("initdb")
    found = [*([Path(on_path)] if on_path else []), *debian]
    if not found:
        raise SystemExit(
            "PostgreSQL is missing: install its server, on Debian and Ubuntu with "
            "'sudo apt-get install postgresql'. No server needs to run."
        )
    return found[-1].resolve().parent


class Cluster:
    """A cluster below a folder, owned by the person who may run PostgreSQL.

    Parameters
    ----------
    careful : bool
        True keeps what was committed when the server crashes, as in production.
    """

    def __init__(self, programs: Path, folder: Path, *, careful: bool = False) -> None:
        self.programs = programs
        self.careless = () if careful else CARELESS
        self.folder = folder
        self.files = folder / "data"
        self.log = folder / "log"
        self.port = free_port()
        self.owner = unprivileged()
        if self.owner is not None:
            os.chown(folder, self.owner.pw_uid, self.owner.pw_gid)
        self.version = (
            self.call("initdb", "--version").strip().removeprefix("initdb (PostgreSQL) ")
        )
        major = re.search(r"\d+", self.version)
        if major is None or int(major[0]) < OLDEST:
            raise SystemExit(f"PostgreSQL {OLDEST} or newer is needed, not {self.version}.")

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Start the cluster, yield the address of an empty database in it, stop it."""
        self.call(
            "initdb",
            f"--pgdata={self.files}",
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=en_US.UTF-8",
            "--no-sync",
            # Small files, so that a test can say how large the largest may become.
            *(["--wal-segsize=1"] if not self.careless else []),
        )
        try:
            self.start()
            connect = ("--host=127.0.0.1", f"--port={self.port}", "--username=postgres")
            self.call("createuser", *connect, "--createdb", ROLE)
            self.call("createdb", *connect, f"--owner={ROLE}", ROLE)
            yield f"postgresql+psycopg://{ROLE}@127.0.0.1:{self.port}/{ROLE}"
        finally:
            if (self.files / "postmaster.pid").exists():
                self.stop("immediate")

    def start(self) -> None:
        """Start the server on its port; returns when it answers."""
        settings = (
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            f"unix_socket_directories={self.folder}",
            *self.careless,
        )
        options = " ".join(f"-c {setting}" for setting in settings)
        self.call(*self._control, "start", f"--log={self.log}", f"--options={options}")

    def stop(self, mode: str) -> None:
        """Stop the server: `fast` in good order, `immediate` as if it had crashed."""
        self.call(*self._control, "stop", f"--mode={mode}")

    def limit_files(self, size: int) -> None:
        """Let no file of the server grow beyond so many bytes; -1 lets them."""
        first = (self.files / "postmaster.pid").read_text().split()[0]
        started = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        soft = "unlimited" if size < 0 else str(size)
        for process in (first, *started):
            self.call("/usr/bin/prlimit", f"--pid={process}", f"--fsize={soft}:unlimited")

    @property
    def _control(self) -> tuple[str, ...]:
        return ("pg_ctl", f"--pgdata={self.files}", "--wait", "--silent")

    def call(self, program: str, *arguments: str) -> str:
        """Run a program of PostgreSQL as the owner of the cluster; return what it says."""
        who: dict[str, Any] = {}
        if self.owner is not None:
            who = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}
        # What a person set for their own cluster must not reach this one; the log of the
        # server must not be this pipe, or reading it would wait for the server to end.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        done = subprocess.run(  # noqa: S603 -- PostgreSQL's own programs, nothing from outside
            [self.programs / program, *arguments],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **who,
        )
        if done.returncode:
            log = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
            raise SystemExit(
                f"{program} ended with code {done.returncode}:\n{done.stdout}{log}"
            )
        said: str = done.stdout
        return said


def unprivileged() -> pwd.struct_passwd | None:
    """Return whom to run PostgreSQL as when this is root, else None: as oneself."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise SystemExit("PostgreSQL refuses to run as root, and there is no user 'postgres'.")


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def say(sentence: str) -> None:
    """Print a line before what pytest prints."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
