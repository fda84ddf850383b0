"""Measure how well `matching` ranks, beside baselines, other settings and earlier versions.

python -m benchmarks.quality                                    the default on all sets
python -m benchmarks.quality --compare tfidf bm25               beside plain baselines
python -m benchmarks.quality --compare "pair_weight=.5,query_power=.75" slope=.8
python -m benchmarks.quality --pasting                          does pasting lift anybody?
python -m benchmarks.quality --json now.json                    keep the units, and then
python -m benchmarks.quality --against now.json                 compare another version
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.corpora import labelled
from benchmarks.figures import difference, figure, interval, lift_by_pasting
from benchmarks.known_items import made
from benchmarks.manuals import foreign
from benchmarks.meaning import model
from benchmarks.scorers import DEFAULT, scorer
from benchmarks.tasks import Floats, Scorer, Task, Units

DATA: Final = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
MANUALS: Final = Path("/usr/share/man")
CHANGED: Final = (0.05, 0.1, 0.2, 0.3)
PASTING_DRAWS: Final = 3
LOWER_IS_BETTER: Final = frozenset({"loss"})

Report = dict[str, dict[str, Units]]


def main(arguments: Sequence[str] | None = None, console: Console | None = None) -> int:
    """Measure what the command line asks for; 2 if nothing can be measured."""
    options = _parser().parse_args(arguments)
    out = console or Console()
    if not options.data.is_dir():
        out.print(f"There is no folder {options.data}: the sets are no part of this project.")
        return 2
    encoder = model(options.model, options.sha256) if options.model else None
    scorers = {name: scorer(name, encoder) for name in (options.base, *options.compare)}
    tasks = [t for t in _tasks(options, out) if not options.sets or t.name in options.sets]
    if options.pasting:
        out.print(pasting_table(tasks, scorers[options.base]))
        return 0
    before: Report = _load(options.against) if options.against else {}
    report: Report = {
        task.name: {name: task.units(score) for name, score in scorers.items()}
        | {f"before: {name}": units for name, units in before.get(task.name, {}).items()}
        for task in tasks
    }
    out.print(table(report, options.base, options.draws, options.seed))
    if options.json:
        options.json.write_text(json.dumps(report, default=lambda a: a.tolist()))
    return 0


def table(report: Report, base: str, draws: int, seed: int) -> Table:
    """Show the first two figures of each set, and what the others are to the base."""
    names = dict.fromkeys(name for by_name in report.values() for name in by_name)
    others = [name for name in names if name != base]
    shown = Table("set", "units", "measure", base, "95 %", *others)
    for task, by_name in report.items():
        for measure, own in list(by_name[base].items())[:2]:
            low, high = interval(own, draws=draws, seed=seed)
            against = [
                _compared(by_name[name][measure], own, measure, draws, seed)
                if name in by_name
                else ""
                for name in others
            ]
            shown.add_row(
                *(task, str(len(own)), measure, f"{figure(own):.4f}"),
                f"{low:.3f} {high:.3f}",
                *against,
            )
    return shown


def pasting_table(tasks: Sequence[Task], score: Scorer) -> Table:
    """Show what pasting brings, for each share of changed words."""
    shown = Table("lift by pasting", *(f"{changed:.0%} changed" for changed in CHANGED))
    for task in tasks:
        lifts = [
            np.mean(
                [
                    lift_by_pasting(task, score, changed=changed, seed=seed)
                    for seed in range(PASTING_DRAWS)
                ]
            )
            for changed in CHANGED
        ]
        shown.add_row(task.name, *(f"{lift:+.3f}" for lift in lifts))
    return shown


def _tasks(options: argparse.Namespace, out: Console) -> Iterator[Task]:
    yield from labelled(options.data)
    yield from made(options.data)
    other = list(foreign(options.manuals))
    if not other:
        out.print(f"{options.manuals} has no manual pages in other languages: sets left out.")
    yield from other


def _compared(units: Floats, base: Floats, measure: str, draws: int, seed: int) -> str:
    lower = measure in LOWER_IS_BETTER
    to_base = difference(units, base, draws=draws, seed=seed, lower_is_better=lower)
    return (
        f"{figure(units):.4f} {to_base.value:+.4f}{to_base.mark}"
        f" [{to_base.low:+.3f} {to_base.high:+.3f}] {to_base.not_worse:.2f}"
    )


def _load(path: Path) -> Report:
    return {
        task: {
            name: {measure: np.array(units) for measure, units in by_measure.items()}
            for name, by_measure in by_name.items()
        }
        for task, by_name in json.loads(path.read_text(encoding="utf-8")).items()
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the labelled sets")
    parser.add_argument(
        "--manuals", type=Path, default=MANUALS, help="folder of manual pages, by language"
    )
    parser.add_argument("--sets", nargs="*", help="only these; all by default")
    parser.add_argument("--base", default=DEFAULT, help="whom the others are compared with")
    parser.add_argument(
        "--compare", nargs="*", default=[], help="settings, tfidf, bm25, csls, ..."
    )
    parser.add_argument("--model", type=Path, help="folder of a sentence encoder")
    parser.add_argument(
        "--sha256", default="", help="of its files, see matching.text.sentence_encoder"
    )
    parser.add_argument("--pasting", action="store_true")
    parser.add_argument("--draws", type=int, default=1000, help="of the bootstrap")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="where to keep the units")
    parser.add_argument("--against", type=Path, help="units that another version kept")
    return parser


if __name__ == "__main__":
    sys.exit(main())
