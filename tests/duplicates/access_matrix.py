"""Who gets what answer from the routes of near-duplicates, by the kind of thing named."""

from tests.access_matrix import Matrix, answers

_ONE = {
    "own": answers(404, member=403),
    "other": answers(404, staff=200, lead=200, auditor=200),
    "hidden": answers(404),
}

EXPECTED: Matrix = {
    "list_similar_to_challenge": _ONE,
    "compare_challenge": _ONE,
    "list_similar_to_solution": _ONE,
    "compare_solution": _ONE,
    "list_similar_pairs": {
        "other": answers(403, staff=200, lead=200, auditor=200),
        "hidden": answers(403, staff=404, lead=404, auditor=404),
    },
}
