"""The assignment beside its peers: the same totals, in process CPU, in one run.

    python -m benchmarks.assignment [--large] [--promises N]

Peers that are not installed are an error: the extra `bench` has them. The package `matching`
bears our name, so it gets an environment and a process of its own beside the results.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp

from benchmarks.report import Figure, Target, machine
from matching import InfeasibleAssignment, assign, blocking_pairs, regret, stable_pairs
from tests.matching.assignment.oracle import answers_of, partial_answers_of
from tests.matching.assignment.test_optimality import random_question

ROOT: Final = Path(__file__).parent.parent
RESULTS: Final = ROOT / "benchmarks" / "results"
DATA: Final = ROOT.parent / "shared" / "data" / "assign"
PEER: Final = "matching==1.4.3"

# Seconds of process CPU that a case may take.
TARGETS: Final = {
    "500 x 500": 0.1,
    "1000 x 1000": 0.3,
    "2000 x 2000": 2.0,
    "10,000 x 10,000, 50 each": 1.0,
    "10,000 x 10,000, 50 each, contended": 3.0,
    "leximin 72 x 26": 0.5,
    "leximin 26 x 72": 0.5,
    "all regrets 500 x 500": 1.0,
    "all regrets of leximin 100 x 200": 1.0,
}

# An all-equal table may take so many times as long as a random one.
EQUAL: Final = 2.0

STABLE: Final = """
import json, sys, time
import numpy as np
from matching.games import HospitalResident
sys.setrecursionlimit(100_000)  # it copies players, who know each other, by recursion
scores = np.load(sys.argv[1])
def likes(table, name):
    return [[f"{name}{k}" for k in np.argsort(-line, kind="stable")] for line in table]
