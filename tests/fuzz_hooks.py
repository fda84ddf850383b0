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
    if turn % 8 == 0:
        return
    case.query.pop("dry_run", None)
    if case.method == "POST":
        case.headers["Idempotency-Key"] = f"turn-{turn}"
    if case.method in {"PUT", "PATCH"}:
        case.headers["If-Match"] = "*"
    if isinstance(case.body, dict):
        case.body.update({name: KNOWN[name][turn % len(KNOWN[name])] for name in _named(case)})
        case.body.update({"themes": []} if "themes" in case.body else {})


def _named(case: Any) -> list[str]:
    """Return the names of keys in a body; of one's organisations, there is one."""
    if case.body.get("organisation_id") and "call_id" in case.body:
        del case.body["organisation_id"]
    return [name for name in case.body if KNOWN.get(name)]


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
