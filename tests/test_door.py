"""Who asks is settled before what is asked: nonsense is answered like sense to who may not."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi import FastAPI

from app.access.policy import Role
from app.core.http.access import Access, declarations
from tests.test_authorisation import EXPECTED
from tests.world import UNTRIED, World

JSON = {"Content-Type": "application/json"}
NONSENSE: Mapping[str, dict[str, Any]] = {
    "no JSON": {"content": b'{"title": ', "headers": JSON},
    "no text": {"content": b"\xff\xfe", "headers": JSON},
    "another kind of body": {"content": b"title=x", "headers": {"Content-Type": "text/x"}},
    "a list": {"content": b"[]", "headers": JSON},
    "fields that nobody knows": {"content": b'{"nobody": 1}', "headers": JSON},
    "a parameter that nobody knows": {"params": {"nobody": "1"}},
    "a parameter of another kind": {"params": {"limit": "x", "dry_run": "x", "cursor": "x"}},
    "a strange key": {"headers": {"Idempotency-Key": "\x7f" * 300}},
}


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", NONSENSE)
def test_whoever_is_not_signed_in_is_told_so_whatever_they_send(
    world: World, kind: str
) -> None:
    for operation, (method, path) in world.operations.items():
        named = path.format(**world.other, step="submit")
        nowhere = path.format(**dict.fromkeys(world.other, "x"), step="x")
        address = nowhere if kind == "another kind of body" else named
        answer = world.client.request(method, address, **NONSENSE[kind])

        told = (operation, answer.status_code, answer.json()["code"])
        assert told == (operation, 401, "not-signed-in")


def test_pages_that_need_signing_in_say_so_whatever_the_form_holds(
    world: World, app: FastAPI
) -> None:
    pages = [
        (path, method)
        for (path, method), said in declarations(app).items()
        if said and said.access is not Access.PUBLIC and not path.startswith("/api/")
    ]

    assert len(pages) >= 5
    for path, method in pages:
        answer = world.client.request(
            method,
            path.replace("{token_id}", "x"),
            content=b"code=%ed%a0%bd&by=x",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert (path, answer.status_code) == (path, 401)


STEPPING = (
    *("take_challenge", "take_solution", "take_decision", "take_notice", "take_match"),
    *("take_review", "take_exclusion", "take_practice", "take_enquiry"),
    *("change_webhook", "rotate_webhook", "replay_webhook"),
)
"""Routes of steps of which each has its own permission."""


BESIDE = (
    *("add_collaborator", "create_thread", "add_team_comment", "change_team_comment"),
    *("add_support", "tell_interest"),
    *("mark_conversation_read", "add_message", "change_message", "propose_meeting"),
    *("take_meeting_step", "add_agreed_task"),
)
"""Routes for members of teams about submissions of either kind. What was wrong with a body is
said alike of every submission, whether there is one or not."""


def without_permission() -> Iterator[tuple[str, Role, str, int]]:
    """What carries a body, and who is refused it whatever they send.

    Anyone who may take some step of a submission, a decision, a match or a notice that they
    can read, or change calls that are drafts, or reads webhooks that others have made, is told
    what was wrong with a body before it is looked at which it is.
    """
    for case, rows in EXPECTED.items():
        for kind, row in rows.items():
            for role, status in row.items():
                some = case.startswith(STEPPING)
                some |= case in {"change_call", "replace_form"} and role is Role.STAFF
                some &= role is not Role.AUDITOR
                if case in BESIDE and role is Role.MEMBER:
                    continue
                if case == "add_support":
                    continue  # who enters a submission for a team asks in its place
                if status == 404 or (status == 403 and not some):
                    yield case, role, kind, status


@pytest.mark.no_cover
@pytest.mark.parametrize("nonsense", ["no JSON", "fields that nobody knows"])
def test_who_may_not_is_told_that_and_not_what_was_wrong(world: World, nonsense: str) -> None:
    tried = 0
    for case, role, kind, status in without_permission():
        operation, _, step = case.partition(" ")
        method, path = world.operations[operation]
        if method not in {"post", "put", "patch"}:
            continue
        address = path.format(**world.named(role, kind), step=step)
        sent = NONSENSE[nonsense]
        credentials = {
            "Authorization": f"Bearer {world.secrets[role]}",
            "Idempotency-Key": "k",
            "If-Match": "*",
        }
        query = {"dry_run": "true"} if method == "post" and operation not in UNTRIED else {}
        answer = world.client.request(
            method, address, **sent | {"headers": sent["headers"] | credentials}, params=query
        )
        assert (case, role, kind, answer.status_code) == (case, role, kind, status)
        tried += 1

    assert tried > 150


@pytest.mark.parametrize("operation", ["take_challenge_step", "ask_what_if", "change_solution"])
def test_nonsense_about_what_is_hidden_is_answered_as_about_what_is_absent(
    world: World, operation: str
) -> None:
    method, path = world.operations[operation]
    shown = []
    for kind in ("hidden", "absent"):
        named = world.named(Role.MEMBER, kind)
        answer = world.client.request(
            method,
            path.format(**named, step="submit"),
            json={"nobody": 1},
            headers={
                "Authorization": f"Bearer {world.secrets[Role.MEMBER]}",
                "If-Match": "*",
                "Idempotency-Key": "k",
            },
        )
        text = answer.text
        for name in named.values():
            text = text.replace(str(name), "<name>")
        headers = dict(answer.headers) | {"x-request-id": "", "content-length": ""}
        shown.append((answer.status_code, text, headers))

    assert shown[0][0] == 404
    assert shown[0] == shown[1]


def test_what_could_name_nothing_is_not_found_and_a_list_is_read_as_ever(world: World) -> None:
    """Found by fuzzing: who may read nothing of a kind was told 403 of a strange name."""
    described = world.client.get("/openapi.json").json()["paths"]
    reading = [
        path
        for method, path in world.operations.values()
        if method == "get" and described[path][method]["x-access"] == "within"
    ]

    assert len(reading) > 15
    for path in reading:
        named = path.format(**dict.fromkeys(world.other, "null,null"))
        for role in Role:
            headers = {"Authorization": f"Bearer {world.secrets[role]}"}
            answer = world.client.get(named, headers=headers)
            refused = world.client.get(
                f"{path.format(**world.other)}?nobody=1", headers=headers
            )

            assert answer.status_code == (404 if "{" in path else 200), (path, role)
            assert refused.status_code in {400, 404}, (path, role)


@pytest.mark.parametrize("name", ["x", "%C3%BE%F1%B5%AA%B8%F2%96%9D%B5"])
def test_an_address_and_a_parameter_that_are_both_strange_are_refused(
    world: World, name: str
) -> None:
    """Found by fuzzing: the refusal of the one, while the other was refused, was a failure."""
    for operation, (method, path) in world.operations.items():
        if "{" in path:
            address = path.format(**dict.fromkeys(world.other, name), step="submit")
            headers = {"Authorization": f"Bearer {world.secrets[Role.ADMIN]}", "If-Match": "*"}
            answer = world.client.request(
                method, f"{address}?nobody=1", headers=headers, json={"nobody": 1}
            )

            assert answer.status_code in {400, 403, 404}, operation
