"""Faults in who learns what others have written: near-duplicates."""

from typing import Final

from tests.faults.mutants.planting import Fault

SERVICE: Final = "app/duplicates/service.py"
QUERIES: Final = "app/duplicates/queries.py"
SIMILAR: Final = "tests/duplicates/test_similar.py::"
TEAM: Final = f"{SIMILAR}test_a_team_never_learns_who_tells_the_same_as_it"
DRAFTS: Final = f"{SIMILAR}test_no_draft_is_compared_not_even_ones_own"

FAULTS: Final = (
    Fault(
        "a team learns who tells the same as its own submission",
        SERVICE,
        "    policy.require(actor, Action.SUBMISSION_READ)\n    if row.submitted_at is None:\n",
        "    if row.submitted_at is None:\n",
        (TEAM,),
    ),
    Fault(
        "who may read one submission compares it with all",
        SERVICE,
        "    policy.require(actor, Action.SUBMISSION_READ)\n    if row.submitted_at is None:\n",
        "    policy.require(actor, Action.SUBMISSION_READ, row.organisation_id)\n"
        "    if row.submitted_at is None:\n",
        (TEAM,),
    ),
    Fault(
        "a team reads the pairs of a programme",
        SERVICE,
        "    policy.require(actor, Action.SUBMISSION_READ)\n    of = ",
        "    of = ",
        (TEAM,),
    ),
    Fault(
        "drafts are compared with what was handed in",
        QUERIES,
        "and_(submissions.readable(actor), col(Submission.submitted_at).is_not(None))",
        "submissions.readable(actor)",
        (DRAFTS,),
    ),
    Fault(
        "a draft is told what is like it",
        SERVICE,
        "    if row.submitted_at is None:\n",
        "    if row.submitted_at is None and row.id is None:\n",
        (DRAFTS,),
    ),
    Fault(
        "the page of a submission offers its team what others tell",
        "app/pages/team/submission.py",
        "        compared=policy.has_any_reach(actor, Action.SUBMISSION_READ),\n",
        "        compared=policy.allows_somewhere(actor, Action.SUBMISSION_READ),\n",
        ("tests/pages/test_similar_pages.py::test_a_team_sees_no_sign_of_them",),
    ),
    Fault(
        "a text that was changed is compared as it was before",
        "app/matchmaking/engine/duplicates.py",
        "            if kept is not None and kept[0] == versions[key]\n",
        "            if kept is not None\n",
        (f"{SIMILAR}test_what_is_known_is_not_read_again_and_what_was_changed_is",),
    ),
)
