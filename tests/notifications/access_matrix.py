"""Who gets what answer from the routes of notifications, by the kind of thing that is named."""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    # the letter is to somebody who is more than a member
    "hand_letter_over": {
        "other": answers(403, admin=200),
        "hidden": answers(403, staff=404, lead=404, admin=404),
    },
    "list_letters": {"any": answers(403, staff=200, lead=200, admin=200)},
    "read_letter": {
        "other": answers(403, staff=200, lead=200, admin=200),
        "hidden": answers(403, staff=404, lead=404, admin=404),
    },
}
