"""Who gets what answer from the routes of insights, by the kind of thing that is named."""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    "erase_reason": {
        "other": answers(403, admin=204),
        "hidden": answers(403, admin=404),
    },
    "list_tasks": {"any": answers(200)},
    "list_audit_events": {"any": answers(200, member=403, reviewer=403, advisor=403)},
}
