"""What every comparison needs: timers, a child process to measure in, a table, a JSON file.

The rule: a figure is process CPU, the best of its repetitions, and stands beside its target
and its peer, both measured in the same run.
"""

import gc
import json
import os
import platform
import resource
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Final, Generic, TypeVar

from rich.console import Console
from rich.table import Table

RESULTS: Final = Path(__file__).parent / "results"
PACKAGES: Final = (
    *("numpy", "scipy", "scikit-learn", "joblib", "numba", "snowballstemmer"),
    *("sparse-dot-topn", "bm25s", "rank-bm25", "tantivy"),
)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure should be: at least, or at most, so much."""

    value: float
    at_least: bool

    def met_by(self, value: float) -> bool:
        """Tell whether the figure is as it should be."""
        return value >= self.value if self.at_least else value <= self.value


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Parameters
    ----------
    what : str
        What was done, on how much.
    value : float
        The figure that the target speaks of.
    unit : str
        ``"x"`` for "so many times as quick as the peer".
    target : Target, default=None
        None: no target was set; the figure says where the time goes.
    seconds : mapping of str to float, default={}
        Process CPU of each side, by its name.
    notes : mapping of str to float or str, default={}
        What else was seen.
    """

    what: str
    value: float
    unit: str
    target: Target | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    notes: dict[str, float | str] = field(default_factory=dict)


def beside(
    what: str,
    ours: float,
    peer: tuple[str, float],
    target: float | None = None,
    notes: dict[str, float | str] | None = None,
) -> Figure:
    """Compare CPU seconds with those of a peer: how many times as long it takes.

    Parameters
    ----------
    what : str
    ours : float
        CPU seconds.
    peer : (str, float)
        Its name and its CPU seconds for the same work.
    target : float, default=None
        The least ratio that we want to see.
    notes : dict, default=None
    """
    name, seconds = peer
    aim = None if target is None else Target(target, at_least=True)
    return Figure(what, seconds / ours, "x", aim, {"ours": ours, name: seconds}, notes or {})


@dataclass(frozen=True, slots=True)
class Measured(Generic[Answer]):
    """What a piece of work answered and what it cost.

    Parameters
    ----------
    answer : Answer
    cpu, wall : float
        Seconds; of all threads of the process together, and by the clock.
    """

    answer: Answer
    cpu: float
    wall: float


def measured(work: Callable[[], Answer], repeat: int = 3) -> Measured[Answer]:
    """Run a piece of work several times; the time is that of the quickest run.

    The cyclic garbage collector rests meanwhile, as in `timeit`: when it runs is no
    property of the work.
    """
    best: Measured[Answer] | None = None
    for _ in range(repeat):
        gc.collect()
        gc.disable()
        cpu, wall = time.process_time(), time.perf_counter()
        answer = work()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        gc.enable()
        if best is None or cpu < best.cpu:
            best = Measured(answer, cpu, wall)
    if best is None:
        raise ValueError(f"repeat must be at least 1, got {repeat}")
    return best


def in_child(work: Callable[..., Answer], *arguments: object) -> tuple[Answer, float]:
    """Run a function of a module in a process of its own; return its answer and peak memory.

    Nothing is warm there but what the function warms itself, and its peak is its own.

    Returns
    -------
    answer : Answer
    peak : float
        Largest resident memory of the process, in MB (10^6 bytes).
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_with_peak, work, arguments).result()


def _with_peak(
    work: Callable[..., Answer], arguments: tuple[object, ...]
) -> tuple[Answer, float]:
    return work(*arguments), peak_memory()


def peak_memory() -> float:
    """Return the largest resident memory of this process so far, in MB (10^6 bytes)."""
    status = Path("/proc/self/status")
    if status.exists():
        # ru_maxrss of a process starts at that of the process it was forked from
        lines = status.read_text().splitlines()
        (high,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
        return int(high) * 1024 / 1e6
    unit = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def machine() -> dict[str, str]:
    """Name what the figures depend on: processor, cores, caches, memory, versions."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        **caches(),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()


def caches(folder: Path = Path("/sys/devices/system/cpu/cpu0/cache")) -> dict[str, str]:
    """Return the sizes of the second and the third cache that the first core uses."""
    sizes = {"L2": "not known", "L3": "not known"}
    for level in folder.glob("index*/level"):
        name = f"L{level.read_text().strip()}"
        if name in sizes:
            sizes[name] = (level.parent / "size").read_text().strip()
    return sizes


def cpu_seconds() -> float:
    """Return the CPU of this process and of the children that it waited for."""
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def show(console: Console, title: str, figures: Sequence[Figure]) -> None:
    """Print one comparison as a table."""
    table = Table(
        "what", "CPU seconds", "figure", "target", "", title=title, title_justify="left"
    )
    for figure in figures:
        seconds = ", ".join(f"{who} {time:.3g}" for who, time in figure.seconds.items())
        notes = "; ".join(f"{name} {_short(value)}" for name, value in figure.notes.items())
        told = f"{figure.what}\n  [dim]{notes}[/dim]" if notes else figure.what
        table.add_row(told, seconds, f"{figure.value:.3g} {figure.unit}", *_verdict(figure))
    console.print(table)


def _short(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.3g}"


def _verdict(figure: Figure) -> tuple[str, str]:
    if figure.target is None:
        return "", ""
    sign = ">=" if figure.target.at_least else "<="
    met = figure.target.met_by(figure.value)
    return (
        f"{sign} {figure.target.value:g}",
        "[green]met[/green]" if met else "[red]missed[/red]",
    )


def keep(name: str, figures: Iterable[Figure]) -> Path:
    """Write figures and machine as JSON below `results`, which git ignores."""
    RESULTS.mkdir(exist_ok=True)
    taken = datetime.now(UTC)
    path = RESULTS / f"{name}-{taken:%Y%m%dT%H%M%SZ}.json"
    lines = [
        {**asdict(f), "met": None if f.target is None else f.target.met_by(f.value)}
        for f in figures
    ]
    told = {"taken": taken.isoformat(), "machine": machine(), "figures": lines}
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return path
