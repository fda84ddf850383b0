"""Before a release nothing tells: whatever a team asks, the answer is the same to the byte.

The same team is asked for with every outcome that a decision about it may have, approved and
about to be released, and with none at all. Everything that can be asked by anybody who does
not decide is asked each time: every route and page that reads, every list with its filters and
as each kind of table, every step that is only tried. Status, body, headers (the entity tag and
the length among them) and what the database is asked must be the same.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Actor, Role
from app.core.base.entity_tags import ANYTHING
from app.core.base.merge_patch import Patch
from app.core.storage.database import Database
from app.core.storage.outbox import Letter
from app.decisions.lifecycle import DecisionOutcome
from app.decisions.models import Decision
from app.decisions.schemas import DecisionStepTaken, NewDecision
from app.decisions.service import drafts, steps
from app.programmes.lifecycle import CallKind
from app.programmes.models import Programme
from app.submissions.lifecycle import LIFE, Kind, State
from app.submissions.models import Submission
from tests.conftest import statements_of
from tests.decisions.people import actor
from tests.factories import (
    a_call,
    a_challenge,
    a_notice,
    a_run,
    a_solution,
    a_token,
    a_user,
    organisation_of,
    themes,
)
from tests.pages.test_page_access import NOTHING_ASSIGNED, ROUTES, frozen
from tests.teams.people import a_thread, collaborates
from tests.webhooks.world import told_by_webhook

NOBODY = UUID(int=9)
THE_TEAM = "the team"
THE_HELPER = "who works on it from elsewhere"
VOLATILE = {"x-request-id", "date", "set-cookie"}
CLOCK = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)|\d\d:\d\d \(")
FORMATS = ("json", "csv", "xlsx")
OPEN = (
    *("notices", "notices.atom", "challenges.csv", "challenges.jsonl"),
    *("statistics", "statistics.csv", "statistics.jsonl", "dictionary", "catalog.jsonld"),
)
Answer = tuple[int, bytes, dict[str, str], list[str]]


@dataclass
class Teams:
    """Two twins that are decided about, and those who ask."""

    rows: dict[Kind, Submission]
    names: dict[str, Any]
    askers: dict[str, dict[str, str]]
    staff: Actor
    lead: Actor


@pytest.fixture
def teams(session: Session) -> Teams:
    return twins(session, State.ELIGIBLE)


def twins(session: Session, state: State) -> Teams:
    """A challenge and a solution of one team, and those who ask about them."""
    themes(session)
    call = a_call(session)
    programme = session.get_one(Programme, call.programme_id)
    member = a_user(session)
    team = {"organisation_id": organisation_of(session, member), "state": state}
    solved = a_call(session, CallKind.SOLUTIONS, programme_id=programme.id)
    rows = {
        Kind.CHALLENGE: a_challenge(session, call_id=call.id, **team),
        Kind.SOLUTION: a_solution(session, call_id=solved.id, **team),
    }
    a_notice(session, programme_id=programme.id)
    webhook = told_by_webhook(session, member, a_token(session, member))
    run = a_run(
        session,
        programme_id=programme.id,
        assignment=NOTHING_ASSIGNED,
        challenges=frozen(rows[Kind.CHALLENGE].code, "FR", problem="The river floods."),
        solutions=frozen(rows[Kind.SOLUTION].code, "NO", experience="The river floods."),
    )
    helper = a_user(session)
    shared = [collaborates(session, row, helper) for row in rows.values()]
    thread = a_thread(session, rows[Kind.CHALLENGE], helper)
    people = {
        THE_TEAM: member,
        THE_HELPER: helper,
        "another team": a_user(session),
        "an advisor": a_user(session, Role.ADVISOR),
    }
    return Teams(
        rows=rows,
        names={
            "challenge_id": rows[Kind.CHALLENGE].code,
            "solution_id": rows[Kind.SOLUTION].code,
            "submission_id": rows[Kind.CHALLENGE].code,
            "decision_id": rows[Kind.CHALLENGE].code,
            "notice_id": rows[Kind.CHALLENGE].code,
            "collaborator_id": shared[0].id,
            "thread_id": thread.thread_id,
            "comment_id": thread.id,
            "submission": rows[Kind.CHALLENGE].code,
            "other": rows[Kind.SOLUTION].code,
            "organisation_id": team["organisation_id"],
            "user_id": member.id,
            "programme_id": programme.id,
            "programme": programme.code,
            "call_id": call.id,
            "call": call.code,
            "run_id": run.id,
            "run": run.code,
            "topic": "problem",
            "kind": "challenge",
            **webhook,
        },
        askers={
            "anybody": {},
            **{
                name: {"Authorization": f"Bearer {a_token(session, user)}"}
                for name, user in people.items()
            },
        },
        staff=actor(session, Role.STAFF),
        lead=actor(session, Role.LEAD),
    )


@pytest.mark.slow
@pytest.mark.one_database
def test_no_answer_depends_on_what_is_decided(
    session: Session, client: TestClient, database: Database, teams: Teams
) -> None:
    session.commit()
    asked = list(addresses(client, teams))
    before = heard(client, database, teams, asked)

    for outcome in (DecisionOutcome.SELECTED, DecisionOutcome.NOT_SELECTED):
        decide(session, teams, outcome)
        found = heard(client, database, teams, asked)
        assert [question for question in found if found[question] != before[question]] == []
        teams.askers = {THE_TEAM: teams.askers[THE_TEAM]}  # the others have heard nothing

    assert len(asked) > 150
    assert {row.outcome for row in session.exec(select(Decision))} == {outcome}
    assert session.exec(select(Letter)).all() == []


@pytest.mark.one_database
def test_it_is_heard_when_something_tells(
    session: Session, client: TestClient, database: Database, teams: Teams
) -> None:
    """The test above could not fail otherwise: here a draft moves its submission."""
    session.commit()
    asked = [
        ("GET", f"/submissions/{teams.names['submission']}"),
        ("GET", "/api/v1/challenges"),
    ]
    before = heard(client, database, teams, asked)

    decide(session, teams, DecisionOutcome.SELECTED)
    teams.rows[Kind.CHALLENGE].message = "You will be glad."
    session.commit()

    changed = {
        question
        for question, answer in heard(client, database, teams, asked).items()
        if answer != before[question]
    }
    assert (THE_TEAM, "GET", f"/submissions/{teams.names['submission']}") in changed
    assert (THE_TEAM, "GET", "/api/v1/challenges") in changed
    assert {asker for asker, _, _ in changed} == {THE_TEAM, THE_HELPER}


def decide(session: Session, teams: Teams, outcome: DecisionOutcome) -> None:
    """Bring a decision about each of the twins to where it waits for the release."""
    for row in teams.rows.values():
        said: dict[str, Any] = {
            "outcome": outcome.value,
            "reasons": f"All reviewers said {outcome.value}.",
            "feedback": f"What stands in {row.code} is, as we read it: {outcome.value}.",
        }
        made = session.exec(select(Decision).where(Decision.code == row.code)).first()
        if made is None:
            new = NewDecision.model_validate({"submission_id": row.id, **said})
            made = drafts.draft(session, teams.staff, new)
        else:
            steps.take(
                session, teams.lead, made.id, "send-back", DecisionStepTaken(reason="No")
            )
            drafts.change(session, teams.staff, made.id, Patch(said), ANYTHING)
        steps.take(session, teams.staff, made.id, "hand-over")
        steps.take(session, teams.lead, made.id, "approve")
    session.commit()


def addresses(client: TestClient, teams: Teams) -> Iterator[tuple[str, str]]:
    """Yield all that can be asked without changing anything."""
    app = client.app
    assert isinstance(app, FastAPI)
    for path, methods in app.openapi()["paths"].items():
        if "get" in methods:
            yield from reads(path, methods["get"], teams)
        if path.endswith("/steps/{step}") and "post" in methods:
            yield from (("POST", f"{one}?dry_run=true") for one in stepping(path, teams))
    for method, path, _ in ROUTES.values():
        if method == "GET":
            yield from (("GET", one) for one in stepping(path, teams))
    yield from (("GET", f"/public/v1/{name}") for name in OPEN)


def stepping(path: str, teams: Teams) -> Iterator[str]:
    for step in LIFE.steps if "{step}" in path else ("",):
        yield path.format_map(Named(teams.names, step))


def reads(path: str, operation: dict[str, Any], teams: Teams) -> Iterator[tuple[str, str]]:
    address = path.format_map(Named(teams.names))
    yield "GET", address
    parameters = {one["name"] for one in operation.get("parameters", ())}
    if "format" in parameters:
        yield from (("GET", f"{address}?format={name}") for name in FORMATS)
    if "state" in parameters:
        yield from (("GET", f"{address}?state={state}") for state in State)
    if "sort" in parameters:
        yield "GET", f"{address}?sort=-updated_at"


class Named(dict[str, Any]):
    """The names of things; nobody's where there is none."""

    def __init__(self, names: dict[str, Any], step: str = "") -> None:
        super().__init__(names | {"step": step})

    def __missing__(self, name: str) -> Any:
        return 10**6 if name in {"job_id", "event_number"} else NOBODY


