"""Who gets what answer from the routes of the rooms of matches.

The room of one's own is open to its two teams alone; of the other one, both teams let the staff
read it. To everybody else there is none.
"""

from tests.access_matrix import Matrix, Row, answers

HIDDEN = answers(404)
READ: dict[str, Row] = {
    "own": answers(404, member=200, staff=403, lead=403, auditor=403),
    "other": answers(404, staff=200, lead=200, auditor=403),
    "hidden": HIDDEN,
}


def of_team(status: int) -> dict[str, Row]:
    """Return the rows of a route for the two teams, which answers them like this."""
    others = answers(403, member=404)
    return {"own": answers(403, member=status), "other": others, "hidden": others}


EXPECTED: Matrix = {
    "read_conversation": {
        "own": answers(404, member=200, staff=200, lead=200, auditor=200),
        "other": answers(404, staff=200, lead=200, auditor=200),
        "hidden": HIDDEN,
    },
    "list_conversation_steps": of_team(200),
    "take_conversation_step let-staff": of_team(200),
    "take_conversation_step shut-staff": of_team(409),
    "mark_conversation_read": of_team(200),
    "list_messages": READ,
    "add_message": of_team(200),
    "read_message": READ,
    "change_message": of_team(412),
    "take_message_back": of_team(204),
    "list_meeting_times": of_team(200),
    "list_meetings": READ,
    "propose_meeting": of_team(200),
    "read_meeting": READ,
    "list_meeting_steps": of_team(200),
    "take_meeting_step choose": of_team(200),
    "take_meeting_step move": of_team(200),
    "take_meeting_step cancel": of_team(200),
    "read_meeting_calendar": {
        "own": answers(404, member=409, staff=403, lead=403, auditor=403),
        "other": answers(404, staff=200, lead=200, auditor=403),
        "hidden": HIDDEN,
    },
    "list_room_files": READ,
    # What brings a file is refused as it brings none, once it is known who may.
    "add_room_file": {
        "own": answers(403, member=415),
        "other": answers(403, member=404),
        "hidden": answers(403, member=404),
    },
    "read_room_file": READ,
    "read_room_file_content": READ,
    "list_room_file_steps": of_team(200),
    "take_room_file_step remove": of_team(200),
    "take_room_file_step put-back": of_team(409),
    "list_agreed_tasks": READ,
    "add_agreed_task": of_team(200),
    "read_agreed_task": READ,
    "list_agreed_task_steps": of_team(200),
    "take_agreed_task_step finish": of_team(200),
    "take_agreed_task_step reopen": of_team(409),
    "take_agreed_task_step drop": of_team(200),
}
