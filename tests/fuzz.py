"""Fuzz the whole interface as each role and signed out, against a real server on loopback.

    python -m tests.fuzz --seconds 180 --roles member staff

Every role begins with the same database: the first edition, one run of it, and people of
all roles. Fails on an answer of 5xx other than an announced 503, and on whatever the
description of the interface does not say.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import Session, select

from app.access.policy import OPERATOR, Role
from app.accounts import service as accounts
from app.accounts.models import Membership, Token, User
from app.core.base.clock import now
from app.core.storage.database import connect, reading, transaction
from app.core.storage.jobs import Job
from app.core.storage.outbox import Letter
from app.matchmaking.models import MatchRun, Verdict
from app.organisations.models import Organisation
from app.organisations.schemas import OrganisationDraft, UserDraft
from app.organisations.service import people
from app.programmes.lifecycle import Phase, phase
from app.programmes.models import Call, Programme
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from tests.processes import ROOT, counterpart, finished, free_port, served

NOBODY: Final = "nobody"
PHASES: Final = {"examples,coverage,fuzzing": 0.6, "stateful": 0.4}
"""What is done one after the other, each with its share of the time."""
WANTED: Final = 20_000
"""Requests of a whole run: fewer would not be called fuzzed."""
EVERYBODY: Final = [*map(str, Role), NOBODY]
SECONDS: Final = 180
LIFETIME: Final = timedelta(days=1)
GRACE: Final = 300
"""Seconds that a role may take beyond its budget: some phases end what they have begun."""
NAMED: Final[dict[str, Any]] = {
    "organisation_id": Organisation,
    "user_id": User,
    "membership_id": Membership,
    "token_id": Token,
    "programme_id": Programme,
    "call_id": Call,
    "run_id": MatchRun,
    "verdict_id": Verdict,
    "letter_id": Letter,
    "job_id": Job,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz as each role that is named; return 0 if nothing was found."""
    asked = _parser().parse_args(arguments)
    sent: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name)
        tokens = _prepare(folder)
        found = [
            who for who in asked.roles if not _fuzz(folder, who, tokens, asked.seconds, sent)
        ]
    _say(
        f"{sent['requests']} requests; in the stateful phase {sent['made']} about what another "
        f"one had made, {sent['told']} about what another one had told of."
    )
    _say(f"Found something as: {', '.join(found)}." if found else "Nothing found.")
    whole = asked.seconds == SECONDS and set(asked.roles) == set(EVERYBODY)
    if whole and sent["requests"] < WANTED:
        _say(f"That is fewer than {WANTED}: this machine is slow or busy; give more --seconds.")
        return 1
    return 1 if found else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--roles", nargs="+", default=EVERYBODY, choices=EVERYBODY)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="for each role, about")
    return parser


def _prepare(folder: Path) -> dict[str, str]:
    """Load the first edition and match it; return a token for each role."""
    code, _, errors = finished(counterpart("demo", "--no-serve", "--data", str(folder)))
    if code:
        raise SystemExit(errors)
    database = connect(_address(folder / "counterpart.db"))
    try:
        with transaction(database) as session:
            return {role: _person(session, role) for role in Role}
    finally:
        database.dispose()


def _person(session: Session, role: Role) -> str:
    """Add somebody in a role, in an organisation of the same name; return a token."""
    email = _email(role)
    organisation = OrganisationDraft(name=f"Fuzzing {role}", country="NL")
    draft = UserDraft(email=email, name=role.title(), role=role, organisation=organisation)
    people.add_user(session, OPERATOR, draft)
    return accounts.issue_token(session, OPERATOR, email, name="fuzz", lifetime=LIFETIME)


