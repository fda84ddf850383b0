"""Who gets what answer from the routes of insights, by the kind of thing that is named."""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    "list_audit_events": {"any": answers(200, member=403, reviewer=403, advisor=403)},
}
