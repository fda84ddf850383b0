"""Who gets what answer from the routes of matchmaking, by the kind of thing that is named."""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    "read_published_challenges_for_solution": {
        "own": answers(404, member=200),
        "other": answers(404, staff=403, lead=403, auditor=403),
        "hidden": answers(404),
    },
    "read_agreement": {
        "other": answers(200, member=403, reviewer=403, admin=403),
        "hidden": answers(404, member=403, reviewer=403, admin=403),
    },
    "adopt_text_weight": {
        "other": answers(403, lead=409),
        "hidden": answers(403, lead=404),
    },
    "drop_text_weight": {
        "other": answers(403, lead=409),
        "hidden": answers(403, lead=404),
    },
    "create_run": {"any": answers(403, staff=200, lead=200)},
    "list_runs": {"any": answers(200, member=403, reviewer=403, admin=403)},
    "read_run": {
        "other": answers(200, member=404, reviewer=404, admin=404),
        "hidden": answers(404),
    },
    "list_suggestions": {
        "other": answers(200, member=404, reviewer=404, admin=404),
        "hidden": answers(404),
    },
    "read_suggestion": {
        "other": answers(200, member=404, reviewer=404, admin=404),
        "hidden": answers(404),
    },
    "list_run_steps": {
        "other": answers(200, member=404, reviewer=404, admin=404),
        "hidden": answers(404),
    },
    "take_run_step cancel": {
        "other": answers(403, staff=200, lead=200),
        "hidden": answers(403, staff=404, lead=404),
    },
    "take_run_step retry": {
        "other": answers(403, staff=409, lead=409),
        "hidden": answers(403, staff=404, lead=404),
    },
    "read_ranking": {
        "other": answers(409, member=404, reviewer=404, admin=404),
        "hidden": answers(404),
    },
    "read_workbook": {
        "other": answers(409, member=404, reviewer=404, admin=404),
        "hidden": answers(404),
    },
    "read_dossier": {
        "other": answers(409, member=404, reviewer=404, admin=404),
        "hidden": answers(404),
    },
    "read_assignment": {
        "other": answers(409, member=404, reviewer=404, admin=404),
        "hidden": answers(404),
    },
    "read_regret": {
        "other": answers(409, member=404, reviewer=404, admin=404),
        "hidden": answers(404),
    },
    "read_frontier": {
        "other": answers(409, member=404, reviewer=404, admin=404),
        "hidden": answers(404),
    },
    "ask_what_if": {
        "other": answers(409, member=404, reviewer=404, admin=404),
        "hidden": answers(404),
    },
    "read_preview": {
        "own": answers(404, member=403),
        "other": answers(404, staff=200, lead=200, auditor=200),
        "hidden": answers(404),
    },
    "create_verdict": {"any": answers(403, staff=200, lead=200)},
    "undo_verdict": {
        "other": answers(403, staff=200, lead=200),
        "hidden": answers(403, staff=404, lead=404),
    },
    "read_verdict": {
        "other": answers(200, member=404, reviewer=404, admin=404),
        "hidden": answers(404),
    },
    "list_verdicts": {"any": answers(200, member=403, reviewer=403, admin=403)},
}
