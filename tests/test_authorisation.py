"""Who gets what answer from every route, about things of their own, of others, hidden, absent.

The routes come from the description of the interface: a new one without a row of
expectations fails. One database serves all of it; whatever would change something is only
tried (`dry_run`), or names a state that is not the current one (412 says that everything
else was granted).
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlmodel import Session
from starlette.testclient import TestClient

from app.core.database import connect
from app.core.jobs import Job
from app.main import create_app
from app.matchmaking.lifecycle import MatchState, Outcome, RunState
from app.matchmaking.models import Match, Suggestion, Verdict
from app.policy import Role
from app.programmes.lifecycle import CallState
from app.settings import Settings
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import URL, empty, engine_of
from tests.factories import (
    a_call,
    a_challenge,
    a_programme,
    a_run,
    a_solution,
    a_suggestion,
    a_token,
    a_user,
    an_organisation,
    organisation_of,
    themes,
)

EVERYBODY = [*Role]
"""In this order: member, reviewer, advisor, staff, lead, auditor, admin."""

ALL = "200 200 200 200 200 200 200"
NONE = "404 404 404 404 404 404 404"
STAFF = "404 404 404 200 200 200 404"  # and the auditor
RUNS = "404 404 200 200 200 200 404"  # and the advisor
WRITES = "404 403 403 403 403 403 403"  # members write, though not here

# For each operation what each role gets, by the kind of thing that the address names. What
# is absent is not listed: it must look like what is hidden.
DRAFT = {"own": f"200 {NONE[4:]}", "other": STAFF, "hidden": NONE}
CHANGE = {"own": f"412 {WRITES[4:]}", "other": WRITES, "hidden": WRITES}
UNREADY = {"other": RUNS.replace("200", "409"), "hidden": NONE}  # the run still waits
EXPECTED: Mapping[str, str | Mapping[str, str]] = {
    "read_me": ALL,
    "list_organisations": ALL,
    "read_organisation": {
        "own": ALL,
        "other": "404 404 404 200 200 200 200",
        "hidden": NONE,
    },
    "list_themes": ALL,
    "list_programmes": ALL,
    "create_programme": "403 403 403 200 200 403 403",
    "read_programme": {"other": ALL, "hidden": NONE},
    "change_programme": {
        "other": "403 403 403 412 412 403 403",
        "hidden": "403 403 403 404 404 403 403",
    },
    "list_calls": ALL,
    "create_call": "403 403 403 200 200 403 403",
    "read_call": {"other": ALL, "hidden": "404 404 404 200 200 404 404"},
    "change_call": {
        "other": "403 403 403 403 412 403 403",
        "hidden": "403 403 403 412 412 403 403",
    },
    "list_call_steps": {"other": ALL, "hidden": "404 404 404 200 200 404 404"},
    "take_call_step cancel": {
        "other": "403 403 403 403 200 403 403",
        "hidden": "403 403 403 403 409 403 403",
    },
    "take_call_step publish": {
        "other": "403 403 403 403 409 403 403",
        "hidden": "403 403 403 403 200 403 403",
    },
    "list_challenges": ALL,
    "create_challenge": "200 403 403 403 403 403 403",
    "read_challenge": DRAFT,
    "replace_challenge": CHANGE,
    "change_challenge": CHANGE,
    "list_challenge_steps": DRAFT,
    "take_challenge_step withdraw": {
        "own": f"200 {NONE[4:]}",
        "other": "404 404 404 403 403 403 404",
        "hidden": NONE,
    },
    "take_challenge_step pass": {
        "own": f"403 {NONE[4:]}",
        "other": "404 404 404 200 200 403 404",
        "hidden": NONE,
    },
    "list_solutions": ALL,
    "create_solution": "200 403 403 403 403 403 403",
    "read_solution": DRAFT,
    "replace_solution": CHANGE,
    "change_solution": CHANGE,
    "list_solution_steps": DRAFT,
    "take_solution_step submit": {
        "own": f"200 {NONE[4:]}",
        "other": "404 404 404 403 403 403 404",
        "hidden": NONE,
    },
    "take_solution_step return": {
        "own": f"403 {NONE[4:]}",
        "other": "404 404 404 422 422 403 404",
        "hidden": NONE,
    },
    "create_run": "403 403 403 200 200 403 403",
    "list_runs": "403 403 200 200 200 200 403",
    "read_run": {"other": RUNS, "hidden": NONE},
    "list_suggestions": {"other": RUNS, "hidden": NONE},
    "read_suggestion": {"other": RUNS, "hidden": NONE},
    "list_run_steps": {"other": RUNS, "hidden": NONE},
    "take_run_step cancel": {
        "other": "403 403 403 200 200 403 403",
        "hidden": "403 403 403 404 404 403 403",
    },
    "take_run_step retry": {
        "other": "403 403 403 409 409 403 403",
        "hidden": "403 403 403 404 404 403 403",
    },
    "read_assignment": UNREADY,
    "read_regret": UNREADY,
    "read_frontier": UNREADY,
    "ask_what_if": UNREADY,
    "read_preview": {
        "own": f"403 {NONE[4:]}",
        "other": "404 404 404 200 200 200 404",
        "hidden": NONE,
    },
    "create_verdict": "403 403 403 200 200 403 403",
    "undo_verdict": {
        "other": "403 403 403 200 200 403 403",
        "hidden": "403 403 403 404 404 403 403",
    },
    "list_verdicts": "403 403 200 200 200 200 403",
    "list_matches": "200 403 403 200 200 200 403",
    "read_job": {"own": ALL, "other": STAFF, "hidden": NONE},
}
CHANGES_NOTHING = {"ask_what_if"}
ABSENT = {"programme_id", "organisation_id", "run_id", "verdict_id", "job_id"}
"""Where nothing is hidden from everybody, two absent things stand for hidden and absent."""


@dataclass
class World:
    """One of everything, and somebody in every role."""

    client: TestClient
    operations: Mapping[str, tuple[str, str]]
    secrets: dict[str, str] = field(default_factory=dict)
    own: dict[str, dict[str, Any]] = field(default_factory=dict)
    other: dict[str, Any] = field(default_factory=dict)
    hidden: dict[str, Any] = field(default_factory=dict)
    bodies: dict[str, Any] = field(default_factory=dict)
    answers: dict[tuple[object, ...], Response] = field(default_factory=dict)

    def ask(self, who: str, case: str, names: Mapping[str, Any]) -> Response:
        """Return the answer to a request about the things of these names; ask once."""
        path = self.operations[case.partition(" ")[0]][1]
        named = tuple(str(names[name]) for name in sorted(_names_in(path)))
        if (who, case, named) not in self.answers:
            self.answers[who, case, named] = self._ask(who, case, names)
        return self.answers[who, case, named]

    def _ask(self, who: str, case: str, names: Mapping[str, Any]) -> Response:
        operation, _, step = case.partition(" ")
        method, path = self.operations[operation]
        headers = {"Idempotency-Key": uuid4().hex}
        if secret := self.secrets.get(who):
            headers["Authorization"] = f"Bearer {secret}"
        if method in {"put", "patch"}:
            headers["If-Match"] = '"another state"'
        tried = method == "post" and operation not in CHANGES_NOTHING
        query = {"dry_run": "true"} if tried else {}
        address = path.format(**names, step=step)
        body = self.bodies.get(operation)
        answer: Response = self.client.request(
            method, address, json=body, headers=headers, params=query
        )
        return answer

    def named(self, role: Role, kind: str) -> dict[str, Any]:
        """Return the names of the things of one kind, as this role would write them."""
        if kind == "absent":
            return {name: _nowhere(name) for name in self.other}
        return self.other | (self.own[role] if kind == "own" else getattr(self, kind, {}))


def _nowhere(name: str) -> Any:
    return uuid4().int % 10**6 + 10**6 if name == "job_id" else uuid4()


def _names_in(path: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", path)) - {"step"}


@pytest.fixture(scope="module")
def world(migrated: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    url = URL or f"sqlite:///{tmp_path_factory.mktemp('world') / 'world.db'}"
    if migrated is not None:
        shutil.copy(migrated, url.removeprefix("sqlite:///"))
    database = connect(url)
    app = create_app(Settings(database_url=url, embedded_worker=False), database)
    operations = {
        operation["operationId"]: (method, path)
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    }
    engine = engine_of(url)
    with TestClient(app) as client:
        world = World(client, operations)
        with Session(engine) as session:
            _peopled(world, session)
            session.commit()
        yield world
    engine.dispose()
    if URL:
        empty(URL)


def _peopled(world: World, session: Session) -> None:
    themes(session)
    programme = a_programme(session)
    selected = {"programme_id": programme.id, "state": State.SELECTED}
    call, drafted = (
        a_call(session, programme_id=programme.id, state=state)
        for state in (CallState.PUBLISHED, CallState.DRAFT)
    )
    suggestion = _suggested(session, programme.id)
    submitted = a_challenge(session, call_id=call.id, state=State.SUBMITTED)
    offered = a_solution(session, programme_id=programme.id, state=State.SUBMITTED)
    a_challenge(session, **selected)
    a_solution(session, **selected)
    world.other = {
        "organisation_id": an_organisation(session).id,
        "programme_id": programme.id,
        "call_id": call.id,
        "challenge_id": submitted.id,
        "solution_id": offered.id,
        "submission_id": submitted.id,
        "run_id": suggestion.run_id,
        "verdict_id": _a_verdict(session, suggestion),
        "job_id": _a_job(session, None),
    }
    world.hidden = {
        "call_id": drafted.id,
        "challenge_id": a_challenge(session, call_id=call.id).id,
        "solution_id": a_solution(session, call_id=offered.call_id).id,
        **{name: _nowhere(name) for name in ABSENT},
    }
    world.hidden["submission_id"] = world.hidden["challenge_id"]
    for role in Role:
        user = a_user(session, role)
        world.secrets[role] = a_token(session, user)
        owned = {"organisation_id": organisation_of(session, user)}
        draft = a_challenge(session, call_id=call.id, **owned)
        world.own[role] = {
            **owned,
            "challenge_id": draft.id,
            "submission_id": draft.id,
            "solution_id": a_solution(session, call_id=offered.call_id, **owned).id,
            "job_id": _a_job(session, user.id),
        }
    _matched(session, world)
    _with_bodies(world, {"call": call.id, "offered": offered.call_id, "s": suggestion})


def _suggested(session: Session, programme_id: UUID) -> Suggestion:
    """A line of a run that waits, as one does that is computed again."""
    run = a_run(session, programme_id=programme_id, state=RunState.QUEUED)
    suggestion = a_suggestion(session, run)
    for side in ("challenge", "solution"):
        row = session.get_one(Submission, getattr(suggestion, f"{side}_id"))
        setattr(run, f"{side}s", [{"id": row.code, "title": row.title, "text": "Floods."}])
    return suggestion


def _a_verdict(session: Session, suggestion: Suggestion) -> UUID:
    pair = suggestion.model_dump(include={"run_id", "challenge_id", "solution_id"})
    verdict = Verdict(**pair, number=1, outcome=Outcome.CHOSEN, reason="They fit.")
    session.add(verdict)
    session.flush()
    return verdict.id


def _a_job(session: Session, user_id: Any) -> int | None:
    job = Job(name="none", arguments={"run_id": str(uuid4())}, requested_by=user_id)
    session.add(job)
    session.flush()
    return job.id


def _matched(session: Session, world: World) -> None:
    """A match of the member's own challenge, and one of two other teams."""
    for number, challenge_id in enumerate(
        (world.own[Role.MEMBER]["challenge_id"], world.other["challenge_id"])
    ):
        session.add(
            Match(
                code=f"MA-2020-{number:03}",
                challenge_id=challenge_id,
                solution_id=world.other["solution_id"],
                state=MatchState.COMPLETED,
            )
        )


