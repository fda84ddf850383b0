"""Who gets what answer from the routes of accounts, by the kind of thing that is named."""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    "list_sessions": {"any": answers(200)},
    "end_session": {
        "own": answers(200),
        "other": answers(404),
        "hidden": answers(404),
    },
    "end_other_sessions": {"any": answers(200)},
    "list_tokens": {"any": answers(200)},
    "create_token": {"any": answers(201)},
    "read_token": {
        "own": answers(200),
        "other": answers(404),
        "hidden": answers(404),
    },
    "revoke_token": {
        "own": answers(200),
        "other": answers(404),
        "hidden": answers(404),
    },
}
