"""Who gets what answer from the routes of questions about published challenges.

One's own is a question about one's own challenge, whose notice is a draft; nobody has asked
any of them themselves.
"""

from tests.access_matrix import Matrix, Row, answers

READ: dict[str, Row] = {
    "own": answers(404, member=200, staff=200, lead=200, auditor=200),
    "other": answers(404, staff=200, lead=200, auditor=200),
    "hidden": answers(404),
}
ASKING: dict[str, Row] = {
    "own": answers(403, staff=200, lead=200),
    "other": answers(403, staff=200, lead=200),
    "hidden": answers(403, staff=404, lead=404),
}

EXPECTED: Matrix = {
    "list_enquiries": {"any": answers(200)},
    "create_enquiry": {"any": answers(403, member=200, reviewer=200, advisor=200)},
    "list_own_enquiries": {"any": answers(403, member=200, reviewer=200, advisor=200)},
    "read_enquiry": READ,
    "edit_enquiry": {
        "own": answers(403, staff=412, lead=412),
        "other": answers(403, staff=412, lead=412),
        "hidden": answers(403, staff=404, lead=404),
    },
    "list_enquiry_steps": READ,
    "take_enquiry_step answer": {
        "own": answers(404, member=409, staff=403, lead=403, auditor=403),
        "other": answers(404, staff=403, lead=403, auditor=403),
        "hidden": answers(404),
    },
    "take_enquiry_step correct": {
        "own": answers(404, member=409, staff=403, lead=403, auditor=403),
        "other": answers(404, staff=403, lead=403, auditor=403),
        "hidden": answers(404),
    },
    "take_enquiry_step decline": {
        "own": answers(404, member=403, staff=200, lead=200, auditor=403),
        "other": answers(404, staff=200, lead=200, auditor=403),
        "hidden": answers(404),
    },
    "take_enquiry_step withdraw": {
        "own": answers(404, member=403, staff=403, lead=403, auditor=403),
        "other": answers(404, staff=403, lead=403, auditor=403),
        "hidden": answers(404),
    },
    "list_asking_steps": ASKING,
    "take_asking_step close-asking": ASKING,
    "take_asking_step open-asking": {
        "own": answers(403, staff=409, lead=409),
        "other": answers(403, staff=409, lead=409),
        "hidden": answers(403, staff=404, lead=404),
    },
}
"""Tests that the asker is told of nobody stand in `test_nobody_learns_who_asked`."""
