"""Texts that PostgreSQL cannot keep, such as NUL, are refused wherever they stand.

Every text of every body is tried, so that a new field is tried too.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.test_hostile import headers, require_problem, taking_bodies
from tests.world import World

UNSTORABLE = {"NUL": "a\0b", "half a character": "a\ud800", "the other half": "\udfffb"}


def spoilt(value: Any, text: str) -> Iterator[Any]:
    """Yield a body as often as it has texts and names, each time with one of them spoilt."""
    if isinstance(value, str):
        yield text
    elif isinstance(value, dict):
        yield value | {text: 1}
        for name, part in value.items():
            yield from (value | {name: other} for other in spoilt(part, text))
    elif isinstance(value, list):
        yield [*value, text]
        for number, part in enumerate(value):
            for other in spoilt(part, text):
                yield [*value[:number], other, *value[number + 1 :]]


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", UNSTORABLE)
def test_no_text_that_a_database_cannot_keep_gets_past_the_body(
    world: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where a schema forgets to look: here none of them looks."""
    monkeypatch.setattr("app.core.base.text._UNWANTED", NeverFound())
    tried = 0
    for operation, method, address in taking_bodies(world):
        whole = world.bodies.get(operation) or {"reason": "Why not?"}
        for body in spoilt(whole, UNSTORABLE[kind]):
            answer = world.client.request(
                method,
                address,
                content=json.dumps(body).encode(),
                headers=headers(world, operation),
            )
            require_problem(answer, (operation, body))
            assert answer.status_code in {403, 404, 409, 422}, (operation, body)
            if answer.status_code == 422:
                assert answer.json()["errors"], (operation, body)
            tried += 1

    assert tried > 60


class NeverFound:
    """A pattern that nothing meets."""

    def search(self, _: str) -> None:
        """Find nothing."""


def test_a_pair_of_halves_and_a_backslash_are_text_like_any_other(world: World) -> None:
    body = rb'{"code": "another", "title": "A \ud83d\ude00 and \\u0000"}'
    answer = world.client.post(
        "/api/v1/programmes?dry_run=true",
        content=body,
        headers=headers(world, "create_programme"),
    )

    assert answer.status_code == 200
    assert answer.json()["title"] == "A \U0001f600 and \\u0000"
