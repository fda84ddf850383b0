"""Who gets what answer from the routes of forms; the version of the call is prepared."""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    "read_form": {
        "other": answers(200),
        "hidden": answers(404, staff=200, lead=200),
    },
    "replace_form": {
        "other": answers(403, lead=412),
        "hidden": answers(403, staff=412, lead=412),
    },
    "discard_form": {
        "other": answers(403, staff=428, lead=428),
        "hidden": answers(403, staff=428, lead=428),
    },
    "list_forms": {
        "other": answers(200),
        "hidden": answers(404, staff=200, lead=200),
    },
    "begin_next_edition": {
        "other": answers(403, staff=200, lead=200),
        "hidden": answers(403, staff=404, lead=404),
    },
    "read_form_version": {
        "other": answers(404, staff=200, lead=200),
        "hidden": answers(404, staff=200, lead=200),
    },
}
