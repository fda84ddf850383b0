"""Who gets what answer from the routes of decisions.

The decision of one's own is a draft, that of another team waits for its approval. To a team
both are refused in the same words, whether they are there or not.
"""

from tests.access_matrix import Matrix, answers

DECIDING = {
    "own": answers(403, staff=200, lead=200, auditor=200),
    "other": answers(403, staff=200, lead=200, auditor=200),
    "hidden": answers(403, staff=404, lead=404, auditor=404),
}

EXPECTED: Matrix = {
    "list_decisions": {"any": answers(403, staff=200, lead=200, auditor=200)},
    "create_decision": {"any": answers(403, staff=200, lead=200)},
    "read_decision": DECIDING,
    "replace_decision": {
        "own": answers(403, staff=412, lead=412),
        "other": answers(403, staff=409, lead=409),
        "hidden": answers(403, staff=404, lead=404),
    },
    "change_decision": {
        "own": answers(403, staff=412, lead=412),
        "other": answers(403, staff=409, lead=409),
        "hidden": answers(403, staff=404, lead=404),
    },
    "read_decision_letters": DECIDING,
    "list_decision_steps": DECIDING,
    "take_decision_step hand-over": {
        "own": answers(403, staff=200, lead=200),
        "other": answers(403, staff=409, lead=409),
        "hidden": answers(403, staff=404, lead=404, auditor=404),
    },
    "take_decision_step approve": {
        "own": answers(403, lead=409),
        "other": answers(403, lead=200),
        "hidden": answers(403, staff=404, lead=404, auditor=404),
    },
    "take_decision_step revise": {
        "own": answers(403, staff=409, lead=409),
        "other": answers(403, staff=200, lead=200),
        "hidden": answers(403, staff=404, lead=404, auditor=404),
    },
    "take_decision_step correct": {
        "own": answers(403, lead=409),
        "other": answers(403, lead=409),
        "hidden": answers(403, staff=404, lead=404, auditor=404),
    },
    "list_releases": {"any": answers(403, staff=200, lead=200, auditor=200)},
    "create_release": {"any": answers(403, lead=200)},
    "read_release": {
        "other": answers(403, staff=200, lead=200, auditor=200),
        "hidden": answers(403, staff=404, lead=404, auditor=404),
    },
}
