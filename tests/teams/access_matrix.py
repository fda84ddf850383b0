"""Who gets what answer from the routes of those who work on a submission together.

Staff know of what was submitted, and read none of this. The submission that is one's own is a
draft, the one of others was submitted.
"""

from tests.access_matrix import Matrix, answers

OF_MEMBERS = {
    "other": answers(404, staff=403, lead=403, auditor=403),
    "hidden": answers(404),
}

EXPECTED: Matrix = {
    "list_collaborators": {"own": answers(404, member=200), **OF_MEMBERS},
    "name_collaborator": {"own": answers(404, member=201), **OF_MEMBERS},
    "take_collaborator_off": {"own": answers(404, member=204), **OF_MEMBERS},
}
