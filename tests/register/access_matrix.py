"""Who gets what answer from the routes of practices.

The practice of one's own is a draft, that of another team is offered, the hidden one is a draft
of another team.
"""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    "list_practices": {"any": answers(200)},
    "create_practice": {"any": answers(403, member=200)},
    "read_practice": {
        "own": answers(404, member=200),
        "other": answers(404, staff=200, lead=200, auditor=200),
        "hidden": answers(404),
    },
    "replace_practice": {
        "own": answers(403, member=412),
        "other": answers(403, member=404),
        "hidden": answers(403, member=404),
    },
    "change_practice": {
        "own": answers(403, member=412),
        "other": answers(403, member=404),
        "hidden": answers(403, member=404),
    },
    "list_practice_steps": {
        "own": answers(404, member=200),
        "other": answers(404, staff=200, lead=200, auditor=200),
        "hidden": answers(404),
    },
    "take_practice_step offer": {
        "own": answers(404, member=200),
        "other": answers(404, staff=403, lead=403, auditor=403),
        "hidden": answers(404),
    },
    "take_practice_step withdraw": {
        "own": answers(404, member=200),
        "other": answers(404, staff=403, lead=403, auditor=403),
        "hidden": answers(404),
    },
    "take_practice_step list": {
        "own": answers(404, member=403),
        "other": answers(404, staff=200, lead=200, auditor=403),
        "hidden": answers(404),
    },
    "take_practice_step decline": {
        "own": answers(404, member=403),
        "other": answers(404, staff=200, lead=200, auditor=403),
        "hidden": answers(404),
    },
    "begin_solution_of_practice": {
        "own": answers(403, member=409),
        "other": answers(403, member=404),
        "hidden": answers(403, member=404),
    },
}
