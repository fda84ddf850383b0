"""Who gets what answer from the routes of matches, by the kind of thing that is named.

The match of one's own is an offer of one's own challenge, the other one waits to be sent: to
a team it is not there, and looks like none at all.
"""

from tests.access_matrix import Matrix, answers

KNOWN = {
    "own": answers(404, member=200, staff=200, lead=200, auditor=200),
    "other": answers(404, staff=200, lead=200, auditor=200),
    "hidden": answers(404),
}
ANSWERED = {
    "other": answers(404, staff=403, lead=403, auditor=403),
    "hidden": answers(404),
}
REPLACED = {
    "own": answers(404, member=403, staff=409, lead=409, auditor=403),
    "other": answers(404, staff=409, lead=409, auditor=403),
    "hidden": answers(404),
}

EXPECTED: Matrix = {
    "list_matches": {"any": answers(200, reviewer=403, advisor=403, admin=403)},
    "read_match": KNOWN,
    "list_match_steps": KNOWN,
    "take_match_step accept": {
        "own": answers(404, member=409, staff=403, lead=403, auditor=403),
        **ANSWERED,
    },
    "take_match_step decline": {
        "own": answers(404, member=200, staff=403, lead=403, auditor=403),
        **ANSWERED,
    },
    "take_match_step take-out": {
        "own": answers(404, member=403, staff=409, lead=409, auditor=403),
        "other": answers(404, staff=200, lead=200, auditor=403),
        "hidden": answers(404),
    },
    "take_match_step begin": REPLACED,
    "list_replacements": REPLACED,
    "replace_match": {
        "own": answers(404, member=403, staff=403, lead=409, auditor=403),
        "other": answers(404, staff=403, lead=409, auditor=403),
        "hidden": answers(404),
    },
    "prepare_offers": {"any": answers(403, staff=409, lead=409)},
    "read_offers": {
        "other": answers(403, staff=409, lead=409, auditor=409),
        "hidden": answers(403, staff=404, lead=404, auditor=404),
    },
    "send_offers": {"any": answers(403, lead=409)},
}
