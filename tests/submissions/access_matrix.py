"""Who gets what answer from the routes of submissions, by the kind of thing that is named."""

from tests.access_matrix import Matrix, answers

EXPECTED: Matrix = {
    "list_challenges": {"any": answers(200)},
    "read_challenge_template": {"any": answers(200)},
    "read_solution_template": {"any": answers(200)},
    "create_challenge": {"any": answers(403, member=200)},
    "read_challenge": {
        "own": answers(404, member=200),
        "other": answers(404, staff=200, lead=200, auditor=200),
        "hidden": answers(404),
    },
    "read_reused_of_challenge": {
        "own": answers(404, member=200),
        "other": answers(404, staff=403, lead=403, auditor=403),
        "hidden": answers(404),
    },
    "read_form_file": {"other": answers(200), "hidden": answers(404, staff=200, lead=200)},
    **{
        f"read_{kind}_form_file": {
            "own": answers(404, member=200),
            "other": answers(404, staff=403, lead=403, auditor=403),
            "hidden": answers(404),
        }
        for kind in ("challenge", "solution")
    },
    "create_from_form_file": {"any": answers(403, member=200)},
    "replace_challenge": {
        "own": answers(403, member=412),
        "other": answers(403, member=404),
        "hidden": answers(403, member=404),
    },
    "change_challenge": {
        "own": answers(403, member=412),
        "other": answers(403, member=404),
        "hidden": answers(403, member=404),
    },
    "list_challenge_steps": {
        "own": answers(404, member=200),
        "other": answers(404, staff=200, lead=200, auditor=200),
        "hidden": answers(404),
    },
    "take_challenge_step withdraw": {
        "own": answers(404, member=200),
        "other": answers(404, staff=403, lead=403, auditor=403),
        "hidden": answers(404),
    },
    "take_challenge_step pass": {
        "own": answers(404, member=403),
        "other": answers(404, staff=200, lead=200, auditor=403),
        "hidden": answers(404),
    },
    "renew_challenge": {
        "own": answers(403, member=409),
        "other": answers(403, member=404),
        "hidden": answers(403, member=404),
    },
    "renew_solution": {
        "own": answers(403, member=409),
        "other": answers(403, member=404),
        "hidden": answers(403, member=404),
    },
    "use_form": {
        "other": answers(403, lead=200),
        "hidden": answers(403, lead=409),
    },
    "read_meter_of_call": {
        "other": answers(403, staff=200, lead=200, auditor=200),
        "hidden": answers(403, staff=200, lead=200, auditor=404),
    },
    "list_late_permits": {
        "other": answers(200),
        "hidden": answers(404, staff=200, lead=200),
    },
    "permit_late": {
        "other": answers(403, staff=200, lead=200),
        "hidden": answers(403, staff=409, lead=409),
    },
    "read_late_permit": {
        "other": answers(404, staff=200, lead=200, auditor=200),
        "hidden": answers(404),
    },
    "take_late_permit_back": {
        "other": answers(403, staff=204, lead=404),  # which staff have taken back by then
        "hidden": answers(403, staff=404, lead=404),
    },
    "list_solutions": {"any": answers(200)},
    "create_solution": {"any": answers(403, member=200)},
    "read_solution": {
        "own": answers(404, member=200),
        "other": answers(404, staff=200, lead=200, auditor=200),
        "hidden": answers(404),
    },
    "read_reused_of_solution": {
        "own": answers(404, member=200),
        "other": answers(404, staff=403, lead=403, auditor=403),
        "hidden": answers(404),
    },
    "replace_solution": {
        "own": answers(403, member=412),
        "other": answers(403, member=404),
        "hidden": answers(403, member=404),
    },
    "change_solution": {
        "own": answers(403, member=412),
        "other": answers(403, member=404),
        "hidden": answers(403, member=404),
    },
    "list_solution_steps": {
        "own": answers(404, member=200),
        "other": answers(404, staff=200, lead=200, auditor=200),
        "hidden": answers(404),
    },
    "take_solution_step submit": {
        "own": answers(404, member=200),
        "other": answers(404, staff=403, lead=403, auditor=403),
        "hidden": answers(404),
    },
    "take_solution_step return": {
        "own": answers(404, member=403),
        "other": answers(404, staff=422, lead=422, auditor=403),
        "hidden": answers(404),
    },
}