def _fuzz(
    folder: Path, who: str, tokens: dict[str, str], seconds: int, sent: Counter[str]
) -> bool:
    """Fuzz a server of its own as one role, or signed out; tell whether all was well."""
    copy = folder / f"{who}.db"
    shutil.copy(folder / "counterpart.db", copy)
    environment = {"COUNTERPART_DATABASE_URL": _address(copy), "COUNTERPART_LOG_LEVEL": "ERROR"}
    said = {
        "FUZZ_AUTHORIZATION": f"Bearer {tokens[who]}" if who in tokens else "",
        "FUZZ_FOLLOWED": str(folder / f"{who}.json"),
        **_known(environment["COUNTERPART_DATABASE_URL"], who),
    }
    with served("serve", port=free_port(), **environment) as base:
        _say(f"== {who}")
        codes = [
            subprocess.run(  # noqa: S603 -- our own command
                _command(base, phases, round(seconds * share)),
                cwd=ROOT,
                env={**os.environ, **said},
                timeout=seconds + GRACE,
            ).returncode
            for phases, share in PHASES.items()
        ]
        answers = _answers(base)
    followed = json.loads((folder / f"{who}.json").read_text(encoding="utf-8"))
    sent.update(requests=answers.total(), **followed)
    _say(f"== {who}: {_told(answers)}")
    _say(f"== {who}: followed in the stateful phase: {followed}")
    return not any(codes) and not any("500" <= status != "503" for _, status in answers)


def _told(answers: Counter[tuple[str, str]]) -> str:
    """Say how many requests there were, and how far into the interface they came."""
    statuses: Counter[str] = Counter()
    for (_, status), number in answers.items():
        statuses[status] += number
    granted = {operation for operation, status in answers if status < "300"}
    told = ", ".join(f"{number} x {status}" for status, number in sorted(statuses.items()))
    return f"{answers.total()} requests ({told}); {len(granted)} routes granted something"


def _command(base: str, phases: str, seconds: int) -> list[str]:
    options = ["--max-time", str(seconds), "--checks", "all", "--no-color", "--no-shrink"]
    options += ["--phases", phases]
    # Speed is measured elsewhere; the first assignment of a process loads much.
    options += ["--max-response-time", "60"]
    program = [str(Path(sys.executable).with_name("schemathesis")), "run"]
    return [*program, f"{base}/openapi.json", *options]


def _address(path: Path) -> str:
    return f"sqlite:///{path}"


def _known(url: str, who: str) -> dict[str, str]:
    """Return keys of things that there are, and those that are the person's own."""
    database = connect(url)
    try:
        with reading(database) as session:
            known = dict(_keys(session))
            user = accounts.user_with(session, _email(who))
            own = [] if user is None else [str(user.id), *_held(session, user)]
    finally:
        database.dispose()
    return {"FUZZ_KNOWN": json.dumps(known), "FUZZ_OWN": json.dumps(own)}


def _held(session: Session, user: User) -> Iterator[str]:
    for table in (Token, Membership):
        for row in session.exec(select(table).where(table.user_id == user.id)):
            yield str(row.id)


def _email(who: str) -> str:
    return f"{who}@fuzz.example.org"


def _keys(session: Session) -> Iterator[tuple[str, list[str]]]:
    for name, table in NAMED.items():
        yield name, sorted(str(row.id) for row in session.exec(select(table)))
    every = session.exec(select(Submission)).all()
    for kind in Kind:
        yield f"{kind}_id", sorted(str(row.id) for row in every if row.kind is kind)
    for call in session.exec(select(Call)):
        if phase(call, now()) is Phase.OPEN:
            yield f"open_{call.kind}", [str(call.id)]
    yield "submission_id", sorted(str(row.id) for row in every)


def _answers(base: str) -> Counter[tuple[str, str]]:
    """Return how often the server has answered what, by operation, as it counts itself."""
    counted: Counter[tuple[str, str]] = Counter()
    for family in text_string_to_metric_families(httpx.get(f"{base}/metrics").text):
        for sample in family.samples:
            if sample.name == "counterpart_requests_total":
                answer = (sample.labels["operation"], sample.labels["status"])
                counted[answer] += int(sample.value)
    return counted


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
