"""Who gets what answer from the routes of files.

What brings a file is refused here as it brings none (415), once it is known who may.
"""

from tests.access_matrix import Matrix, answers

READING = {
    "own": answers(404, member=200),
    "other": answers(404, staff=200, lead=200, auditor=200),
    "hidden": answers(404),
}
ADDING = {
    "own": answers(404, member=415),
    "other": answers(404, staff=403, lead=403, auditor=403),
    "hidden": answers(404),
}

EXPECTED: Matrix = {
    "list_challenge_attachments": READING,
    "list_solution_attachments": READING,
    "read_attachment": READING,
    "read_attachment_content": READING,
    "list_attachment_steps": READING,
    "attach_to_challenge": ADDING,
    "attach_to_solution": ADDING,
    "take_attachment_step remove": {
        "own": answers(404, member=200),
        "other": answers(404, staff=403, lead=403, auditor=403),
        "hidden": answers(404),
    },
}
