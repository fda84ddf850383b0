"""Who gets what answer from the routes of interests.

Each person's own draft is shown the solution of another team, and so is what others have sent.
"""

from tests.access_matrix import Matrix, Row, answers

READING: dict[str, Row] = {
    "own": answers(404, member=200),
    "other": answers(404, staff=200, lead=200, auditor=200),
    "hidden": answers(404),
}


def telling(status: int) -> dict[str, Row]:
    """Return the rows of a route for the team that tells, which answers it like this."""
    others = answers(403, member=404)
    return {"own": answers(403, member=status), "other": others, "hidden": others}


EXPECTED: Matrix = {
    "list_interests": {"any": answers(200)},
    "ask_for_interest": {"any": answers(403, staff=200, lead=200)},
    "list_submission_interests": READING,
    "read_interest": READING,
    "tell_interest": telling(412),
    "take_interest_back": telling(409),
}
