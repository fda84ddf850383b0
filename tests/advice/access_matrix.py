"""Who gets what answer from the routes of the advisory board.

One's own is what is put to a person who advises in its programme, whichever role they have:
without the role of an advisor it is not theirs to read. To teams and reviewers there is none.
"""

from tests.access_matrix import Matrix, answers

READING = {
    "own": answers(404, advisor=200, staff=200, lead=200, auditor=200),
    "other": answers(404, staff=200, lead=200, auditor=200),
    "hidden": answers(404),
}
STAFF = answers(403, staff=200, lead=200)
OF_STAFF = {"other": STAFF, "hidden": answers(403, staff=404, lead=404)}
READERS = {"any": answers(403, advisor=200, staff=200, lead=200, auditor=200)}
ADVISING = {
    "own": answers(404, advisor=200, staff=403, lead=403, auditor=403),
    "other": answers(404, staff=403, lead=403, auditor=403),
    "hidden": answers(404),
}
EXPECTED: Matrix = {
    "list_advisors": {"any": STAFF},
    "create_advisor": {"any": STAFF},
    "read_advisor": OF_STAFF,
    "replace_advisor": {
        "other": answers(403, staff=412, lead=412),
        "hidden": answers(403, staff=404, lead=404),
    },
    "list_consultations": READERS,
    "create_consultation": {"any": STAFF},
    "read_consultation": READING,
    "list_consultation_steps": READING,
    "take_consultation_step close": {
        "own": answers(404, advisor=403, staff=200, lead=200, auditor=403),
        "other": answers(404, staff=200, lead=200, auditor=403),
        "hidden": answers(404),
    },
    "create_board_declaration": ADVISING,
    "list_board_items": READING,
    "read_board_item": READING,
    "create_advice": ADVISING,
    "create_board_question": ADVISING,
    "list_advice": READERS,
    "read_advice": READING,
    "list_board_questions": READERS,
    "read_board_question": READING,
    "create_board_answer": OF_STAFF,
}
