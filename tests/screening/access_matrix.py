"""Who gets what answer from the routes of screening.

The exclusion of one's own is one that oneself has proposed. To a team all are refused in the
same words, whether they are there or not. Of a draft nobody else reads a version.
"""

from tests.access_matrix import Matrix, answers

READING = {
    "own": answers(403, staff=200, lead=200, auditor=200),
    "other": answers(403, staff=200, lead=200, auditor=200),
    "hidden": answers(403, staff=404, lead=404, auditor=404),
}

EXPECTED: Matrix = {
    "list_exclusions": {"any": answers(403, staff=200, lead=200, auditor=200)},
    "create_exclusion": {"any": answers(403, staff=200, lead=200)},
    "read_exclusion": READING,
    "list_exclusion_steps": READING,
    "take_exclusion_step approve": {
        "own": answers(403, staff=409, lead=409),
        "other": answers(403, staff=200, lead=200),
        "hidden": answers(403, staff=404, lead=404, auditor=404),
    },
    "take_exclusion_step refuse": {
        "own": answers(403, staff=409, lead=409),
        "other": answers(403, staff=200, lead=200),
        "hidden": answers(403, staff=404, lead=404, auditor=404),
    },
    "take_exclusion_step take-back": {
        "own": answers(403, staff=200, lead=200),
        "other": answers(403, staff=409, lead=409),
        "hidden": answers(403, staff=404, lead=404, auditor=404),
    },
    "read_screening": {
        "other": answers(403, staff=200, lead=200),
        "hidden": answers(403, staff=200, lead=200),
    },
    "list_proposed_themes": {
        "own": answers(403, staff=404, lead=404),
        "other": answers(403, staff=200, lead=200),
        "hidden": answers(403, staff=404, lead=404),
    },
    "add_themes_to_challenge": {
        "own": answers(403, staff=404, lead=404),
        "other": answers(403, staff=422, lead=422),
        "hidden": answers(403, staff=404, lead=404),
    },
    "add_themes_to_solution": {
        "own": answers(403, staff=404, lead=404),
        "other": answers(403, staff=422, lead=422),
        "hidden": answers(403, staff=404, lead=404),
    },
    "list_revisions": {
        "own": answers(404, member=200),
        "other": answers(404, staff=200, lead=200, auditor=200),
        "hidden": answers(404),
    },
    "read_changes": {
        "own": answers(404),
        "other": answers(404, staff=200, lead=200, auditor=200),
        "hidden": answers(404),
    },
}
