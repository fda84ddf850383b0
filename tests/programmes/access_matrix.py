"""Who gets what answer from the routes of programmes, by the kind of thing that is named."""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    "list_programmes": {"any": answers(200)},
    "create_programme": {"any": answers(403, staff=200, lead=200)},
    "read_programme": {
        "other": answers(200),
        "hidden": answers(404),
    },
    "change_programme": {
        "other": answers(403, staff=412, lead=412),
        "hidden": answers(403, staff=404, lead=404),
    },
    "list_calls": {"any": answers(200)},
    "create_call": {"any": answers(403, staff=200, lead=200)},
    "read_call": {
        "other": answers(200),
        "hidden": answers(404, staff=200, lead=200),
    },
    "change_call": {
        "other": answers(403, lead=412),
        "hidden": answers(403, staff=412, lead=412),
    },
    "list_call_steps": {
        "other": answers(200),
        "hidden": answers(404, staff=200, lead=200),
    },
    "take_call_step cancel": {
        "other": answers(403, lead=200),
        "hidden": answers(403, lead=409),
    },
    "take_call_step publish": {
        "other": answers(403, lead=409),
        "hidden": answers(403, lead=200),
    },
}
