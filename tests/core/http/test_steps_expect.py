"""A step may name the state on which it is based, and need not: its table guards it anyway."""

from collections.abc import Mapping
from typing import Any

import pytest

from app.access.policy import Role
from tests.test_authorisation import EXPECTED
from tests.world import World

STEPS: Mapping[str, tuple[Role, str, str]] = {
    "take_challenge_step pass": (Role.STAFF, "other", "read_challenge"),
    "take_solution_step submit": (Role.MEMBER, "own", "read_solution"),
    "take_attachment_step remove": (Role.MEMBER, "own", "read_attachment"),
    "take_thread_step resolve": (Role.MEMBER, "own", "read_thread"),
    "take_decision_step hand-over": (Role.STAFF, "own", "read_decision"),
    "take_conversation_step let-staff": (Role.MEMBER, "own", "read_conversation"),
    "take_meeting_step cancel": (Role.MEMBER, "own", "read_meeting"),
    "take_room_file_step remove": (Role.MEMBER, "own", "read_room_file"),
    "take_agreed_task_step finish": (Role.MEMBER, "own", "read_agreed_task"),
    "take_enquiry_step decline": (Role.STAFF, "own", "read_enquiry"),
    "take_asking_step close-asking": (Role.STAFF, "own", "list_asking_steps"),
    "take_notice_step propose": (Role.STAFF, "own", "read_notice"),
    "take_practice_step offer": (Role.MEMBER, "own", "read_practice"),
    "take_exclusion_step refuse": (Role.STAFF, "other", "read_exclusion"),
    "take_call_step cancel": (Role.LEAD, "other", "read_call"),
    "take_user_step deactivate": (Role.ADMIN, "own", "read_user"),
    "take_run_step cancel": (Role.STAFF, "other", "read_run"),
    "take_match_step take-out": (Role.STAFF, "other", "read_match"),
    "take_review_step unassign": (Role.STAFF, "own", "read_review"),
    "take_consultation_step close": (Role.STAFF, "other", "read_consultation"),
    "take_entry_step take-over": (Role.MEMBER, "own", "read_challenge"),
    "take_webhook_step pause": (Role.STAFF, "own", "read_webhook"),
    "take_conflict_step confirm": (Role.STAFF, "other", "read_conflict"),
}
"""A step of each route, who takes it, and where the thing is read that takes it."""


def test_every_route_of_a_step_stands_in_the_table(world: World) -> None:
    routes = {name for name, (_, path) in world.operations.items() if "{step}" in path}

    assert {case.partition(" ")[0] for case in STEPS} == routes
    assert set(STEPS) <= set(EXPECTED)


_REASON = {"reason": "They have not met since 2019."}
_BODIES: Mapping[str, dict[str, str]] = {
    **{f"take_{what}_step": {} for what in ("user", "challenge", "solution")},
    **{f"take_{what}_step": _REASON for what in ("review", "conflict", "exclusion", "enquiry")},
}


def asked(world: World, case: str, tag: str | None) -> Any:
    """The answer to a step that is tried, based on the state of this tag."""
    role = STEPS[case][0]
    operation, _, step = case.partition(" ")
    names = named(world, case)
    return world.client.post(
        world.operations[operation][1].format(**names, step=step),
        params={"dry_run": "true"},
        headers={"Authorization": f"Bearer {world.secrets[role]}"}
        | ({} if tag is None else {"If-Match": tag}),
        json=_BODIES.get(operation),
    )


def named(world: World, case: str) -> dict[str, Any]:
    """An administrator deactivates a colleague: somebody is to be left."""
    role, kind, _ = STEPS[case]
    return world.named(role, kind) | (
        {"user_id": world.own[Role.REVIEWER]["user_id"]} if "user" in case else {}
    )


@pytest.mark.parametrize("case", STEPS)
def test_a_step_that_names_an_earlier_state_is_refused_with_the_current_one(
    world: World, case: str
) -> None:
    role, _, reading = STEPS[case]
    read = world.ask(role, reading, named(world, case))
    tag = read.headers["etag"]

    answers = {said: asked(world, case, said) for said in (None, tag, "*", '"earlier"')}

    assert {said: answer.status_code for said, answer in answers.items()} == {
        None: 200,
        tag: 200,
        "*": 200,
        '"earlier"': 412,
    }
    stale = answers['"earlier"']
    assert (stale.json()["code"], stale.headers["etag"]) == ("stale", tag)


@pytest.mark.parametrize("case", STEPS)
def test_the_description_says_that_a_step_may_name_a_state(world: World, case: str) -> None:
    method, path = world.operations[case.partition(" ")[0]]
    described = world.client.get("/openapi.json").json()["paths"][path][method]
    (header,) = [p for p in described["parameters"] if p["name"].lower() == "if-match"]

    assert (header["in"], header["required"]) == ("header", False)
    assert "412" in described["responses"]
    assert "428" not in described["responses"]


def test_who_may_not_take_a_step_learns_no_tag(world: World) -> None:
    names = world.named(Role.MEMBER, "hidden")
    answer = world.client.post(
        world.operations["take_challenge_step"][1].format(**names, step="withdraw"),
        headers={
            "Authorization": f"Bearer {world.secrets[Role.MEMBER]}",
            "If-Match": '"earlier"',
        },
    )

    assert answer.status_code == 404
    assert "etag" not in answer.headers
