"""What a page costs the server at the real size, beside an empty route; and how large it is.

    python -m benchmarks.pages [--requests 20]

A programme with 72 challenges and 26 solutions of made-up text, one with 10,000 challenges, and
a run of the first, in a SQLite file. Measured as `benchmarks.http` measures: CPU of the server,
page beside page, the median of rounds. The size is that of the page compressed with
gzip, without styles, scripts and fonts.
"""

import argparse
import asyncio
import gzip
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from app.access.policy import OPERATOR, Role
from app.accounts import service as accounts
from app.cli.runs import carry_out
from app.core.base.clock import now
from app.core.base.logging import configure
from app.core.storage.database import connect, transaction
from app.matchmaking.schemas.runs import NewRun
from app.matchmaking.service import run_requests
from app.operations import migrating
from app.organisations.models import Organisation
from app.organisations.schemas import Level, OrganisationDraft
from app.organisations.service import organisations, people
from app.programmes.lifecycle import CallKind, CallState
from app.programmes.models import Call, Programme
from app.programmes.queries import known_call
from app.seeding import demonstration, loader
from app.settings import Settings
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from benchmarks.corpus import texts
from benchmarks.http import EMPTY, Asked, measured, reported, served

COUNTRIES: Final = ("FR", "NO", "PT", "IT", "CL", "CA", "FI", "ES", "BR", "DK", "EE", "JP")
THEMES: Final = ("policy-domain:ENVI", "practice:data-sharing", "sdg:11")
MOST_BYTES: Final = 60_000
"""Compressed bytes that a page may have."""
TIMES: Final = 6.0
"""How many times the empty route a page may cost."""


