"""Near-duplicates at the size of a large call: all pairs of 10,000, and one among 10,000.

The library reads 10,000 made-up texts of 300 words, one in a hundred of them a copy in which
three of ten words were changed, and compares each with each. Then all of them are one text. The
service answers from a SQLite file with as many submissions: at first it reads all of them, and
afterwards those alone that are new.
"""

import itertools
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from app.access.policy import OPERATOR
from app.core.base.clock import now
from app.core.storage.database import Database, connect, reading, transaction
from app.duplicates import service
from app.duplicates.schemas import PairsRead, SimilarsRead
from app.operations import migrating
from app.organisations.models import Organisation
from app.programmes.lifecycle import CallKind, CallState
from app.programmes.models import Call, Programme
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from benchmarks import corpus
from benchmarks.report import Figure, Target, in_child, measured
from matching import Profile, near_duplicates

N: Final = 10_000
WORDS: Final = 300
COPIES: Final = 100
"""One in so many is a copy of the one before it."""
CHANGED: Final = 0.3


def run(*, large: bool) -> list[Figure]:
    """Measure the library on 10,000 texts, when large also on 50,000, and the service."""
    sizes = (N, 5 * N) if large else (N,)
    figures = [_library(f"all pairs of {n:,} texts", n, same=False) for n in sizes]
    figures.append(_library(f"all pairs of {N:,} copies of one text", N, same=True))
    return figures + _service()


def long_texts(n: int, seed: int = 0) -> Iterator[str]:
    """Yield texts of 300 words, one in a hundred a copy of the text before it."""
    rng = np.random.default_rng(seed)
    words = itertools.chain.from_iterable(text.split() for text in corpus.texts(6 * n, seed))
    before: list[str] = []
    for number in range(n):
        text = list(itertools.islice(words, WORDS))
        if number % COPIES == COPIES - 1:
            other = rng.random(WORDS) < CHANGED
            text = [
                new if is_other else old
                for old, new, is_other in zip(before, text, other.tolist(), strict=True)
            ]
        yield " ".join(text)
        before = text


def _library(what: str, n: int, *, same: bool) -> Figure:
    (cpu, found), peak = in_child(_all_pairs, n, same)
    return Figure(
        f"{what} of {WORDS} words, reading included",
        cpu,
        "s",
        Target(60, at_least=False) if n == N else None,
        notes={"pairs found": found, "copies": n // COPIES, "peak MB": peak},
    )


def _all_pairs(n: int, same: bool) -> tuple[float, int]:
    told = itertools.repeat(next(long_texts(1)), n) if same else long_texts(n)
    profiles = [Profile(str(i), (text,)) for i, text in enumerate(told)]
    compared = measured(lambda: near_duplicates(profiles), repeat=1)
    return compared.cpu, len(compared.answer)


def _service() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="counterpart-duplicates-") as folder:
        database = connect(f"sqlite:///{Path(folder) / 'duplicates.db'}")
        migrating.migrate(database)
        programme, code = filled(database)
        opened: service.Opened = partial(reading, database)
        first = measured(lambda: _similar(code, opened), repeat=1)
        again = measured(lambda: _similar(code, opened))
        pairs = measured(lambda: _pairs(programme, opened))
        database.dispose()
    found: dict[str, float | str] = {"found": again.answer.n_found}
    return [
        Figure(f"service: one among {N:,}, at first", first.cpu, "s", notes=found),
        Figure(
            f"service: one among {N:,}, afterwards",
            again.cpu,
            "s",
            Target(2, at_least=False),
            notes=found,
        ),
        Figure(
            f"service: all pairs of {N:,}, afterwards",
            pairs.cpu,
            "s",
            Target(10, at_least=False),
            notes={"found": pairs.answer.n_found},
        ),
    ]


def _similar(code: str, opened: service.Opened) -> SimilarsRead:
    with opened() as session:
        compute = service.similar(session, OPERATOR, Kind.CHALLENGE, code, opened)
    return compute()


def _pairs(programme: str, opened: service.Opened) -> PairsRead:
    with opened() as session:
        compute = service.pairs(session, OPERATOR, programme, None, opened)
    return compute()


def filled(database: Database) -> tuple[str, str]:
    """Fill a database with 10,000 challenges; return programme and a copy, by their codes.

    Their call is called after the programme, with `-challenges` behind it.
    """
    with transaction(database) as session:
        programme = Programme(
            code="large",
            title="A large edition",
            zone="Europe/Paris",
            working_language="en",
            providers_min=1,
            providers_max=1,
        )
        owner = Organisation(name="A team", country="FR")
        session.add_all([programme, owner])
        session.flush()
        call = Call(
            programme_id=programme.id,
            kind=CallKind.CHALLENGES,
            code="large-challenges",
            title="Call for challenges",
            opens_at=now(),
            closes_at=now(),
            ends_at=now(),
            zone="Europe/Paris",
            state=CallState.PUBLISHED,
        )
        session.add(call)
        session.flush()
        session.add_all(
            Submission(
                programme_id=programme.id,
                call_id=call.id,
                organisation_id=owner.id,
                kind=Kind.CHALLENGE,
                code=f"CH-2026-{number:05}",
                title=f"Challenge {number}",
                language="en",
                themes=[],
                content={"problem": text},
                state=State.SUBMITTED,
                submitted_at=now(),
            )
            for number, text in enumerate(long_texts(N))
        )
    return "large", f"CH-2026-{COPIES - 1:05}"
