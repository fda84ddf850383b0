"""What was made says where it is read, and the description says so of every route."""

from typing import Any

from fastapi import FastAPI

from app.access.policy import Role
from tests.test_authorisation import EXPECTED, suited
from tests.world import World

BESIDE = {"add_collaborator", "create_thread", "add_team_comment", "add_support"} | {
    "add_message",
    "propose_meeting",
    "add_agreed_task",
    "add_room_file",
}
"""What belongs to a submission, and is read with it, by the keys of both."""


def making(world: World) -> dict[str, Any]:
    """The answers that say that something was made, by operation."""
    described = world.client.get("/openapi.json").json()["paths"]
    return {
        operation: described[path][method]["responses"]["201"]
        for operation, (method, path) in world.operations.items()
        if "201" in described[path][method]["responses"] and operation not in BESIDE
    }


def test_the_description_says_of_everything_that_is_made_where_it_is_read(
    world: World,
) -> None:
    assert len(making(world)) >= 10
    for operation, answer in making(world).items():
        assert answer["headers"]["Location"]["schema"]["type"] == "string", operation
        reads = [name for name in answer["links"] if name.startswith("read_")]
        assert len(reads) >= 1, operation
        for name, link in answer["links"].items():
            ((key, source),) = link["parameters"].items()
            assert f"{{{key}}}" in world.operations[name][1]
            assert source == "$response.body#/id"


def test_everything_that_is_made_is_read_where_its_location_says(world: World) -> None:
    # Nothing of the world came to nothing, so that nothing is replaced (see tests/matches), and
    # no practice of a team is listed (see tests/register).
    # What is made of a file is sent in another way: see tests/attachments.
    others = {"replace_match", "attach_to_challenge", "attach_to_solution"}
    others |= {"begin_solution_of_practice"}
    made_here = making(world).keys() - others
    for operation in sorted(made_here, reverse=True):  # the one verdict is undone first
        kinds = EXPECTED[operation]
        who, kind = next(
            (role, kind)
            for kind in ("other", "any", "own")
            for role, status in kinds.get(kind, {}).items()
            if status in {200, 201}
        )
        made, read = _made_and_read(world, operation, who, kind)

        assert made.headers["location"].startswith("/api/v1/")
        assert read.status_code == 200, operation
        assert read.json()["id"] == made.json()["id"]
        assert read.json().items() <= made.json().items()


def _made_and_read(world: World, operation: str, who: Role, kind: str) -> tuple[Any, Any]:
    """Make it in earnest, and follow its address."""
    path = world.operations[operation][1].format(**suited(operation, world, who, kind))
    headers = {"Authorization": f"Bearer {world.secrets[who]}", "Idempotency-Key": operation}
    body = world.bodies[operation]
    body |= {"name": operation.title()} if "name" in body else {}
    made = world.client.post(path, json=body, headers=headers)
    assert made.status_code == 201, (operation, made.text)
    return made, world.client.get(made.headers["location"], headers=headers)


def test_an_answer_that_is_given_again_names_the_same_place(world: World) -> None:
    draft = {"code": "of-its-own", "title": "One of its own"}
    headers = {"Authorization": f"Bearer {world.secrets[Role.STAFF]}", "Idempotency-Key": "k"}

    tried, first, again = (
        world.client.post(f"/api/v1/programmes{query}", json=draft, headers=headers)
        for query in ("?dry_run=true", "", "")
    )

    assert "location" not in tried.headers
    assert first.headers["location"] == f"/api/v1/programmes/{first.json()['id']}"
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]


def test_a_run_that_will_be_is_told_of_by_its_job(app: FastAPI) -> None:
    queued = app.openapi()["paths"]["/api/v1/match-runs"]["post"]["responses"]["202"]

    assert "job" in queued["headers"]["Location"]["description"]
    assert queued["links"]["read_run"] == {
        "operationId": "read_run",
        "parameters": {"run_id": "$response.body#/id"},
    }
