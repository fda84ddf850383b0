"""What schemathesis is told of this service: real things to ask for, and two more checks."""

import atexit
import itertools
import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import UseAfterFree

KNOWN: dict[str, list[str]] = json.loads(os.environ.get("FUZZ_KNOWN", "{}"))
"""Keys of things that there are, by the name that they have in paths."""
OWN = frozenset(json.loads(os.environ.get("FUZZ_OWN", "[]")))
"""Keys of the person who asks, of their role and of their token."""
MADE: set[str] = set()
"""Keys of what was made."""
TOLD: set[str] = set()
"""Keys that answers have named otherwise."""
FOLLOWED: Counter[str] = Counter()
"""Requests of the stateful phase about a thing that an earlier answer has named."""
KEY = re.compile(rb'"id":"([0-9a-f-]{36})"')
_turns = itertools.count()


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Let about half of the random keys be those of real things; what is wrong stays so.

    What an answer has named is let be, or nothing that was made would be followed. Who
    takes away their own token or role would be nobody for the rest of the time.
    """
    ends = case.method in {"DELETE", "POST"}
    for name, value in (case.path_parameters or {}).items():
        if str(value) in (MADE | TOLD) - OWN:
            continue
        if (drawn := _drawn(value)) is None:
            continue
        others = [key for key in KNOWN.get(name, []) if not (ends and key in OWN)]
        if others and (value in OWN if ends else drawn % 2):
            case.path_parameters[name] = others[drawn // 2 % len(others)]
    if _is_stateful(case):
        _do_as_a_program_would(case)


def _is_stateful(case: Any) -> bool:
    return case.meta is not None and case.meta.phase.name == "stateful"


def _do_as_a_program_would(case: Any) -> None:
    """Let most of what is valid be granted: what is never made cannot be followed."""
    turn = next(_turns)
    if turn % 4 == 0:
        return
    case.query.pop("dry_run", None)
    if case.method == "POST":
        case.headers["Idempotency-Key"] = f"turn-{turn}"
    if case.method in {"PUT", "PATCH"}:
        case.headers["If-Match"] = "*"
    if (example := _example(case)) is not None:
        case.body = {name: _told(case, name, value, turn) for name, value in example.items()}


def _example(case: Any) -> dict[str, Any] | None:
    """Return the body that the description gives as an example of the operation."""
    document = case.operation.schema.raw_schema
    described = document["paths"][case.operation.path][case.method.lower()]
    for content in described.get("requestBody", {}).get("content", {}).values():
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        for example in document["components"]["schemas"].get(name, {}).get("examples", []):
            return dict(example)
    return None


def _told(case: Any, name: str, value: Any, turn: int) -> Any:
    """Return a value of an example as it can be granted here, and once more."""
    kind = case.operation.path.rpartition("/")[2]
    if name == "call_id":
        return KNOWN[f"open_{kind}"][0]
    if known := KNOWN.get({"to": "user_id"}.get(name, name)):
        return known[turn % len(known)]
    once = {"code": f"code-{turn}", "email": f"turn-{turn}@example.org"}
    if kind == "organisations":
        once["name"] = f"Ministry {turn}"
    return {**once, "scopes": ["token:own"]}.get(name, value)


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Let be what is meant: an ended token stays in the list, with the instant of its end."""
    is_token = case.operation.path == "/api/v1/tokens/{token_id}"
    return not (is_token and isinstance(failure, UseAfterFree))


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Learn what there is, and count what was followed."""
    keys = set(map(str, (case.path_parameters or {}).values()))
    if _is_stateful(case) and keys & MADE:
        FOLLOWED["made"] += 1
    elif _is_stateful(case) and keys & TOLD:
        FOLLOWED["told"] += 1
    found = [key.decode() for key in KEY.findall(response.content)]
    if response.status_code in {201, 202}:
        MADE.update(found[:1])
    else:
        TOLD.update(found)


@atexit.register
def _tell() -> None:
    if place := os.environ.get("FUZZ_FOLLOWED"):
        Path(place).write_text(json.dumps(FOLLOWED), encoding="utf-8")


def _drawn(value: object) -> int | None:
    """Return the number of what is a key, whether or not there is such a thing."""
    try:
        return UUID(str(value)).int
    except ValueError:
        return None


@schemathesis.check
def what_is_unavailable_says_when_it_is_back(ctx: Any, response: Any, case: Any) -> None:
    if response.status_code == 503 and "retry-after" not in response.headers:
        _found(case, "A 503 that nobody announced", "It has no Retry-After.")


@schemathesis.check
def a_refusal_is_a_problem(ctx: Any, response: Any, case: Any) -> None:
    kind = response.headers.get("content-type", [""])[0]
    if response.status_code >= 400 and kind != "application/problem+json":
        _found(case, "A refusal that is no problem document", f"It is {kind}.")


def _found(case: Any, title: str, message: str) -> None:
    raise Failure(operation=case.operation.label, title=title, message=message)
