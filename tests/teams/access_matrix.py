"""Who gets what answer from the routes of those who work on a submission together.

Staff know of what was submitted, and read none of this. The submission that is one's own is a
draft, the one of others was submitted.
"""

from tests.access_matrix import Matrix, Row, answers


def of_team(status: int) -> dict[str, Row]:
    """Return the rows of a route for the team, which answers it like this."""
    others = answers(403, member=404)
    return {"own": answers(403, member=status), "other": others, "hidden": others}


EXPECTED: Matrix = {
    "list_collaborators": of_team(200),
    "add_collaborator": of_team(200),
    "take_collaborator_off": of_team(204),
    "list_threads": of_team(200),
    "create_thread": of_team(200),
    "read_thread": of_team(200),
    "list_thread_steps": of_team(200),
    "take_thread_step resolve": of_team(200),
    "add_team_comment": of_team(200),
    "read_team_comment": of_team(200),
    "change_team_comment": of_team(412),
    "remove_team_comment": of_team(204),
    "read_support": {
        "own": answers(404, member=200),
        "other": answers(404, staff=200, lead=200, auditor=200),
        "hidden": answers(404),
    },
    "read_entry_of_submission": {
        "own": answers(404, member=200),
        "other": answers(404),
        "hidden": answers(404),
    },
    "list_entry_steps": {
        "own": answers(404, member=200),
        "other": answers(404),
        "hidden": answers(404),
    },
    "take_entry_step confirm": of_team(409),
    "take_entry_step take-over": of_team(200),
    "list_entries": {
        "other": answers(403, staff=200, lead=200),
        "hidden": answers(403, staff=200, lead=200),
    },
    "add_entry": {
        "other": answers(403, staff=200, lead=200),
        "hidden": answers(403, staff=409, lead=409),
    },
    "read_entry": {
        "other": answers(403, staff=200, lead=200),
        "hidden": answers(403, staff=404, lead=404),
    },
    "join_entry": {
        "other": answers(403, staff=200, lead=200),
        "hidden": answers(403, staff=404, lead=404),
    },
    # The call of the team asks for none.
    "add_support": {
        "own": answers(404, member=409),
        "other": answers(404, staff=403, lead=403, auditor=403),
        "hidden": answers(404),
    },
}