def _with_bodies(world: World, things: Mapping[str, Any]) -> None:
    draft = {"title": "Early warning", "content": {}}
    programme_id = str(world.other["programme_id"])
    world.bodies = {
        "create_programme": {"code": "another", "title": "Another one"},
        "change_programme": {"notes": "Hm."},
        "create_call": {
            "programme_id": programme_id,
            "kind": "challenges",
            "code": "another",
            "title": "Another one",
            "opens_at": "2026-01-01T00:00:00Z",
            "closes_at": "2027-01-01T00:00:00Z",
        },
        "change_call": {"notes": "Hm."},
        "create_challenge": draft | {"call_id": str(things["call"])},
        "create_solution": draft | {"call_id": str(things["offered"])},
        "create_run": {"programme_id": programme_id},
        "ask_what_if": {},
        "undo_verdict": {"reason": "The wrong line."},
        "create_verdict": {
            "run_id": str(things["s"].run_id),
            "challenge_id": str(things["s"].challenge_id),
            "solution_id": str(things["s"].solution_id),
            "outcome": "rejected",
            "reason": "They fit.",
        },
    }
    for kind in ("challenge", "solution"):
        world.bodies |= {f"replace_{kind}": draft, f"change_{kind}": {"title": "Another"}}


# --- the matrix --------------------------------------------------------------------------


