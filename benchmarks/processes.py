"""Whole processes: what a command or the service costs from its start to its end.

Nothing is left out: the interpreter, what is imported, reading, computing, writing. One line is
no process: what a run of the service computes, beside the command that ranks the same. The data
are made up, the same each time, and lie in a folder that is removed. Budgets were set on an
idle machine; beside other work a process takes up to twice the CPU.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from app.core.base.collecting import collect_seldom
from app.core.tables.importing import read_table
from app.matchmaking.engine.run import carry_out
from app.matchmaking.results import RunInputs
from app.matchmaking.schemas.settings import RunSettings
from app.settings import Settings
from app.submissions.records import ChallengeRecord, SolutionRecord
from benchmarks import corpus
from benchmarks.report import Figure, Target, in_child

ROOT: Final = Path(__file__).parent.parent
EDITION: Final = ROOT / "seeds" / "first_edition"

_COUNTRIES: Final = (
    *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE"),
    *("IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "NO"),
    *("IS", "CH", "GB", "UA", "MD", "RS", "AL", "ME", "MK", "BA", "GE", "AM"),
)

# A small process between, as the peak of a process begins at that of the one it came from.
_LAUNCHER: Final = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


class Cost(NamedTuple):
    """What a process has used.

    Parameters
    ----------
    cpu : float
        Seconds, of the user and of the system, of all its threads.
    memory : float
        MB (10^6 bytes) at its peak; of the service, while it waits.
    """

    cpu: float
    memory: float


def run(*, large: bool) -> list[Figure]:
    """Start each command once; the same sizes whether large or not."""
    del large
    with tempfile.TemporaryDirectory(prefix="processes-") as folder:
        return list(_figures(Path(folder)))


def _figures(folder: Path) -> Iterator[Figure]:
    first = (EDITION / "challenges.jsonl", EDITION / "solutions.jsonl")
    # once for nothing: the first start compiles the modules
    _command("match", *map(str, first), "--per-challenge", "2")
    yield _figure("counterpart --help", _command("--help"), 0.25)
    yield _figure("counterpart --version", _command("--version"), 0.25)
    assigned = _command("match", *map(str, first), "--per-challenge", "2")
    yield _figure("match, first edition, 4 x 8, assigned", assigned, 1.2)
    yield from _service(folder)
    for n_challenges, n_providers, budget in (
        (72, 26, 1.6),
        (5_000, 26, 3.0),
        (5_000, 5_000, 6.0),
    ):
        files = _edition(folder, n_challenges, n_providers)
        output = str(folder / "answer.json")
        cost = _command("match", *files, "--explain", "--output", output)
        what = f"match, {n_challenges:,} x {n_providers:,}, all reasons as JSON"
        yield _figure(what, cost, budget)
        if (n_challenges, n_providers) == (5_000, 26):
            yield _run_beside(cost, *files)


def _run_beside(match: Cost, challenges: str, solutions: str) -> Figure:
    """Compute the same as a run of the service, which also assigns; nothing is stored."""
    (size, took), peak = in_child(_seconds_of_run, challenges, solutions)
    what = f"run of {size}, assigned, not stored"
    sides = {"run": took, "match, not assigned": match.cpu}
    notes: dict[str, float | str] = {"peak, MB": peak}
    return Figure(what, took / match.cpu, "x", Target(1.3, at_least=False), sides, notes)


def _seconds_of_run(challenges: str, solutions: str) -> tuple[str, float]:
    """Return the size of a run and the CPU seconds of its computing, the first of a service."""
    collect_seldom()
    settings = RunSettings(
        top=5,
        text_weight=0.6,
        working_language="en",
        providers_min=1,
        providers_max=2,
        objective="leximin",
        require_all=False,
    )
    inputs = RunInputs(
        settings,
        [record for _, record in read_table(Path(challenges), ChallengeRecord)],
        [record for _, record in read_table(Path(solutions), SolutionRecord)],
    )
    begun = time.process_time()
    carry_out(inputs, lambda _done, _total: None, Settings())
    took = time.process_time() - begun
    return f"{len(inputs.challenges):,} x {len(inputs.solutions):,}", took


def _figure(what: str, cost: Cost, budget: float) -> Figure:
    notes: dict[str, float | str] = {"peak, MB": cost.memory}
    return Figure(what, cost.cpu, "s", Target(budget, at_least=False), {}, notes)


def _service(folder: Path) -> Iterator[Figure]:
    """Start the service on an empty database, and look at it when it is ready."""
    environment = {"COUNTERPART_DATABASE_URL": f"sqlite:///{folder / 'service.db'}"}
    _command("migrate", environment=environment)
    with _serving(environment):
        pass
    with _serving(environment) as process:
        ready = Cost(*_used(process.pid))
    yield _figure("service, ready", ready, 1.5)
    memory = Target(110, at_least=False)
    yield Figure("service, memory while ready", ready.memory, "MB", memory)


@contextmanager
def _serving(environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(  # noqa: S603 -- our own command
        command,
        cwd=ROOT,
        env=_environment(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/readyz", process)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(address, timeout=5):  # noqa: S310 -- our own address
                return
        except URLError:
            time.sleep(0.1)
    raise RuntimeError("the service did not become ready")


def _used(pid: int) -> tuple[float, float]:
    """Return CPU seconds and resident memory of a process that runs (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    pages = int(fields[21])
    return ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _command(*arguments: str, environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end."""
    ended = subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-c", _LAUNCHER, sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT,
        env=_environment(environment or {}),
        capture_output=True,
        text=True,
        check=True,
    )
    code, cpu, peak = ended.stdout.split()
    if code != "0":
        raise RuntimeError(f"counterpart {' '.join(arguments)} ended with {code}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(float(cpu), int(peak) * unit / 1e6)


def _environment(changes: Mapping[str, str]) -> dict[str, str]:
    """Return the environment; modules are read compiled, as where they are installed."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return kept | dict(changes)


def _edition(folder: Path, n_challenges: int, n_providers: int) -> Sequence[str]:
    """Write files of made-up challenges and providers of about a hundred words each."""
    sides: tuple[tuple[str, int, int, dict[str, object]], ...] = (
        ("C", n_challenges, 1, {}),
        ("P", n_providers, 2, {"capacity": 20}),
    )
    return [
        _written(folder / f"{letter}{n}.jsonl", letter, n, seed, more)
        for letter, n, seed, more in sides
    ]


def _written(path: Path, letter: str, n: int, seed: int, more: Mapping[str, object]) -> str:
    with path.open("w", encoding="utf-8") as file:
        for number, profile in enumerate(corpus.profiles(n, seed), 1):
            (text,), (country,) = profile.texts, profile.attributes["country"]
            record = {
                "id": f"{letter}{number}",
                "title": " ".join(text.split()[:6]),
                "organisation": f"Team {number}",
                "country": [_COUNTRIES[int(country[1:])]],
                "language": "en",
                "themes": [f"practice:{t.replace(':', '-')}" for t in sorted(profile.themes)],
                "text": text,
                **more,
            }
            file.write(f"{json.dumps(record)}\n")
    return str(path)
