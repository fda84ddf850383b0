"""Who gets what answer from the routes of matches, by the kind of thing that is named."""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    "list_matches": {"any": answers(200, reviewer=403, advisor=403, admin=403)},
}