def test_every_operation_has_its_row_and_there_is_no_other(world: World) -> None:
    assert {case.partition(" ")[0] for case in EXPECTED} == set(world.operations)


@pytest.mark.parametrize("case", EXPECTED)
def test_each_role_gets_what_the_table_says(world: World, case: str) -> None:
    rows = EXPECTED[case]
    kinds = {"other": rows} if isinstance(rows, str) else rows

    found = {
        kind: " ".join(
            str(world.ask(role, case, _suited(case, world, role, kind)).status_code)
            for role in EVERYBODY
        )
        for kind in kinds
    }

    assert found == dict(kinds)


def _suited(case: str, world: World, role: Role, kind: str) -> dict[str, Any]:
    """Return names of things; a pair of a run is one that it lists."""
    names = world.named(role, kind)
    if case == "read_suggestion" and kind == "other":
        listed = world.ask(Role.STAFF, "list_suggestions", names).json()["items"][0]
        names |= {f"{side}_id": listed[side]["id"] for side in ("challenge", "solution")}
    return names


@pytest.mark.parametrize("case", [c for c, rows in EXPECTED.items() if "hidden" in rows])
def test_what_is_hidden_looks_like_what_is_absent(world: World, case: str) -> None:
    """In status, body and headers; the address apart, which they have given themselves."""
    for role in EVERYBODY:
        names = _names_in(world.operations[case.partition(" ")[0]][1])
        shown = []
        for kind in ("hidden", "absent"):
            named = world.named(role, kind)
            answer = world.ask(role, case, named)
            text = answer.text
            for name in names:
                text = text.replace(str(named[name]), f"<{name}>")
            headers = dict(answer.headers) | {"x-request-id": "", "content-length": ""}
            shown.append((answer.status_code, text, headers))

        if shown[0][0] not in {200, 409, 412}:  # staff see the drafts of calls
            assert shown[0] == shown[1], role


