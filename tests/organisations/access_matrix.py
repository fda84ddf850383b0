"""Who gets what answer from the routes of organisations, by the kind of thing that is named."""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    "read_me": {"any": answers(200)},
    "list_organisations": {"any": answers(200)},
    "read_organisation": {
        "own": answers(200),
        "other": answers(200, member=404, reviewer=404, advisor=404),
        "hidden": answers(404),
    },
    "create_organisation": {"any": answers(403, staff=200, lead=200, admin=200)},
    "update_organisation": {
        "own": answers(403, staff=412, lead=412, admin=412),
        "other": answers(403, staff=412, lead=412, admin=412),
        "hidden": answers(403, staff=404, lead=404, admin=404),
    },
    "export_me": {"any": answers(200)},
    "list_users": {"any": answers(403, member=200, lead=200, admin=200)},
    "invite_user": {"any": answers(403, staff=200, lead=200, admin=200)},
    "list_invitations": {"any": answers(403, staff=200, lead=200, admin=200)},
    "read_user": {
        "own": answers(404, member=200, lead=200, admin=200),
        "other": answers(404, lead=200, admin=200),
        "hidden": answers(404),
    },
    "invite_user_again": {
        "other": answers(403, staff=404, lead=404, admin=200),
        "hidden": answers(403, staff=404, lead=404, admin=404),
    },
    "add_membership": {
        "other": answers(403, admin=200),
        "hidden": answers(403, admin=404),
    },
    "remove_membership": {
        "other": answers(403, admin=204),
        "hidden": answers(403, admin=404),
    },
    "remove_second_factor": {
        "other": answers(403, admin=204),
        "hidden": answers(403, admin=404),
    },
    "list_user_sessions": {
        "other": answers(403, admin=200),
        "hidden": answers(403, admin=404),
    },
    "end_user_session": {
        "other": answers(403, admin=200),
        "hidden": answers(403, admin=404),
    },
    "end_user_sessions": {
        "other": answers(403, admin=200),
        "hidden": answers(403, admin=404),
    },
    "hand_over": {
        "other": answers(403, admin=200),
        "hidden": answers(403, admin=404),
    },
    "list_user_steps": {
        "own": answers(404, member=200, lead=200, admin=200),
        "other": answers(404, lead=200, admin=200),
        "hidden": answers(404),
    },
    "take_user_step deactivate": {
        "other": answers(403, admin=409),
        "hidden": answers(403, admin=404),
    },
}
