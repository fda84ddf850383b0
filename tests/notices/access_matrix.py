"""Who gets what answer from the routes of public notices.

The notice of one's own is a draft, that of another team waits for its approval.
"""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    "list_notices": {"any": answers(200)},
    "create_notice": {"any": answers(403, staff=200, lead=200)},
    "read_notice": {
        "own": answers(404, member=200, staff=200, lead=200, auditor=200),
        "other": answers(404, staff=200, lead=200, auditor=200),
        "hidden": answers(404),
    },
    "replace_notice": {
        "own": answers(403, staff=412, lead=412),
        "other": answers(403, staff=409, lead=409),
        "hidden": answers(403, staff=404, lead=404),
    },
    "change_notice": {
        "own": answers(403, staff=412, lead=412),
        "other": answers(403, staff=409, lead=409),
        "hidden": answers(403, staff=404, lead=404),
    },
    "list_notice_steps": {
        "own": answers(404, member=200, staff=200, lead=200, auditor=200),
        "other": answers(404, staff=200, lead=200, auditor=200),
        "hidden": answers(404),
    },
    "take_notice_step propose": {
        "own": answers(404, member=403, staff=200, lead=200, auditor=403),
        "other": answers(404, staff=409, lead=409, auditor=403),
        "hidden": answers(404),
    },
    "take_notice_step approve": {
        "own": answers(404, member=409, staff=403, lead=403, auditor=403),
        "other": answers(404, staff=403, lead=403, auditor=403),
        "hidden": answers(404),
    },
    "take_notice_step publish": {
        "own": answers(404, member=403, staff=403, lead=409, auditor=403),
        "other": answers(404, staff=403, lead=409, auditor=403),
        "hidden": answers(404),
    },
    "take_notice_step withdraw": {
        "own": answers(404, member=409, staff=403, lead=409, auditor=403),
        "other": answers(404, staff=403, lead=409, auditor=403),
        "hidden": answers(404),
    },
}
