"""Who gets what answer from the routes of themes, by the kind of thing that is named."""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    "list_themes": {"any": answers(200)},
}