def heard(
    client: TestClient, database: Database, teams: Teams, asked: list[tuple[str, str]]
) -> dict[tuple[str, str, str], Answer]:
    """Return the answer to each question, by who asks."""
    statements = statements_of(database)
    found = {}
    for asker, headers in teams.askers.items():
        for method, address in asked:
            if asker != THE_TEAM and ("?" in address or address.startswith("/public")):
                continue
            statements.clear()
            key = {"Idempotency-Key": "the-same"} if method == "POST" else {}
            answer = client.request(
                method, address, headers=headers | key, follow_redirects=False
            )
            found[asker, method, address] = told(answer, statements)
    return found


def told(answer: Response, statements: list[str]) -> Answer:
    """Return what an answer tells, but for the clock and for how often its asker has asked."""
    headers = {k: v for k, v in answer.headers.items() if k not in VOLATILE}
    body = answer.content
    if answer.request.method == "POST" or answer.url.path.startswith("/programmes/"):
        body = CLOCK.sub(b"<now>", body)
    if body.startswith(b"PK"):
        del headers["content-length"]
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            parts = [book.read(name) for name in book.namelist() if "docProps" not in name]
            body = b"".join(parts)
    counted = ("attempt", "BEGIN")
    asked = [one for one in statements if not any(word in one for word in counted)]
    return answer.status_code, body, headers, asked
