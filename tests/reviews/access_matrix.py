"""Who gets what answer from the routes of reviews.

The review of one's own is one that the person is asked for, whichever role they have: without
the role of a reviewer it is not theirs to read. To a team, reviews look as if there were none.
"""

from tests.access_matrix import Matrix, answers

READING = {
    "own": answers(404, reviewer=200, staff=200, lead=200, auditor=200),
    "other": answers(404, staff=200, lead=200, auditor=200),
    "hidden": answers(404),
}
STAFF = answers(403, staff=200, lead=200)
OF_STAFF = {"other": STAFF, "hidden": answers(403, staff=404, lead=404)}
# Staff see a call that is a draft, too.
OF_CALL = {"other": STAFF, "hidden": STAFF}
CHANGING_CALL = dict.fromkeys(("other", "hidden"), answers(403, staff=412, lead=412))
CHANGING = {
    "other": answers(403, staff=412, lead=412),
    "hidden": answers(403, staff=404, lead=404),
}

EXPECTED: Matrix = {
    "list_reviews": {"any": answers(403, reviewer=200, staff=200, lead=200, auditor=200)},
    "create_review": {"any": STAFF},
    "read_review": READING,
    "replace_review": {
        "own": answers(404, reviewer=412, staff=403, lead=403, auditor=403),
        "other": answers(404, staff=403, lead=403, auditor=403),
        "hidden": answers(404),
    },
    "read_reviewed_submission": READING,
    "list_review_steps": READING,
    # The files of what is reviewed come with the declaration, which nobody has made here.
    "read_reviewed_file": {
        "own": answers(404),
        "other": answers(404),
        "hidden": answers(404),
    },
    # One's own is closed first, whichever other role one has.
    "read_discussion": {
        "own": answers(404, reviewer=409, staff=409, lead=409, auditor=409),
        "other": READING["other"],
        "hidden": answers(404),
    },
    "create_comment": {
        "own": answers(404, reviewer=409, staff=409, lead=409, auditor=403),
        "other": answers(404, staff=200, lead=200, auditor=403),
        "hidden": answers(404),
    },
    "take_review_step accept": {
        "own": answers(404, reviewer=200, staff=403, lead=403, auditor=403),
        "other": answers(404, staff=403, lead=403, auditor=403),
        "hidden": answers(404),
    },
    "take_review_step unassign": {
        "own": answers(404, reviewer=403, staff=200, lead=200, auditor=403),
        "other": answers(404, staff=200, lead=200, auditor=403),
        "hidden": answers(404),
    },
    "list_conflicts": {"any": STAFF},
    "read_conflict": OF_STAFF,
    "list_conflict_steps": OF_STAFF,
    "take_conflict_step confirm": OF_STAFF,
    "list_reviewers": {"any": STAFF},
    "create_reviewer": {"any": STAFF},
    "read_reviewer": OF_STAFF,
    "replace_reviewer": CHANGING,
    "read_rubric": OF_CALL,
    "replace_rubric": CHANGING_CALL,
    "read_review_plan": OF_CALL,
    "create_planned_reviews": OF_CALL,
    "list_review_ranking": {
        "other": answers(403, staff=200, lead=200, auditor=200),
        "hidden": answers(403, staff=200, lead=200, auditor=404),
    },
}
