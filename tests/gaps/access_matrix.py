"""Who gets what answer from the routes of what calls lack, by the call that is named."""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    "read_gaps": {
        "other": answers(403, staff=200, lead=200, auditor=200),
        # A draft of a call that staff see; it asks for challenges.
        "hidden": answers(403, staff=409, lead=409, auditor=404),
    },
    "list_call_invitations": {
        "other": answers(403, staff=200, lead=200, auditor=200),
        "hidden": answers(403, staff=200, lead=200, auditor=404),
    },
    "invite_to_call": {
        "other": answers(403, staff=200, lead=200),
        "hidden": answers(403, staff=409, lead=409),
    },
    "read_call_invitation": {
        "other": answers(403, staff=200, lead=200, auditor=200),
        "hidden": answers(403, staff=404, lead=404, auditor=404),
    },
}