rows = {f"r{i}": wanted for i, wanted in enumerate(likes(scores, "c"))}
columns = {f"c{j}": wanted for j, wanted in enumerate(likes(scores.T, "r"))}
start = time.process_time()
game = HospitalResident.create_from_dictionaries(rows, columns, dict.fromkeys(columns, 1))
solved = game.solve()
seconds = time.process_time() - start
pairs = sorted((int(r.name[1:]), int(c.name[1:])) for c, held in solved.items() for r in held)
print(json.dumps({"seconds": seconds, "pairs": pairs}))
"""

FLOW: Final = """
import json, sys, time
import numpy as np
from ortools.graph.python import min_cost_flow
data = np.load(sys.argv[1])
i, j, s, need, room = (data[name].astype(np.int64) for name in ("i", "j", "s", "need", "room"))
start = time.process_time()
sink = len(need) + len(room)
tails = np.concatenate([i, len(need) + np.arange(len(room))]).astype(np.int32)
heads = np.concatenate([len(need) + j, np.full(len(room), sink)]).astype(np.int32)
flow = min_cost_flow.SimpleMinCostFlow()
most, cost = np.concatenate([np.ones_like(i), room]), np.concatenate([-s, np.zeros_like(room)])
flow.add_arcs_with_capacity_and_unit_cost(tails, heads, most, cost)
flow.set_nodes_supplies(np.arange(len(need), dtype=np.int32), need)
flow.set_node_supply(sink, -int(need.sum()))
assert flow.solve() == flow.OPTIMAL
seconds = time.process_time() - start
print(json.dumps({"total": -flow.optimal_cost(), "seconds": seconds}))
"""

MEMORY: Final = """
import json, re
from pathlib import Path
import numpy as np
from matching import assign
def peak():  # not that of getrusage, which a child takes over from its parent
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
rng = np.random.default_rng(0)
scores = rng.random((2000, 2000))
scores *= 0.35
scores += 0.65 * rng.random(2000)
assign(scores[:200, :200].copy(), rows=(2, 2), columns=(0, 2), objective="total")
before = peak()
assign(scores, rows=(2, 2), columns=(0, 2), objective="total")
print(json.dumps([before, peak()]))
"""

Whole = NDArray[np.signedinteger[Any]]
Instance = tuple[Any, Whole, Whole]
Peer = Callable[[Instance], tuple[int, float]]
Row = dict[str, Any]


def main() -> None:
    """Run the comparisons, print them, and write them beside."""
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    parser.add_argument("--large", action="store_true", help="2000 x 2000 and 10,000 x 10,000")
    parser.add_argument("--promises", type=int, default=0, help="random instances to check")
    options = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    assign(contended(200)[0], rows=(2, 2), columns=(0, 2), objective="total")
    lines = [*reproduced(), *totals(large=options.large), *questions(), *stability()]
    if options.large:
        lines += memory()
    lines += promises(options.promises) if options.promises else []
    show(lines)
    (RESULTS / "assignment.json").write_text(
        json.dumps({"machine": machine(), "lines": lines}, indent=1)
    )


# --- instances ---


def stored(name: str) -> Instance:
    """Return an instance of the shared data."""
    if not DATA.is_dir():
        raise SystemExit(f"There are no instances: {DATA} is absent.")
    with np.load(DATA / f"{name}.npz") as data:
        shape = (int(data["nC"]), int(data["nP"]))
        scores = sparse.coo_array((data["s"], (data["c"], data["p"])), shape=shape)
        need, room = data["need"], data["cap"]
    return scores, np.column_stack([need, need]), np.column_stack([0 * room, room])


def contended(n: int, need: int = 2) -> Instance:
    """Return a full table in which all want the same, and capacity equals demand."""
    rng = np.random.default_rng(n)
    scores = np.rint(10_000 * (0.65 * rng.random(n) + 0.35 * rng.random((n, n))))
    bounds = np.full((n, 2), need)
    return scores.astype(np.int64).clip(1), bounds, bounds * np.array([0, 1])


def candidates(n: int, each: int, *, popular: bool) -> Instance:
    """Return a table with few pairs in each row, one of them on the diagonal."""
    rng = np.random.default_rng(n)
    i = np.repeat(np.arange(n), each)
    j = np.concatenate([np.append(rng.choice(n, each - 1, replace=False), k) for k in range(n)])
    places = np.unique(i * n + j)
    i, j = np.divmod(places, n)
    noise = rng.random(len(i))
    value = 0.65 * rng.random(n)[j] + 0.35 * noise if popular else noise
    scores = np.rint(10_000 * value).astype(np.int64).clip(1)
    ones = np.ones((n, 2), dtype=np.int64)
    return sparse.coo_array((scores, (i, j)), shape=(n, n)), ones, ones * np.array([0, 1])


# --- solvers of the total ---


def by_milp(instance: Instance) -> tuple[int, float]:
    """Return total and seconds of scipy's milp."""
    start = time.process_time()
    scores, rows, columns = (sparse.coo_array(instance[0]), *instance[1:])
    i, j = scores.coords
    n, at = len(i), np.arange(len(i))
    ends = np.concatenate([i, scores.shape[0] + j])
    table = sparse.csr_array((np.ones(2 * n), (ends, np.tile(at, 2))))
    low, high = np.concatenate([rows, columns]).T
    found = milp(
        -scores.data.astype(float),
        integrality=np.ones(n, dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(table, low, high),
        options={"mip_rel_gap": 0},
    )
    return -round(found.fun or 0), time.process_time() - start


def by_flow(instance: Instance) -> tuple[int, float]:
    """Return total and seconds of the minimum cost flow of OR-Tools.

    It has a process of its own: it brings another HiGHS, which cannot be loaded beside ours.
    """
    scores, rows, columns = (sparse.coo_array(instance[0]), *instance[1:])
    place = RESULTS / "instance.npz"
    i, j = scores.coords
    np.savez(place, i=i, j=j, s=scores.data, need=rows[:, 1], room=columns[:, 1])
    found = json.loads(output([sys.executable, "-I", "-c", FLOW, str(place)]))
    return found["total"], found["seconds"]


def by_hungary(instance: Instance) -> tuple[int, float]:
    """Return total and seconds of linear_sum_assignment: one pair for each row and column."""
    start = time.process_time()
    total = int(instance[0][linear_sum_assignment(instance[0], maximize=True)].sum())
    return total, time.process_time() - start


# --- comparisons ---


def timed(solve: Callable[..., Any], instance: Instance, **more: Any) -> tuple[Any, float]:
    """Return an answer and the process CPU that it took."""
    scores, rows, columns = instance
    start = time.process_time()
    answer = solve(scores, rows=rows, columns=columns, **more)
    return answer, time.process_time() - start


def line(case: str, who: str, seconds: float, **more: Any) -> Row:
    """Return a line of the table."""
    target = TARGETS.get(case) if who == "ours" else None
    return {"case": case, "who": who, "seconds": round(seconds, 4), "target": target, **more}


def reproduced() -> list[Row]:
    """Compare with the proved optima of the shared data."""
    lines = []
    stored("opsi_4x8")
    for name, answers in json.loads((DATA / "answers.json").read_text()).items():
        instance = stored(name)
        for objective, key in (("total", "optimum"), ("maxmin", "exact_maxmin_sum")):
            if key in answers:
                answer, seconds = timed(assign, instance, objective=objective)
                same = answer.total == answers[key]["total"]
                if objective == "maxmin":
                    same &= answer.fairness.weakest_sum == answers[key]["weakest_sum"]
                lines.append(line(f"{objective} {name}", "ours", seconds, same=bool(same)))
    return lines


def totals(*, large: bool) -> list[Row]:
    """Compare totals and times with peers."""
    sides = {"500 x 500": 500, "1000 x 1000": 1000} | ({"2000 x 2000": 2000} if large else {})
    cases: dict[str, tuple[Instance, dict[str, Peer]]]
    cases = {"tight_500": (stored("tight_500"), {"milp": by_milp})}
    for name, n in sides.items():
        cases[name] = contended(n), {"milp": by_milp} if n == 500 else {}
        cases[f"{name}, one each"] = contended(n, 1), {"linear_sum_assignment": by_hungary}
    for popular in (False, True) if large else ():
        name = "10,000 x 10,000, 50 each" + ", contended" * popular
        cases[name] = candidates(10_000, 50, popular=popular), {}
    lines = []
    for case, (instance, peers) in cases.items():
        answer, seconds = timed(assign, instance, objective="total")
        proved = answer.total == answer.bound
        lines.append(line(case, "ours", seconds, total=answer.total, same=proved))
        for who, solve in ({"OR-Tools flow": by_flow} | peers).items():
            total, taken = solve(instance)
            same, ratio = total == answer.total, taken / seconds
            lines.append(line(case, who, taken, total=total, same=same, ratio=ratio))
    return lines


def questions() -> list[Row]:
    """Time what has no peer."""
    lines = []
    for case, name in (
        ("leximin 72 x 26", "open_72x26"),
        ("leximin 26 x 72", "sel_72x26_fair"),
    ):
        _, seconds = timed(assign, stored(name))
        lines.append(line(case, "ours", seconds))
        _, seconds = timed(regret, stored(name))
        lines.append(line(f"all regrets of {case}", "ours", seconds))
    _, seconds = timed(regret, stored("tight_500"), objective="total")
    lines.append(line("all regrets 500 x 500", "ours", seconds))
    lines.append(line("all regrets of leximin 100 x 200", "ours", random_regrets()))
    equal, scattered = equal_and_random()
    lines.append(line("leximin 300 x 300, random", "ours", scattered))
    case, within = "leximin 300 x 300, all equal", round(EQUAL * scattered, 2)
    lines.append(line(case, "ours", equal) | {"target": within})
    return lines


def random_regrets() -> float:
    """Return the seconds of all regrets of random scores under leximin, 100 x 200."""
    scores = np.random.default_rng(0).random((100, 200))
    return timed(regret, (scores, np.array([1, 2]), np.array([0, 1])))[1]


def equal_and_random() -> tuple[float, float]:
    """Return the seconds of leximin, 300 x 300: all scores equal, and random ones."""
    rows, columns = np.array([1, 1]), np.array([0, 1])
    tables = np.full((300, 300), 50), np.random.default_rng(0).random((300, 300))
    # the first one compiles
    timed(assign, (tables[1], rows, columns))
    equal, scattered = (timed(assign, (table, rows, columns))[1] for table in tables)
    return equal, scattered


def run(*, large: bool) -> list[Figure]:
    """Time leximin where no peer is needed, for `python -m benchmarks`."""
    del large
    seconds, (equal, scattered) = random_regrets(), equal_and_random()
    least = Target(TARGETS["all regrets of leximin 100 x 200"], at_least=False)
    sides = {"all equal": equal, "random": scattered}
    return [
        Figure("all regrets of leximin 100 x 200", seconds, "s", least, {"ours": seconds}),
        Figure(
            "leximin 300 x 300, all equal beside random",
            equal / scattered,
            "x",
            Target(EQUAL, at_least=False),
            sides,
        ),
    ]


def stability() -> list[Row]:
    """Compare stable pairs with those of the package `matching`, in a process of its own."""
    home, place = RESULTS / "peer", RESULTS / "scores.npy"
    python = home / "bin" / "python"
    if not python.exists():
        output([sys.executable, "-m", "venv", str(home)])
        output([str(python), "-m", "pip", "install", "--quiet", PEER, "numpy"])
    # without ties there is one stable answer, and both must find it
    scores = np.random.default_rng(0).permutation(100 * 100).reshape(100, 100) + 1
    np.save(place, scores)
    pairs, seconds = timed(stable_pairs, (scores, np.array([0, 1]), np.array([0, 1])))
    peer = json.loads(output([str(python), "-I", "-c", STABLE, str(place)]))
    blocking = blocking_pairs(scores, pairs, rows=(0, 1), columns=(0, 1))
    case, same = "stable pairs 100 x 100", [list(pair) for pair in pairs] == peer["pairs"]
    return [
        line(case, "ours", seconds, same=blocking == ()),
        line(case, "matching", peer["seconds"], same=same, ratio=peer["seconds"] / seconds),
    ]


def output(command: list[str]) -> str:
    """Run a program and return what it prints."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)  # noqa: S603 -- ours
    if done.returncode:
        raise SystemExit(f"{done.stderr}A peer failed; the extra `bench` installs them.")
    return done.stdout


def memory() -> list[Row]:
    """Tell what 2000 x 2000 takes, in a process that has nothing else."""
    before, peak = json.loads(output([sys.executable, "-c", MEMORY]))
    case = "2000 x 2000, above libraries and scores"
    return [line(case, "ours", 0.0, total=peak - before, libraries=before)]


def promises(n: int) -> list[Row]:
    """Look for a lost lock, a reused pair, or an answer overlooked, in random instances."""
    rng, start = np.random.default_rng(0), time.process_time()
    wrong = 0
    for _ in range(n):
        question = random_question(rng)
        for partial, answers in (
            (False, answers_of(question)),
            (True, partial_answers_of(question)),
        ):
            for objective in ("leximin", "total", "maxmin"):
                conditions = question.conditions | {"partial": partial}
                try:
                    found = assign(question.scores, objective=objective, **conditions)
                except InfeasibleAssignment:
                    wrong += len(answers.masks) > 0
                else:
                    best = answers.pairs(int(answers.ranked(objective)[0]))
                    wrong += found.pairs != best or found.bound != found.total
    seconds = time.process_time() - start
    return [line(f"{n} random instances, all objectives", "ours", seconds, same=wrong == 0)]


def show(lines: list[Row]) -> None:
    """Print the table."""
    table = Table("case", "who", "CPU s", "target", "times ours", "same")
    for row in lines:
        ratio = f"{row['ratio']:.1f}" if "ratio" in row else ""
        same = {True: "yes", False: "NO", None: ""}[row.get("same")]
        target = "" if row["target"] is None else f"<= {row['target']}"
        seconds = f"{row['seconds']:.3f}" if row["seconds"] else f"{row['total']} MB"
        table.add_row(row["case"], row["who"], seconds, target, ratio, same)
    console = Console(width=120)
    facts = machine()
    console.print(", ".join(f"{name} {value}" for name, value in facts.items()), style="dim")
    console.print(table)


if __name__ == "__main__":
    main()
