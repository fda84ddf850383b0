"""Who gets what answer from the routes of statistics, by the kind of thing that is named."""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    "read_coverage": {
        "other": answers(403, staff=200, lead=200, auditor=200),
        "hidden": answers(403, staff=404, lead=404, auditor=404),
    },
    "read_fairness": {
        "other": answers(409, member=404, reviewer=404, admin=404),
        "hidden": answers(404),
    },
    "list_peers": {
        "other": answers(403, staff=200, lead=200, auditor=200),
        "hidden": answers(403, staff=404, lead=404, auditor=404),
    },
}
