"""Who gets what answer from the routes of operations, by the kind of thing that is named."""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    "read_job": {
        "own": answers(200),
        "other": answers(404, staff=200, lead=200, auditor=200),
        "hidden": answers(404),
    },
}
