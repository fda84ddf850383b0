"""Who gets what answer from every route, about things of their own, of others, hidden, absent.

The routes come from the description of the interface: a new one without a row of
expectations fails. One database serves all of it; whatever would change something is only
tried (`dry_run`), or names a state that is not the current one (412 says that everything
else was granted).
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from app.policy import Role
from tests.world import World, names_in

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
ADMIN = "403 403 403 403 403 403 200"
NO_PERSON = "403 403 403 403 403 403 404"
PERSON = {
    "own": "200 404 404 404 200 404 200",
    "other": "404 404 404 404 200 404 200",
    "hidden": NONE,
}
EXPECTED: Mapping[str, str | Mapping[str, str]] = {
    "read_me": ALL,
    "list_organisations": ALL,
    "read_organisation": {
        "own": ALL,
        "other": "404 404 404 200 200 200 200",
        "hidden": NONE,
    },
    "create_organisation": "403 403 403 200 200 403 200",
    "update_organisation": {
        "own": "403 403 403 412 412 403 412",
        "other": "403 403 403 412 412 403 412",
        "hidden": "403 403 403 404 404 403 404",
    },
    "export_me": ALL,
    "list_users": "200 403 403 403 200 403 200",
    "invite_user": ADMIN,
    "read_user": PERSON,
    "invite_user_again": {"other": ADMIN, "hidden": NO_PERSON},
    "add_membership": {"other": ADMIN, "hidden": NO_PERSON},
    "remove_membership": {"other": ADMIN.replace("200", "204"), "hidden": NO_PERSON},
    "remove_second_factor": {"other": ADMIN.replace("200", "204"), "hidden": NO_PERSON},
    "hand_over": {"other": ADMIN, "hidden": NO_PERSON},
    "list_user_steps": PERSON,
    "take_user_step deactivate": {"other": ADMIN.replace("200", "409"), "hidden": NO_PERSON},
    "list_tokens": ALL,
    "create_token": ALL.replace("200", "201"),
    "read_token": {"own": ALL, "other": NONE, "hidden": NONE},
    "revoke_token": {"own": ALL.replace("200", "204"), "other": NONE, "hidden": NONE},
    "list_letters": "403 403 403 200 200 403 200",
    "read_letter": {
        "other": "403 403 403 200 200 403 200",
        "hidden": "403 403 403 404 404 403 404",
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
    "read_ranking": UNREADY,
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
    "read_verdict": {"other": RUNS, "hidden": NONE},
    "list_verdicts": "403 403 200 200 200 200 403",
    "list_matches": "200 403 403 200 200 200 403",
    "list_audit_events": "403 403 403 200 200 200 200",
    "read_job": {"own": ALL, "other": STAFF, "hidden": NONE},
}


# --- the matrix --------------------------------------------------------------------------


def test_every_operation_has_its_row_and_there_is_no_other(world: World) -> None:
    assert {case.partition(" ")[0] for case in EXPECTED} == set(world.operations)


@pytest.mark.no_cover
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
    """In status, body, headers and work; the address apart, which they gave themselves.

    What the database is asked tells how long an answer takes, and unlike a clock it does
    not depend on the machine.
    """
    for role in EVERYBODY:
        names = names_in(world.operations[case.partition(" ")[0]][1])
        shown = []
        for kind in ("hidden", "absent"):
            named = world.named(role, kind)
            answer = world.ask(role, case, named)
            text = answer.text
            for name in names:
                text = text.replace(str(named[name]), f"<{name}>")
            headers = dict(answer.headers) | {"x-request-id": "", "content-length": ""}
            work = answer.extensions["statements"]
            shown.append((answer.status_code, text, headers, work))

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
