"""Plays made-up editions and tells whether a promise was broken in one of them.

    python -m tests.matches.editions [--editions 1000] [--largest 200] [--acts 40] [--seed 1]

Each has 5 to as many challenges as are stated and as many solutions, with other wishes and
capacities each time. People act in any order (`walks`), and after each act what must hold is
looked at. Each edition has a database of its own; its number and the seed make it again. The
first promise that is broken ends it with the number of the edition, and the exit code 1.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

from app.core.storage.database import connect
from app.operations import migrating
from app.settings import Settings
from tests.matches.walks import Walk, check_letters

TOLD_EVERY: Final = 20
"""After so many editions a line tells how far it has come."""


def main(arguments: Sequence[str]) -> int:
    """Play the editions one after another, and print what was done in all of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--editions", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=1, help="the number to begin with")
    parser.add_argument("--largest", type=int, default=200, help="challenges, at the most")
    parser.add_argument("--acts", type=int, default=40, help="acts in each edition")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    done: Counter[str] = Counter()
    challenges, begun = 0, time.process_time()
    with tempfile.TemporaryDirectory(prefix="counterpart-editions-") as folder:
        empty = Path(folder) / "empty.db"
        database = connect(f"sqlite:///{empty}")
        migrating.migrate(database)
        database.dispose()  # all of it stands in the one file then
        for count, number in enumerate(range(asked.first, asked.first + asked.editions), 1):
            chance = Random(f"{asked.seed}/{number}")  # noqa: S311 -- not a secret
            size = chance.randint(5, asked.largest)
            challenges += size
            try:
                done += played(empty, size, asked.acts, chance)
            except AssertionError as broken:
                sys.stdout.write(f"edition {number} of seed {asked.seed}: {broken}\n")
                return 1
            if count % TOLD_EVERY == 0:
                sys.stdout.write(f"{count:,} of {asked.editions:,} editions\n")
                sys.stdout.flush()
    acts = ", ".join(f"{name} {count:,}" for name, count in sorted(done.items()))
    took = time.process_time() - begun
    sys.stdout.write(
        f"{asked.editions:,} editions with {challenges:,} challenges, {done.total():,} acts in "
        f"{took:,.0f} s of CPU; no promise was broken\n{acts}\n"
    )
    return 0


def played(empty: Path, size: int, acts: int, chance: Random) -> Counter[str]:
    """Play one edition; return what was done how often, refusals among it.

    Parameters
    ----------
    empty : Path
        A database in which nothing stands, to be copied.

    Raises
    ------
    AssertionError
        If something does not hold that must.
    """
    folder = empty.with_name("edition")
    folder.mkdir()
    file = shutil.copy(empty, folder)
    database = connect(f"sqlite:///{file}")
    try:
        walk = Walk(database, Settings(), size, chance, wanted=chance.choice([1, 2, 2, 3]))
        confirmed = set[UUID]()
        walk.do(walk.prepare)
        walk.do(walk.send)
        for _ in range(acts):
            walk.go()
            confirmed = walk.check(confirmed)
        check_letters(database)
    finally:
        database.dispose()
        shutil.rmtree(folder)
    return walk.done


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