@pytest.mark.parametrize("case", EXPECTED)
def test_nobody_gets_in_without_a_token_that_holds(world: World, case: str) -> None:
    world.secrets["somebody"] = "cpt_nobody-has-this"

    for who in ("anonymous", "somebody"):
        answer = world.ask(who, case, world.other | {"solution_id": uuid4()})

        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
        assert "etag" not in answer.headers


LISTS = {
    "list_organisations": ("read_organisation", "organisation_id"),
    "list_programmes": ("read_programme", "programme_id"),
    "list_calls": ("read_call", "call_id"),
    "list_challenges": ("read_challenge", "challenge_id"),
    "list_solutions": ("read_solution", "solution_id"),
    "list_runs": ("read_run", "run_id"),
}


@pytest.mark.parametrize("listing", LISTS)
def test_what_a_list_shows_can_be_read_one_by_one_and_nothing_else(
    world: World, listing: str
) -> None:
    """Hypha enforced its scope in the detail view only; here both ask the same question."""
    reading, name = LISTS[listing]
    everything = {
        item["id"]
        for role in EVERYBODY
        for item in world.ask(role, listing, world.other).json().get("items", [])
    }
    some = sorted(everything)[:7]
    assert some

    for role in EVERYBODY:
        items = world.ask(role, listing, world.other).json().get("items", [])
        readable = {
            number
            for number in some
            if world.ask(role, reading, {name: number}).status_code == 200
        }

        assert {item["id"] for item in items} & {*some} == readable, role


def test_a_team_sees_its_own_matches_only(world: World) -> None:
    """A member whose challenge was matched sees that match, and staff see both."""
    seen = {
        role: [m["code"] for m in world.ask(role, "list_matches", {}).json()["items"]]
        for role in (Role.MEMBER, Role.STAFF)
    }

    assert seen == {Role.MEMBER: ["MA-2020-000"], Role.STAFF: ["MA-2020-000", "MA-2020-001"]}


def test_the_tries_have_changed_nothing(world: World) -> None:
    states = {
        item["state"] for item in world.ask(Role.MEMBER, "list_challenges", {}).json()["items"]
    }
    runs = world.ask(Role.STAFF, "list_runs", {}).json()["items"]

    assert states == {"draft"}
    assert len(runs) == 1