def main(arguments: Sequence[str]) -> int:
    """Measure, print two tables, and return 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20, help="of each page and round")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="counterpart-pages-") as folder:
        url = f"sqlite:///{Path(folder) / 'pages.db'}"
        secret, routes = _prepared(url)
        headers = {"Authorization": f"Bearer {secret}", "Accept": "text/html"}
        with served(url) as (address, process):
            costs = asyncio.run(measured(address, process, headers, routes, asked.requests))
            sizes = _sizes(address, headers, routes)
    return max(reported(routes, costs), _reported_sizes(sizes))


def _prepared(url: str) -> tuple[str, dict[str, Asked]]:
    """Fill a database; return a token of somebody who is staff and of a team, and the pages."""
    configure("ERROR")
    settings = Settings(database_url=url)
    database = connect(url)
    migrating.migrate(database)
    staff = next(p for p in demonstration.PEOPLE if p.key == "staff")
    with transaction(database) as session:
        loader.load_first_edition(session)
        demonstration.prepare(session, at=now())
        real = edition(session, "real-size", 72, 26)
        large = edition(session, "large", 10_000, 1)
        draft = _draft(session, real, staff.email)
    with transaction(database) as session:
        run = run_requests.request_run(
            session, OPERATOR, NewRun(programme_id=real.id), settings
        )
    carry_out(database, settings, run)
    with transaction(database) as session:
        secret = accounts.issue_token(
            session, OPERATOR, staff.email, name="bench", lifetime=timedelta(hours=1)
        )
    database.dispose()
    place = f"/programmes/{real.code}"
    pages = {
        "the match bench, 72 x 26": f"{place}/runs/{run.code}/bench",
        "the list of 72 challenges": f"{place}/challenges",
        "a page of the list of 10,000": f"/programmes/{large.code}/challenges",
        "a topic of a form": f"/submissions/{draft}/topics/problem",
        "the themes of a form": f"/submissions/{draft}/topics/themes",
        "tasks": "/tasks",
    }
    shown = {
        "the heat map, 72 x 26": f"{place}/runs/{run.code}",
        "a programme at a glance": place,
    }
    return secret, {
        EMPTY: Asked("/empty"),
        **{name: Asked(path, EMPTY, TIMES) for name, path in pages.items()},
        **{name: Asked(path, EMPTY) for name, path in shown.items()},
    }


def edition(session: Session, code: str, n_challenges: int, n_solutions: int) -> Programme:
    """Add a programme with selected submissions of made-up text."""
    programme = Programme(
        code=code,
        title=f"An edition: {code}",
        zone="Europe/Paris",
        working_language="en",
        providers_min=2,
        providers_max=2,
    )
    session.add(programme)
    owners = [Organisation(**_organisation(code, country)) for country in COUNTRIES]
    session.add_all(owners)
    session.flush()
    for kind, asked, n in (
        (Kind.CHALLENGE, CallKind.CHALLENGES, n_challenges),
        (Kind.SOLUTION, CallKind.SOLUTIONS, n_solutions),
    ):
        call = _call(session, programme, asked)
        session.add_all(_submissions(programme.id, call.id, kind, n, owners))
    session.flush()
    return programme


def _organisation(code: str, country: str) -> dict[str, Any]:
    draft = OrganisationDraft(
        name=f"Team of {country}, {code}", country=country, level=Level.LOCAL
    )
    return draft.model_dump()


def _call(session: Session, programme: Programme, kind: CallKind) -> Call:
    call = Call(
        programme_id=programme.id,
        kind=kind,
        code=f"{programme.code}-{kind}",
        title=f"Call for {kind}",
        opens_at=datetime(2026, 1, 1, tzinfo=UTC),
        closes_at=datetime(2100, 1, 1, tzinfo=UTC),
        ends_at=datetime(2100, 1, 1, tzinfo=UTC),
        zone="Europe/Paris",
        state=CallState.PUBLISHED,
    )
    session.add(call)
    session.flush()
    return call


def _submissions(
    programme_id: UUID, call_id: UUID, kind: Kind, n: int, owners: Sequence[Organisation]
) -> Iterator[Submission]:
    passage = "problem" if kind is Kind.CHALLENGE else "experience"
    prefix = "CH" if kind is Kind.CHALLENGE else "SO"
    for number, text in enumerate(texts(n, seed=len(kind) + n)):
        yield Submission(
            programme_id=programme_id,
            call_id=call_id,
            organisation_id=owners[number % len(owners)].id,
            kind=kind,
            code=f"{prefix}-{2000 + n % 1000}-{number + 1:05}",
            title=text[:80],
            language="en",
            themes=[*THEMES],
            content={passage: text} | ({"capacity": 2} if kind is Kind.SOLUTION else {}),
            state=State.SELECTED,
            submitted_at=now(),
        )


def _draft(session: Session, programme: Programme, email: str) -> str:
    """Add a draft of a team to which the person of this address belongs too."""
    user = accounts.user_with(session, email)
    assert user is not None  # noqa: S101 -- the demonstration has made sure
    team = OrganisationDraft(name="A team that writes", country="PT", level=Level.LOCAL)
    people.grant(session, OPERATOR, user, team, Role.MEMBER)
    owner = organisations.organisation_of(session, OPERATOR, team)
    call = known_call(session, programme.code, f"{programme.code}-challenges")
    draft = Submission(
        programme_id=programme.id,
        call_id=call.id,
        organisation_id=owner.id,
        kind=Kind.CHALLENGE,
        code="CH-2026-900",
        title="A challenge that is being written",
        language="en",
        themes=[*THEMES],
        content={"problem": next(texts(1, seed=7))},
    )
    session.add(draft)
    session.flush()
    return draft.code


def _sizes(
    address: str, headers: Mapping[str, str], routes: Mapping[str, Asked]
) -> dict[str, int]:
    """Return the compressed bytes of each page."""
    with httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False) as client:
        return {
            name: len(gzip.compress(client.get(route.path).content))
            for name, route in routes.items()
            if name != EMPTY
        }


def _reported_sizes(sizes: Mapping[str, int]) -> int:
    table = Table(title="Compressed size of a page")
    for column in ("page", "bytes", "target", ""):
        table.add_column(column)
    for name, size in sizes.items():
        verdict = "met" if size <= MOST_BYTES else "missed"
        table.add_row(name, f"{size:,}", f"<= {MOST_BYTES:,}", verdict)
    Console(width=130).print(table)
    return int(any(size > MOST_BYTES for size in sizes.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
