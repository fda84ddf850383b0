"""Faults in what else a run is told of: submissions that it does not rank."""

from typing import Final

from tests.faults.mutants.planting import Fault

INPUTS: Final = "app/matchmaking/service/inputs.py"
TESTS: Final = "tests/matchmaking/test_background.py::"
KEPT: Final = f"{TESTS}test_a_run_keeps_what_else_was_found_eligible"

FAULTS: Final = (
    Fault(
        "drafts and what was withdrawn weigh the words of a run",
        INPUTS,
        "            col(Submission.state).in_(FOUND_ELIGIBLE),\n",
        "",
        (KEPT,),
    ),
    Fault(
        "a run is told of a programme that began later",
        INPUTS,
        "col(Programme.created_at) < programme.created_at",
        "col(Programme.created_at) != programme.created_at",
        (KEPT,),
    ),
    Fault(
        "a run freezes the names of organisations that it does not rank",
        INPUTS,
        '{"kind": row.kind.value, "id": row.code, **_told(session, row)}',
        '{"kind": row.kind.value, "id": row.code, "organisation": "", **_told(session, row)}',
        (KEPT,),
    ),
)
